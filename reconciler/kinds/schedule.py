"""A job with a schedule → what CreateSchedule and UpdateSchedule are sent, whole: an update resets what it omits.

The target is a universal one, `ecs:runTask` or `batch:submitJob`, so that its Input is the very request that the loop
would send, with `<aws.scheduler.scheduled-time>` where the slot's instant goes: in the token, so that EventBridge's own
retries and a change of engine share one, and in what the run is told. Input has the members' spelling of the SDK for
Java, in which each begins with a capital (user guide, "Using universal targets").
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.core import eventbridge_cron, live_schedules
from reconciler.core.eventbridge_cron import Refusal
from reconciler.core.live_schedules import LiveSchedule
from reconciler.core.ownership import Commit
from reconciler.errors import ReconcilerError
from reconciler.model import Job, Path, Resource, Schedule, Source, Spec

KIND: Final = "schedule"
#: Members whose value is a map: its keys are the author's and keep their spelling.
MAPS: Final = frozenset({"annotations", "labels", "limits", "parameters", "requests", "tags"})
#: MaximumEventAgeInSeconds (CreateSchedule, RetryPolicy).
_SHORTEST_AGE: Final = 60
_LONGEST_GROUP: Final = 64
_EVENT_BRIDGE: Final = ("spec", "schedule", "eventBridge")
#: Where the manifest says what a member of the schedule has.
_WRITTEN: Final[Mapping[Path, Path]] = {
    ("ScheduleExpressionTimezone",): ("spec", "schedule", "timeZone"),
    ("StartDate",): ("spec", "schedule", "startDate"),
    ("EndDate",): ("spec", "schedule", "endDate"),
    ("State",): ("spec", "suspend"),
    ("FlexibleTimeWindow",): (*_EVENT_BRIDGE, "flexibleTimeWindowMinutes"),
    ("KmsKeyArn",): (*_EVENT_BRIDGE, "kmsKeyArn"),
    ("Target", "RoleArn"): (*_EVENT_BRIDGE, "roleArn"),
    ("Target", "RetryPolicy"): (*_EVENT_BRIDGE, "retryPolicy"),
    ("Target", "DeadLetterConfig"): (*_EVENT_BRIDGE, "deadLetterArn"),
    ("Target", "Input"): ("spec", "run"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a schedule calls: `api` as `ecs:runTask`, and the request in AWS's own spelling."""

    api: str
    request: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What a schedule says of itself."""

    owner: str
    source: str
    commit: Commit | None


def group_name(schedule: Schedule, owner: str) -> str:
    """Name the group that a schedule is in: the author's, else one for each owner."""
    return str(schedule.event_bridge.get("groupName") or owners_group(owner))


def owners_group(owner: str) -> str:
    """Name an owner's own group: at most 64 letters, digits, `-`, `_` and `.` (CreateScheduleGroup)."""
    name = f"reconciler-{re.sub(r'[^0-9A-Za-z_.-]', '-', owner)}"
    if len(name) <= _LONGEST_GROUP:
        return name
    return f"{name[: _LONGEST_GROUP - 9]}-{hashlib.sha256(owner.encode()).hexdigest()[:8]}"


def desired(
    job: Job,
    schedule: Schedule,
    target: Target,
    whose: Whose,
    *,
    partition: str,
    suspended: bool,
    live: LiveSchedule | None,
    now: datetime,
) -> Resource:
    """Answer the schedule as it is sent now; with `live`, as it is compared: a StartDate that does its work stays."""
    expression = eventbridge_cron.to_eventbridge(schedule)
    if isinstance(expression, Refusal):
        raise ReconcilerError(f"{job.source}: schedule: {expression.reason}", hint=expression.hint)
    settings = schedule.event_bridge
    window = settings.get("flexibleTimeWindowMinutes")
    spec: dict[str, Any] = {
        "Name": job.name,
        "GroupName": group_name(schedule, whose.owner),
        "ScheduleExpression": expression.text,
        "ScheduleExpressionTimezone": expression.time_zone,
        "State": "DISABLED" if suspended else "ENABLED",
        "Description": live_schedules.description(
            owner=whose.owner, job=job.name, source=whose.source, commit=whose.commit
        ),
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": window} if window else {"Mode": "OFF"},
        "Target": {
            "Arn": f"arn:{partition}:scheduler:::aws-sdk:{target.api}",
            "RoleArn": settings["roleArn"],
            "Input": json.dumps(_capitalised(target.request), separators=(",", ":"), ensure_ascii=False),
            "RetryPolicy": _retry_policy(schedule),
        },
    }
    if settings.get("deadLetterArn"):
        spec["Target"]["DeadLetterConfig"] = {"Arn": settings["deadLetterArn"]}
    if settings.get("kmsKeyArn"):
        spec["KmsKeyArn"] = settings["kmsKeyArn"]
    if (start := _start_date(schedule, live, now)) is not None:
        spec["StartDate"] = start
    if schedule.end_date is not None and schedule.syntax != "at":
        spec["EndDate"] = schedule.end_date.astimezone(UTC)
    return Resource(kind=KIND, name=job.name, job=job.name, spec=spec, source=job.source, sources=_sources(job))


def _retry_policy(schedule: Schedule) -> Spec:
    """Answer the author's policy; a start is never later than its deadline, unless he says so.

    AWS's own default, a day, would go beyond the life of RunTask's token: a retry of a start whose answer was lost
    would then be a second run.
    """
    age = max(_SHORTEST_AGE, schedule.starting_deadline_seconds)
    return {"MaximumEventAgeInSeconds": age, **(schedule.event_bridge.get("retryPolicy") or {})}


def _start_date(schedule: Schedule, live: LiveSchedule | None, now: datetime) -> datetime | None:
    known = live.spec.get("StartDate") if live is not None else None
    if live is not None and eventbridge_cron.start_date_holds(schedule, known, now):
        return known if isinstance(known, datetime) else None
    return eventbridge_cron.start_date(schedule, now)


def _capitalised(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            member[:1].upper() + member[1:]: dict(inner) if _is_map(member, inner) else _capitalised(inner)
            for member, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_capitalised(entry) for entry in value]
    return value


def _is_map(member: str, value: Any) -> bool:
    return member in MAPS and isinstance(value, Mapping)


def _sources(job: Job) -> Mapping[Path, Source]:
    """Answer the manifest's lines behind the members; the expression is written as cron, rate or at."""
    written = dict(_WRITTEN)
    for syntax in ("cron", "rate", "at"):
        if ("spec", "schedule", syntax) in job.sources:
            written["ScheduleExpression",] = ("spec", "schedule", syntax)
    found = {member: job.sources[path] for member, path in written.items() if path in job.sources}
    return {**found, (): job.sources.get(("spec", "schedule"), job.source)}
