"""Carry over what others may change: the live value of an ignored path goes into what is registered next.

A path of `ignoreDifferences` would otherwise be put back whenever the definition is registered for another reason
(Argo CD calls this RespectIgnoreDifferences).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.diff import located
from reconciler.core.paths import covers, parse
from reconciler.core.rules import NotCompared, Rules
from reconciler.core.trace import Trace
from reconciler.core.tree import nodes_along
from reconciler.model import ABSENT, Path, Spec


def carry_over(desired: Spec, observed: Spec, rules: Rules, ignore: Sequence[str]) -> Spec:
    """Answer `desired` with the observed values of the ignored paths; what is not there on AWS is left out.

    An entry of an ordered list is carried over where both sides have it. What lies below an entry that the manifest
    does not name (the image of somebody else's container) is not carried over, unless it is all that the entry says.
    Neither spec is changed. Raises ValueError for an `ignore` that :func:`reconciler.core.paths.check_ignore`
    complains of.
    """
    found = Trace(observed, rules)
    response_only = {note.path for note in found.notes if isinstance(note.row, NotCompared)}
    for pattern in ignore:
        wanted = Trace(desired, rules)
        for path in sorted(_places(located(parse(pattern), wanted), wanted, found) - response_only, key=str):
            desired = _carried(desired, path, Trace(desired, rules), found)
    return desired


def _places(pattern: tuple[str, ...], wanted: Trace, found: Trace) -> set[Path]:
    """Answer the places of either side that a pattern names, not those below them."""
    every = wanted.origins.keys() | found.origins.keys()
    return {path for path in every if len(path) == len(pattern) and covers(pattern, path)}


def _carried(desired: Spec, path: Path, wanted: Trace, found: Trace) -> Spec:
    path = _whole(path, wanted, found)
    value = found.origins[path][1] if path in found.origins else ABSENT
    if path in wanted.origins:
        gone = value is ABSENT or value is None
        return desired if gone and isinstance(path[-1], int) else _changed(desired, wanted.origins[path][0], value)
    return _added(desired, path, value, wanted)


def _whole(path: Path, wanted: Trace, found: Trace) -> Path:
    """Answer the entry that a member is all there is of, where only one side has the entry; else the member."""
    entry = path[:-1]
    if not entry or _is_entry(path, wanted.rules) or not _is_entry(entry, wanted.rules):
        return path
    sides = [side for side in (wanted, found) if entry in side.origins]
    return entry if len(sides) == 1 and _at(sides[0].canonical, entry).keys() <= {path[-1]} else path


def _added(desired: Spec, path: Path, value: Any, wanted: Trace) -> Spec:
    """Answer a spec with a value where it has none; as it is where nothing can stand there."""
    if value is ABSENT or value is None or any(isinstance(step, int) for step in path):
        return desired
    if _is_entry(path, wanted.rules):
        path, value = path[:-1], [*(_at(desired, _place(path[:-1], wanted)) or ()), value]
    depth = len(path)
    while path[:depth] not in wanted.origins:
        if _is_entry(path[:depth], wanted.rules):
            return desired
        depth -= 1
    place = wanted.origins[path[:depth]][0]
    for step in reversed(path[depth + 1 :]):
        value = {step: value}
    changed: Spec = _changed(desired, (*place, *path[depth : depth + 1]), value)
    return changed


def _place(path: Path, wanted: Trace) -> Path:
    return wanted.origins[path][0] if path in wanted.origins else path


def _is_entry(path: Path, rules: Rules) -> bool:
    """Answer whether a canonical place is an entry of a list."""
    *_, (_, _, entry) = nodes_along(rules, path)
    return entry


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(str(step))
        elif isinstance(value, list | tuple) and isinstance(step, int):
            value = value[step]
        else:
            return {}
    return {} if value is None else value


def _changed(value: Any, place: Path, new: Any) -> Any:
    """Answer a copy with another value at a place, or, for ABSENT and null, nothing there."""
    if not place:
        return new
    step, rest = place[0], place[1:]
    gone = not rest and (new is ABSENT or new is None)
    if isinstance(value, Mapping):
        if gone:
            return {name: nested for name, nested in value.items() if name != step}
        return {**value, str(step): _changed(value.get(str(step)) or {}, rest, new)}
    entries = list(value)
    assert isinstance(step, int)
    if gone:
        del entries[step]
    else:
        entries[step] = _changed(entries[step], rest, new)
    return entries
