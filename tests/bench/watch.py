"""`python -m tests.bench.watch`: what a loop costs while nothing happens, and how soon it acts on a saved file.

A real `reconcile --watch` over many manifests that are in sync, against an embedded AWS in another process: only the
loop is counted. Printed, never asserted. The ten minutes that the numbers in docs/watch.md come from are the default;
`--minutes 0.5 --saves 5` shows that it works.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench import directories
from tests.bench.machine import machine
from tests.bench.world import World

_TICKS: Final = os.sysconf("SC_CLK_TCK")
#: How long a saved file may wait to be acted upon before the bench gives up, in seconds.
_PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process has used so far: seconds of processor time, and megabytes (10⁶ bytes) that it holds now."""

    cpu: float
    memory: float
    peak: float


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.watch", description=__doc__)
    parser.add_argument("--manifests", type=int, default=1_000, metavar="N")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M", help="How long nothing happens.")
    parser.add_argument("--saves", type=int, default=50, metavar="N", help="How many files are saved after that.")
    parser.add_argument("options", nargs="*", metavar="OPTION", help="More options of --watch, after `--`.")
    given = parser.parse_args(arguments)
    print(machine())
    with tempfile.TemporaryDirectory() as folder, World() as world:
        directory = Path(folder) / "jobs.d"
        directories.write(directory, given.manifests)
        with _loop(directory, Path(folder), world, given.options) as loop:
            _hear(loop, "pass 1")
            _settle(world)
            _idle(loop.pid, world, given.manifests, given.minutes * 60)
            if given.saves:
                _save(loop, world, directory, given.manifests, given.saves)
            loop.send_signal(signal.SIGTERM)
            begin = time.monotonic()
            loop.communicate()
            print(f"SIGTERM: exit {loop.returncode} after {time.monotonic() - begin:.2f} s")


def _loop(directory: Path, folder: Path, world: World, options: Sequence[str]) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"XDG_CACHE_HOME": str(folder / "cache"), "RECONCILER_LOCK_DIR": str(folder / "locks")}
    return subprocess.Popen(
        [sys.executable, "-m", "reconciler.cli", "--watch", str(directory), "--rate-limits", "off", *options],
        env={**environment, **world.environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def _hear(loop: "subprocess.Popen[str]", words: str) -> None:
    assert loop.stderr is not None
    for line in loop.stderr:
        if words in line:
            return
    raise RuntimeError(f"the loop ended without saying {words!r}")


def _settle(world: World) -> None:
    """Wait for what the first pass leaves for the second: then nothing is left to do."""
    before = -1
    while before != (before := world.calls().total()):
        time.sleep(3)


def _idle(process: int, world: World, manifests: int, seconds: float) -> None:
    first, calls = _used(process), world.calls()
    begin = time.monotonic()
    time.sleep(seconds)
    wall = time.monotonic() - begin
    last, made = _used(process), world.calls() - calls
    cpu = last.cpu - first.cpu
    print(
        f"{manifests:,} in sync, {wall:.0f} s in which nothing happens: {cpu:.2f} s of processor time "
        f"({100 * cpu / wall:.2f} % of one core), {last.memory:.0f} MB at the end, {last.peak:.0f} MB at most"
    )
    listed = ", ".join(f"{name} {count}" for name, count in sorted(made.items()))
    print(f"{made.total()} calls, {60 * made.total() / wall:.1f} a minute: {listed}")


def _save(loop: "subprocess.Popen[str]", world: World, directory: Path, manifests: int, saves: int) -> None:
    """Save one file at a time, at no particular instant of the loop's second, and print when AWS was written to."""
    dice = random.Random(1)
    waits, used = [], _used(loop.pid)
    for number in range(saves):
        time.sleep(1.5 + dice.random())
        world.ask("first-write")
        begin = time.monotonic()
        directories.change(directory, dice.randrange(manifests), version=f"saved-{number}")
        waits.append(_first_write(world, begin) - begin)
        _hear(loop, "updated task-definition")
    cpu = (_used(loop.pid).cpu - used.cpu) / saves
    print(
        f"{saves} saves: first write on AWS after {statistics.median(waits):.3f} s in the median, {max(waits):.3f} s at "
        f"worst, {cpu:.2f} s of processor time for each"
    )


def _first_write(world: World, begin: float) -> float:
    while time.monotonic() < begin + _PATIENCE:
        written = world.ask("peek")
        if written is not None:
            return float(written)
        time.sleep(0.05)
    raise RuntimeError(f"nothing was written within {_PATIENCE:.0f} s")


def _used(process: int) -> Usage:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    sizes = Counter(
        {
            name: int(value.split()[0])
            for name, _, value in (
                line.partition(":") for line in Path(f"/proc/{process}/status").read_text().splitlines()
            )
            if name in {"VmRSS", "VmHWM"}
        }
    )
    return Usage(
        cpu=(int(fields[11]) + int(fields[12])) / _TICKS,
        memory=sizes["VmRSS"] * 1024 / 1e6,
        peak=sizes["VmHWM"] * 1024 / 1e6,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
