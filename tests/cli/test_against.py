"""`plan --against REF`: what a branch changes compared with another commit, without AWS and beside what it changes there."""

import json
import os
from functools import partial
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciler.cli.parameters import FORMATS
from reconciler.manifests.schemas import schema_text
from tests.cli.command_line import HELLO, Reconcile
from tests.git import git as git_in

REPORT = Draft202012Validator(json.loads(schema_text("report")), format_checker=FormatChecker())
CANARY = "canary-4711"
NO_CREDENTIALS = "warning: what a pass would do on AWS is not known: AWS credentials — Unable to locate credentials ("
NIGHTLY = HELLO.replace("hello", "nightly").replace(
    "once: {}", 'schedule: {cron: "0 3 * * *", engine: reconciler}\n  run: {command: [report, --all]}'
)
NIGHTLY = NIGHTLY.replace("  run: {launchType: FARGATE}\n", "")
git = partial(git_in, Path())


@pytest.fixture
def branch(jobs: Path) -> Path:
    """A repository whose commit `main` holds two jobs, with a branch checked out that has changed nothing yet."""
    (jobs / "nightly.yaml").write_text(NIGHTLY)
    git("init", "--quiet", "--initial-branch=main")
    git("add", "jobs.d")
    git("commit", "--quiet", "--message", "first")
    git("switch", "--quiet", "--create", "branch")
    return jobs


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def change(branch: Path) -> None:
    """Change something of every kind."""
    edit(branch / "hello.yaml", "example/hello:1", "example/hello:2")
    edit(branch / "hello.yaml", CANARY, f"{CANARY}-other")
    edit(branch / "settings.yaml", "maxDeletions: 2", "maxDeletions: 50")
    edit(branch / "nightly.yaml", "--all", "--some")
    edit(branch / "nightly.yaml", "0 3 * * *", "30 3 * * *")
    edit(branch / "nightly.yaml", "team: data", "team: finance")
    (branch / "new.yaml").write_text(HELLO.replace("hello", "new"))


def test_without_credentials_it_tells_what_changes_in_the_manifests(branch: Path, reconcile: Reconcile) -> None:
    change(branch)
    sha = git("rev-parse", "main")[:12]
    answer = reconcile("plan", "--against", "main")
    assert (answer.code, answer.err) == (0, "")
    warning, _, *told = answer.out.splitlines()
    assert warning.startswith(NO_CREDENTIALS)
    assert told[:-2] == [
        f"compared with main ({sha}):",
        "  ~ changed EcsJob hello  jobs.d/hello.yaml:1",
        "      ~ containerDefinitions[main].environment[GREETING].value: *** (before) → *** (after)  jobs.d/hello.yaml:14",
        '      ~ containerDefinitions[main].image: "example/hello:1" → "example/hello:2"  jobs.d/hello.yaml:12',
        "      runs again, unless this generation has run before",
        "  + added   EcsJob new  jobs.d/new.yaml:1",
        "  ~ changed EcsJob nightly  jobs.d/nightly.yaml:1",
        '      ~ tags[team]: "data" → "finance"  jobs.d/nightly.yaml:3',
        '      ~ run.command[1]: "--all" → "--some"  jobs.d/nightly.yaml:16',
        '      ~ schedule.cron: "0 3 * * *" → "30 3 * * *"  jobs.d/nightly.yaml:15',
        "  ~ changed Settings team  jobs.d/settings.yaml:1",
        "      ~ prune.maxDeletions: 2 → 50  jobs.d/settings.yaml:1",
        "",
    ]
    assert told[-2].startswith(
        f"plan: compared with main ({sha}): 1 added, 3 changed  (team, 111111111111, eu-west-1; "
    )


def test_the_checkout_and_its_index_are_left_alone(branch: Path, reconcile: Reconcile) -> None:
    change(branch)
    git("add", "jobs.d/new.yaml")
    before = (
        git("status", "--porcelain", "-uno"),
        git("ls-files", "--stage"),
        git("worktree", "list"),
        git("branch", "--all"),
    )
    assert reconcile("plan", "--against", "main").code == 0
    after = (
        git("status", "--porcelain", "-uno"),
        git("ls-files", "--stage"),
        git("worktree", "list"),
        git("branch", "--all"),
    )
    assert after == before


def test_beside_it_stands_what_a_pass_would_do(branch: Path, reconcile: Reconcile) -> None:
    assert reconcile("--once", "--local", "--wait").code == 0
    change(branch)
    answer = reconcile("plan", "--local", "--against", "main", "--format", "json")
    document = json.loads(answer.out)
    REPORT.validate(document)
    assert answer.code == 0
    assert {(job["name"], job["edit"]) for job in document["against"]["jobs"]} == {
        *(("hello", "changed"), ("new", "added"), ("nightly", "changed"), ("team", "changed")),
    }
    assert [(step["action"], step["kind"], step["name"]) for step in document["steps"]][:2] == [
        ("update", "task-definition", "hello"),
        ("create", "task-definition", "new"),
    ]
    assert reconcile("plan", "--local", "--against", "HEAD", "--out", "plan.json").code == 0
    assert "plan: compared with HEAD (" in reconcile("show", "plan.json").out


