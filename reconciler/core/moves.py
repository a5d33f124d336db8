"""Leaves that differ, and which of them are only entries of an ordered list that stand elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from reconciler.core.spellings import alike, canonical_text
from reconciler.model import ABSENT, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One leaf, in canonical form; `before` and `after` have each its place, None where the side lacks it.

    Both places and one value: the entry of an ordered list moved.
    """

    before_path: Path | None
    after_path: Path | None
    before: Any
    after: Any

    @property
    def path(self) -> Path:
        """Where it is shown: the desired place, where there is one."""
        path = self.after_path if self.after_path is not None else self.before_path
        assert path is not None
        return path

    @property
    def moved(self) -> bool:
        """Whether it is the same entry of an ordered list at another position."""
        return self.before_path != self.after_path and alike(self.before, self.after)


def with_moves(
    found: Iterable[Difference], observed: Mapping[str, Any], desired: Mapping[str, Any]
) -> list[Difference]:
    """Answer the differences with removals and additions of the same entry of an ordered list made into moves."""
    result: list[Difference] = []
    lists: dict[tuple[Path, Path], list[Difference]] = {}
    for difference in found:
        before, after = _list_of(difference.before_path), _list_of(difference.after_path)
        if before is None and after is None:
            result.append(difference)
        else:
            lists.setdefault((before or after or (), after or before or ()), []).append(difference)
    for (before_list, after_list), inside in lists.items():
        before_entries, after_entries = _at(observed, before_list), _at(desired, after_list)
        moves = _rearranged(before_list, after_list, before_entries, after_entries)
        if moves is None:
            moves = _paired(inside) if all(_is_entry(difference) for difference in inside) else inside
        result += moves
    return result


def _is_entry(difference: Difference) -> bool:
    """Answer whether a difference is an entry of an ordered list, not something inside one."""
    return all(path is None or isinstance(path[-1], int) for path in (difference.before_path, difference.after_path))


def _list_of(path: Path | None) -> Path | None:
    """Answer the innermost ordered list that a path leads into."""
    if path is None:
        return None
    positions = [index for index, step in enumerate(path) if isinstance(step, int)]
    return path[: positions[-1]] if positions else None


def _at(canonical: Any, path: Path) -> Any:
    for step in path:
        if isinstance(canonical, list) and isinstance(step, int):
            canonical = canonical[step] if step < len(canonical) else ABSENT
        else:
            canonical = canonical.get(step, ABSENT) if isinstance(canonical, dict) else ABSENT
    return canonical


def _rearranged(before_list: Path, after_list: Path, before: Any, after: Any) -> list[Difference] | None:
    """Answer the moves between two arrangements of the same entries; None where they are not the same ones."""
    if not isinstance(before, list) or not isinstance(after, list):
        return None
    before_texts, after_texts = [canonical_text(entry) for entry in before], [canonical_text(entry) for entry in after]
    if sorted(before_texts) != sorted(after_texts):
        return None
    gone: list[Difference] = []
    for _, start, end, new_start, new_end in _changes(before_texts, after_texts):
        gone += [
            Difference(before_path=(*before_list, index), after_path=None, before=before[index], after=ABSENT)
            for index in range(start, end)
        ]
        gone += [
            Difference(before_path=None, after_path=(*after_list, index), before=ABSENT, after=after[index])
            for index in range(new_start, new_end)
        ]
    return _paired(gone)


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    return (code for code in matcher.get_opcodes() if code[0] != "equal")


def _paired(inside: Sequence[Difference]) -> list[Difference]:
    """Make moves of what is removed here and added there; what remains of a change is what it was."""
    arrivals: dict[str, list[int]] = {}
    for index, difference in enumerate(inside):
        if difference.after is not ABSENT:
            arrivals.setdefault(canonical_text(difference.after), []).append(index)
    moves: dict[int, int] = {}
    for index, difference in enumerate(inside):
        candidates = arrivals.get(canonical_text(difference.before)) if difference.before is not ABSENT else None
        if candidates:
            moves[index] = candidates.pop(0)
    result = [_joined(inside[left], inside[came]) for left, came in moves.items()]
    for index, difference in enumerate(inside):
        departed = _NOWHERE if index in moves else difference
        arrived = _NOWHERE if index in moves.values() else difference
        if departed.before_path is not None or arrived.after_path is not None:
            result.append(_joined(departed, arrived))
    return result


def _joined(left: Difference, came: Difference) -> Difference:
    """Answer the difference that has the one's before and the other's after."""
    return Difference(before_path=left.before_path, after_path=came.after_path, before=left.before, after=came.after)


_NOWHERE = Difference(before_path=None, after_path=None, before=ABSENT, after=ABSENT)
