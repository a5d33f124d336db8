"""Where a clock change will skip or merge starts of a schedule, said before it happens. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Final

from reconciler.core import expressions
from reconciler.core import slots_zones as zones
from reconciler.core.expressions import Cron
from reconciler.core.slots_zones import Transition
from reconciler.model import Schedule

_SECOND: Final = timedelta(seconds=1)


class Effect(StrEnum):
    """What becomes of local times when clocks change."""

    SKIPPED = "skipped"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """A clock change that touches a schedule: at `instant` (UTC) clocks go from `before` to `after` (naive).

    `starts` are the local times that do not exist that day, or that happen twice and start once.
    """

    instant: datetime
    time_zone: str
    effect: Effect
    before: datetime
    after: datetime
    starts: tuple[datetime, ...]

    def __str__(self) -> str:
        clocks = f"{self.before:%Y-%m-%d} {self.time_zone}: clocks go from {self.before:%H:%M} to {self.after:%H:%M}"
        one = len(self.starts) == 1
        listed = f"{self.starts[0]:%H:%M}" if one else f"{self.starts[0]:%H:%M} to {self.starts[-1]:%H:%M}"
        what = f"the start at {listed}" if one else f"the {len(self.starts)} starts from {listed}"
        match self.effect:
            case Effect.SKIPPED:
                return f"{clocks}, {what} {'is' if one else 'are'} skipped"
            case Effect.MERGED:
                return f"{clocks}, {what} {'happens' if one else 'happen'} once, not twice"


def changes(schedule: Schedule, now: datetime, until: datetime) -> tuple[ClockChange, ...]:
    """Answer the clock changes in (now, until] that skip or merge starts; raises BadExpression.

    Only cron knows local times that come again: rate is counted in UTC, and an `at` that does not exist is refused.
    """
    recurrence = expressions.parse(schedule)
    if not isinstance(recurrence, Cron):
        return ()
    zone = expressions.zone(schedule.time_zone)
    return tuple(
        ClockChange(
            instant=transition.instant,
            time_zone=schedule.time_zone,
            effect=Effect.SKIPPED if transition.after > transition.before else Effect.MERGED,
            before=transition.before,
            after=transition.after,
            starts=starts,
        )
        for transition in zones.transitions(zone, now, until)
        if _counts(schedule, transition) and (starts := tuple(_touched(recurrence, transition)))
    )


def _counts(schedule: Schedule, transition: Transition) -> bool:
    """Answer whether the schedule stands on the day of a change, to the hour."""
    length = abs(transition.after - transition.before)
    begun = schedule.start_date is None or schedule.start_date <= transition.instant
    ended = schedule.end_date is not None and schedule.end_date < transition.instant - length
    return begun and not ended


def _touched(cron: Cron, transition: Transition) -> Iterator[datetime]:
    """Yield the starts whose local time is missing, or comes twice, around a change."""
    first, end = sorted((transition.before, transition.after))
    return takewhile(lambda local: local < end, cron.after(first - _SECOND))
