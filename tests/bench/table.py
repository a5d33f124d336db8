"""The one table: what each line cost, and how much more than the same work of the size before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.process import Cost
from tests.bench.scenarios import Measured

HEAD: Final = f"{'jobs':>7}  {'':34}{'CPU s':>7}{'× CPU':>7}{'wall s':>8}{'MB':>6}{'first write s':>15}{'calls':>8}"
LEGEND: Final = (
    "CPU s: user and system, of that process alone. × CPU: how many times that of the size before it.\n"
    "first write s: from its start to the first call that changes something."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """From one size to the next: so many `times` the jobs cost so many times the processor time."""

    before: int
    times: float
    cpu: float


def slope(line: Measured, lines: Sequence[Measured]) -> Slope | None:
    """Answer how it compares with the size before it among the `lines`; None where there is none."""
    smaller = [other for other in lines if other.scenario == line.scenario and other.size < line.size]
    if not smaller:
        return None
    before = max(smaller, key=lambda other: other.size)
    return Slope(before=before.size, times=line.size / before.size, cpu=line.cost.cpu / before.cost.cpu)


def row(size: int, name: str, cost: Cost, against: Slope | None = None) -> str:
    """Answer one line."""
    grown = f"{against.cpu:7.1f}" if against is not None else " " * 7
    first = f"{cost.first_write:15.2f}" if cost.first_write is not None else " " * 15
    named = ", ".join(f"{call.partition(':')[2]} {count}" for call, count in cost.calls.items())
    told = f"{size:7,}  {name:34}{cost.cpu:7.2f}{grown}{cost.wall:8.2f}{cost.memory:6.0f}{first}"
    return f"{told}{sum(cost.calls.values()):8,}{f'  ({named})' if named else ''}"
