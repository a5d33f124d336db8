"""How EventBridge starts the definitions that are imported, as the jobs that would do the same.

A schedule of EventBridge Scheduler that a job can say is taken over where it stands, so the job has its name. A rule is
never ours, and two would start the same: its job is written suspended, with what to do in a comment.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconciler.aws import event_targets
from reconciler.aws.event_targets import RuleTarget
from reconciler.aws.session import Aws
from reconciler.core import expressions, slots_zones
from reconciler.core.eventbridge_cron import Refusal
from reconciler.core.eventbridge_read import Read, from_eventbridge
from reconciler.core.live_schedules import LiveSchedule
from reconciler.core.schedules import AWS_RETRIES
from reconciler.kinds import schedule_target
from reconciler.kinds.schedule import owners_group
from reconciler.kinds.schedule_target import Started
from reconciler.model import Settings, Spec

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DEFAULT_BUS: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One thing on AWS that starts a definition: a schedule as GetSchedule tells it, or a rule with one of its targets.

    `what` is how a comment calls it; `name` what it is called.
    """

    what: str
    name: str
    started: Started
    spec: Spec
    is_rule: bool = False

    @property
    def definition(self) -> tuple[str, int | None]:
        """The name of the definition, and the revision where one is named."""
        name, _, number = self.started.definition.rpartition("/")[2].partition(":")
        return name, int(number) if number.isdigit() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """The sections of the job that does what a start does; `schedule` is empty where its time cannot be said.

    `name` is the job's final name where the schedule is taken over, else empty. `is_ours` when it says so already.
    """

    name: str = ""
    run: Spec
    schedule: Spec
    suspend: bool = False
    is_ours: bool = False
    comments: tuple[str, ...] = ()


def look_up_starts(aws: Aws) -> tuple[Start, ...]:
    """Answer everything by which EventBridge starts a task or job at a time, in order of what it is called."""
    found = [*_schedules(aws), *_rules(aws)]
    return tuple(sorted(found, key=lambda start: start.what))


def clocked(start: Start, settings: Settings, taken: Collection[str], now: datetime) -> Clocked:
    """Answer the job that does what `start` does, in a directory with these Settings whose jobs are called `taken`."""
    run = start.started.run(settings)
    time = from_eventbridge(str(start.spec.get("ScheduleExpression", "")))
    if isinstance(time, Refusal):
        hint = f"; see {time.hint}" if time.hint else ""
        return Clocked(run=run, schedule={}, comments=(f"{start.what} starts it too: {time.reason}{hint}",))
    if _is_over(time, start.spec, now):
        return Clocked(run=run, schedule={}, comments=(f"{start.what} started it once; that is over",))
    obstacle = _obstacle(start, settings, taken)
    if obstacle:
        return _beside(start, time, run, obstacle)
    notes = []
    if time.syntax == "rate":
        notes.append(f"{start.what} counts from its StartDate; adopted, it counts from the Unix epoch")
    if start.spec.get("ActionAfterCompletion", "NONE") != "NONE":
        notes.append(f"ActionAfterCompletion {start.spec['ActionAfterCompletion']} of {start.what} has no counterpart")
    return Clocked(
        name=start.name,
        run=run,
        schedule=_schedule(time, start.spec, settings),
        suspend=start.spec.get("State") == "DISABLED",
        is_ours=bool(_live(start).owner),
        comments=tuple(notes),
    )


def _schedules(aws: Aws) -> Iterator[Start]:
    for told in event_targets.schedules(aws):
        started = schedule_target.by_schedule(told.get("Target") or {})
        if started is not None and started.definition:
            what = f"the schedule {told['GroupName']}/{told['Name']}"
            yield Start(what=what, name=str(told["Name"]), started=started, spec=told)


def _rules(aws: Aws) -> Iterator[Start]:
    for found in event_targets.rule_targets(aws):
        started = schedule_target.by_rule(found.target) if found.rule.get("ScheduleExpression") else None
        if started is not None and started.definition:
            yield Start(
                what=_called(found),
                name=str(found.rule["Name"]),
                started=started,
                spec={**found.rule, "Target": found.target},
                is_rule=True,
            )


