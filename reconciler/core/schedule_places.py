"""Which line of `run` wants what the request of a schedule says, which stands in one text. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler.core.paths import MOVED, parse
from reconciler.model import FieldChange, Job, Path

_RUN: Final = ("spec", "run")
_REQUEST: Final = ("Target", "Input")
#: What `run` has shorter words for than an override's own.
_SHORT: Final[Mapping[str, str]] = {"Command": "command", "Environment": "environment"}


def placed(changes: tuple[FieldChange, ...], job: Job) -> tuple[FieldChange, ...]:
    """Answer the differences of a schedule, those of its request with the line of `run` that each comes from."""
    return tuple(_placed(change, job) for change in changes)


def _placed(change: FieldChange, job: Job) -> FieldChange:
    steps = parse(MOVED.sub(r"[\1]", change.path))
    if steps[:2] != _REQUEST or len(steps) == len(_REQUEST):
        return change
    found = next((path for path in _written(steps[2:], job) if path in job.sources), None)
    return change if found is None else replace(change, source=job.sources[found])


def _written(steps: tuple[str, ...], job: Job) -> Iterator[Path]:
    """Answer where it may be written, the likeliest first."""
    for name, member in _SHORT.items():
        if name in steps and member in job.run:
            yield from _inside((*_RUN, member), job.run[member], steps[steps.index(name) + 1 :])
    member = steps[0][:1].lower() + steps[0][1:]
    yield (*_RUN, member)


def _inside(place: Path, value: Any, rest: tuple[str, ...]) -> Iterator[Path]:
    """Answer a word of a command, or all of it; by container where there is one, else as a whole."""
    if isinstance(value, Mapping) and len(value) == 1:
        (container,) = value
        if isinstance(value[container], Mapping | list | tuple):
            yield from _inside((*place, container), value[container], rest)
    if rest and rest[0].isdecimal():
        yield (*place, int(rest[0]))
    yield place
