"""A walk that remembers where everything came from and which row did what; for explaining, not for speed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.keys import Name
from reconciler.core.normalise import Walk
from reconciler.core.rule import Rule
from reconciler.core.rules import Keyed, Rules, Unordered
from reconciler.core.tree import Node
from reconciler.model import ABSENT, Path, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """That `row` acted at `path` of the canonical form, `place` of the spec, on `raw`."""

    path: Path
    place: Path
    row: Rule
    raw: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list without an order, at `place` of the spec: the keys of its entries, their positions, the key members."""

    place: Path
    row: Keyed | Unordered
    keys: tuple[str, ...]
    places: tuple[int, ...]
    members: tuple[str, ...]


class Trace(Walk):
    """What became of one spec. `origins` finds for a place of the canonical form the place and value in the spec."""

    shortcuts = False

    def __init__(self, spec: Spec, rules: Rules) -> None:
        super().__init__(spec, rules)
        self._path: Path = ()
        self._place: Path = ()
        self.origins: dict[Path, tuple[Path, Any]] = {(): ((), spec)}
        self.notes: list[Note] = []
        self.omitted: set[Path] = set()
        self.lists: dict[Path, Listed] = {}
        self.canonical = self.essence()

    def origin(self, path: Path) -> tuple[Path, Any]:
        """Answer where a canonical place stands in the spec, or its nearest parent that does, and what is there."""
        while path not in self.origins:
            path = path[:-1]
        return self.origins[path]

    def note(self, row: Rule, raw: Any, path: Path = (), place: Path = ()) -> None:
        """Remember that a row acted; what it acted on below the present place counts as left out."""
        self.notes.append(Note(path=self._path + path, place=self._place + place, row=row, raw=raw))
        if place:
            self.omitted.add(self._place + place)
            self.origins.setdefault(self._path + path, (self._place + place, raw))

    def found(self, row: Keyed | Unordered, names: Sequence[Name]) -> None:
        """Remember the order of the present list."""
        self.lists[self._path] = Listed(
            place=self._place,
            row=row,
            keys=tuple(key for key, _, _ in names),
            places=tuple(place for _, place, _ in names),
            members=tuple(dict.fromkeys(member for _, _, members in names for member in members)),
        )

    def value(self, node: Node, raw: Any, siblings: Spec, step: str | int, place: str | int, /) -> Any:
        """Follow one value."""
        outer = self._path, self._place
        self._path, self._place = (*self._path, step), (*self._place, place)
        self.origins[self._path] = (self._place, raw)
        result = super().value(node, raw, siblings, step, place)
        if result is ABSENT:
            self.omitted.add(self._place)
        self._path, self._place = outer
        return result

    def entry(self, node: Node, raw: Any, keys: Sequence[str], key: str, place: int | str, /) -> Any:
        """Follow one entry of a list without an order."""
        outer = self._path, self._place
        self._path, self._place = (*self._path, key), (*self._place, place)
        self.origins[self._path] = (self._place, raw)
        result = super().entry(node, raw, keys, key, place)
        self._path, self._place = outer
        return result