def _called(found: RuleTarget) -> str:
    bus = found.rule["EventBusName"]
    named = found.rule["Name"] if bus == _DEFAULT_BUS else f"{bus}/{found.rule['Name']}"
    return f"the EventBridge rule {named} (target {found.target.get('Id', '')})"


def _live(start: Start) -> LiveSchedule:
    return LiveSchedule(group=str(start.spec.get("GroupName", "")), name=start.name, spec=start.spec)


def _is_over(time: Read, spec: Spec, now: datetime) -> bool:
    end = spec.get("EndDate")
    if time.syntax == "at":
        zone = str(spec.get("ScheduleExpressionTimezone") or "UTC")
        end = slots_zones.instant(expressions.at(time.expression).local, expressions.zone(zone))
    return isinstance(end, datetime) and end <= now


def _obstacle(start: Start, settings: Settings, taken: Collection[str]) -> str:
    """Answer why a job cannot take it over where it stands; nothing where it can."""
    if start.is_rule:
        return "a rule is not taken over"
    owner = _live(start).owner
    if owner not in {"", settings.owner}:
        return f"it belongs to owner {owner}"
    if start.started.lost:
        return f"a job cannot say {' and '.join(start.started.lost)}"
    if not start.name.startswith(settings.name_prefix):
        return f"its name does not begin with {settings.name_prefix}"
    if not _NAME.fullmatch(start.name):
        return "its name is none that a job may have"
    if start.name in taken:
        return "another job has its name"
    return ""


def _beside(start: Start, time: Read, run: Spec, obstacle: str) -> Clocked:
    """Answer the suspended job of a start that goes on until a person ends it."""
    zone = str(start.spec.get("ScheduleExpressionTimezone") or "UTC")
    in_zone = {"timeZone": zone} if zone != "UTC" else {}
    state = " (DISABLED)" if start.spec.get("State") == "DISABLED" else ""
    role = start.spec.get("RoleArn") or (start.spec.get("Target") or {}).get("RoleArn")
    lost = [f"a job cannot say {each}" for each in start.started.lost if each not in obstacle]
    return Clocked(
        run=run,
        schedule={time.syntax: time.expression, **in_zone, "engine": "reconciler"},
        suspend=True,
        comments=(
            f"{start.what}{state} starts it, and {obstacle}:",
            "  switch that off, then take `suspend: true` out, or both start it",
            *([f"  without a loop: engine eventbridge, with eventBridge: {{roleArn: {role}}}"] if role else []),
            *lost,
        ),
    )


def _schedule(time: Read, spec: Spec, settings: Settings) -> Spec:
    target: Mapping[str, Any] = spec.get("Target") or {}
    window = (spec.get("FlexibleTimeWindow") or {}).get("MaximumWindowInMinutes")
    retries = {**AWS_RETRIES, **(target.get("RetryPolicy") or {})}
    event_bridge = {
        "roleArn": target.get("RoleArn"),
        "groupName": None if spec["GroupName"] == owners_group(settings.owner) else spec["GroupName"],
        "flexibleTimeWindowMinutes": window,
        "retryPolicy": None if retries == AWS_RETRIES else retries,
        "deadLetterArn": (target.get("DeadLetterConfig") or {}).get("Arn"),
        "kmsKeyArn": spec.get("KmsKeyArn"),
    }
    zone = str(spec.get("ScheduleExpressionTimezone") or "UTC")
    dates = {"endDate": spec.get("EndDate"), **({"startDate": spec.get("StartDate")} if time.syntax == "cron" else {})}
    return {
        time.syntax: time.expression,
        **({"timeZone": zone} if zone != "UTC" else {}),
        "engine": "eventbridge",
        **{name: date.isoformat() for name, date in sorted(dates.items()) if isinstance(date, datetime)},
        "eventBridge": {name: value for name, value in event_bridge.items() if value},
    }
