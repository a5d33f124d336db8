"""The same ECS job launched by peers and by us, side by side on an embedded AWS, on its virtual time.

Every launcher gets an AWS of its own, and does it ten times, one after the other or, where its name says so, at once;
then once more, killed at the moment in which AWS has taken its RunTask, and started again, as a pod is that was evicted.
All are given the same definition and the same network.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from reconciler.local import LocalAws
from tests.bench.process import Cost, Ended, ended, outside
from tests.bench.world import Writes

TIMES: Final = 10
_DRIVERS: Final = Path(__file__).parent / "drivers"
#: What is asked only to know how a run goes; all else of a launcher is its launching.
_FOLLOWING: Final = "ecs:DescribeTasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """Who launches: a driver, and the interpreter that has what it needs.

    `follows` where it knows how the runs ended, `registers` where it is told a definition: the others are given a
    registered one. `options` are the driver's: `at_once`, and `follow: False` where it could but is not to. `alone`
    names who does its launching alone, where that is not all but :data:`_FOLLOWING`.
    """

    name: str
    driver: str
    python: Path
    follows: bool
    registers: bool
    options: Mapping[str, bool] = field(default_factory=dict)
    alone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """What came of ten launches."""

    launcher: Launcher
    cost: Cost
    revisions: int
    tasks: int
    said: str
    tasks_after_a_kill: int


class _Here:
    """The embedded AWS of this process, whose visitors are measured."""

    def __init__(self, aws: LocalAws) -> None:
        self.environment = aws.environment
        self._aws, self._writes = aws, Writes(aws)

    def calls(self) -> Counter[str]:
        return Counter(self._aws.calls.counts())

    def first_write(self) -> float | None:
        return self._writes.again()


def launched(launcher: Launcher) -> Launched:
    """Let it launch ten times, then once more with a kill in the middle, on an AWS of its own each.

    Raises RuntimeError with its last words where it ends without an answer.
    """
    with _aws(launcher) as aws:
        done = _launch(launcher, aws, TIMES, world=_Here(aws))
        if done.code or not done.printed:
            raise RuntimeError(f"{launcher.name}: exit {done.code}\n{done.errors[-2000:]}")
        said = str(json.loads(done.printed.splitlines()[-1]))
        tasks = _tasks(aws)
        revisions = len(aws.client("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"])
    with _aws(launcher) as aws:
        aws.faults.add("ecs:RunTask", "kill_after", times=1)
        _launch(launcher, aws, 1)
        aws.advance(30)
        _launch(launcher, aws, 1)
        after_a_kill = _tasks(aws)
    return Launched(
        launcher=launcher,
        cost=done.cost,
        revisions=revisions,
        tasks=tasks,
        said=said,
        tasks_after_a_kill=after_a_kill,
    )


def table(lines: Sequence[Launched]) -> list[str]:
    """Answer the lines to print, a block for each launcher."""
    rows: list[tuple[str, Callable[[Launched], str]]] = [
        (f"{TIMES} launches: calls until it is known how all ended", _until_known),
        ("… of the launching alone", _launching),
        ("… revisions registered", lambda each: str(each.revisions) if each.launcher.registers else "none: others do"),
        ("… tasks started", lambda each: str(each.tasks)),
        ("… the container exits 3: reported", lambda each: each.said),
        ("killed after RunTask, started again: tasks", lambda each: str(each.tasks_after_a_kill)),
    ]
    told = []
    for line in lines:
        told += [line.launcher.name, *(f"  {title:54}{what(line)}" for title, what in rows)]
    return told


def _until_known(line: Launched) -> str:
    made = sum(line.cost.calls.values())
    return str(made) if line.launcher.follows else f"never, after {made}"


def _launching(line: Launched) -> str:
    if line.launcher.alone:
        return f"see {line.launcher.alone}"
    return str(sum(count for call, count in line.cost.calls.items() if call != _FOLLOWING))


def _launch(launcher: Launcher, aws: LocalAws, times: int, *, world: _Here | None = None) -> Ended:
    given = {
        **launcher.options,
        "definition": _definition(),
        "run": _run(aws),
        "launches": times,
        "endpoint": aws.endpoint,
        "token": aws.token,
    }
    with TemporaryDirectory() as home:
        homes = {"AIRFLOW_HOME": home, "PREFECT_HOME": home, "XDG_CACHE_HOME": home}
        return ended(
            [str(launcher.python), str(_DRIVERS / f"{launcher.driver}.py")],
            environment=outside(aws.environment) | homes,
            world=world,
            given=json.dumps(given),
        )


@contextmanager
def _aws(launcher: Launcher) -> Iterator[LocalAws]:
    with LocalAws(clock="manual", clusters=["default"]) as aws:
        if not launcher.registers:
            aws.client("ecs").register_task_definition(**_definition())
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