def test_no_hidden_value_is_in_any_format_and_json_shows_as_the_verb_did(branch: Path, reconcile: Reconcile) -> None:
    change(branch)
    everywhere = [argument for form in FORMATS for argument in ("--report", f"{form}=out.{form}")]
    answer = reconcile("plan", "--against", "main", "-vv", *everywhere)
    written = {form: Path(f"out.{form}").read_text() for form in FORMATS}
    assert CANARY not in answer.out + answer.err + "".join(written.values())
    for form in FORMATS:
        assert "compared with main" in written[form] or form == "json", form
        assert reconcile("show", "out.json", "--format", form).out == written[form], form


def test_what_is_gone_is_told_where_it_was(branch: Path, reconcile: Reconcile) -> None:
    edit(branch / "nightly.yaml", "spec:", "spec:\n  deletionPolicy: Retain")
    git("commit", "--quiet", "--all", "--message", "retain")
    (branch / "nightly.yaml").unlink()
    answer = reconcile("plan", "--against", "HEAD")
    assert (
        "  - removed EcsJob nightly  HEAD:jobs.d/nightly.yaml:1\n      its definition stays (deletionPolicy Retain)\n"
        in answer.out
    )


def test_a_renamed_job_is_one_change(branch: Path, reconcile: Reconcile) -> None:
    edit(branch / "hello.yaml", "{name: hello,", "{name: welcome, formerNames: [hello],")
    answer = reconcile("plan", "--against", "main")
    assert "  ~ changed EcsJob welcome  jobs.d/hello.yaml:1\n" in answer.out
    assert "      was hello\n" in answer.out
    assert "removed" not in answer.out
    assert "added" not in answer.out


def test_a_narrowed_plan_compares_only_those_jobs(branch: Path, reconcile: Reconcile) -> None:
    change(branch)
    answer = reconcile("plan", "--against", "main", "--job", "night*")
    assert "nothing" not in answer.out
    assert ": 1 changed  (team" in answer.out


def test_a_branch_that_changes_nothing_says_so(branch: Path, reconcile: Reconcile) -> None:
    (branch / "hello.yaml").write_text(HELLO.replace("cpu: 256", "cpu: '256'"))
    answer = reconcile("plan", "--against", "main", "--exit-code")
    assert answer.code == 0
    assert ": nothing changes  (team" in answer.out
    change(branch)
    assert reconcile("plan", "--against", "main", "--exit-code").code == 2


def test_that_events_are_kept_from_now_on_is_told(branch: Path, reconcile: Reconcile) -> None:
    edit(branch / "settings.yaml", "  prune:", "  history: {events: true}\n  prune:")
    assert "~ history.events: false → true" in reconcile("plan", "--against", "HEAD").out


def test_who_is_told_of_what_is_told_without_where_they_are(branch: Path, reconcile: Reconcile) -> None:
    webhook = f"webhook: {{url: 'https://hooks.example.com/{CANARY}', format: slack}}"
    topic = "sns: {topicArn: 'arn:aws:sns:eu-west-1:111111111111:alarms'}"
    edit(
        branch / "settings.yaml",
        "  prune:",
        f"  notify:\n    - {{{webhook}, events: [drift]}}\n    - {{{topic}}}\n  prune:",
    )
    git("commit", "--quiet", "--all", "--message", "told")
    edit(branch / "settings.yaml", f"{CANARY}'", f"{CANARY}/new', headers: {{X-Key: {CANARY}}}")
    edit(branch / "settings.yaml", "events: [drift]", "events: [drift, recovered]")
    edit(branch / "settings.yaml", topic, f"{topic}, jobs: [nightly]")
    answer = reconcile("plan", "--against", "HEAD", "--exit-code", "--report", "json=out.json")
    told = answer.out[answer.out.index("  ~ changed Settings") :].splitlines()
    assert [line.strip() for line in told if "notify" in line] == [
        "~ notify[0].webhook.url: *** (before) → *** (after)  jobs.d/settings.yaml:1",
        '~ notify[0].events: ["drift"] → ["drift", "recovered"]  jobs.d/settings.yaml:1',
        "+ notify[0].webhook.headers[X-Key]: ***  jobs.d/settings.yaml:1",
        '+ notify[1].jobs: ["nightly"]  jobs.d/settings.yaml:1',
    ]
    assert CANARY not in answer.out + Path("out.json").read_text()
    assert answer.code == 2
    edit(branch / "settings.yaml", f"    - {{{topic}, jobs: [nightly]}}\n", "")
    assert (
        '- notify[1].sns.topicArn: "arn:aws:sns:eu-west-1:111111111111:alarms"'
        in reconcile("plan", "--against", "HEAD").out
    )


