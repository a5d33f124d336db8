"""Compare what is wanted with what was seen: the leaves that differ, their readable paths and the lines behind them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reconciler.core.differences import differences
from reconciler.core.moves import Difference
from reconciler.core.normalise import equal
from reconciler.core.paths import Step, covers, parse, render
from reconciler.core.rules import Rules
from reconciler.core.trace import Trace
from reconciler.core.tree import Entries
from reconciler.model import ABSENT, FieldChange, Path, Source, Spec

_NO_SOURCES: Mapping[Path, Source] = MappingProxyType({})


def compare(
    desired: Spec,
    observed: Spec,
    rules: Rules,
    ignore: Sequence[str] = (),
    sources: Mapping[Path, Source] | None = None,
) -> tuple[FieldChange, ...]:
    """Answer the leaves in which the observed spec differs from the desired one, sorted by path.

    Values are as they were written and received. An entry of an ordered list that only moved has the path
    `command[2→0]` (from where it is to where it is wanted) and the same value twice. `ignore` holds paths below
    which nothing counts; `sources` maps places of the desired spec to lines, a place without one belongs to its
    nearest parent. Raises ValueError for an `ignore` that :func:`reconciler.core.paths.check_ignore` complains of.
    """
    if equal(desired, observed, rules):
        return ()
    wanted, found = Trace(desired, rules), Trace(observed, rules)
    ignored = [located(parse(path), wanted) for path in ignore]
    return tuple(
        FieldChange(
            path=readable(difference, wanted, found),
            before=_as_received(difference.before, difference.before_path, difference.path, found),
            after=_as_received(difference.after, difference.after_path, difference.path, wanted),
            source=_source(difference.path, wanted, sources or _NO_SOURCES),
        )
        for difference in differences(wanted, found, rules).leaves
        if not any(covers(pattern, difference.path) for pattern in ignored)
    )


def located(pattern: tuple[str, ...], desired: Trace) -> tuple[str, ...]:
    """Answer a pattern with positions in the manifest's lists replaced by the keys that stand there."""
    steps: tuple[str, ...] = ()
    for step in pattern:
        listed = desired.lists.get(steps)
        if listed is not None and step not in listed[1].keys and step.isdecimal() and int(step) in listed[1].places:
            step = listed[1].keys[listed[1].places.index(int(step))]
        steps = (*steps, step)
    return steps


def readable(difference: Difference, desired: Trace, observed: Trace) -> str:
    """Answer the path that people read."""
    path = difference.path
    canonical = desired.canonical if difference.after_path is not None else observed.canonical
    steps: list[Step] = []
    nested: Any = canonical
    for step in path:
        steps.append((step, isinstance(nested, Entries)))
        nested = nested[step]
    text = render(steps)
    if difference.moved and difference.before_path is not None:
        return f"{render(steps[:-1])}[{difference.before_path[-1]}→{path[-1]}]"
    return text


def _as_received(canonical: Any, path: Path | None, shown: Path, trace: Trace) -> Any:
    """Answer the value as it stands in the spec, also one that counted as left out; else what its text says."""
    origin = trace.origins.get(path if path is not None else shown)
    if origin is None or origin[1] is None:
        return canonical
    if path is None and isinstance(shown[-1], int):
        return ABSENT
    return origin[1]


def _source(path: Path, desired: Trace, sources: Mapping[Path, Source]) -> Source | None:
    place = desired.origin(path)[0]
    while place and place not in sources:
        place = place[:-1]
    return sources.get(place)
