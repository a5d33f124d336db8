"""EventBridge Scheduler's schedule expressions, read as AWS documents them.

Source: the Scheduler user guide, "Schedule types" (at, rate and cron; six cron fields, days of the week from 1 = SUN,
one of the two day fields is `?`), and AWS re:Post "eventbridge-scheduler-adjust-dst": a local time that is not there on
the day of a clock change is skipped, one that comes twice is used once, a rate counts elapsed time.

    minutes 0-59  hours 0-23  day of month 1-31 ? L W  month 1-12 JAN-DEC  day of week 1-7 SUN-SAT ? L #  year 1970-2199
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
YEARS = (1970, 2199)

_AT = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)")
_RATE = re.compile(r"rate\((\d+) (minute|minutes|hour|hours|day|days)\)")
_CRON = re.compile(r"cron\((.*)\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class InvalidExpressionError(ValueError):
    """An expression, or a time zone, that AWS refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Once, at a local time."""

    local: datetime

    def instant(self, zone: ZoneInfo) -> float:
        """The epoch seconds; a time that the clock change leaves out is that much later (assumed)."""
        return self.local.replace(tzinfo=zone).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Every so many seconds of elapsed time."""

    seconds: int

    def following(self, after: float, origin: float) -> float:
        """The first beat after an instant; the first of all is at `origin`."""
        if after < origin:
            return origin
        return origin + ((after - origin) // self.seconds + 1) * self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """At the minutes that six fields name, by local time."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: "DayOfMonth | DayOfWeek"
    months: tuple[int, ...]
    years: tuple[int, ...]

    def following(self, after: float, zone: ZoneInfo) -> float | None:
        """The first instant after another; None when there is no more."""
        start = datetime.fromtimestamp(after, zone).date()
        for day in self._dates(start - timedelta(days=1)):
            for hour in self.hours:
                for minute in self.minutes:
                    instant = _instant(datetime(day.year, day.month, day.day, hour, minute), zone)  # noqa: DTZ001 - local
                    if instant is not None and instant > after:
                        return instant
        return None

    def _dates(self, start: date) -> Iterator[date]:
        for year in self.years:
            if year < start.year:
                continue
            for month in self.months:
                if (year, month) < (start.year, start.month):
                    continue
                for number in self.days.of_month(year, month):
                    day = date(year, month, number)
                    if day >= start:
                        yield day


def _instant(local: datetime, zone: ZoneInfo) -> float | None:
    """The (first) instant of a local time; None where the clock change leaves it out."""
    aware = local.replace(tzinfo=zone)
    instant = aware.timestamp()
    exists = datetime.fromtimestamp(instant, zone).replace(tzinfo=None) == local
    return instant if exists else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfMonth:
    """Days by their number: `last` is L, `near` the weekday nearest to a number (W)."""

    numbers: tuple[int, ...] = ()
    last: bool = False
    near: int | None = None

    def of_month(self, year: int, month: int) -> list[int]:
        """The days of one month, sorted."""
        length = calendar.monthrange(year, month)[1]
        if self.near is not None:
            return [_nearest_weekday(year, month, min(self.near, length))]
        found = {number for number in self.numbers if number <= length}
        return sorted(found | {length} if self.last else found)


def _nearest_weekday(year: int, month: int, number: int) -> int:
    """Monday to Friday nearest to a day, never in another month."""
    length = calendar.monthrange(year, month)[1]
    weekday = calendar.weekday(year, month, number)
    if weekday == calendar.SATURDAY:
        return number - 1 if number > 1 else number + 2
    if weekday == calendar.SUNDAY:
        return number + 1 if number < length else number - 2
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfWeek:
    """Days by their name, 1 = SUN: all of them, the last (`6L`) or the nth (`3#2`) of the month."""

    numbers: tuple[int, ...]
    last: bool = False
    nth: int | None = None

    def of_month(self, year: int, month: int) -> list[int]:
        """The days of one month, sorted."""
        length = calendar.monthrange(year, month)[1]
        # calendar's Monday is 0, AWS's Sunday is 1.
        found = [
            number
            for number in range(1, length + 1)
            if (calendar.weekday(year, month, number) + 1) % 7 + 1 in self.numbers
        ]
        if self.last:
            return found[-1:]
        if self.nth is not None:
            return found[self.nth - 1 : self.nth]
        return found


Expression = At | Rate | Cron


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """What an expression says. Raises InvalidExpressionError."""
    if found := _AT.fullmatch(text):
        try:
            return At(local=datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%S"))  # noqa: DTZ007 - a local time
        except ValueError as error:
            raise InvalidExpressionError(f"{text}: {error}") from None
    if found := _RATE.fullmatch(text):
        if int(found[1]) < 1:
            raise InvalidExpressionError(f"{text}: a rate must be positive")
        return Rate(seconds=int(found[1]) * _SECONDS[found[2].removesuffix("s")])
    if found := _CRON.fullmatch(text):
        return _cron(found[1].split())
    raise InvalidExpressionError(f"{text}: neither at(…), rate(…) nor cron(…)")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises InvalidExpressionError."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise InvalidExpressionError(f"{name}: no such time zone") from None


def iso(instant: float) -> str:
    """The instant as EventBridge writes it: `2022-03-22T18:59:43Z`."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cron(fields: list[str]) -> Cron:
    if len(fields) != 6:
        raise InvalidExpressionError(f"cron: {len(fields)} fields, not 6")
    minutes, hours, day, month, weekday, years = fields
    if (day == "?") == (weekday == "?"):
        raise InvalidExpressionError("cron: one of day of month and day of week must be ?, and only one")
    return Cron(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        days=_day_of_week(weekday) if day == "?" else _day_of_month(day),
        months=_numbers(month, 1, 12, MONTHS),
        years=_numbers(years, *YEARS),
    )


def _day_of_month(text: str) -> DayOfMonth:
    if text == "L":
        return DayOfMonth(last=True)
    if text.endswith("W"):
        return DayOfMonth(near=_number(text[:-1], 1, 31, {}))
    return DayOfMonth(numbers=_numbers(text, 1, 31))


def _day_of_week(text: str) -> DayOfWeek:
    if text == "L":
        return DayOfWeek(numbers=(7,))
    if text.endswith("L"):
        return DayOfWeek(numbers=(_number(text[:-1], 1, 7, DAYS),), last=True)
    if "#" in text:
        day, _, nth = text.partition("#")
        return DayOfWeek(numbers=(_number(day, 1, 7, DAYS),), nth=_number(nth, 1, 5, {}))
    if "/" in text:
        raise InvalidExpressionError(f"cron: {text}: a day of the week has no steps")
    return DayOfWeek(numbers=_numbers(text, 1, 7, DAYS))


def _numbers(text: str, least: int, most: int, names: dict[str, int] | None = None) -> tuple[int, ...]:
    """A list of numbers, names, ranges, `*` and steps, as sorted numbers."""
    found: set[int] = set()
    for part in text.split(","):
        reach, slash, step = part.partition("/")
        stride = _number(step, 1, most, {}) if slash else 1
        first, dash, last = reach.partition("-")
        if reach == "*":
            start, end = least, most
        elif dash:
            start, end = _number(first, least, most, names or {}), _number(last, least, most, names or {})
            if end < start:
                raise InvalidExpressionError(f"cron: {part}: ends before it begins")
        else:
            start = _number(first, least, most, names or {})
            end = most if slash else start
        found.update(range(start, end + 1, stride))
    return tuple(sorted(found))


def _number(text: str, least: int, most: int, names: dict[str, int]) -> int:
    number = names.get(text.upper())
    if number is None and re.fullmatch(r"\d{1,4}", text):
        number = int(text)
    if number is None or not least <= number <= most:
        raise InvalidExpressionError(f"cron: {text!r} is not between {least} and {most}")
    return number
