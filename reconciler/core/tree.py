"""A table's rows, arranged by where they apply, once for each table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeVar

from reconciler.core.rule import Rule, When
from reconciler.core.rules import (
    AnyOfIsAbsent,
    Default,
    DefaultFrom,
    DropEntries,
    EmptyIsAbsent,
    EmptyListIsAbsent,
    IgnoreCase,
    Instant,
    InUnit,
    JsonText,
    Keyed,
    NotCompared,
    NullIsAbsent,
    OtherwiseIs,
    RoleName,
    Rules,
    Unordered,
)
from reconciler.core.spellings import in_unit, instant, lower_case, said_by_json
from reconciler.model import ABSENT


class Entries(dict[str, Any]):
    """A list in canonical form whose entries are told apart by their keys."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What a table says about one place."""

    members: Mapping[str, "Node"] = field(default_factory=dict)
    entry: "Node | None" = None
    not_compared: tuple[NotCompared, ...] = ()
    rewrites: tuple[tuple[Rule, Callable[[Any], Any]], ...] = ()
    defaults: tuple[tuple[Default | DefaultFrom, Any], ...] = ()
    empty: EmptyIsAbsent | None = None
    dropping: tuple[DropEntries, ...] = ()
    keyed: Keyed | None = None
    key_parts: tuple[tuple[str, ...], ...] = ()
    #: The one member that is the key, where it is one and nothing else is said about it.
    plain_key: str = ""
    unordered: Unordered | None = None
    pairwise: tuple[RoleName | AnyOfIsAbsent, ...] = ()


#: A place about which a table says nothing.
PLAIN = Node()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A table ready for use; `null` and `empty_list` are its rows for everywhere."""

    top: Node
    null: NullIsAbsent | None
    empty_list: EmptyListIsAbsent | None


@cache
def tree(rules: Rules) -> Tree:
    """Arrange a table by places."""
    everywhere = [row for row in rules if row.path == "**"]
    rows = [(_steps(row.path), row) for row in rules if row.path != "**"]
    return Tree(
        top=_node(rows),
        null=_only(everywhere, NullIsAbsent),
        empty_list=_only(everywhere, EmptyListIsAbsent),
    )


def nodes_along(rules: Rules, path: Sequence[str | int]) -> Iterator[tuple[str | int, Node, bool]]:
    """Follow a path of the canonical form: each step, what the table says there, whether it is an entry of a list."""
    node = tree(rules).top
    for step in path:
        entry = node.keyed is not None or node.unordered is not None or isinstance(step, int)
        node = (node.entry or PLAIN) if entry else node.members.get(str(step), PLAIN)
        yield step, node, entry


def holds(conditions: tuple[When, ...], top: Mapping[str, Any], siblings: Mapping[str, Any]) -> bool:
    """Answer whether all conditions hold for a member of `siblings` in the spec `top`."""
    return all(_holds(condition, top, siblings) for condition in conditions)


def _holds(condition: When, top: Mapping[str, Any], siblings: Mapping[str, Any]) -> bool:
    value = _conditional_value(condition.member, top, siblings)
    if condition.begins or condition.ends:
        met = isinstance(value, str) and value.startswith(condition.begins) and value.endswith(condition.ends)
    else:
        met = value in condition.among
    return met is not condition.negated


def _conditional_value(member: str, top: Mapping[str, Any], siblings: Mapping[str, Any]) -> Any:
    if member.startswith("."):
        value = siblings.get(member[1:])
    else:
        value = top
        for part in member.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, Entries | list | tuple):
        return tuple(sorted(str(entry) for entry in value if entry is not None)) or ABSENT
    return ABSENT if value is None else value


def _steps(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("[]", ".[]").split(".") if part)


def _node(rows: Sequence[tuple[tuple[str, ...], Rule]]) -> Node:
    here = [row for steps, row in rows if not steps]
    below: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
    for steps, row in rows:
        if steps:
            below.setdefault(steps[0], []).append((steps[1:], row))
    nested = below.pop("[]", None)
    entry = _node(nested) if nested else None
    keyed, unordered = _only(here, Keyed), _only(here, Unordered)
    return Node(
        members={name: _node(nested) for name, nested in below.items()},
        entry=entry,
        not_compared=tuple(row for row in here if isinstance(row, NotCompared)),
        rewrites=tuple((row, rewrite) for row in here if (rewrite := _rewrite(row)) is not None),
        defaults=tuple((row, _default(row, unordered)) for row in here if isinstance(row, Default | DefaultFrom)),
        empty=_only(here, EmptyIsAbsent),
        dropping=tuple(row for row in here if isinstance(row, DropEntries)),
        keyed=keyed,
        key_parts=tuple(tuple(key.split("|")) for key in keyed.by) if keyed else (),
        plain_key=_plain_key(keyed, entry),
        unordered=unordered,
        pairwise=tuple(row for row in here if isinstance(row, RoleName | AnyOfIsAbsent)),
    )


_Row = TypeVar("_Row", bound=Rule)


def _only(rows: Sequence[Rule], wanted: type[_Row]) -> _Row | None:
    return next((row for row in rows if isinstance(row, wanted)), None)


def _plain_key(keyed: Keyed | None, entry: Node | None) -> str:
    if keyed is None or len(keyed.by) != 1 or "|" in keyed.by[0] or (entry and keyed.by[0] in entry.members):
        return ""
    return keyed.by[0]


def _default(row: Default | DefaultFrom, unordered: Unordered | None) -> Any:
    """Answer a default in canonical form; a sibling's is read when it is needed."""
    if isinstance(row, DefaultFrom):
        return ABSENT
    if unordered is not None:
        return Entries({str(value): value for value in row.value})
    return list(row.value) if isinstance(row.value, tuple) else row.value


def _rewrite(row: Rule) -> Callable[[Any], Any] | None:
    match row:
        case InUnit(unit=unit):
            return partial(in_unit, unit=unit)
        case IgnoreCase():
            return lower_case
        case JsonText():
            return said_by_json
        case Instant():
            return instant
        case OtherwiseIs(known=known, value=value):
            return lambda written: written if written in known else value
        case _:
            return None
