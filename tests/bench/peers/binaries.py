"""What ecspresso and ecschedule cost for the same jobs, where their binaries are on PATH: pip cannot install them.

ecspresso (kayac) keeps one definition for each configuration file: a directory of jobs is as many processes. ecschedule
(Songmu) keeps EventBridge's rules of one file, a rule for each job here; the definitions that they start are there.
"""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3

from tests.bench.directories import REGION
from tests.bench.process import Cost, Ended, ended, outside
from tests.bench.scenarios import Measured
from tests.bench.world import World

#: Where a process for each job, or two calls for each, tell nothing new.
LARGEST: Final = 1_000

Definitions = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`prepare` writes what it reads and answers how to call it; `verbs` follow, by the scenario, in their order."""

    prepare: Callable[[Path, Definitions, World], list[list[str]]]
    verbs: Mapping[str, Sequence[str]]


def _ecspresso(folder: Path, definitions: Definitions, world: World) -> list[list[str]]:
    commands = []
    for definition in definitions:
        family = definition["family"]
        (folder / f"{family}.json").write_text(json.dumps(definition))
        config = folder / f"{family}.yml"
        config.write_text(json.dumps({"region": REGION, "cluster": "default", "task_definition": f"{family}.json"}))
        commands.append(["--config", str(config)])
    return commands


def _ecschedule(folder: Path, definitions: Definitions, world: World) -> list[list[str]]:
    aws = dict(world.environment)
    ecs: Any = boto3.client(
        "ecs",
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=aws["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws["AWS_SECRET_ACCESS_KEY"],
    )
    rules = []
    for definition in definitions:
        ecs.register_task_definition(**definition)
        family = definition["family"]
        rules.append({"name": family, "scheduleExpression": "cron(0 3 * * ? *)", "taskDefinition": family})
    config = folder / "ecschedule.yaml"
    config.write_text(json.dumps({"region": REGION, "cluster": "default", "rules": rules}))
    return [["-conf", str(config)]]


TOOLS: Final[Mapping[str, Tool]] = {
    "ecspresso": Tool(
        prepare=_ecspresso,
        verbs={"all new: ecspresso register": ["register"], "in sync: ecspresso diff": ["diff"]},
    ),
    "ecschedule": Tool(
        prepare=_ecschedule,
        verbs={"all new: ecschedule apply": ["apply", "-all"], "in sync: ecschedule diff": ["diff", "-all"]},
    ),
}
SCENARIOS: Final = tuple(scenario for tool in TOOLS.values() for scenario in tool.verbs)


def measure(size: int, wanted: Collection[str], folder: Path) -> Iterator[Measured]:
    """Measure the wanted scenarios of those that are there, with the jobs that `folder` has of this size.

    Raises RuntimeError with what it printed where one fails.
    """
    for name, tool in TOOLS.items():
        path = shutil.which(name)
        if path is None or size > LARGEST or not set(tool.verbs) & set(wanted):
            continue
        home = folder / f"{name}-{size}"
        home.mkdir()
        with World() as world:
            commands = tool.prepare(home, _definitions(folder / f"jobs-{size}"), world)
            for scenario, verb in tool.verbs.items():
                costs = [_spent([path, *command, *verb], world).cost for command in commands]
                if scenario in wanted:
                    yield Measured(size=size, scenario=scenario, cost=_sum(costs))


def _definitions(directory: Path) -> Definitions:
    """Answer the very definitions that we would send."""
    command = [
        sys.executable,
        "-m",
        "reconciler.cli",
        "render",
        "--dir",
        str(directory),
        "--format",
        "json",
        "--show-values",
    ]
    rendered = json.loads(_spent(command, None).printed)
    return [job["rendered"]["definition"] for job in rendered["jobs"]]


def _spent(command: Sequence[str], world: World | None) -> Ended:
    done = ended(command, environment=outside(world.environment if world is not None else {}), world=world)
    if done.code:
        raise RuntimeError(f"{' '.join(command)}: exit {done.code}\n{(done.printed + done.errors)[-2000:]}")
    return done


def _sum(costs: Sequence[Cost]) -> Cost:
    """The processes one after the other; the memory is that of the largest."""
    calls: Counter[str] = Counter()
    for cost in costs:
        calls.update(cost.calls)
    return Cost(
        cpu=sum(cost.cpu for cost in costs),
        wall=sum(cost.wall for cost in costs),
        memory=max(cost.memory for cost in costs),
        calls=dict(sorted(calls.items())),
        first_write=costs[0].first_write,
    )
