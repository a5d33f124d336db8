"""The verbs around runs, as they are typed: what they print and their exit codes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciler.local import LocalAws
from reconciler.manifests.schemas import schema_text
from tests.cli.command_line import Answer, Reconcile
from tests.engine.harness import VirtualClock

REPORT = Draft202012Validator(json.loads(schema_text("report")), format_checker=FormatChecker())
JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: hello}}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    executionRoleArn: arn:aws:iam::111111111111:role/exec
    containerDefinitions:
      - name: main
        image: example/hello:1
        environment: [{{name: GREETING, value: canary-4711}}]
        dockerLabels: {{local.outcome: "{outcome}"}}
  run: {{launchType: FARGATE}}
  logs: {{}}
{more}
"""


@pytest.fixture
def call(jobs: Path, reconcile: Reconcile, on_virtual_time: LocalAws) -> Reconcile:
    """Run a verb without AWS's paces."""

    def call(verb: str, *arguments: str) -> Answer:
        paced = ("--format", "json") if "--json" in arguments else ()
        given = [argument for argument in arguments if argument != "--json"]
        return reconcile(verb, "--rate-limits", "off", *paced, *given)

    return call


def write(jobs: Path, outcome: str, *, more: str = "") -> None:
    (jobs / "hello.yaml").write_text(JOB.format(outcome=outcome, more=more))


def newest(call: Reconcile) -> str:
    """Answer the id of the newest run."""
    document = json.loads(call("runs", "hello", "--json").out)
    REPORT.validate(document)
    return str(document["runs"][0]["ids"][0]).rpartition("/")[2]


def test_a_run_that_is_not_waited_for_is_followed_by_its_id(jobs: Path, call: Reconcile) -> None:
    write(jobs, "log the answer is 42; exit 3 after 5s")
    call("apply")
    launched = call("run", "hello")
    assert (launched.code, launched.err) == (0, "  hello: Pending\n")
    task = newest(call)
    assert f"  hello  {task}  Pending  manual:" in launched.out
    waited = call("wait", task[:8])
    assert waited.code == 1
    assert "Failed, exit 3, after 10s (main exited 3; Essential container in task exited)" in waited.out
    assert (
        call("logs", task).out == "main: started\nthe answer is 42\n" or call("logs", task).out == "the answer is 42\n"
    )
    assert call("logs", "hello", "--tail", "1").out == "the answer is 42\n"
    for arguments in (("logs", "hello"), ("logs", "--follow", "hello")):
        document = json.loads(call(*arguments, "--json").out)
        REPORT.validate(document)
        assert [line["text"] for line in document["lines"]] == ["the answer is 42"]
        assert document["runs"][0]["exitCode"] == 3


def test_runs_are_listed_as_lines_and_as_json(jobs: Path, call: Reconcile) -> None:
    write(jobs, "exit 0 after 5s")
    call("apply")
    call("run", "hello", "--wait")
    answer = call("runs")
    assert answer.code == 0
    assert answer.out.splitlines()[-1].startswith("runs: 1 run: 1 succeeded  (team, 111111111111, eu-west-1; ")
    document = json.loads(call("runs", "--json", "--since", "1h", "--limit", "5").out)
    REPORT.validate(document)
    assert [(run["job"], run["state"], run["exitCode"]) for run in document["runs"]] == [("hello", "Succeeded", 0)]
    assert call("runs", "--since", "yesterday").code == 4


def test_a_hidden_value_is_not_in_a_log_that_is_shown(jobs: Path, call: Reconcile) -> None:
    write(jobs, "log hello", more="")
    call("apply")
    call("run", "hello", "--wait", "--set-env", "LOCAL_OUTCOME=log greeting canary-4711; exit 1")
    answer = call("logs", "hello")
    assert (answer.code, answer.out) == (0, "greeting ***\n")
    assert call("logs", "hello", "--show-values").out == "greeting canary-4711\n"


