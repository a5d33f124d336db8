"""What is wrong with a schedule, said offline. Pure.

Problems carry the member of the `schedule` section in `path` (`cron`, `timeZone`, …; empty for the whole), errors
before warnings.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Final
from zoneinfo import ZoneInfo

from reconciler.core import expressions, slots
from reconciler.core import slots_zones as zones
from reconciler.core.eventbridge_cron import Refusal, to_eventbridge
from reconciler.core.expressions import At, BadExpression, Cron, Recurrence
from reconciler.core.slots_hints import FIELDS
from reconciler.model import ConcurrencyPolicy, Engine, Problem, Schedule, Severity

#: Whether an expression ever starts anything does not depend on the day one asks.
_REFERENCE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a local time
#: Starts that all fall into clock changes: the rules of a zone repeat themselves much sooner.
_ENOUGH: Final = 20
_READERS: Final[Mapping[str, Callable[[str], Recurrence]]] = {
    "cron": expressions.cron,
    "rate": expressions.rate,
    "at": expressions.at,
}


def check(schedule: Schedule) -> tuple[Problem, ...]:
    """Answer every problem of a schedule that is one at any time."""
    found = [*_errors(schedule)]
    if not found:
        found = [*_refusals(schedule), *_long_steps(schedule)]
    return tuple(sorted(found, key=lambda problem: problem.severity is Severity.WARNING))


def past(schedule: Schedule, now: datetime) -> Problem | None:
    """Answer the warning about a schedule that starts nothing any more."""
    if slots.next_starts(schedule, now, 1):
        return None
    path = "at" if schedule.syntax == "at" else "endDate"
    return _warning(path, "is in the past: nothing starts any more", "remove the job, or give it another time")


def check_expression(syntax: str, text: str, time_zone: str = "UTC") -> tuple[Problem, ...]:
    """Answer what is wrong with an expression and a zone alone."""
    found = []
    zone = None
    try:
        zone = expressions.zone(time_zone)
    except BadExpression as bad:
        found.append(Problem(path="timeZone", message=bad.message, hint=bad.hint))
    try:
        recurrence = _READERS[syntax](text)
    except BadExpression as bad:
        found.append(Problem(path=syntax, message=bad.message, hint=bad.hint))
    else:
        if zone is not None:
            found += _never(recurrence, zone)
    return tuple(found)


def _errors(schedule: Schedule) -> Iterator[Problem]:
    found = check_expression(schedule.syntax, schedule.expression, schedule.time_zone)
    yield from found
    start, end = schedule.start_date, schedule.end_date
    if start is None or end is None:
        return
    if end <= start:
        message = f"expected a time after startDate {start.isoformat()}, got {end.isoformat()}"
        yield Problem(path="endDate", message=message)
    elif not found and next(slots.instants(schedule, start - timedelta(seconds=1), end), None) is None:
        yield Problem(path="endDate", message=f"never starts: no start from {start.isoformat()} to {end.isoformat()}")


def _never(recurrence: Recurrence, zone: ZoneInfo) -> Iterator[Problem]:
    """Yield why there is no start at all, if there is none."""
    match recurrence:
        case Cron(text=text) as cron:
            coming = cron.after(_REFERENCE)
            first = next(coming, None)
            if first is None:
                yield Problem(path="cron", message=f'never starts: no date matches "{text}"')
            elif not any(zones.instant(local, zone) for local in islice(chain((first,), coming), _ENOUGH)):
                message = f'never starts: every "{text}" in {zone.key} falls where clocks go forward'
                yield Problem(path="cron", message=message, hint="choose another hour, or timeZone: UTC")
        case At(local=local) if zones.instant(local, zone) is None:
            message = f"{local.isoformat()} does not exist in {zone.key}: clocks go forward across it"
            yield Problem(path="at", message=message, hint="choose another hour")


def _refusals(schedule: Schedule) -> Iterator[Problem]:
    """Yield what EventBridge Scheduler cannot do."""
    if schedule.engine is not Engine.EVENTBRIDGE:
        return
    translated = to_eventbridge(schedule)
    if isinstance(translated, Refusal):
        yield Problem(path=schedule.syntax, message=translated.reason, hint=translated.hint)
    if schedule.concurrency_policy is not ConcurrencyPolicy.ALLOW:
        message = f"engine eventbridge cannot keep {schedule.concurrency_policy} (expected Allow)"
        yield Problem(path="concurrencyPolicy", message=message, hint="use engine: reconciler")


def _long_steps(schedule: Schedule) -> Iterator[Problem]:
    """Yield steps that leave their field at once: `*/90` in minutes is once an hour, not every 90 minutes."""
    if schedule.syntax != "cron":
        return
    for field, text in zip(FIELDS, schedule.expression.split(), strict=False):
        for term in text.split(","):
            _, _, step = term.partition("/")
            if step.isdigit() and int(step) > field.high:
                message = f'{field.name} "{term}": a step longer than its field matches once in it'
                yield _warning("cron", message, "for a steady interval use rate")


def _warning(path: str, message: str, hint: str) -> Problem:
    return Problem(severity=Severity.WARNING, path=path, message=message, hint=hint)
