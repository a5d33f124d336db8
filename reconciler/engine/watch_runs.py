"""The newest runs, as a loop tells them: the history is read whole once, then only as far as it may be new."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from reconciler.engine.operator import Operator
from reconciler.model import Engine, Job, Run, Schedule

#: How old the runs may be that are told.
SPAN: Final = timedelta(days=2)
#: Ends are written down under the time at which they happened, which may be a while ago.
OVERLAP: Final = timedelta(hours=1)


class RecentRuns:
    """Remembers what was read; may be lost at any moment, which costs one more reading of the whole."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: tuple[Run, ...] = ()
        self._read: datetime | None = None

    def update(self, operator: Operator, jobs: Sequence[Job], now: datetime) -> tuple[Run, ...]:
        """Answer the newest runs of `jobs` as they stand, newest first. Raises AwsCallError."""
        since = now - SPAN if self._read is None else self._read - OVERLAP
        runs = operator.runs_since(since, jobs, self._known)
        self._known = tuple(run for run in runs if _began(run, now) >= now - SPAN)[: self._limit]
        self._read = now
        return self._known


def may_begin_unseen(jobs: Iterable[Job]) -> bool:
    """Whether a run may have begun and ended since the last pass without any job standing otherwise than before."""
    return any(isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.EVENTBRIDGE for job in jobs)


def _began(run: Run, now: datetime) -> datetime:
    return run.created or run.started or run.stopped or now
