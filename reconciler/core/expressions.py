"""The one grammar of schedules: what `cron`, `rate` and `at` mean. Pure.

`cron` is read by the library cronsim, which mimics Debian's cron: five fields, names, lists, ranges, steps, `L` (last
day of the month, or `5L`, the last Friday), `LW` (last weekday of the month) and `#` (`1#2`, the second Monday). Where
day of month and day of week are both restricted, a day matches when either does; where one of the two begins with a
star, both must. A seconds field, which cronsim also reads, is no part of our grammar.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from reconciler.core import slots_hints as hints
from reconciler.model import Schedule

#: crontab(5)'s nicknames; `@reboot` has no meaning here.
NICKNAMES: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
#: EventBridge Scheduler's limit of an expression, and far more than a person writes (ScheduleExpression).
LONGEST: Final = 256

_RATE: Final = re.compile(r"([1-9][0-9]{0,5}) (minute|hour|day)s?")
_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_UNITS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
#: Names that zone files answer to, of which one is another zone on every host.
_NO_ZONES: Final = re.compile(r"localtime|posixrules|Factory|(posix|right)/.*")
#: Any moment serves for parsing; cronsim wants one.
_ANY: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - local times are naive in this room


class BadExpression(ValueError):
    """A text that is not in the grammar: what is wrong with it, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


#: cronsim's marks for `L` in either day field.
LAST_DAY: Final = cast("int", CronSim.LAST)
LAST: Final = cast("int", CronSim.LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Five fields, read: what matches in each.

    `days` may hold :data:`LAST_DAY` and cronsim's mark for `LW` beside 1-31. `weekdays` holds 0 (Sunday) to 6, and
    pairs of a weekday and its number within the month, of which :data:`LAST` is the last. `joined` when a day must
    match both day fields, else either of them is enough.
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int | tuple[int, int]]
    joined: bool

    def after(self, local: datetime) -> Iterator[datetime]:
        """Yield the local times that match, beginning after `local`; none once none matches for 50 years."""
        return cast("Iterator[datetime]", CronSim(self.text, local))

    def before(self, local: datetime) -> Iterator[datetime]:
        """Yield the same backwards, beginning before `local`, which is a whole second."""
        return cast("Iterator[datetime]", CronSim(self.text, local, reverse=True))

    @property
    def every_day(self) -> bool:
        """Whether the day-of-month field lets every day pass."""
        return self.days >= frozenset(range(1, 32))

    @property
    def every_weekday(self) -> bool:
        """Whether the day-of-week field lets every day pass."""
        return self.weekdays >= frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A steady interval, counted from the Unix epoch."""

    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """One moment in the local time of the schedule's zone (naive)."""

    local: datetime


Recurrence = Cron | Rate | At


def parse(schedule: Schedule) -> Recurrence:
    """Answer what a schedule's expression means; raises BadExpression."""
    match schedule.syntax:
        case "cron":
            return cron(schedule.expression)
        case "rate":
            return rate(schedule.expression)
        case "at":
            return at(schedule.expression)


@lru_cache(maxsize=4096)
def cron(text: str) -> Cron:
    """Answer five fields, or a nickname for them; raises BadExpression. A pass asks several times for each schedule."""
    if len(text) > LONGEST:
        raise BadExpression(f"expected at most {LONGEST} characters, got {len(text)}")
    fields = NICKNAMES.get(text.strip().lower(), text).upper().split()
    if len(fields) != len(hints.FIELDS) or "(" in text:
        raise BadExpression(*hints.about_shape(text))
    try:
        found = CronSim(" ".join(fields), _ANY)
    except CronSimError:
        raise BadExpression(*_about(fields)) from None
    return Cron(
        text=" ".join(fields),
        minutes=frozenset(found.minutes),
        hours=frozenset(found.hours),
        days=frozenset(found.days),
        months=frozenset(found.months),
        weekdays=frozenset(_weekday(item) for item in found.weekdays),
        joined=found.day_and,
    )


def rate(text: str) -> Rate:
    """Answer an interval like `15 minutes`, `6 hours` or `1 day`; raises BadExpression."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise BadExpression(*hints.about_rate(text))
    return Rate(period=int(match[1]) * _UNITS[match[2]])


def at(text: str) -> At:
    """Answer a local time like 2026-12-01T03:00:00; raises BadExpression."""
    if _AT.fullmatch(text) is None:
        raise BadExpression(*hints.about_at(text))
    try:
        return At(local=datetime.fromisoformat(text))
    except ValueError:
        raise BadExpression(f'expected a date and time that exist, got "{text}"') from None


def zone(name: str) -> ZoneInfo:
    """Answer the IANA time zone of that name; raises BadExpression."""
    try:
        if not _NO_ZONES.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass  # a name that is a directory, or no path at all, is as unknown as any other
    raise BadExpression(*hints.about_zone(name))


def _weekday(item: int | tuple[int, int]) -> int | tuple[int, int]:
    """Answer a day of the week with Sunday as 0 alone."""
    return (item[0] % 7, item[1]) if isinstance(item, tuple) else item % 7


def _about(fields: list[str]) -> tuple[str, str]:
    """Answer which field cronsim has something against; none by itself when the date does not exist."""
    for position, field in enumerate(fields):
        probe = ["*"] * len(fields)
        probe[position] = field
        try:
            CronSim(" ".join(probe), _ANY)
        except CronSimError:
            return hints.about_field(position, field)
    return f"never starts: there is no day {fields[2]} in month {fields[3]}", ""
