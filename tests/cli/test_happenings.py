"""What happens to a team: ten stories of the shop's directory (tests/data/team), each through the command line.

Every story tells what is printed, what happened on AWS and the exit code. Time is the embedded AWS's own: the first
pass is made at midnight UTC of 2026-01-01, one o'clock in Madrid.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.local import LocalAws, seed
from reconciler.model import Sync
from tests.cli.command_line import Answer, Reconcile, lead_to
from tests.git import git

TEAM = Path(__file__).parents[1] / "data" / "team"
ACCOUNT, REGION = "333333333333", "eu-west-1"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop"
DEFINITION_MEMBERS = (
    *("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes"),
    *("placementConstraints", "requiresCompatibilities", "cpu", "memory"),
)


class Team:
    """The checkout of a team, its staging account, and somebody who types."""

    def __init__(self, root: Path, aws: LocalAws, reconcile: Reconcile) -> None:
        self.root, self.aws, self._reconcile = root, aws, reconcile
        shutil.copytree(TEAM / "jobs.d", root / "jobs.d")
        self._git("init", "--quiet", "--initial-branch=main")
        self.commit("first")

    def call(self, verb: str, *arguments: str) -> Answer:
        return self._reconcile(verb, "--env", "staging", *arguments)

    def once(self, *arguments: str) -> Answer:
        return self._reconcile("--once", "--env", "staging", "--rate-limits", "off", *arguments)

    def json(self, verb: str, *arguments: str) -> Any:
        return json.loads(self.call(verb, "--format", "json", *arguments).out)

    def edit(self, file: str, before: str, after: str) -> None:
        path = self.root / "jobs.d" / file
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def release(self, version: str) -> None:
        """Merge what a pull request for a new version of the application changes."""
        path = self.root / "jobs.d" / "settings.yaml"
        line = next(line for line in path.read_text().splitlines() if "app:" in line)
        self.edit("settings.yaml", line.partition("app: ")[2].partition(",")[0], f'"{version}"')
        self.commit(f"release {version}")

    def remove(self, *names: str) -> None:
        for name in names:
            (self.root / "jobs.d" / f"{name}.yaml").unlink()
        self.commit(f"without {', '.join(names)}")

    def commit(self, message: str) -> None:
        self._git("add", "jobs.d")
        self._git("commit", "--quiet", "--message", message)

    def check_out(self, name: str) -> None:
        self._git("checkout", "--quiet", name)

    def _git(self, *arguments: str) -> None:
        at = datetime.fromtimestamp(self.aws.now(), UTC).isoformat(timespec="seconds")
        git(self.root, *arguments, GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at)

    # -- the time, and what is there ---------------------------------------------------------------------------------

    def at(self, text: str) -> None:
        """Let the time pass until an instant in UTC."""
        self.aws.advance(datetime.fromisoformat(f"{text}+00:00").timestamp() - self.aws.now())

    def revisions(self, *families: str) -> list[str]:
        """Answer the ACTIVE revisions of these task definitions, `sales:2`, without the environment's prefix."""
        arns = self.aws.client("ecs").list_task_definitions()["taskDefinitionArns"]
        names = [arn.rpartition("/try-")[2] for arn in arns]
        return [name for name in names if name.partition(":")[0] in families]

    def tasks(self, family: str) -> list[dict[str, Any]]:
        """Answer every task of a family, the oldest first."""
        ecs = self.aws.client("ecs")
        arns = [
            arn
            for status in ("RUNNING", "STOPPED")
            for arn in ecs.list_tasks(cluster="jobs", family=f"try-{family}", desiredStatus=status)["taskArns"]
        ]
        found = ecs.describe_tasks(cluster="jobs", tasks=arns)["tasks"] if arns else []
        return sorted(found, key=lambda task: task["createdAt"])

    def calls(self, *operations: str) -> list[str]:
        """Answer which of these calls were made since the last time."""
        made = [record.name for record in self.aws.calls if record.name in operations]
        self.aws.calls.clear()
        return made

    def edit_in_the_console(self, family: str, **members: Any) -> None:
        """Make a new revision from the newest one, as the console does: with its tags."""
        ecs = self.aws.client("ecs")
        newest = ecs.describe_task_definition(taskDefinition=f"try-{family}", include=["TAGS"])
        kept = {name: value for name, value in newest["taskDefinition"].items() if name in DEFINITION_MEMBERS}
        ecs.register_task_definition(**{**kept, **members}, tags=newest["tags"])


