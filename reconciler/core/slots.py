"""When a schedule starts its runs: expression, zone and bounds → instants. Pure; the time is an argument.

A cron expression matches local times. One that does not exist on the day of a clock change is skipped, one that
happens twice starts once, at its first occurrence, whether its fields are numbers or stars. This is the rule that
EventBridge Scheduler documents for itself (User Guide, "Schedule types", daylight saving time), so that both engines
start the same slots; Debian's cron, which cronsim can mimic, treats stars differently; that is why cronsim only ever
sees naive local times.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from reconciler.core import expressions
from reconciler.core import slots_zones as zones
from reconciler.core.expressions import At, Cron, Rate
from reconciler.model import Schedule

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: A day and weekday come together again within 40 years (a 29 February that is a Monday, across 2100).
HORIZON: Final = timedelta(days=50 * 366)
#: Missed starts are counted up to here: nobody needs to know more, and each costs some 50 µs, in every pass.
MISSED_AT_MOST: Final = 100

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be started now: the newest slot that is not too late, if any, and how many others were missed.

    `missed` counts no further than MISSED_AT_MOST; `last_missed` is the newest of them.
    """

    instant: datetime | None
    missed: int
    last_missed: datetime | None = field(default=None, compare=False)


def instants(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the starts in (after, until], in UTC and in order; raises BadExpression."""
    zone = expressions.zone(schedule.time_zone)
    after, until = _bounded(schedule, after, until)
    if after >= until:
        return
    match expressions.parse(schedule):
        case Cron() as cron:
            yield from _cron_instants(cron, zone, after, until)
        case Rate(period=period):
            yield from _rate_instants(period, after, until)
        case At(local=local):
            moment = zones.instant(local, zone)
            if moment is not None and after < moment <= until:
                yield moment


def next_starts(schedule: Schedule, now: datetime, count: int = 5) -> tuple[datetime, ...]:
    """Answer the first starts after now, fewer when there are no more; raises BadExpression."""
    return tuple(islice(instants(schedule, now, now + HORIZON), count))


def due(schedule: Schedule, since: datetime, now: datetime, deadline: timedelta) -> Due:
    """Answer what to start now, of the slots in (since, now]; raises BadExpression.

    `since` is the last known start, or since when the schedule stands: nothing from before it is ever due, which is
    why editing or resuming a schedule fires nothing. The newest slot is due while it is at most `deadline` old; all
    others are missed (kubernetes/kubernetes#63371, hashicorp/nomad#2721).
    """
    moments = _newest_first(schedule, since, now)
    newest = next(moments, None)
    if newest is None:
        return Due(instant=None, missed=0)
    earlier = tuple(islice(moments, MISSED_AT_MOST - 1))
    if now - newest > deadline:
        return Due(instant=None, missed=len(earlier) + 1, last_missed=newest)
    return Due(instant=newest, missed=len(earlier), last_missed=next(iter(earlier), None))


def last_start(schedule: Schedule, now: datetime) -> datetime | None:
    """Answer the newest start up to now, within a horizon; raises BadExpression."""
    return next(_newest_first(schedule, now - HORIZON, now), None)


def _bounded(schedule: Schedule, after: datetime, until: datetime) -> tuple[datetime, datetime]:
    """Answer the window within startDate and endDate, which both belong to it."""
    if schedule.start_date is not None:
        after = max(after, schedule.start_date - _INSTANT)
    if schedule.end_date is not None:
        until = min(until, schedule.end_date)
    return after.astimezone(UTC), until.astimezone(UTC)


def _newest_first(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the starts in (after, until], the newest first."""
    zone = expressions.zone(schedule.time_zone)
    first, last = _bounded(schedule, after, until)
    if first >= last:
        return
    match expressions.parse(schedule):
        case Cron() as cron:
            yield from _cron_instants_backwards(cron, zone, first, last)
        case Rate(period=period):
            yield from _rate_instants_backwards(period, first, last)
        case At():
            yield from instants(schedule, after, until)


def _cron_instants(cron: Cron, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield instants of local times; the day beyond `until` bounds a search through times that never exist."""
    last = zones.latest_wall(until, zone) + _DAY
    for local in cron.after(zones.wall(after, zone)):
        moment = zones.instant(local, zone)
        if local > last or (moment is not None and moment > until):
            return
        if moment is not None and moment > after:
            yield moment


def _cron_instants_backwards(cron: Cron, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the same, the newest first; what was given is included."""
    first = zones.wall(after, zone) - _DAY
    start = zones.latest_wall(until, zone).replace(microsecond=0) + _SECOND
    for local in cron.before(start):
        moment = zones.instant(local, zone)
        if local < first or (moment is not None and moment <= after):
            return
        if moment is not None and moment <= until:
            yield moment


def _rate_instants(period: timedelta, after: datetime, until: datetime) -> Iterator[datetime]:
    number = (after - EPOCH) // period + 1
    while (moment := EPOCH + number * period) <= until:
        yield moment
        number += 1


def _rate_instants_backwards(period: timedelta, after: datetime, until: datetime) -> Iterator[datetime]:
    number = (until - EPOCH) // period
    while (moment := EPOCH + number * period) > after:
        yield moment
        number -= 1
