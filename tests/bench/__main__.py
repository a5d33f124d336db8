"""`python -m tests.bench`: what passes over many manifests cost, and the same work by peers, in one table.

Each line is a process as a user starts it, against an embedded AWS in another one: only the first is counted. Printed,
never asserted; the calls alone are asserted, in tests/engine/test_cost.py. The peers are installed into virtual
environments of their own, below `--folder`, when they are not there yet.
"""

import argparse
import compileall
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import scenarios, table
from tests.bench.machine import machine
from tests.bench.peers import binaries, comparisons, launches
from tests.bench.peers.installed import FOLDER
from tests.bench.peers.present import Present, present
from tests.bench.scenarios import Measured

_SIZES = (100, 1_000, 10_000)
_ROOT = Path(__file__).parents[2]
_COMPARING = "comparing"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=_SIZES, metavar="N,…", help="How many manifests.")
    parser.add_argument("--only", action="append", metavar="TEXT", help="Only lines whose name holds this.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Also write everything to a file.")
    parser.add_argument("--no-peers", action="store_true", help="Ours alone.")
    parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DIR", help=f"Where the peers are [{FOLDER}].")
    given = parser.parse_args(arguments)
    # as `pip install` does: what is measured is not the compiler
    compileall.compile_dir(_ROOT / "reconciler", quiet=1)
    peers = None if given.no_peers else present(given.folder)
    document = measured(given.sizes, given.only or [""], peers)
    if given.json:
        given.json.write_text(json.dumps(document, indent=1, default=str) + "\n")


def measured(sizes: Sequence[int], only: Sequence[str], peers: Present | None) -> dict[str, Any]:
    """Measure and print every line whose name holds one of `only`, and answer all of it, for JSON."""

    def wanted(name: str) -> bool:
        return any(text in name for text in only)

    document: dict[str, Any] = {"machine": machine(), "passes": [], "launches": [], "comparisons": [], "absent": []}
    print(f"{document['machine']}\n{table.LEGEND}\n\n{table.HEAD}")
    lines: list[Measured] = []
    for line in _passes(sizes, {name for name in (*scenarios.SCENARIOS, *binaries.SCENARIOS) if wanted(name)}, peers):
        grown = table.slope(line, lines)
        lines.append(line)
        document["passes"].append({**asdict(line), "slope": asdict(grown) if grown else None})
        print(table.row(line.size, line.scenario, line.cost, grown), flush=True)
    if peers is None:
        return document
    launched = []
    for launcher in peers.launchers:
        name = f"launch: {launcher.name}"
        if wanted(name):
            launched.append(launches.launched(launcher))
            print(table.row(launches.TIMES, name, launched[-1].cost), flush=True)
    print("\n" + "\n".join(launches.table(launched)))
    if peers.prefect is not None and wanted(_COMPARING):
        compared = comparisons.comparisons(peers.prefect)
        print("\n" + "\n".join(comparisons.table(compared)))
        document["comparisons"] = [asdict(line) for line in compared]
    print("\n" + "\n".join(f"not measured: {line}" for line in peers.absent))
    return document | {"launches": [asdict(line) for line in launched], "absent": list(peers.absent)}


def _passes(sizes: Sequence[int], wanted: set[str], peers: Present | None) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            yield from scenarios.measure(size, wanted, Path(folder))
            if peers is not None:
                yield from binaries.measure(size, wanted, Path(folder))


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part.replace("_", "")) for part in text.split(",")))


if __name__ == "__main__":
    main(sys.argv[1:])
