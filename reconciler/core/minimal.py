"""The shortest body that still says the same, for writing a manifest of what is live."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.rules import Keyed, Rules
from reconciler.core.trace import Listed, Trace
from reconciler.model import Path, Spec


def minimal(spec: Spec, rules: Rules) -> dict[str, Any]:
    """Answer a spec without what counts as left out: read-only members, defaults, empties.

    It compares equal to `spec`; its values are as they were received. Members keep their order, but those that name
    a thing come first; a list whose order AWS scrambles is sorted. A structure in which nothing would be left keeps
    what it says, since an empty one may mean something else to AWS.
    """
    trace = Trace(spec, rules)
    shortener = _Shortener(trace.omitted, {listed.place: listed for listed in trace.lists.values()})
    return shortener.structure(spec, (), rules.leading)


class _Shortener:
    def __init__(self, omitted: set[Path], lists: Mapping[Path, Listed]) -> None:
        self.omitted = omitted
        self.lists = lists

    def structure(self, raw: Spec, place: Path, leading: Sequence[str]) -> dict[str, Any]:
        kept = [name for name in raw if (*place, name) not in self.omitted]
        if not kept:
            return {name: value for name, value in raw.items() if value is not None}
        first = [name for name in leading if name in kept]
        names = [*first, *(name for name in kept if name not in first)]
        return {name: self.value(raw[name], (*place, name), ()) for name in names}

    def value(self, raw: Any, place: Path, leading: Sequence[str]) -> Any:
        if isinstance(raw, Mapping):
            return self.structure(raw, place, leading)
        return self.entries(raw, place) if isinstance(raw, list | tuple) else raw

    def entries(self, raw: Sequence[Any], place: Path) -> list[Any]:
        listed = self.lists.get(place)
        if listed is None:
            positions = [position for position in range(len(raw)) if (*place, position) not in self.omitted]
            return [self.value(raw[position], (*place, position), ()) for position in positions]
        named = dict(zip(listed.keys, listed.places, strict=True))
        if isinstance(listed.row, Keyed) and listed.row.scrambled:
            named = dict(sorted(named.items()))
        return [self.value(raw[position], (*place, position), listed.members) for position in named.values()]
