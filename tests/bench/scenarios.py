"""What is measured of a directory of so many manifests, one after the other in one world."""

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench import directories
from tests.bench.process import Cost, reconcile
from tests.bench.world import World

#: The names of what can be measured, in the order in which it happens.
SCENARIOS: Final = (
    "validate, cold",
    "validate, warm",
    "all new",
    "in sync, cold",
    "in sync, warm",
    "in sync, warm, --rate-limits aws",
    "1 % changed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table."""

    size: int
    scenario: str
    cost: Cost


def measure(size: int, wanted: Collection[str], folder: Path) -> Iterator[Measured]:
    """Measure the `wanted` scenarios of a directory of `size` manifests.

    A scenario that is not wanted is left out, but for the making of what the later ones find on AWS. "Cold" is an empty
    cache directory, "warm" the one that the run before it left.
    """
    directory, cache = folder / f"jobs-{size}", folder / f"cache-{size}"
    directories.write(directory, size)

    def run(scenario: str, *arguments: str, world: World | None = None) -> Measured:
        if scenario.endswith("cold"):
            shutil.rmtree(cache, ignore_errors=True)
        cost = reconcile([arguments[0], str(directory), *arguments[1:]], cache=cache, world=world)
        return Measured(size=size, scenario=scenario, cost=cost)

    for scenario in SCENARIOS[:2]:
        if scenario in wanted:
            yield run(scenario, "validate")
    if not set(wanted) & set(SCENARIOS[2:]):
        return
    with World() as world:
        for scenario in SCENARIOS[2:]:
            if scenario == "1 % changed":
                for number in range(0, size, 100):
                    directories.change(directory, number, version="2026-11-03")
            if scenario in wanted or scenario == "all new":
                limits = "aws" if scenario.endswith("aws") else "off"
                made = run(scenario, "--once", "--rate-limits", limits, world=world)
                if scenario in wanted:
                    yield made
