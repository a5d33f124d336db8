"""By what the entries of a list without an order are told apart."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.core.rules import DropEntries
from reconciler.core.spellings import canonical_text
from reconciler.core.tree import PLAIN, Node
from reconciler.model import ABSENT, Spec

#: An entry's key, its position in the spec, and the members that make the key.
Name = tuple[str, int, Sequence[str]]


def name_of(node: Node, entry: Any, place: int, canonical: Callable[[Node, Any, Spec, str], Any]) -> Name:
    """Name an entry by its canonical key members, a default where one is left out (`8080/tcp`)."""
    if not isinstance(entry, Mapping):
        return canonical_text(entry), place, ()
    texts, members = [], []
    for alternatives in node.key_parts:
        member = next((member for member in alternatives if entry.get(member) is not None), alternatives[0])
        child = (node.entry or PLAIN).members.get(member, PLAIN)
        part = entry.get(member)
        if part is not None:
            part = canonical(child, part, entry, member)
        if part is None or part is ABSENT:
            part = next((default for row, default in child.defaults if not row.when), "")
        members.append(member)
        texts.append(str(part))
    return "/".join(texts), place, members


def last_of_each(names: Sequence[Name]) -> list[Name]:
    """Answer the names less those that come again later."""
    return sorted({name[0]: name for name in names}.values(), key=_position)


def numbered(names: Sequence[Name], content: Callable[[Name], str]) -> list[Name]:
    """Answer the names with equal keys told apart by a number in the order of their content (`80/tcp`, `80/tcp#2`)."""
    groups: dict[str, list[Name]] = {}
    for name in names:
        groups.setdefault(name[0], []).append(name)
    told_apart = [
        (key if rank == 0 else f"{key}#{rank + 1}", place, members)
        for group in groups.values()
        for rank, (key, place, members) in enumerate(sorted(group, key=content) if len(group) > 1 else group)
    ]
    return sorted(told_apart, key=_position)


def _position(name: Name) -> int:
    return name[1]


def drops(row: DropEntries, value: Any) -> bool:
    """Answer whether an entry with this value, or a map's key, does not count."""
    if row.values and (ABSENT if value is None else value) in row.values:
        return True
    return bool(row.prefix) and isinstance(value, str) and value.lower().startswith(row.prefix)
