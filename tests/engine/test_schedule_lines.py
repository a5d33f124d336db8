"""What differs in a schedule names the manifest's line that wants it, down into the request that it sends."""

import json
from typing import Any

import pytest

from tests.engine.harness import Directory
from tests.engine.scheduled import GROUP, ROLE
from tests.engine.test_eventbridge import edited

MANIFEST = f"""\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: report}}
spec:
  taskDefinition:
    containerDefinitions: [{{name: app, image: "app:1"}}]
  run:
    cluster: default
    group: nightly
    command:
      - report
      - --all
    environment:
      app: {{LEVEL: debug}}
  schedule:
    cron: "0 3 * * *"
    timeZone: Europe/Paris
    engine: eventbridge
    eventBridge:
      roleArn: {ROLE}
      flexibleTimeWindowMinutes: 5
"""


def request(target: dict[str, Any], change: Any) -> dict[str, Any]:
    told = json.loads(target["Input"])
    change(told)
    return {**target, "Input": json.dumps(told)}


def override(told: dict[str, Any]) -> Any:
    return told["Overrides"]["ContainerOverrides"][0]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda target: request(target, lambda told: told.update(Group="other")), "    group: nightly"),
        (
            lambda target: request(target, lambda told: override(told)["Command"].__setitem__(1, "--few")),
            "      - --all",
        ),
        (
            lambda target: request(target, lambda told: override(told)["Environment"][0].update(Value="info")),
            "      app: {LEVEL: debug}",
        ),
        (lambda target: request(target, lambda told: override(told)["Command"].reverse()), "      - report"),
        (lambda target: {**target, "RoleArn": f"{ROLE}-2"}, f"      roleArn: {ROLE}"),
    ],
    ids=["a member", "a word of the command", "a variable", "a word that moved", "the role"],
)
def test_a_changed_target_names_the_line(directory: Directory, change: Any, line: str) -> None:
    directory.write(report=MANIFEST)
    directory.once()
    scheduler = directory.aws.client("scheduler")
    live = scheduler.get_schedule(GroupName="reconciler-tests", Name="report")
    edited(directory, f"{GROUP}/report", Target=change(live["Target"]))
    (found,) = [change for job in directory.plan().jobs for change in job.changes]
    assert found.source is not None
    assert MANIFEST.splitlines()[found.source.line - 1] == line


@pytest.mark.parametrize(
    ("member", "value", "line"),
    [
        ("ScheduleExpression", "cron(0 4 * * ? *)", '    cron: "0 3 * * *"'),
        ("ScheduleExpressionTimezone", "UTC", "    timeZone: Europe/Paris"),
        ("FlexibleTimeWindow", {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 9}, "      flexibleTimeWindowMinutes: 5"),
    ],
)
def test_a_changed_member_names_the_line(directory: Directory, member: str, value: Any, line: str) -> None:
    directory.write(report=MANIFEST)
    directory.once()
    edited(directory, f"{GROUP}/report", **{member: value})
    (found,) = [change for job in directory.plan().jobs for change in job.changes]
    assert found.source is not None
    assert MANIFEST.splitlines()[found.source.line - 1] == line
