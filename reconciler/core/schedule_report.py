"""What people are told of a schedule: when it starts next, where a clock change touches it, what was skipped. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reconciler.core import expressions, slots, slots_changes, slots_check
from reconciler.core.slot_memory import slot_text
from reconciler.core.slot_runs import Slots
from reconciler.model import Job, Problem, Schedule, Spec

#: How many starts are told, and how far ahead clock changes are.
STARTS: Final = 5
AHEAD: Final = timedelta(days=366)


def described(schedule: Schedule, *, suspended: bool, known: Slots | None = None) -> Spec:
    """Answer a schedule as reports have it."""
    told: dict[str, Any] = {
        schedule.syntax: schedule.expression,
        "timeZone": schedule.time_zone,
        "engine": schedule.engine.value,
        "concurrencyPolicy": schedule.concurrency_policy.value,
        "startingDeadlineSeconds": schedule.starting_deadline_seconds,
        "state": "DISABLED" if suspended else "ENABLED",
    }
    for member, date in (("startDate", schedule.start_date), ("endDate", schedule.end_date)):
        if date is not None:
            told[member] = date.astimezone(UTC).isoformat()
    if known is not None and known.memory.standing is not None:
        told["since"] = known.memory.standing.since.isoformat()
    if known is not None and (skipped := known.memory.skipped):
        told["skipped"] = {"slot": slot_text(skipped.slot), "missed": skipped.missed, "reason": skipped.reason}
    return told


def next_starts(schedule: Schedule, now: datetime, *, suspended: bool) -> Spec:
    """Answer the next starts, by the schedule's clocks and in UTC; none while it is suspended."""
    zone = expressions.zone(schedule.time_zone)
    starts = () if suspended else slots.next_starts(schedule, now, STARTS)
    return {
        "nextStarts": [{"local": start.astimezone(zone).isoformat(), "utc": slot_text(start)} for start in starts],
    }


def clock_changes(schedule: Schedule, now: datetime, until: datetime | None = None) -> Spec:
    """Answer in words which starts clock changes skip or merge, in the coming year or up to an instant."""
    found = slots_changes.changes(schedule, now, until if until is not None else now + AHEAD)
    return {"clockChanges": [str(change) for change in found]}


def passed(jobs: Iterable[Job], now: datetime) -> tuple[Problem, ...]:
    """Answer a warning for each schedule that starts nothing any more, at its line."""
    found = []
    for job in jobs:
        if isinstance(job.trigger, Schedule) and (warning := slots_check.past(job.trigger, now)) is not None:
            path = ("spec", "schedule", warning.path)
            source = job.sources.get(path, job.source)
            found.append(replace(warning, source=source, path=".".join(path), job=job.name))
    return tuple(found)


def next_start(schedule: Schedule, now: datetime, *, suspended: bool) -> datetime | None:
    """Answer when a schedule starts next; None where it is suspended or over."""
    return None if suspended else next(iter(slots.next_starts(schedule, now, 1)), None)
