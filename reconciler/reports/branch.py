"""What a checkout changes compared with another commit, in the words that all formats use."""

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model import Against, Edit, JobEdit
from reconciler.reports.wording import change_sign, change_values, short

#: One sign for each, as for steps.
EDIT_SIGNS: Final = {Edit.ADDED: "+", Edit.CHANGED: "~", Edit.REMOVED: "-", Edit.UNKNOWN: "?"}


def title(against: Against) -> str:
    """Answer `compared with main (9b1d2e3f4a5b)`; a commit that was named itself is not told twice."""
    named = f" ({short(against.commit)})" if not against.commit.startswith(against.ref) else ""
    return f"compared with {against.ref}{named}"


def sentence(against: Against) -> str:
    """Answer how many jobs are added, changed and removed."""
    numbers = {edit: sum(job.edit is edit for job in against.jobs) for edit in Edit}
    counted = ", ".join(f"{number} {edit}" for edit, number in numbers.items() if number)
    return f"{title(against)}: {counted or 'nothing changes'}"


def edit_lines(edit: JobEdit, width: int = 0) -> Sequence[str]:
    """Answer a line for each leaf that differs, then what else is to be said."""
    return [*_changes(edit, width), *([edit.message] if edit.message else [])]


def _changes(edit: JobEdit, width: int) -> Iterator[str]:
    for change in edit.changes:
        yield f"{change_sign(change)} {change.path}: {change_values(change, width)}"
