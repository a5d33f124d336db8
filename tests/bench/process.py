"""One `reconcile` as a user starts it: a real process, and what it took from the machine."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process cost. Seconds; megabytes (10⁶ bytes); calls as AWS met them, by action."""

    cpu: float
    wall: float
    memory: float
    calls: Mapping[str, int] = field(default_factory=dict)
    first_write: float | None = None


def reconcile(
    arguments: Sequence[str], *, cache: Path, world: World | None = None, expected: Sequence[int] = (0,)
) -> Cost:
    """Run one command line with a cache directory, against a world or against none.

    Raises RuntimeError with what it printed where it exits with another code than the `expected` ones: what failed is
    not to be measured.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {"XDG_CACHE_HOME": str(cache)}
    if world is not None:
        environment |= world.environment
        world.ask("first-write")
    before = world.calls() if world is not None else Counter()
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler.cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        raise RuntimeError(f"{' '.join(arguments)}: exit {process.returncode}\n{printed.decode()[-4000:]}")
    written = world.ask("first-write") if world is not None else None
    return Cost(
        cpu=used.ru_utime + used.ru_stime,
        wall=wall,
        memory=used.ru_maxrss * 1024 / 1e6,
        calls=dict(sorted((world.calls() - before).items())) if world is not None else {},
        first_write=written - begin if written is not None else None,
    )
