"""A process that is really killed, in the middle of its work, and the one that comes after it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.local import LocalAws

JOB = """
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: job-{number}}}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    containerDefinitions: [{{name: app, image: "app:1"}}]
  run: {{launchType: FARGATE}}
{trigger}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for number in range(10):
        trigger = "  once: {}" if number in {3, 7} else ""
        (tmp_path / f"job-{number}.yaml").write_text(JOB.format(number=number, trigger=trigger))
    return tmp_path


def reconcile(aws: LocalAws, directory: Path) -> subprocess.CompletedProcess[str]:
    options = ["--endpoint-url", aws.endpoint, "--rate-limits", "off"]
    return subprocess.run(
        [sys.executable, "-m", "reconciler.cli", "--once", str(directory), *options],
        env={**os.environ, **aws.environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("call", "effect", "skip"),
    [
        ("ecs:RegisterTaskDefinition", "kill_after", 4),
        ("ecs:TagResource", "kill_before", 6),
        ("ecs:RunTask", "kill_after", 0),
        ("logs:PutLogEvents", "kill_before", 1),
    ],
)
def test_a_killed_pass_is_finished_by_the_next_and_nothing_runs_twice(
    aws: LocalAws, directory: Path, call: str, effect: str, skip: int
) -> None:
    aws.faults.add(call, effect, skip=skip)
    assert reconcile(aws, directory).returncode == -signal.SIGKILL
    aws.advance(1)
    second = reconcile(aws, directory)
    assert second.returncode == 0, second.stdout + second.stderr
    ecs = aws.client("ecs")
    arns = ecs.list_task_definitions()["taskDefinitionArns"]
    assert [arn.rpartition("/")[2] for arn in arns] == [f"job-{number}:1" for number in range(10)]
    tasks = [*ecs.list_tasks()["taskArns"], *ecs.list_tasks(desiredStatus="STOPPED")["taskArns"]]
    started = [task["startedBy"] for task in ecs.describe_tasks(tasks=tasks)["tasks"]]
    assert len(started) == len(set(started)) == 2
    third = reconcile(aws, directory)
    assert third.returncode == 0
    assert "10 in sync" in third.stdout
