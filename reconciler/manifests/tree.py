"""Documents that know where each of their values was written.

A mapping is a :class:`Table`, a list a :class:`Row`; both are ordinary dicts and lists that carry, beside each entry,
the :data:`Place` where somebody would go to change it. Trees are shared (an alias is the anchored tree itself), so
nothing here changes one: a merge or a replacement makes new containers around the entries that it keeps.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
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


def merge(target: Any, patch: Any, kept: Path = ()) -> Any:
    """Answer `target` changed by the merge patch (RFC 7386), each entry at the place that decides it.

    A null takes its member out, except below the mapping at `kept`, where it is a value that somebody reads.
    """
    if not isinstance(patch, Table):
        return patch
    result = target.copy() if isinstance(target, Table) else Table()
    for key, value in patch.items():
        inside = _inside(kept, key)
        if value is None and inside != _EVERYWHERE:
            result.pop(key, None)
            result.places.pop(key, None)
        else:
            below = result.get(key)
            place = (
                result.places[key]
                if _one_section(below, value, result.places, patch.places, key)
                else patch.places[key]
            )
            result.put(key, merge(below, value, inside), place)
    return result


def _one_section(below: Any, value: Any, before: Mapping[str, Place], after: Mapping[str, Place], key: str) -> bool:
    """Answer whether a mapping only adds to one that stands in the same file, where people look for the section."""
    return isinstance(below, Table) and isinstance(value, Table) and before[key][0] == after[key][0]


#: What is left of a kept path once a walk has come down to it.
_EVERYWHERE: Path = ("*",)


def _inside(kept: Path, key: str) -> Path:
    """Answer what is left of a kept path below `key`."""
    if kept == _EVERYWHERE:
        return kept
    if not kept or kept[0] != key:
        return ()
    return kept[1:] or _EVERYWHERE


def without_nulls(value: Any, kept: Path = ()) -> Any:
    """Answer the tree without members that are null, which is how AWS reads them; list items stay."""
    if isinstance(value, Table):
        result = Table()
        for key, member in value.items():
            inside = _inside(kept, key)
            if member is not None or inside == _EVERYWHERE:
                result.put(key, without_nulls(member, inside), value.places[key])
        return result
    if isinstance(value, Row):
        row = Row()
        for item, place in zip(value, value.places, strict=True):
            row.put(without_nulls(item), place)
        return row
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
            quoted = step.replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


class Sources(Mapping[Path, Source]):
    """Where each path of a document was written, looked up in its tree when it is asked for."""

    __slots__ = ("_root",)

    def __init__(self, root: Table) -> None:
        self._root = root

    def __getitem__(self, path: Path) -> Source:
        parent = at(self._root, path[:-1])
        if not path or not isinstance(parent, Table | Row):
            raise KeyError(path)
        try:
            return source(parent.places[path[-1]])  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            raise KeyError(path) from None

    def __iter__(self) -> Iterator[Path]:
        return _paths(self._root, ())

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
