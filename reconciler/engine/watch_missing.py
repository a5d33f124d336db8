"""Since when the loop has found no manifest for what is ours: a prune under watch wants two passes a minute apart."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from reconciler.model import Report, Sync

#: A manifest may be gone for a moment: an editor's rename, a checkout that is under way.
LONG_ENOUGH: Final = timedelta(seconds=60)


class Missing:
    """The jobs without a manifest, each with the pass that first found it so."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}

    def take_note(self, report: Report, *, whole: bool, now: datetime) -> None:
        """Learn from a pass; where not the `whole` directory could be read, nothing counts as missing."""
        gone = {job.name for job in report.jobs if job.sync is Sync.ORPHANED} if whole else set()
        self._since = {name: self._since.get(name, now) for name in gone}

    def settled(self, now: datetime) -> Collection[str]:
        """Answer who was missing a minute ago, and in every pass since."""
        return frozenset(name for name, since in self._since.items() if now - since >= LONG_ENOUGH)

    def next_due(self, now: datetime) -> datetime | None:
        """Answer when the next of them will have been missing long enough; None where all have, or none is."""
        return min((since + LONG_ENOUGH for since in self._since.values() if now - since < LONG_ENOUGH), default=None)
