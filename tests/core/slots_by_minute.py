"""A second reading of schedules, written to be obviously right instead of fast; shares nothing with the product.

It lives through time in UTC, minute by minute, and looks at a wall clock of the zone: a local time that does not exist
is never shown, one that was shown before within a few hours is the second time round.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
NICKNAMES = {
    "@yearly": "0 0 1 JAN *",
    "@annually": "0 0 1 JAN *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * SUN",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

Clock = Callable[[datetime], datetime]


def wall_clock(zone: str) -> Clock:
    """Answer what shows the (naive) local time of a zone at an instant."""
    return lambda instant: instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def cron_starts(expression: str, clock: Clock, after: datetime, until: datetime) -> list[datetime]:
    """Answer the starts in (after, until]."""
    minute, hour, *day = NICKNAMES.get(expression, expression).upper().split()
    minutes, hours = numbers(minute, 0, 59), numbers(hour, 0, 23)
    seen: set[datetime] = set()
    found = []
    now = after.replace(second=0, microsecond=0) - timedelta(hours=3)
    while now <= until:
        shown = clock(now)
        if not day_matches(shown.date(), *day):
            now += timedelta(hours=20 - shown.hour) if shown.hour < 20 else timedelta(minutes=15 - shown.minute % 15)
            continue
        if shown.hour in hours and shown.minute in minutes:
            if shown not in seen and now > after:
                found.append(now)
            seen.add(shown)
        now += MINUTE
    return found


def rate_starts(expression: str, after: datetime, until: datetime) -> list[datetime]:
    """Answer the multiples of an interval since 1970."""
    number, unit = expression.split()
    seconds = int(number) * {"minute": 60, "hour": 3600, "day": 86400}[unit.removesuffix("s")]
    first = -(-int(after.timestamp()) // seconds) * seconds
    every = (datetime.fromtimestamp(each, UTC) for each in range(first, int(until.timestamp()) + 1, seconds))
    return [each for each in every if each > after]


def at_starts(expression: str, clock: Clock, after: datetime, until: datetime) -> list[datetime]:
    """Answer the first minute at which the clock shows that time."""
    wanted = datetime.fromisoformat(expression)
    day = wanted.replace(tzinfo=UTC) - timedelta(hours=26)
    for number in range(52 * 60):
        now = day + number * MINUTE
        if clock(now) == wanted:
            return [now] if after < now <= until else []
    return []


def day_matches(day: date, of_month: str, month: str, of_week: str) -> bool:
    """Answer whether a date matches: both day fields where one begins with a star, else either."""
    if day.month not in numbers(month, 1, 12, MONTHS):
        return False
    matches = (any(month_terms(of_month, day)), any(week_terms(of_week, day)))
    return all(matches) if of_month.startswith("*") or of_week.startswith("*") else any(matches)


def month_terms(field: str, day: date) -> Iterator[bool]:
    last = calendar.monthrange(day.year, day.month)[1]
    for term in field.split(","):
        if term == "L":
            yield day.day == last
        elif term == "LW":
            yield day.day == max(each for each in range(1, last + 1) if day.replace(day=each).isoweekday() <= 5)
        else:
            yield day.day in numbers(term, 1, 31)


def week_terms(field: str, day: date) -> Iterator[bool]:
    last = calendar.monthrange(day.year, day.month)[1]
    today = day.isoweekday() % 7
    for term in field.split(","):
        if match := re.fullmatch(r"(\w+)#(\d)", term):
            yield today in week(match[1]) and (day.day - 1) // 7 + 1 == int(match[2])
        elif match := re.fullmatch(r"(\d)L", term):
            yield today in week(match[1]) and day.day > last - 7
        else:
            yield today in week(term)


def week(term: str) -> set[int]:
    return {number % 7 for number in numbers(term, 0, 7, DAYS)}


def numbers(field: str, low: int, high: int, names: list[str] | None = None) -> set[int]:
    """Answer what a field of numbers, names, ranges, steps and lists holds."""
    found: set[int] = set()
    for term in field.split(","):
        span, _, step = term.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (value(each, low, names) for each in span.split("-"))
        else:
            first = value(span, low, names)
            last = high if step else first
        found.update(range(first, last + 1, int(step or 1)))
    return found


def value(text: str, low: int, names: list[str] | None) -> int:
    return names.index(text) + low if names and text in names else int(text)
