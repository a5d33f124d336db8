"""What is left of two specs that differ, leaf by leaf, found by deepdiff on their canonical forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.moves import Difference, with_moves
from reconciler.core.rule import Rule
from reconciler.core.rules import RoleName, Rules
from reconciler.core.spellings import alike
from reconciler.core.trace import Trace
from reconciler.core.tree import nodes_along
from reconciler.model import ABSENT, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The leaves that differ, and those that a row forgives because of what the other side says."""

    leaves: tuple[Difference, ...]
    forgiven: tuple[tuple[Difference, Rule], ...]


def differences(desired: Trace, observed: Trace, rules: Rules) -> Differences:
    """Answer the leaves in which two traced specs differ, sorted by path."""
    leaves: list[Difference] = []
    forgiven: list[tuple[Difference, Rule]] = []
    for difference in with_moves(_found(observed.canonical, desired.canonical), observed.canonical, desired.canonical):
        row = _forgiving(difference, rules)
        if row is not None:
            forgiven.append((difference, row))
        elif difference.moved or not alike(difference.before, difference.after):
            leaves.append(difference)
    return Differences(leaves=tuple(sorted(leaves, key=_order)), forgiven=tuple(forgiven))


def prepare() -> None:
    """Import what the first difference needs, which takes a third of a second: for when nobody waits."""
    import deepdiff  # noqa: F401


def _order(difference: Difference) -> tuple[tuple[bool, int, str], ...]:
    return tuple((True, 0, step) if isinstance(step, str) else (False, step, "") for step in difference.path)


def _found(observed: Mapping[str, Any], desired: Mapping[str, Any]) -> Iterator[Difference]:
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    before_part, after_part = _unlike(observed, desired)
    report = DeepDiff(_marked(before_part), _marked(after_part), view="tree", threshold_to_diff_deeper=0)
    for level in (level for levels in report.values() for level in levels):
        before_path = tuple(level.path(output_format="list"))
        after_path = tuple(level.path(output_format="list", use_t2=True))
        before = ABSENT if level.t1 is notpresent else _unmarked(level.t1)
        after = ABSENT if level.t2 is notpresent else _unmarked(level.t2)
        if not _is_leaf(before) or not _is_leaf(after):
            yield from _removed(before_path, before)
            yield from _added(after_path, after)
            continue
        yield Difference(
            before_path=None if before is ABSENT else before_path,
            after_path=None if after is ABSENT else after_path,
            before=before,
            after=after,
        )


def _unlike(observed: Mapping[str, Any], desired: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer what is not the same in both, down to the lists: deepdiff need not look at the rest."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in observed.keys() | desired.keys():
        one, other = observed.get(name, ABSENT), desired.get(name, ABSENT)
        if one is ABSENT or other is ABSENT or not alike(one, other):
            nested = isinstance(one, dict) and isinstance(other, dict)
            before_part, after_part = _unlike(one, other) if nested else (one, other)
            before |= {} if one is ABSENT else {name: before_part}
            after |= {} if other is ABSENT else {name: after_part}
    return before, after


def _marked(value: Any) -> Any:
    """Answer a copy in which true and false are texts that nobody writes: deepdiff takes [true, 1] for [1, true]."""
    if isinstance(value, dict):
        return type(value)((key, _marked(nested)) for key, nested in value.items())
    if isinstance(value, list):
        return [_marked(nested) for nested in value]
    return f"\0{value}" if isinstance(value, bool) else value


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return type(value)((key, _unmarked(nested)) for key, nested in value.items())
    if isinstance(value, list):
        return [_unmarked(nested) for nested in value]
    return value == "\0True" if isinstance(value, str) and value.startswith("\0") else value


def _is_leaf(value: Any) -> bool:
    """Answer whether a value is shown as one: a plain one, an empty one, or a list of plain ones."""
    if isinstance(value, list):
        return not any(isinstance(entry, dict | list) for entry in value)
    return not isinstance(value, dict) or not value


def _removed(path: Path, value: Any) -> Iterator[Difference]:
    for leaf, content in _leaves(path, value):
        yield Difference(before_path=leaf, after_path=None, before=content, after=ABSENT)


def _added(path: Path, value: Any) -> Iterator[Difference]:
    for leaf, content in _leaves(path, value):
        yield Difference(before_path=None, after_path=leaf, before=ABSENT, after=content)


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if value is ABSENT:
        return
    if _is_leaf(value):
        yield path, value
        return
    for step, nested in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves((*path, step), nested)


def _forgiving(difference: Difference, rules: Rules) -> Rule | None:
    """Answer the row that calls these two values equal, though neither alone has the other's form."""
    *_, (_, node, _) = nodes_along(rules, difference.path)
    for row in node.pairwise:
        if isinstance(row, RoleName):
            if _names_role(difference.before, difference.after) or _names_role(difference.after, difference.before):
                return row
        elif (difference.before is ABSENT and difference.after in row.values) or (
            difference.after is ABSENT and difference.before in row.values
        ):
            return row
    return None


def _names_role(name: Any, arn: Any) -> bool:
    if not isinstance(name, str) or not isinstance(arn, str):
        return False
    return arn.startswith("arn:") and not name.startswith("arn:") and arn.rpartition("/")[2] == name
