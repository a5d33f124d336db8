"""What EventBridge says of a schedule's time, in the words of a manifest, or why it cannot be said. Pure.

Source: EventBridge User Guide, "Cron expressions reference"; EventBridge Scheduler User Guide, "Schedule types". Both
have six fields with a year, one of the two day fields `?`, and Sunday as 1. A field is spelt anew from the set of its
values, so that two expressions that mean the same read the same.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from reconciler.core import expressions
from reconciler.core.eventbridge_cron import Refusal
from reconciler.core.expressions import BadExpression
from reconciler.core.slots_hints import FIELDS, Field

_EXPRESSION: Final = re.compile(r"(cron|rate|at)\((.*)\)")
_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY = FIELDS
#: The days of the week as AWS numbers them.
_AWS_WEEKDAY: Final = replace(_WEEKDAY, low=1, high=7)
_ANY: Final = "?"
_SHORTEST_RANGE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A schedule's time as a manifest spells it."""

    syntax: Literal["cron", "rate", "at"]
    expression: str


def from_eventbridge(text: str) -> Read | Refusal:
    """Answer the expression of a rule or of a schedule as a manifest would have it."""
    found = _EXPRESSION.fullmatch(text.strip())
    if found is None:
        return Refusal(reason=f'"{text}" is no expression of EventBridge')
    syntax, inside = found.groups()
    try:
        match syntax:
            case "rate":
                rate = expressions.rate(inside)
                minutes = int(rate.period.total_seconds()) // 60
                return Read(syntax="rate", expression=_rate(minutes))
            case "at":
                return Read(syntax="at", expression=expressions.at(inside).local.isoformat())
            case _:
                return _cron(inside)
    except (BadExpression, ValueError) as error:
        return Refusal(reason=f'"{text}" has no counterpart in a manifest: {error}')


def _rate(minutes: int) -> str:
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            number = minutes // size
            return f"{number} {unit}{'' if number == 1 else 's'}"
    raise AssertionError("every rate is whole minutes")


def _cron(inside: str) -> Read | Refusal:
    fields = inside.upper().split()
    if len(fields) != len(FIELDS) + 1:
        return Refusal(reason=f'"cron({inside})" has not six fields')
    minutes, hours, day, month, weekday, year = fields
    if year != "*":
        reason = f"the year {year} of cron({inside}) has no counterpart"
        return Refusal(reason=reason, hint="schedule.startDate and endDate")
    spelt = (
        _spelt(_values(minutes, _MINUTE), _MINUTE),
        _spelt(_values(hours, _HOUR), _HOUR),
        _day(day),
        _spelt(_values(month, _MONTH), _MONTH),
        _weekday(weekday),
    )
    text = " ".join(spelt)
    expressions.cron(text)
    return Read(syntax="cron", expression=text)


def _day(field: str) -> str:
    if field in {"L", "LW"}:
        return field
    return "*" if field == _ANY else _spelt(_values(field, _DAY), _DAY)


def _weekday(field: str) -> str:
    """Answer a day-of-week field with Sunday as 0; `6L` is the last Friday, `2#1` the first Monday, `L` Saturday."""
    if field == _ANY:
        return "*"
    if field == "L":
        return "6"
    day, mark, number = field.rstrip("L").partition("#")
    if mark or field.endswith("L"):
        (value,) = _values(day, _AWS_WEEKDAY)
        return f"{value - 1}#{number}" if mark else f"{value - 1}L"
    return _spelt(frozenset(value - 1 for value in _values(field, _AWS_WEEKDAY)), _WEEKDAY)


def _values(field: str, of: Field) -> frozenset[int]:
    """Answer the values that a field of AWS's lets pass; raises ValueError for what is not one value, range or step."""
    return frozenset(value for term in field.split(",") for value in _term(term, of))


def _term(term: str, of: Field) -> range:
    span, slash, step = term.partition("/")
    first, dash, last = span.partition("-")
    low = of.low if first == "*" else _number(first, of)
    high = _number(last, of) if dash else of.high if slash or first == "*" else low
    if not of.low <= low <= of.high or not of.low <= high <= of.high:
        raise ValueError(f"{term} is out of range")
    return range(low, high + 1, int(step) if slash else 1)


def _number(text: str, of: Field) -> int:
    if text in of.names:
        return of.names.index(text) + of.low
    if not text.isdecimal():
        raise ValueError(f'"{text}" is no plain {of.name}')
    return int(text)


def _spelt(values: frozenset[int], of: Field) -> str:
    """Answer a set as `*`, one value, a step over the whole field, a range, or a list."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("a field lets nothing pass")
    if ordered == list(range(of.low, of.high + 1)):
        return "*"
    steps = {after - before for before, after in pairwise(ordered)}
    if len(ordered) >= _SHORTEST_RANGE and len(steps) == 1:
        step = steps.pop()
        if step == 1:
            return f"{ordered[0]}-{ordered[-1]}"
        if ordered[0] == of.low and ordered[-1] + step > of.high:
            return f"*/{step}"
        return f"{ordered[0]}-{ordered[-1]}/{step}"
    return ",".join(map(str, ordered))
