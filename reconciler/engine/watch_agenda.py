"""When the next pass is due: what runs need, what the schedules say, and the interval at the latest."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from reconciler.core import slots
from reconciler.engine.follow import pauses
from reconciler.model import Engine, Health, Manifests, Report, Schedule

#: Passes that time alone causes are at least so far apart, in seconds: a clock that stands still burns no calls.
CLOSEST: Final = 0.2


class Agenda:
    """The pauses of a loop. `spread` answers a factor around 1, so that the loops of many hosts do not beat in step."""

    def __init__(self, *, interval: float, spread: Callable[[], float]) -> None:
        self._interval = interval
        self._spread = spread
        self._pauses: Iterator[float] = pauses()

    def idle(self, now: datetime) -> datetime:
        """Answer when to look again where nothing is known."""
        return now + timedelta(seconds=self._interval * self._spread())

    def next(
        self,
        report: Report,
        manifests: Manifests,
        now: datetime,
        *,
        changed: bool,
        others: Iterable[datetime | None],
    ) -> datetime:
        """Answer when to look again after a pass; where it `changed` something, runs are followed closely anew."""
        if changed:
            self._pauses = pauses()
        instants = [self.idle(now), *(instant for instant in others if instant is not None)]
        if any(job.health in {Health.PENDING, Health.RUNNING} for job in report.jobs):
            instants.append(now + timedelta(seconds=next(self._pauses)))
        instants += _starts(manifests, now)
        return max(min(instants), now + timedelta(seconds=CLOSEST))


def _starts(manifests: Manifests, now: datetime) -> Iterator[datetime]:
    """Yield the next start of every schedule that this loop has to launch."""
    for job in manifests.jobs:
        if isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.RECONCILER and not job.suspend:
            yield from slots.next_starts(job.trigger, now, 1)
