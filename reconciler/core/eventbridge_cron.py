"""A schedule as EventBridge Scheduler says it, or why it cannot. Pure.

Source: EventBridge Scheduler User Guide, "Schedule types". AWS's cron has six fields, the last a year; one of its two
day fields must be `?`; Sunday is 1; a day of the week takes no step; `#` stands alone. What no page shows (a list of
ranges, `LW`, a list with `L`) is not sent: sets are spelt as `*`, one value, one range, `start/step` up to the field's
end, or a plain list, whichever comes first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from reconciler.core import expressions, slots
from reconciler.core import slots_zones as zones
from reconciler.core.expressions import LAST, LAST_DAY, LONGEST, At, Cron, Rate
from reconciler.core.slots_hints import FIELDS, Field
from reconciler.model import Schedule

_UNITS: Final = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY = FIELDS
_ANY: Final = "?"
#: A shorter run reads better as a list.
_SHORTEST_RANGE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """What is sent as ScheduleExpression and ScheduleExpressionTimezone."""

    text: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a schedule has no counterpart on AWS, and what to do instead."""

    reason: str
    hint: str = ""


def to_eventbridge(schedule: Schedule) -> Expression | Refusal:
    """Answer the schedule in AWS's words; raises BadExpression for one that is not in the grammar."""
    match expressions.parse(schedule):
        case Cron() as cron:
            return _cron(cron, schedule.time_zone)
        case Rate(period=period):
            return Expression(text=_rate(period), time_zone=schedule.time_zone)
        case At(local=local):
            return _at(local, schedule.time_zone)


def start_date(schedule: Schedule, now: datetime) -> datetime | None:
    """Answer the StartDate to send with a schedule that is made or changed now; None: no such member.

    A `rate` begins to count at its StartDate, so that one must lie on the epoch's grid for all engines to agree: it is
    the next start. For the others it is the manifest's, while it is to come: AWS refuses dates that are past. One-time
    schedules have none (AWS ignores it).
    """
    match expressions.parse(schedule):
        case Rate():
            return next(iter(slots.next_starts(schedule, now, 1)), None)
        case Cron() if schedule.start_date is not None and schedule.start_date > now:
            return schedule.start_date.astimezone(UTC)
        case _:
            return None


def start_date_holds(schedule: Schedule, live: datetime | None, now: datetime) -> bool:
    """Answer whether a schedule that lives with this StartDate starts when the manifest says, from now on.

    The date that :func:`start_date` would send moves on with the time; a date that has passed does its work as well.
    """
    recurrence = expressions.parse(schedule)
    if isinstance(recurrence, Rate):
        if live is None or (live - slots.EPOCH) % recurrence.period:
            return False
    elif isinstance(recurrence, At):
        return True
    wanted = start_date(schedule, now)
    if live is None or live <= now:
        return schedule.start_date is None or schedule.start_date <= now
    return live == wanted


def _cron(cron: Cron, time_zone: str) -> Expression | Refusal:
    days = _days(cron)
    if isinstance(days, Refusal):
        return days
    day, weekday = days
    fields = (_spell(cron.minutes, _MINUTE), _spell(cron.hours, _HOUR), day, _spell(cron.months, _MONTH), weekday, "*")
    text = f"cron({' '.join(fields)})"
    if len(text) > LONGEST:
        reason = f"AWS allows an expression of {LONGEST} characters, this one takes {len(text)}"
        return Refusal(reason=reason, hint="use ranges, or steps of equal width")
    return Expression(text=text, time_zone=time_zone)


def _days(cron: Cron) -> tuple[str, str] | Refusal:
    """Answer AWS's day-of-month and day-of-week fields, of which one is always `?`."""
    if cron.every_weekday and cron.joined:
        return _with_any_weekday(cron)
    if cron.every_day and cron.joined:
        return _with_any_day(cron)
    if cron.every_day or cron.every_weekday:
        return "*", _ANY
    fields = cron.text.split()
    joint = "both" if cron.joined else "either"
    return Refusal(
        reason=f'day of month "{fields[2]}" and day of week "{fields[4]}" are both restricted ({joint} must match), '
        "and AWS takes only one of them",
        hint="make two jobs, or use engine: reconciler",
    )


def _with_any_weekday(cron: Cron) -> tuple[str, str] | Refusal:
    plain = {day for day in cron.days if day > 0}
    if cron.days == plain:
        return _spell(frozenset(plain), _DAY), _ANY
    if cron.every_day:
        return "*", _ANY
    if LAST_DAY in cron.days and cron.days <= {LAST_DAY, _DAY.high}:
        return "L", _ANY
    field = cron.text.split()[2]
    return Refusal(
        reason=f'AWS documents "L" alone as the last day of a month, not "{field}"',
        hint="make two jobs, or use engine: reconciler",
    )


def _with_any_day(cron: Cron) -> tuple[str, str] | Refusal:
    plain = frozenset(item for item in cron.weekdays if isinstance(item, int))
    # a Monday of some number is among all Mondays already
    numbered = [item for item in cron.weekdays if isinstance(item, tuple) and item[0] not in plain]
    if not numbered:
        return _ANY, _spell(plain, _WEEKDAY)
    if plain or len(numbered) > 1:
        return Refusal(
            reason=f'AWS takes a day with "#" or "L" alone, not "{cron.text.split()[4]}"',
            hint="make a job for each, or use engine: reconciler",
        )
    weekday, number = numbered[0]
    return _ANY, f"{weekday + 1}L" if number == LAST else f"{weekday + 1}#{number}"


def _spell(values: frozenset[int], field: Field) -> str:
    """Answer a set of values in AWS's words; days of the week by name, since their numbers differ from cron's."""
    inside = sorted(value for value in values if field.low <= value <= field.high)
    if len(inside) == field.high - field.low + 1:
        return "*"
    named = [_name(value, field) for value in inside]
    steps = {later - earlier for earlier, later in pairwise(inside)}
    if len(inside) >= _SHORTEST_RANGE and steps == {1}:
        return f"{named[0]}-{named[-1]}"
    if len(inside) >= _SHORTEST_RANGE and len(steps) == 1 and inside[-1] + min(steps) > field.high and not field.names:
        return f"{inside[0]}/{min(steps)}"
    return ",".join(named)


def _name(value: int, field: Field) -> str:
    return field.names[value] if field is _WEEKDAY else str(value)


def _rate(period: timedelta) -> str:
    """Answer the longest unit that counts the period in whole numbers; AWS wants `1 hour` and `2 hours`."""
    unit, length = next((unit, length) for unit, length in _UNITS if not period % length)
    number = period // length
    return f"rate({number} {unit}{'s' if number > 1 else ''})"


def _at(local: datetime, time_zone: str) -> Expression | Refusal:
    """Answer a one-time expression; in UTC where clocks show a time twice, since no page says which one AWS takes."""
    zone = expressions.zone(time_zone)
    moment = zones.instant(local, zone)
    if moment is None:
        return Refusal(reason=f"{local.isoformat()} does not exist in {time_zone}: clocks go forward across it")
    if zones.is_repeated(local, zone):
        return Expression(text=f"at({moment:%Y-%m-%dT%H:%M:%S})", time_zone="UTC")
    return Expression(text=f"at({local:%Y-%m-%dT%H:%M:%S})", time_zone=time_zone)
