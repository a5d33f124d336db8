"""`python -m tests.bench`: what passes over many manifests cost, as one table, and as JSON with --json FILE.

Each line is a `reconcile` started as a user starts it, against an embedded AWS in another process: only the first is
counted. Printed, never asserted; the calls alone are asserted, in tests/engine/test_cost.py.
"""

import argparse
import compileall
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.bench.machine import machine
from tests.bench.scenarios import SCENARIOS, Measured, measure

_SIZES = (100, 1_000, 10_000)
_ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=_SIZES, metavar="N,…", help="How many manifests.")
    parser.add_argument("--only", action="append", metavar="TEXT", help="Only scenarios whose name holds this.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Also write everything to a file.")
    given = parser.parse_args(arguments)
    wanted = {name for name in SCENARIOS if not given.only or any(text in name for text in given.only)}
    # as `pip install` does: what is measured is not the compiler
    compileall.compile_dir(_ROOT / "reconciler", quiet=1)
    lines: list[Measured] = []
    print(f"{machine()}\n")
    print(f"{'manifests':>9}  {'':34}{'CPU s':>7}{'wall s':>8}{'MB':>6}{'first write s':>15}{'calls':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for size in given.sizes:
            for line in measure(size, wanted, Path(folder)):
                lines.append(line)
                print(_row(line), flush=True)
    for text in _slopes(lines):
        print(text)
    if given.json:
        given.json.write_text(json.dumps(_document(lines), indent=1) + "\n")


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part.replace("_", "")) for part in text.split(",")))


def _row(line: Measured) -> str:
    cost = line.cost
    first = f"{cost.first_write:15.2f}" if cost.first_write is not None else " " * 15
    calls = ", ".join(f"{name.partition(':')[2]} {count}" for name, count in cost.calls.items())
    head = f"{line.size:9,}  {line.scenario:34}{cost.cpu:7.2f}{cost.wall:8.2f}{cost.memory:6.0f}{first}"
    return f"{head}{sum(cost.calls.values()):7,}{f'  ({calls})' if calls else ''}"


def _slopes(lines: Sequence[Measured]) -> list[str]:
    """How much more processor time each scenario costs between one size and the next."""
    told = []
    for scenario in SCENARIOS:
        mine = [line for line in lines if line.scenario == scenario]
        for less, more in pairwise(mine):
            factor, times = more.cost.cpu / less.cost.cpu, more.size / less.size
            told.append(f"{scenario}: {less.size:,} → {more.size:,} (× {times:g}) costs × {factor:.1f}")
    return ["", *told] if told else []


def _document(lines: Sequence[Measured]) -> dict[str, Any]:
    return {"machine": machine(), "lines": [asdict(line) for line in lines]}


if __name__ == "__main__":
    main(sys.argv[1:])
