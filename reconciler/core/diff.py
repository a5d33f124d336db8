"""Compare what is wanted with what was seen: the leaves that differ, their readable paths and the lines behind them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reconciler.core.differences import differences
from reconciler.core.moves import Difference
from reconciler.core.normalise import equal
from reconciler.core.paths import covers, parse, render
from reconciler.core.rules import Rules
from reconciler.core.trace import Trace
from reconciler.core.tree import nodes_along
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
        field_change(difference, wanted, found, _NO_SOURCES if sources is None else sources)
        for difference in differences(wanted, found, rules).leaves
        if not any(covers(pattern, difference.path) for pattern in ignored)
    )


def summed_up(changes: Sequence[FieldChange]) -> str:
    """Say in a few words in what two sides differ: the first path, and how many more there are."""
    first = changes[0].path
    return f"{first} differs" if len(changes) == 1 else f"{first} and {len(changes) - 1} more differ"


def field_change(
    difference: Difference, desired: Trace, observed: Trace, sources: Mapping[Path, Source] = _NO_SOURCES
) -> FieldChange:
    """Answer a difference as people read it."""
    return FieldChange(
        path=_described(difference, desired.rules),
        before=_as_received(difference.before, difference.before_path, difference.path, observed),
        after=_as_received(difference.after, difference.after_path, difference.path, desired),
        source=_source(difference.path, desired, sources),
    )


def located(pattern: tuple[str, ...], desired: Trace) -> tuple[str, ...]:
    """Answer a pattern with positions in the manifest's lists replaced by the keys that stand there."""
    steps: tuple[str, ...] = ()
    for step in pattern:
        listed = desired.lists.get(steps)
        if listed is not None and step not in listed.keys and step.isdecimal() and int(step) in listed.places:
            step = listed.keys[listed.places.index(int(step))]
        steps = (*steps, step)
    return steps


def readable(path: Path, rules: Rules) -> str:
    """Answer a place of the canonical form as people read it."""
    return render((step, entry) for step, _, entry in nodes_along(rules, path))


def _described(difference: Difference, rules: Rules) -> str:
    """Answer the readable path of a difference, with both positions of an entry that moved."""
    if not difference.moved or difference.before_path is None:
        return readable(difference.path, rules)
    return f"{readable(difference.path[:-1], rules)}[{difference.before_path[-1]}→{difference.path[-1]}]"


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