def test_files_that_manifests_name_elsewhere_are_those_of_the_commit(jobs: Path, reconcile: Reconcile) -> None:
    shared = jobs.parent / "shared"
    shared.mkdir()
    definition = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
    containers = [{"name": "main", "image": "${{ image }}"}]
    (shared / "definition.json").write_text(json.dumps({**definition, "containerDefinitions": containers}))
    (shared / "variables.yaml").write_text("image: example/hello:1\n")
    edit(jobs / "settings.yaml", "spec:", "spec:\n  variableFiles: [../shared/variables.yaml]")
    head = HELLO[: HELLO.index("  taskDefinition:")]
    (jobs / "hello.yaml").write_text(f"{head}  taskDefinitionFile: ../shared/definition.json\n")
    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    (shared / "definition.json").write_text(
        json.dumps({**definition, "memory": "1024", "containerDefinitions": containers})
    )
    (shared / "variables.yaml").write_text("image: example/hello:2\n")
    answer = reconcile("plan", "--against", "main")
    assert answer.code == 0
    assert '~ containerDefinitions[main].image: "example/hello:1" → "example/hello:2"' in answer.out
    assert '~ memory: "512" → "1024"  jobs.d/../shared/definition.json' not in answer.out
    assert '~ memory: "512" → "1024"' in answer.out


def test_a_commit_without_the_directory_has_everything_still_to_come(jobs: Path, reconcile: Reconcile) -> None:
    git("init", "--quiet", "--initial-branch=main")
    git("commit", "--quiet", "--allow-empty", "--message", "empty")
    answer = reconcile("plan", "--against", "main")
    assert answer.code == 0
    assert "warning: main has no jobs.d\n" in answer.out
    assert "  + added   EcsJob hello  jobs.d/hello.yaml:1\n" in answer.out


def test_a_commit_whose_manifests_are_invalid_stops_nothing_and_is_told(branch: Path, reconcile: Reconcile) -> None:
    edit(branch / "hello.yaml", "cpu: 256", f"cpu: 256\n    cpus: {CANARY}")
    git("commit", "--quiet", "--all", "--message", "broken")
    git("tag", "broken")
    git("checkout", "--quiet", "main")
    edit(branch / "nightly.yaml", "0 3 * * *", "30 3 * * *")
    answer = reconcile("plan", "--against", "broken")
    assert answer.code == 0
    assert "warning: broken:jobs.d/hello.yaml:9:5 spec.taskDefinition.cpus: unknown key" in answer.out
    assert "warning: the manifests at broken are not valid, so not every job can be compared\n" in answer.out
    assert (
        "  ? unknown EcsJob hello  jobs.d/hello.yaml:1\n      not among the valid manifests at broken\n" in answer.out
    )
    assert '      ~ schedule.cron: "0 3 * * *" → "30 3 * * *"' in answer.out


def test_an_environment_that_the_commit_has_not_is_all_new(branch: Path, reconcile: Reconcile) -> None:
    edit(branch / "settings.yaml", "spec:", "spec:\n  environments: {staging: {namePrefix: stg-}}")
    answer = reconcile("plan", "--against", "main", "--env", "staging")
    assert answer.code == 0
    assert "warning: at main: " in answer.out
    assert "  + added   EcsJob stg-hello  jobs.d/hello.yaml:1\n" in answer.out


@pytest.mark.parametrize("ref", ["nope", "--upload-pack=x", "main:jobs.d"])
def test_what_is_no_commit_is_wrong_usage(branch: Path, reconcile: Reconcile, ref: str) -> None:
    answer = reconcile("plan", f"--against={ref}")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith(f"reconcile: --against: {ref}: no such commit here — `git fetch` brings ")


def test_outside_a_repository_there_is_nothing_to_compare_with(jobs: Path, reconcile: Reconcile) -> None:
    answer = reconcile("plan", "--against", "main")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == "reconcile: --against: jobs.d is in no git repository\n"


def test_what_git_says_of_a_repository_of_another_user_is_told(
    branch: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    answer = reconcile("plan", "--against", "main")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith("reconcile: --against: git rev-parse: fatal: detected dubious ownership in repository")
    assert "safe.directory" in answer.err


def test_a_plan_is_not_saved_where_aws_was_not_asked(branch: Path, reconcile: Reconcile) -> None:
    change(branch)
    answer = reconcile("plan", "--against", "main", "--out", "plan.json")
    assert answer.code == 4
    assert "  + added   EcsJob new  jobs.d/new.yaml:1\n" in answer.out
    assert not Path("plan.json").exists()


def test_credentials_that_aws_does_not_take_are_a_failure_below_what_is_known(
    branch: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(branch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "no")
    answer = reconcile("plan", "--against", "main", "--endpoint-url", "http://127.0.0.1:1")
    assert answer.code in {1, 4}
    assert "what a pass would do on AWS is not known: " in answer.out
    assert "  + added   EcsJob new  jobs.d/new.yaml:1\n" in answer.out
