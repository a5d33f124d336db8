"""Documents that know where each of their values was written.

A mapping is a :class:`Table`, a list a :class:`Row`; both are ordinary dicts and lists that carry, beside each entry,
the :data:`Place` where somebody would go to change it. Trees are shared (an alias is the anchored tree itself), so
nothing here changes one: a merge or a replacement makes new containers around the entries that it keeps.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from reconciler.model import Path, Source

#: File as shown, line and column, both from 1.
Place = tuple[str, int, int]


class Table(dict[str, Any]):
    """A mapping; `places[key]` is where the entry was written."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}

    def put(self, key: str, value: Any, place: Place) -> None:
        """Set one entry; only for whoever is building this table."""
        self[key] = value
        self.places[key] = place

    def copy(self) -> "Table":
        """Answer another table with the same entries."""
        twin = Table()
        twin.update(self)
        twin.places.update(self.places)
        return twin


class Row(list[Any]):
    """A list; `places[index]` is where the item was written."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []

    def put(self, value: Any, place: Place) -> None:
        """Append one item; only for whoever is building this row."""
        self.append(value)
        self.places.append(place)


class Unanchored(str):
    """An alias that has no anchor, as it was written: that is told of it, and nothing else need be."""

    __slots__ = ()


def source(place: Place) -> Source:
    """Answer the place as what problems and plans carry."""
    return Source(file=place[0], line=place[1], column=place[2])


def locate(root: Any, path: Path, start: Place) -> Place:
    """Answer where `path` was written, or its nearest parent that was written at all; `start` is the root's place."""
    place, value = start, root
    for step in path:
        try:
            place, value = value.places[step], value[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return place


def at(root: Any, path: Path) -> Any:
    """Answer the value at `path`, or None where there is none."""
    for step in path:
        try:
            root = root[step]
        except (KeyError, IndexError, TypeError):
            return None
    return root


def unanchored(root: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of the aliases that have no anchor."""
    if isinstance(root, Unanchored):
        yield path
    elif isinstance(root, dict | list):
        for step, value in root.items() if isinstance(root, dict) else enumerate(root):
            yield from unanchored(value, (*path, step))


#: Paths below which a null is a value that somebody reads; the empty path is everything from here on.
Kept = tuple[Path, ...]


def merge(target: Any, patch: Any, kept: Kept = ()) -> Any:
    """Answer `target` changed by the merge patch (RFC 7386), each entry at the place that decides it.

    A null takes its member out, except inside what is at a kept path.
    """
    if not isinstance(patch, Table):
        return patch
    result = target.copy() if isinstance(target, Table) else Table()
    for key, value in patch.items():
        if value is None and () not in kept:
            result.pop(key, None)
            result.places.pop(key, None)
            continue
        below, place = result.get(key), patch.places[key]
        if isinstance(below, Table) and isinstance(value, Table) and result.places[key][0] == place[0]:
            place = result.places[key]  # one section in one file: people look for it where it begins
        result.put(key, merge(below, value, _inside(kept, key)), place)
    return result


def _inside(kept: Kept, step: str) -> Kept:
    """Answer what is left of the kept paths below `step`."""
    if () in kept or not kept:
        return kept
    return tuple(path[1:] for path in kept if path[0] == step)


def without_nulls(value: Any, kept: Kept = ()) -> Any:
    """Answer the tree without members that are null, which is how AWS reads them; list items stay."""
    if () in kept:
        return value
    if isinstance(value, Table):
        table, changed = Table(), False
        for key, member in value.items():
            if member is None:
                changed = True
                continue
            new = without_nulls(member, _inside(kept, key))
            changed = changed or new is not member
            table.put(key, new, value.places[key])
        return table if changed else value
    if isinstance(value, Row):
        row, changed = Row(), False
        for item, place in zip(value, value.places, strict=True):
            new = without_nulls(item)
            changed = changed or new is not item
            row.put(new, place)
        return row if changed else value
    return value


def uniform(value: Any, place: Place) -> Any:
    """Answer plain dicts and lists as a tree that was all written at one place."""
    if isinstance(value, dict):
        table = Table()
        for key, member in value.items():
            table.put(key, uniform(member, place), place)
        return table
    if isinstance(value, list):
        row = Row()
        for item in value:
            row.put(uniform(item, place), place)
        return row
    return value


_PLAIN_KEY = re.compile(r"[A-Za-z0-9_$*/:-]+\Z")


def show(path: Iterable[str | int]) -> str:
    """Answer a path as people write it: `spec.run.subnets[0]`, odd keys in brackets and quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.match(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=not step.isprintable())}]"
    return text


class Sources(Mapping[Path, Source]):
    """Where each path of a document was written, looked up in its tree when it is asked for.

    `grow` answers the tree: one that is remembered is parsed only then.
    """

    __slots__ = ("_grow",)

    def __init__(self, grow: Callable[[], Table]) -> None:
        self._grow = grow

    def __getitem__(self, path: Path) -> Source:
        parent = at(self._grow(), path[:-1])
        if not path or not isinstance(parent, Table | Row):
            raise KeyError(path)
        try:
            return source(parent.places[path[-1]])  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            raise KeyError(path) from None

    def __iter__(self) -> Iterator[Path]:
        return _paths(self._grow(), ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _paths(value: Any, prefix: Path) -> Iterator[Path]:
    if isinstance(value, Table):
        steps: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, Row):
        steps = enumerate(value)
    else:
        return
    for step, member in steps:
        path = (*prefix, step)
        yield path
        yield from _paths(member, path)
