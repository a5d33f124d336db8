"""No hidden value comes out anywhere: planted wherever one may stand, looked for in everything that any verb prints or writes.

A value of its own stands in each place, on both sides of every difference, and in what AWS and containers say.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.parameters import FORMATS
from reconciler.local import LocalAws
from reconciler.local.calls import Place
from tests.cli.command_line import Answer, Reconcile

#: What every planted value looks like; the words before it say where it stood.
CANARY = re.compile(r"[a-z]+-canary-[0-9]+")
MANIFEST = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: hello, tags: {{api-token: tag-canary-{n}}}}}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    executionRoleArn: arn:aws:iam::111111111111:role/exec
    containerDefinitions:
      - name: main
        image: example/hello:{n}
        entryPoint: [run, --password, flag-canary-{n}]
        command: [serve, --api-key=word-canary-{n}, "postgres://ana:url-canary-{n}@db/x"]
        environment:
          - {{name: GREETING, value: environment-canary-{n}}}
          - {{name: DB_PASSWORD, value: secret-canary-{n}}}
        dockerLabels: {{access_key: label-canary-{n}}}
        logConfiguration:
          logDriver: awslogs
          options: {{awslogs-group: /ecs, awslogs-region: eu-west-1, awslogs-stream-prefix: j, extra: option-canary-{n}}}
  run:
    launchType: FARGATE
    environment: {{OVERRIDDEN: override-canary-{n}}}
    command: [serve, --token, argument-canary-{n}]
    patches:
      - op: add
        path: /overrides/containerOverrides/0/environment/-
        value: {{name: PATCHED, value: patch-canary-{n}}}
  {trigger}
"""
BATCH = """\
apiVersion: reconciler/v1
kind: BatchJob
metadata: {{name: crunch}}
spec:
  jobDefinition:
    type: container
    parameters: {{bucket: parameter-canary-{n}}}
    containerProperties:
      image: example/crunch:{n}
      command: [crunch, --secret, batch-canary-{n}]
      environment: [{{name: KEY, value: variable-canary-{n}}}]
      resourceRequirements: [{{type: VCPU, value: 1}}, {{type: MEMORY, value: 512}}]
  run: {{jobQueue: default, parameters: {{input: submit-canary-{n}}}, containerOverrides: {{command: [x, --password, queue-canary-{n}]}}}}
"""
FAILS = "log connecting with environment-canary-1; log flag-canary-1 refused; exit 3 after 5s"
SCHEDULED = """schedule:
    cron: "0 3 * * *"
    engine: eventbridge
    eventBridge: {roleArn: "arn:aws:iam::111111111111:role/clock"}"""


def write(jobs: Path, n: int, *, trigger: str = "once: {}") -> None:
    (jobs / "hello.yaml").write_text(MANIFEST.format(n=n, trigger=trigger))
    (jobs / "crunch.yaml").write_text(BATCH.format(n=n))


Call = Callable[..., Answer]


@pytest.fixture
def call(jobs: Path, reconcile: Reconcile, on_virtual_time: LocalAws) -> Call:
    """Run a verb at debug level, with every report that it can write, and look for planted values in all that comes."""

    def call(verb: str, *arguments: str) -> Answer:
        reports = [argument for form in FORMATS for argument in ("--report", f"{form}=report.{form}")]
        paced = ("--rate-limits", "off") if verb not in {"validate", "render", "show"} else ()
        writes = reports if verb in {"plan", "drift", "validate", "--once"} else ()
        answer = reconcile(verb, "-vv", *paced, *writes, *arguments)
        assert "Usage:" not in answer.err, answer.err
        texts = {"stdout": answer.out, "stderr": answer.err}
        texts |= {path.name: path.read_text() for path in Path().glob("*.*") if path.is_file()}
        leaks = {name: found for name, text in texts.items() if (found := CANARY.findall(text))}
        assert leaks == {}, (verb, arguments)
        return answer

    return call


def quoting(*words: str) -> str:
    """Answer what AWS says of a request that it does not like: it quotes it."""
    return "Invalid request: " + ", ".join(f"value '{word}' is not allowed" for word in words)


