"""A reading of AWS's six-field cron from its documentation alone (EventBridge Scheduler User Guide, "Schedule types").

It looks at every date of a period. Shares nothing with the product; a text that the guide does not describe is an error.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class NotAws(ValueError):
    """AWS would refuse the expression, or no page says what it means."""


def starts(expression: str, time_zone: str, after: datetime, until: datetime) -> list[datetime]:
    """Answer the invocations in (after, until], by the guide's rule for clock changes."""
    match = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if match is None or len(expression) > 256:
        raise NotAws(expression)
    minute, hour, of_month, month, of_week, year = match.groups()
    if (of_month == "?") == (of_week == "?"):
        raise NotAws(f"{expression}: one of the day fields must be ?, the other not")
    minutes, hours = sorted(plain(minute, 0, 59)), sorted(plain(hour, 0, 23))
    months, years = plain(month, 1, 12, MONTHS), plain(year, 1970, 2199)
    zone = ZoneInfo(time_zone)
    found = []
    day = after.date() - timedelta(days=2)
    while day <= until.date() + timedelta(days=2):
        if day.month in months and day.year in years and (in_month(of_month, day) or in_week(of_week, day)):
            for each_hour in hours:
                for each_minute in minutes:
                    instant = exists(datetime.combine(day, time(each_hour, each_minute)), zone)
                    if instant and after < instant <= until:
                        found.append(instant)
        day += timedelta(days=1)
    return found


def exists(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Answer the first instant at which a clock shows that time: there and back again gives the same."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local else None


def in_month(field: str, day: date) -> bool:
    """Answer whether a date matches day-of-month: , - * ? / L (W is not in use here)."""
    if field == "?":
        return False
    if field == "L":
        return (day + timedelta(days=1)).day == 1
    return day.day in plain(field, 1, 31)


def in_week(field: str, day: date) -> bool:
    """Answer whether a date matches day-of-week: , - * ? L #, Sunday is 1. `#` and `L` stand alone."""
    if field == "?":
        return False
    today = day.isoweekday() % 7 + 1
    if match := re.fullmatch(r"([1-7])#([1-5])", field):
        return today == int(match[1]) and same_weekdays(day).index(day) + 1 == int(match[2])
    if match := re.fullmatch(r"([1-7])L", field):
        return today == int(match[1]) and same_weekdays(day)[-1] == day
    if "/" in field:
        raise NotAws(f"{field}: the guide lists no / for days of the week")
    return today in plain(field, 1, 7, DAYS)


def same_weekdays(day: date) -> list[date]:
    """Answer the days of the month that fall on the same day of the week."""
    dates = calendar.Calendar().itermonthdates(day.year, day.month)
    return [each for each in dates if each.month == day.month and each.weekday() == day.weekday()]


@cache
def plain(field: str, low: int, high: int, names: tuple[str, ...] | None = None) -> frozenset[int]:
    """Answer what a field of , - * / holds; the guide shows no mixture of them."""
    if field == "*":
        return frozenset(range(low, high + 1))
    if match := re.fullmatch(r"(\w+)-(\w+)", field):
        first, last = (number(each, low, high, names) for each in match.groups())
        if first > last:
            raise NotAws(field)
        return frozenset(range(first, last + 1))
    if match := re.fullmatch(r"(\w+)/(\d+)", field):
        return frozenset(range(number(match[1], low, high, names), high + 1, int(match[2])))
    return frozenset(terms(field, low, high, names))


def terms(field: str, low: int, high: int, names: tuple[str, ...] | None) -> Iterator[int]:
    for term in field.split(","):
        yield number(term, low, high, names)


def number(text: str, low: int, high: int, names: tuple[str, ...] | None) -> int:
    if names and text in names:
        return names.index(text) + low
    if not text.isdigit() or not low <= int(text) <= high:
        raise NotAws(f"{text} is not in {low}-{high}")
    return int(text)
