"""One command as a user starts it: a real process, and what it took from the machine."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tests.bench.world import Observed

_SPAWN: Final = str(Path(__file__).with_name("spawn.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process cost. Seconds; megabytes (10⁶ bytes); calls as AWS met them, by action."""

    cpu: float
    wall: float
    memory: float
    calls: Mapping[str, int] = field(default_factory=dict)
    first_write: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended (negative: by that signal), what it printed, and what it cost."""

    code: int
    printed: str
    errors: str
    cost: Cost


def ended(
    command: Sequence[str], *, environment: Mapping[str, str], world: Observed | None = None, given: str = ""
) -> Ended:
    """Run a command to its end, with `given` as its standard input, against a world or against none."""
    if world is not None:
        world.first_write()
    before = world.calls() if world is not None else Counter()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "took.json"
        done = subprocess.run(
            [sys.executable, "-IS", _SPAWN, str(file), *command],
            env=dict(environment),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: not started: {done.stderr[-2000:]}")
        took = json.loads(file.read_text())
    cost = Cost(cpu=took["cpu"], wall=took["wall"], memory=took["memory"])
    if world is not None:
        written = world.first_write()
        cost = replace(
            cost,
            calls=dict(sorted((world.calls() - before).items())),
            first_write=written - took["started"] if written is not None else None,
        )
    return Ended(code=took["code"], printed=done.stdout, errors=done.stderr, cost=cost)


def reconcile(
    arguments: Sequence[str], *, cache: Path, world: Observed | None = None, expected: Sequence[int] = (0,)
) -> Cost:
    """Run one command line of ours with a cache directory, against a world or against none.

    Raises RuntimeError with what it printed where it exits with another code than the `expected` ones: what failed is
    not to be measured.
    """
    environment = outside(world.environment if world is not None else {}) | {"XDG_CACHE_HOME": str(cache)}
    done = ended([sys.executable, "-m", "reconciler.cli", *arguments], environment=environment, world=world)
    if done.code not in expected:
        raise RuntimeError(f"{' '.join(arguments)}: exit {done.code}\n{(done.printed + done.errors)[-4000:]}")
    return done.cost


def outside(aws: Mapping[str, str]) -> dict[str, str]:
    """Answer the environment of a process: this one's, with `aws` in place of all that it says of AWS."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment | dict(aws)
