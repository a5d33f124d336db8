"""Why something that reads differently is no drift: the row, or the manifest's own wish, that says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.diff import field_change, located, readable
from reconciler.core.differences import differences
from reconciler.core.paths import covers, parse
from reconciler.core.rule import Equality, Grade, Rule
from reconciler.core.rules import EmptyIsAbsent, Rules
from reconciler.core.spellings import alike
from reconciler.core.trace import Note, Trace
from reconciler.model import ABSENT, FieldChange, Path, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Something that differs literally and was not reported: `before` is what lives on AWS, `after` what is wanted.

    `rule` names the row, `text` says what it treats as equal, `source` where that is known from; `grade` and
    `equality` are None where the manifest's `ignoreDifferences` is the reason.
    """

    path: str
    before: Any
    after: Any
    rule: str
    text: str
    source: str
    grade: Grade | None = None
    equality: Equality | None = None


def explain(desired: Spec, observed: Spec, rules: Rules, ignore: Sequence[str] = ()) -> tuple[Explanation, ...]:
    """Answer what two specs say differently without it being drift, sorted by path.

    Raises ValueError for an `ignore` that :func:`reconciler.core.paths.check_ignore` complains of.
    """
    wanted, found = Trace(desired, rules), Trace(observed, rules)
    compared = differences(wanted, found, rules)
    explained: dict[tuple[Path, str], Explanation] = {}
    for place, before, after, row in _by_rows(wanted, found, [leaf.path for leaf in compared.leaves]):
        explained.setdefault((place, row.id), _by_row(readable(place, rules), before, after, row))
    for difference, row in compared.forgiven:
        change = field_change(difference, wanted, found)
        explained[difference.path, row.id] = _by_row(change.path, change.before, change.after, row)
    for pattern in ignore:
        steps = located(parse(pattern), wanted)
        for leaf in compared.leaves:
            if covers(steps, leaf.path):
                explained.setdefault((leaf.path, ""), _by_wish(field_change(leaf, wanted, found), pattern))
    return tuple(sorted(explained.values(), key=lambda explanation: (explanation.path, explanation.rule)))


def _by_rows(wanted: Trace, found: Trace, reported: Sequence[Path]) -> Iterator[tuple[Path, Any, Any, Rule]]:
    """Find the notes behind which the two specs differ, less those that only sum up others."""
    noted = [(note, found) for note in wanted.notes] + [(note, wanted) for note in found.notes]
    differing = [note for note, other in noted if not alike(note.raw, _raw(other, note.path))]
    for note in differing:
        if not _sums_up(note, differing) and not any(path[: len(note.path)] == note.path for path in reported):
            yield note.path, _raw(found, note.path), _raw(wanted, note.path), note.row
    for path, listed in wanted.lists.items():
        other = found.lists.get(path)
        if other is None:
            continue
        before = [key for key in other.keys if key in listed.keys]
        after = [key for key in listed.keys if key in other.keys]
        if before != after:
            yield path, list(other.keys), list(listed.keys), listed.row


def _sums_up(note: Note, others: Sequence[Note]) -> bool:
    """Answer whether a note says only that nothing was left after what notes below it say."""
    return isinstance(note.row, EmptyIsAbsent) and any(
        len(other.path) > len(note.path) and other.path[: len(note.path)] == note.path for other in others
    )


def _raw(trace: Trace, path: Path) -> Any:
    return trace.origins[path][1] if path in trace.origins else ABSENT


def _by_row(path: str, before: Any, after: Any, row: Rule) -> Explanation:
    return Explanation(
        path=path,
        before=before,
        after=after,
        rule=row.id,
        text=row.text,
        source=row.source,
        grade=row.grade,
        equality=row.equality,
    )


def _by_wish(change: FieldChange, pattern: str) -> Explanation:
    return Explanation(
        path=change.path,
        before=change.before,
        after=change.after,
        rule=f"ignoreDifferences: {pattern}",
        text="others may change it",
        source="the manifest",
    )