def test_a_life_of_edits_failures_and_reports_tells_no_hidden_value(
    jobs: Path, call: Call, on_virtual_time: LocalAws
) -> None:
    aws = on_virtual_time
    write(jobs, 1)
    place = Place("111111111111", "eu-west-1")
    aws.world.services["ecs"].controls["outcome"](aws.world, place, {"family": "hello", "outcome": FAILS})
    assert call("validate").code == 0
    assert call("render").code == 0
    assert call("render", "--format", "json").code == 0
    assert call("plan", "--out", "plan.json").code == 0
    assert call("show", "plan.json", "--format", "html").code == 0
    assert "the last 2 log lines of hello:\n    connecting with ***\n    *** refused\n" in call("--once", "--wait").err
    assert call("status").code == 0
    assert call("runs").code == 0
    assert call("logs", "hello").out.startswith("connecting with ***\n")
    write(jobs, 2)
    drift = call("drift", "--explain", "--unmanaged")
    assert drift.code == 2
    assert "*** (before) → *** (after)" in drift.out
    said = quoting("environment-canary-2", "flag-canary-2", "label-canary-2", "option-canary-2", "secret-canary-2")
    aws.faults.add("ecs:RegisterTaskDefinition", "error", code="ClientException", reason=said)
    said = quoting("parameter-canary-2", "batch-canary-2", "variable-canary-2")
    aws.faults.add("batch:RegisterJobDefinition", "error", code="ClientException", reason=said)
    failed = call("--once", "--wait")
    assert failed.code == 1
    assert "value '***' is not allowed" in failed.out
    said = quoting("override-canary-2", "argument-canary-2", "patch-canary-2", "environment-canary-2")
    aws.faults.add("ecs:RunTask", "error", code="InvalidParameterException", reason=said)
    assert call("--once", "--wait", "--timeout", "5").code == 1
    assert call("run", "crunch", "--parameter", "input=x").code == 0
    said = quoting("submit-canary-2", "queue-canary-2")
    aws.faults.add("batch:SubmitJob", "error", code="ClientException", reason=said)
    assert call("run", "crunch").code != 0
    assert call("doctor").code in {0, 1}


def test_an_edited_schedule_hides_the_request_that_it_sends(jobs: Path, call: Call, on_virtual_time: LocalAws) -> None:
    write(jobs, 1, trigger=SCHEDULED)
    assert call("--once").code == 0
    scheduler = on_virtual_time.client("scheduler", account="111111111111", region="eu-west-1")
    live = scheduler.get_schedule(GroupName="reconciler-team", Name="hello")
    request = json.loads(live["Target"]["Input"])
    (container,) = request["Overrides"]["ContainerOverrides"]
    container["Command"] = ["--password", "live-canary-1"]
    container["Environment"].append({"Name": "MORE", "Value": "more-canary-1"})
    kept = {
        name: live[name] for name in ("GroupName", "Name", "ScheduleExpression", "FlexibleTimeWindow", "Description")
    }
    scheduler.update_schedule(**kept, Target={**live["Target"], "Input": json.dumps(request)}, State="DISABLED")
    drift = call("drift")
    assert drift.code == 2
    assert '~ State: "DISABLED" → "ENABLED"' in drift.out
    assert "Target.Input.Overrides.ContainerOverrides" in drift.out
    write(jobs, 2, trigger=SCHEDULED)
    said = quoting("override-canary-2", "argument-canary-2")
    on_virtual_time.faults.add("scheduler:UpdateSchedule", "error", code="ValidationException", reason=said)
    assert call("--once").code == 1
    assert call("status").code == 0


def test_what_is_wrong_with_a_hidden_value_is_said_without_it(jobs: Path, call: Call) -> None:
    write(jobs, 1)
    path = jobs / "hello.yaml"
    text = path.read_text()
    for before, after in (
        ("value: environment-canary-1", "value: [environment-canary-1]"),
        ("{OVERRIDDEN: override-canary-1}", "{OVERRIDDEN: {deep: override-canary-1}}"),
        ("extra: option-canary-1", "extra: [option-canary-1]"),
    ):
        assert before in text
        path.write_text(text.replace(before, after))
        assert call("validate").code == 3
        assert call("plan").code == 3