@pytest.fixture(scope="module")
def staging() -> Iterator[LocalAws]:
    world = seed.load(TEAM / "seed.yaml")
    with LocalAws(clock="manual", account=ACCOUNT, region=REGION, clusters=["jobs"], seed=world) as aws:
        yield aws


@pytest.fixture
def team(tmp_path: Path, staging: LocalAws, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """The team after its first pass, an hour later."""
    staging.reset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    lead_to(staging, ACCOUNT, REGION, monkeypatch)
    staging.outcome("try-sales", "runs forever", container="metrics")
    team = Team(tmp_path, staging, reconcile)
    first = team.once("--wait")
    assert (first.code, first.out.splitlines()[-3].partition("  (")[0]) == (0, "apply: 11 created, 1 launched")
    staging.advance(3600)
    staging.calls.clear()
    yield team
    assert not staging.crashes, "\n".join(str(crash) for crash in staging.crashes)


def test_1_a_pull_requests_comment_shows_the_changed_leaf_and_that_the_migration_runs_again(team: Team) -> None:
    team.release("1.1")
    plan = team.call("plan", "--format", "markdown")
    assert plan.code == 0
    changed = [line for line in plan.out.splitlines() if line.startswith(("- container", "+ container"))]
    assert changed == [
        f'- containerDefinitions[sales].image: "{IMAGE}:1.0"',
        f'+ containerDefinitions[sales].image: "{IMAGE}:1.1"  # jobs.d/sales.yaml:12',
        f'- containerDefinitions[schema].image: "{IMAGE}:1.0"',
        f'+ containerDefinitions[schema].image: "{IMAGE}:1.1"  # jobs.d/schema.yaml:8',
    ]
    launch = plan.out[plan.out.index("<b>&gt; launch</b> run <code>try-schema/") :]
    assert "\nruns again: generation g1-" in launch
    assert plan.out.splitlines()[3] == "- 1 to update, 1 to launch, 1 blocked"
    assert team.calls("ecs:RegisterTaskDefinition", "ecs:RunTask") == []
    assert team.call("plan", "--exit-code").code == 2


def test_2_merged_it_migrates_and_then_registers_and_repoints_the_rest(team: Team) -> None:
    team.release("1.1")
    team.edit("search-index.yaml", "indexer:5", "indexer:6")
    applied = team.once("--wait")
    assert (applied.code, applied.out.splitlines()[-3].partition("  (")[0]) == (0, "apply: 4 updated, 1 launched")
    assert team.calls("ecs:RegisterTaskDefinition", "ecs:RunTask", "scheduler:UpdateSchedule") == [
        *("ecs:RegisterTaskDefinition", "ecs:RegisterTaskDefinition"),
        *("scheduler:UpdateSchedule", "ecs:RunTask", "ecs:RegisterTaskDefinition"),
    ]
    assert team.revisions("schema", "sales", "search-index") == [
        *("sales:1", "sales:2", "schema:1", "schema:2", "search-index:1", "search-index:2"),
    ]
    live = team.aws.client("scheduler").get_schedule(GroupName="reconciler-shop.staging", Name="try-search-index")
    assert json.loads(live["Target"]["Input"])["TaskDefinition"].endswith(":task-definition/try-search-index:2")
    again = team.once("--wait")
    assert (again.code, again.out.splitlines()[-3].partition("  (")[0]) == (0, "apply: nothing to do")


def test_3_a_migration_that_fails_stops_what_depends_on_it_and_shows_its_log(team: Team) -> None:
    team.release("1.1")
    team.aws.outcome("try-schema", "; ".join(f"log row {n}" for n in range(1, 61)) + "; exit 1 after 20s")
    applied = team.once("--wait")
    assert applied.code == 1
    excerpt = applied.err[applied.err.index("  the last") :]
    rows = [f"    row {n}" for n in range(11, 61)]
    assert excerpt.splitlines()[:51] == ["  the last 50 log lines of try-schema:", *rows]
    assert "try-schema: Failed, exit 1, after 25s (schema exited 1; " in applied.err
    assert "      blocked: try-schema has not succeeded\n" in applied.out
    assert "failed: schema exited 1; Essential container in task exited; `reconcile retry try-schema`" in applied.out
    assert team.revisions("schema", "sales") == ["sales:1", "schema:1", "schema:2"]
    assert team.calls("ecs:RunTask") == ["ecs:RunTask"]


def test_4_run_again_unchanged_it_still_fails_launches_nothing_and_a_retry_mends_it(team: Team) -> None:
    team.release("1.1")
    team.aws.outcome("try-schema", "exit 1 after 20s", times=1)
    assert team.once("--wait").code == 1
    team.calls()
    again = team.once("--wait")
    assert (again.code, team.calls("ecs:RunTask", "ecs:RegisterTaskDefinition")) == (1, [])
    assert "`reconcile retry try-schema` runs it again" in again.out
    assert team.call("retry", "schema").code == 0
    mended = team.once("--wait")
    assert mended.code == 0
    assert team.calls("ecs:RunTask", "ecs:RegisterTaskDefinition") == ["ecs:RunTask", "ecs:RegisterTaskDefinition"]
    assert team.json("status")["summary"]["sync"][Sync.IN_SYNC] == 6


def test_5_what_somebody_edits_in_the_console_is_told_with_who_and_when_and_put_back(team: Team) -> None:
    team.at("2026-01-01T09:30:00")
    team.edit_in_the_console("sales", memory="4096")
    drift = team.call("drift")
    assert drift.code == 2
    assert '    ~ memory: "4096" → "1024"  jobs.d/sales.yaml:8\n' in drift.out
    who = f"arn:aws:iam::{ACCOUNT}:user/local"
    assert f"    live is try-sales:2, registered 2026-01-01 09:30Z by {who}\n" in drift.out
    live = next(job["live"] for job in team.json("drift")["jobs"] if "live" in job)
    assert live == {
        "name": "try-sales:2",
        "registeredAt": "2026-01-01T09:30:00Z",
        "registeredBy": who,
        "commit": "",
    }
    assert f"      live is try-sales:2, registered 2026-01-01 09:30Z by {who}\n" in team.call("plan").out
    assert team.once().code == 0
    newest = team.aws.client("ecs").describe_task_definition(taskDefinition="try-sales")["taskDefinition"]
    assert (newest["revision"], newest["memory"]) == (3, "1024")
    assert team.call("drift").code == 0


def test_6_last_weeks_pipeline_run_again_by_mistake_moves_nothing(team: Team) -> None:
    team.at("2026-01-08T12:00:00")
    team.release("1.1")
    assert team.once("--wait").code == 0
    before = team.revisions("schema", "sales")
    team.calls()
    team.check_out("main~1")
    late = team.once("--wait")
    assert late.code == 1
    assert team.calls("ecs:RunTask", "ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition") == []
    assert team.revisions("schema", "sales") == before
    assert "of 2026-01-01 00:00:00Z) is older than what is live (" in late.out
    assert "of 2026-01-08 12:00:00Z); --allow-older lifts it\n" in late.out
    assert "6 jobs: 4 in sync, 2 behind\n" in late.out
    team.check_out("main")
    assert team.once("--wait").code == 0


def test_6_what_the_older_checkout_does_not_have_yet_is_behind_and_not_gone(team: Team) -> None:
    team.at("2026-01-08T12:00:00")
    text = (team.root / "jobs.d" / "recommend.yaml").read_text()
    (team.root / "jobs.d" / "rank.yaml").write_text(text.replace("name: recommend", "name: rank"))
    team.commit("rank")
    assert team.once().code == 0
    team.check_out("main~1")
    (rank,) = [job for job in team.json("drift")["jobs"] if job["sync"] == "Behind"]
    assert rank["message"].startswith("no manifest names try-rank (was jobs.d/rank.yaml): this checkout (")
    assert " is older than what is live (" in rank["message"]
    assert team.once().code == 1


def test_7_what_has_no_manifest_goes_schedule_first_and_a_running_task_keeps_its_revision(team: Team) -> None:
    team.aws.outcome("try-search-index", "exit 0 after 30m")
    assert team.call("run", "search-index").code == 0
    team.remove("search-index")
    team.calls()
    gone = team.once()
    assert gone.code == 0
    assert "  - delete  schedule reconciler-shop.staging/try-search-index  done\n" in gone.out
    task = team.tasks("search-index")[0]["taskArn"].rpartition("/")[2]
    assert f"      kept: used by task {task}\n" in gone.out
    assert team.calls("scheduler:DeleteSchedule", "ecs:DeregisterTaskDefinition") == ["scheduler:DeleteSchedule"]
    assert team.revisions("search-index") == ["search-index:1"]
    team.aws.advance(3600)
    later = team.once()
    assert (later.code, team.revisions("search-index")) == (0, [])
    assert [task["containers"][0]["exitCode"] for task in team.tasks("search-index")] == [0]


def test_7_what_goes_on_of_a_job_without_a_manifest_is_stopped_by_its_name(team: Team) -> None:
    team.aws.outcome("try-search-index", "runs forever")
    assert team.call("run", "search-index").code == 0
    team.remove("search-index")
    assert team.once().code == 0
    assert team.call("logs", "try-search-index").code == 0
    stopped = team.call("stop", "search-index")
    assert (stopped.code, "try-search-index" in stopped.out) == (0, True)
    team.aws.advance(60)
    assert (team.once().code, team.revisions("search-index")) == (0, [])


def test_7_the_schedule_of_a_job_that_goes_is_off_before_its_definition(team: Team) -> None:
    team.remove("search-index")
    assert team.once().code == 0
    assert team.calls("scheduler:DeleteSchedule", "ecs:DeregisterTaskDefinition") == [
        *("scheduler:DeleteSchedule", "ecs:DeregisterTaskDefinition"),
    ]


def test_8_half_a_directory_that_vanishes_is_refused_with_the_number_and_the_flag(team: Team) -> None:
    team.remove("sales", "search-index", "recommend")
    refused = team.once()
    assert refused.code == 1
    expected = "3 jobs would be deleted (maxDeletions 2), so none is (--max-deletions 3 lifts it)\n"
    assert expected in refused.out
    assert team.revisions("sales", "search-index") == ["sales:1", "search-index:1"]
    allowed = team.once("--max-deletions", "3")
    assert (allowed.code, team.revisions("sales", "search-index")) == (0, [])


def test_9_suspended_at_night_and_resumed_nothing_starts_for_the_hours_between(team: Team) -> None:
    team.at("2026-01-02T01:50:00")
    suspended = team.call("suspend", "--all")
    assert (suspended.code, suspended.out.splitlines()[2]) == (0, "try-sales: suspended")
    assert team.call("drift").code == 0, "nothing on AWS differs from the manifests"
    assert "  try-sales         EcsJob    InSync  Suspended" in team.call("status").out
    assert team.once().code == 0
    clock = team.aws.client("scheduler").get_schedule(GroupName="reconciler-shop.staging", Name="try-search-index")
    assert clock["State"] == "DISABLED"
    assert "  try-sales         EcsJob    InSync  Suspended" in team.call("status").out
    for time in ("02:00:30", "02:20:00", "06:10:00"):
        team.at(f"2026-01-02T{time}")
        assert team.once().code == 0
    assert team.call("resume", "--all").code == 0
    assert [job["name"] for job in team.json("drift")["jobs"] if job["sync"] == "Drifted"] == ["try-search-index"]
    assert team.once().code == 0
    team.at("2026-01-02T06:20:00")
    assert team.once().code == 0
    assert (team.tasks("sales"), team.tasks("search-index")) == ([], [])
    team.at("2026-01-03T02:00:30")
    assert team.once().code == 0
    assert len(team.tasks("sales")) == 1
    assert team.json("status", "sales")["jobs"][0]["lastRun"]["trigger"] == "slot:2026-01-03T02:00:00Z"


def test_10_in_the_morning_status_says_how_the_night_went_and_why(team: Team) -> None:
    team.aws.outcome("try-sales", "log no such mart after 700s; exit 3 after 12m", container="sales")
    for time in ("02:00:05", "02:10:00", "02:13:00"):
        team.at(f"2026-01-02T{time}")
        team.once()
    team.at("2026-01-02T08:00:00")
    status = team.call("status", "sales")
    assert status.code == 0
    told = status.out.splitlines()
    assert told[0] == "  try-sales  EcsJob  InSync  Failed  jobs.d/sales.yaml:1"
    how = "Failed, exit 3, after 12m 6s (sales exited 3; Essential container in task exited; metrics exited 143)"
    assert f"    last run 2026-01-02 02:00Z {how}" in told
    assert "    next start 2026-01-03 02:00Z" in told
    run = team.json("status", "sales")["jobs"][0]["lastRun"]
    assert (run["exitCode"], run["trigger"]) == (3, "slot:2026-01-02T02:00:00Z")
    assert "sales | no such mart\n" in team.call("logs", "sales").out
    assert team.call("drift", "--fail-on", "drift,health").code == 1
    assert team.call("drift").code == 0


def test_production_has_its_own_account_role_sizes_and_a_job_that_staging_has_not(
    team: Team, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, aws = "444444444444", team.aws
    lead_to(aws, account, REGION, monkeypatch)
    aws.prepare(account, REGION, ["jobs"])
    ec2, ecs = aws.client("ec2", account=account), aws.client("ecs", account=account)
    network = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    inner = [{"ResourceType": "subnet", "Tags": [{"Key": "zone", "Value": "inner"}]}]
    ec2.create_subnet(VpcId=network, CidrBlock="10.50.0.0/24", TagSpecifications=inner)
    ecs.register_task_definition(
        family="warehouse", containerDefinitions=[{"name": "loader", "image": "warehouse/loader:31", "memory": 512}]
    )
    options = ("--env", "prod", "--rate-limits", "off", "--var", f"network={network}")
    applied = reconcile("--once", "--wait", *options)
    assert (applied.code, applied.out.splitlines()[-3].partition("  (")[0]) == (0, "apply: 14 created, 1 launched")
    assert {record.principal for record in aws.calls if record.operation == "RegisterTaskDefinition"} == {
        f"arn:aws:iam::{account}:user/local",
        *(record.principal for record in aws.calls if ":assumed-role/shop-reconciler/" in record.principal),
    }
    assert ecs.describe_task_definition(taskDefinition="sales")["taskDefinition"]["memory"] == "2048"
    live = aws.client("scheduler", account=account).get_schedule(GroupName="reconciler-shop.prod", Name="statements")
    assert live["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}
    assert live["Target"]["DeadLetterConfig"] == {"Arn": f"arn:aws:sqs:{REGION}:{account}:statements-undelivered"}
    aws.calls.clear()
    assert reconcile("plan", "--exit-code", *options).code == 0
    assert {record.principal for record in aws.calls if record.service == "ecs"} == {
        record.principal for record in aws.calls if ":assumed-role/shop-reader/" in record.principal
    }
    (team.root / "jobs.d" / "statements.yaml").unlink()
    gone = reconcile("--once", *options)
    assert gone.code == 0
    assert ecs.list_task_definitions(familyPrefix="statements")["taskDefinitionArns"] != []
    assert "no manifest names it; deletionPolicy Retain\n" in gone.out