def test_words_behind_two_dashes_are_the_command(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    write(jobs, "exit 0 after 5s")
    call("apply")
    assert call("run", "hello", "--wait", "--", "python", "-m", "report", "--wait").code == 0
    overrides = on_virtual_time.calls.named("ecs:RunTask")[-1].members["overrides"]
    assert overrides["containerOverrides"][0]["command"] == ["python", "-m", "report", "--wait"]


def test_overrides_come_from_a_file_and_are_checked(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    write(jobs, "exit 0 after 5s")
    call("apply")
    Path("overrides.yaml").write_text("cpu: 512\nmemory: 1024\ncontainerOverrides: [{name: main, cpu: '10'}]\n")
    assert call("run", "hello", "--wait", "--overrides", "overrides.yaml").code == 0
    overrides = on_virtual_time.calls.named("ecs:RunTask")[-1].members["overrides"]
    assert (overrides["cpu"], overrides["containerOverrides"][0]["cpu"]) == ("512", 10)
    Path("overrides.yaml").write_text("containerOverrides: [{nam: main}]\n")
    answer = call("run", "hello", "--wait", "--overrides", "overrides.yaml")
    assert answer.code == 4
    assert "--overrides: overrides.yaml: overrides.containerOverrides[0].nam: unknown key" in answer.err


def test_retry_says_why_not_and_what_was_recorded(jobs: Path, call: Reconcile) -> None:
    write(jobs, "exit 3 after 5s", more="  once: {}")
    answer = call("retry", "hello")
    assert (answer.code, answer.err) == (
        1,
        "reconcile: hello: its present generation has not run — `reconcile --once` launches it\n",
    )
    assert call("apply", "--wait").code == 1
    assert call("retry", "hello").code == 0
    assert call("wait", "hello").code == 1
    assert call("apply", "--wait").code == 1
    answer = call("retry", "hello", "--assume", "succeeded")
    assert answer.code == 0
    assert " is recorded as succeeded\n" in answer.out
    assert call("apply", "--wait").code == 0


def test_stop_ends_a_run_once(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    write(jobs, "runs forever")
    call("apply")
    call("run", "hello")
    on_virtual_time.advance(30)
    assert call("stop", "hello").code == 0
    on_virtual_time.advance(60)
    answer = call("stop", "hello")
    assert (answer.code, answer.err) == (
        1,
        "reconcile: hello: the run is over, it has failed — main exited 143; reconciler: stopped on request\n",
    )


def test_what_the_manifest_suspends_is_not_called_resumed(jobs: Path, call: Reconcile) -> None:
    write(jobs, "exit 0 after 5s", more="  once: {}\n  suspend: true")
    call("apply")
    assert call("suspend", "hello").out == "hello: suspended\n"
    still = "its manifest suspends it (spec.suspend)"
    assert call("resume", "hello").out == f"hello: resumed; {still}\n"
    assert call("resume", "hello").out == f"hello: is not suspended by hand; {still}\n"
    assert json.loads(call("resume", "hello", "--json").out)["jobs"][0]["health"] == "Suspended"


def test_suspending_everything_where_there_is_nothing_says_so(jobs: Path, call: Reconcile) -> None:
    (jobs / "hello.yaml").unlink()
    for verb in ("suspend", "resume"):
        answer = call(verb, "--all")
        assert (answer.code, answer.out) == (0, "nothing to do: jobs.d declares no job\n")


def test_suspend_and_resume_say_what_they_did(jobs: Path, call: Reconcile) -> None:
    write(jobs, "exit 0 after 5s", more="  once: {}")
    assert call("suspend", "hello").out == (
        "hello: hello is not registered by this owner; spec.suspend in the manifest does it\n"
    )
    call("apply", "--wait")
    assert call("suspend", "--all").out == "hello: suspended\n"
    assert call("suspend", "hello").out == "hello: is suspended already\n"
    assert "  hello  EcsJob  InSync  Suspended  " in call("status").out
    assert call("resume", "hello").out == "hello: resumed\n"
    assert call("resume", "hello").out == "hello: is not suspended by hand\n"
    assert call("resume").code == 4
    document = json.loads(call("suspend", "--tag", "team=data", "--json").out)
    REPORT.validate(document)
    assert document["jobs"] == []
    assert call("suspend", "--job", "x*").out == ("nothing to do: jobs.d declares no job that --job and --tag choose\n")
    document = json.loads(call("suspend", "--job", "h*", "--json").out)
    assert [(job["name"], job["health"], job["message"]) for job in document["jobs"]] == [
        ("hello", "Suspended", "suspended")
    ]
    assert call("resume", "hello", "--job", "x*").err == (
        "reconcile: hello: no such job — --job and --tag leave it out, or no manifest of jobs.d declares it\n"
    )


def test_doctor_exits_with_1_where_something_is_missing(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    on_virtual_time.faults.add("iam:SimulatePrincipalPolicy", "deny", times=None)
    write(jobs, "exit 0")
    answer = call("doctor", "hello")
    assert answer.code == 1
    assert (
        "  NG       role         arn:aws:iam::111111111111:role/exec: it does not exist\n    needed by hello\n"
        in answer.out
    )
    assert answer.out.splitlines()[-1].startswith("doctor: 3 OK, 1 NG, 3 skipped  (team, 111111111111, eu-west-1; ")
    document = json.loads(call("doctor", "--json").out)
    REPORT.validate(document)
    assert {check["verdict"] for check in document["checks"]} == {"OK", "NG", "skipped"}


def permissions(call: Reconcile, *arguments: str) -> tuple[str, str]:
    document = json.loads(call("doctor", "--json", *arguments).out)
    (found,) = (check for check in document["checks"] if check["what"] == "permissions")
    return found["verdict"], found.get("reason", "")


def test_doctor_asks_about_a_role_by_its_whole_name(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    """A session's ARN does not tell its role's path, and IAM finds no role by an ARN without it."""
    iam, path = on_virtual_time.client("iam", account="111111111111"), "/aws-reserved/sso.amazonaws.com/"
    iam.create_role(Path=path, RoleName="Deployer", AssumeRolePolicyDocument="{}")
    on_virtual_time.faults.add(
        "iam:SimulatePrincipalPolicy",
        "error",
        code="NoSuchEntity",
        reason="The role cannot be found.",
        where={"PolicySourceArn": "arn:aws:iam::111111111111:role/Deployer"},
        times=None,
    )
    write(jobs, "exit 0")
    role = f"arn:aws:iam::111111111111:role{path}Deployer"
    assert permissions(call, "--role-arn", role) == ("OK", "")
    on_virtual_time.faults.add("iam:GetRole", "deny", times=None)
    assert permissions(call, "--role-arn", role) == ("NG", "The role cannot be found.")


def test_doctor_reads_all_that_the_simulator_has_to_say(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    user = "arn:aws:iam::111111111111:user/local"
    allowed = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    on_virtual_time.policies.put(user, [*allowed, {"Effect": "Deny", "Action": "ecs:UntagResource", "Resource": "*"}])
    on_virtual_time.faults.add("iam:SimulatePrincipalPolicy", "page", count=1, times=None)
    write(jobs, "exit 0")
    assert permissions(call) == (
        "NG",
        "not allowed by its own policies: ecs:UntagResource on ecs:task-definition/hello:1",
    )


@pytest.mark.parametrize(
    ("arguments", "code"), [(("apply", "--wait"), 1), (("run", "hello", "--wait"), 125), (("wait", "hello"), 1)]
)
def test_ctrl_c_leaves_runs_running_and_says_how_to_follow_them(
    jobs: Path, call: Reconcile, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int
) -> None:
    write(jobs, "exit 3 after 60s", more="  once: {}")
    call("apply")
    looks = iter([None] * 3)

    def sleep(clock: VirtualClock, seconds: float) -> None:
        if next(looks, KeyboardInterrupt) is KeyboardInterrupt:
            raise KeyboardInterrupt
        clock._aws.advance(seconds)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(VirtualClock, "sleep", sleep)
        answer = call(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert [said for said in answer.err.splitlines() if said][-2:] == [
        "  hello goes on: reconcile wait hello, reconcile logs --follow hello",
        "reconcile: interrupted — runs that were launched go on; reconcile status shows them",
    ]
    assert call("apply", "--wait").code == 1
    assert json.loads(call("runs", "--json").out)["runs"][-1]["exitCode"] == 3


def test_the_runs_of_a_job_that_is_gone_are_told_by_its_name(jobs: Path, call: Reconcile) -> None:
    write(jobs, "exit 3 after 5s")
    call("--once")
    assert call("run", "hello", "--wait").code == 3
    (jobs / "hello.yaml").unlink()
    call("--once")
    assert call("runs").out.startswith("runs: 0 runs")
    answer = call("runs", "hello", "--json")
    REPORT.validate(json.loads(answer.out))
    assert [(run["job"], run["exitCode"]) for run in json.loads(answer.out)["runs"]] == [("hello", 3)]
    unknown = call("runs", "hello", "helo")
    assert (unknown.code, unknown.err) == (
        4,
        "reconcile: helo: no such job — no manifest of jobs.d declares it\n",
    )


def test_a_month_later_status_and_runs_tell_the_same_of_a_one_shot(
    jobs: Path, call: Reconcile, on_virtual_time: LocalAws
) -> None:
    write(jobs, "log boom; exit 3 after 60s", more="  once: {}")
    call("apply", "--wait")
    on_virtual_time.advance(30 * 86400)
    status, runs = (json.loads(call(*verb, "--json").out) for verb in (("status",), ("runs", "hello")))
    REPORT.validate(status)
    told = status["jobs"][0]["lastRun"]
    assert told | {"logs": None, "created": None} == runs["runs"][0] | {"logs": None, "created": None}
    assert told["trigger"].startswith("once:g1-")
    assert told["definition"].endswith(":task-definition/hello:1")
    assert (told["state"], told["exitCode"], told["duration"]) == ("Failed", 3, 65.0)
    assert told["reason"] == "main exited 3; Essential container in task exited"
    assert told["containers"] == [{"name": "main", "exitCode": 3, "reason": "", "essential": True}]


def test_a_slot_is_an_instant_of_the_schedule(jobs: Path, call: Reconcile, on_virtual_time: LocalAws) -> None:
    write(jobs, "exit 0 after 5s", more='  schedule: {cron: "0 0 * * *", engine: reconciler}')
    call("apply")
    on_virtual_time.advance(36 * 3600)
    midnight = datetime.fromtimestamp(on_virtual_time.now(), UTC).strftime("%Y-%m-%dT00:00:00Z")
    assert "expected an instant with its offset" in call("run", "hello", "--slot", "yesterday").err
    assert call("run", "hello", "--slot", midnight.replace("T00", "T01")).code == 4
    answer = call("run", "hello", "--wait", "--slot", midnight)
    assert answer.code == 0
    assert f"slot:{midnight}" in answer.out
    again = call("run", "hello", "--wait", "--slot", midnight)
    assert (again.code, again.err) == (
        125,
        f"reconcile: hello: {midnight} was started already, and has succeeded — `reconcile run hello` launches another run\n",
    )
