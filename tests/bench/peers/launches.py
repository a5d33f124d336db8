"""The same ECS job launched by peers and by us, side by side on an embedded AWS, on its virtual time.

Every launcher gets an AWS of its own, and does it ten times; then once more, killed at the moment in which AWS has
taken its RunTask, and started again, as a pod is that was evicted.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

from reconciler.local import LocalAws
from tests.engine.harness import VirtualClock

TIMES: Final = 10
_DRIVERS: Final = Path(__file__).parent / "drivers"
_JOB: Final = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: {name}}}
spec: {{{definition}, run: {{launchType: FARGATE}}, once: {{}}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """What came of ten launches.

    `follows` where the launcher knows how they ended, `registers` where it is told a definition: the others are given
    a registered one.
    """

    calls: Mapping[str, int]
    revisions: int
    tasks: int
    said: str
    tasks_after_a_kill: int
    follows: bool
    registers: bool


def by_peer(python: Path, driver: str, *, follows: bool, registers: bool) -> Launched:
    """Let a peer launch, in its own interpreter."""

    def launch(aws: LocalAws, run: Mapping[str, Any], times: int) -> str:
        given = {
            "definition": _definition(),
            "run": run,
            "launches": times,
            "endpoint": aws.endpoint,
            "token": aws.token,
        }
        with TemporaryDirectory() as home:
            environment = {**os.environ, **aws.environment, "AIRFLOW_HOME": home, "PREFECT_HOME": home}
            done = subprocess.run(
                [str(python), str(_DRIVERS / f"{driver}.py")],
                input=json.dumps(given),
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        lines = done.stdout.splitlines()
        if done.returncode < 0:
            return f"killed by signal {-done.returncode}"
        if done.returncode or not lines:
            raise RuntimeError(f"{driver}: exit {done.returncode}\n{done.stderr[-2000:]}")
        return str(json.loads(lines[-1]))

    return _measured(launch, follows=follows, registers=registers)


def by_us() -> Launched:
    """Let `reconcile --once --wait` launch ten one-shots that run one definition."""

    def launch(aws: LocalAws, _: Mapping[str, Any], times: int) -> str:
        with TemporaryDirectory() as folder:
            directory = Path(folder)
            names = [f"report{number}" for number in range(times)]
            body = json.dumps(_definition())
            for name in names:
                definition = f"taskDefinition: {body}" if name == names[0] else f"definitionOf: {names[0]}"
                (directory / f"{name}.yaml").write_text(_JOB.format(name=name, definition=definition))
            return _reconcile(aws, directory, times)

    return _measured(launch, follows=True, registers=True)


def _reconcile(aws: LocalAws, directory: Path, times: int) -> str:
    command = ["--once", *(["--wait"] if times > 1 else []), "--rate-limits", "off", str(directory)]
    environment = {**os.environ, **aws.environment, "XDG_CACHE_HOME": str(directory / ".cache")}
    if times == 1:  # the one that is killed is a process of its own; AWS's time stands still, so it does not wait
        done = subprocess.run(
            [sys.executable, "-m", "reconciler.cli", *command], env=environment, capture_output=True, check=False
        )
        return f"exit {done.returncode}"
    from reconciler.cli.program import run

    printed = io.StringIO()
    with (
        patch.dict(os.environ, environment),
        patch("reconciler.cli.invocation.SystemClock", lambda: VirtualClock(aws)),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        code = run(command)
    line = next(line for line in printed.getvalue().splitlines() if "report0: Failed" in line)
    return f"exit {code}: {line.strip().partition(': ')[2]}"


def _measured(launch: Callable[[LocalAws, Mapping[str, Any], int], str], **traits: bool) -> Launched:
    with _aws() as aws:
        run = _run(aws)
        aws.calls.clear()
        said = launch(aws, run, TIMES)
        calls, tasks = aws.calls.counts(), _tasks(aws)
        ecs = aws.client("ecs")
        revisions = len(ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"])
    with _aws() as aws:
        run = _run(aws)
        aws.faults.add("ecs:RunTask", "kill_after", times=1)
        launch(aws, run, 1)
        aws.advance(30)
        launch(aws, run, 1)
        after_a_kill = _tasks(aws)
    if not traits["registers"]:
        del calls["ecs:RegisterTaskDefinition"]
    return Launched(calls=calls, revisions=revisions, tasks=tasks, said=said, tasks_after_a_kill=after_a_kill, **traits)


@contextmanager
def _aws() -> Iterator[LocalAws]:
    with LocalAws(clock="manual", clusters=["default"]) as aws:
        yield aws


def _tasks(aws: LocalAws) -> int:
    """How many tasks were started: an answer that was lost is one as well."""
    return sum(record.outcome in {"ok", "dropped"} for record in aws.calls.named("ecs:RunTask"))


def _definition() -> dict[str, Any]:
    return {
        "family": "report",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "containerDefinitions": [
            {
                "name": "main",
                "image": "app:1",
                "portMappings": [{"containerPort": 8080}],
                "dockerLabels": {"local.outcome": "exit 3 after 60s"},
            }
        ],
    }


def _run(aws: LocalAws) -> dict[str, Any]:
    ec2 = aws.client("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    groups = [group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]]
    network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": groups, "assignPublicIp": "ENABLED"}}
    return {"cluster": "default", "launchType": "FARGATE", "networkConfiguration": network}
