"""Decide about schedules: those of EventBridge Scheduler, and since when the loop's stand. Pure.

Two schedules of one job are never active at once: whatever is not wanted any more is off before what is wanted is on.
A step of the loop's own schedule only records that it stands; it launches nothing, not even what would be due.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.core import schedule_places
from reconciler.core.diff import compare, summed_up
from reconciler.core.live_schedules import LiveSchedule
from reconciler.core.operations import DeleteSchedule, PutSchedule, Stand
from reconciler.core.rules import Rules
from reconciler.core.slot_runs import Slots
from reconciler.model import ABSENT, Action, Engine, FieldChange, Job, Resource, Schedule, Spec, Status, Step, Sync

KIND: Final = "schedule"
#: Stands for a revision that is registered before the schedule is written.
TO_COME: Final = "(the revision that is registered first)"
#: What AWS retries where a schedule says nothing (CreateSchedule, RetryPolicy).
AWS_RETRIES: Final = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
#: Says whose it is and by which commit; a difference is no drift.
_NOT_DRIFT: Final = ("Description",)
#: Whether a job is held back, by its manifest or by hand: `health` says so, and AWS differs in nothing.
_HELD: Final = "suspended"
#: What decides when a schedule starts something.
_WHEN: Final = ("ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSeen:
    """The EventBridge schedules of one job.

    `wanted` is None where the job wants none, `live` the schedule that has the wanted group and name, `others` are
    further ones that say they are this job's. `over` is when the last start lies behind us, where nothing starts any
    more. `caution` is what to know of a schedule that is made or changed.
    """

    rules: Rules
    owner: str
    wanted: Resource | None = None
    live: LiveSchedule | None = None
    others: tuple[LiveSchedule, ...] = ()
    over: datetime | None = None
    caution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePlan:
    """What is found and what is done."""

    sync: Sync = Sync.IN_SYNC
    steps: tuple[Step, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    message: str = ""


def plan_schedule(
    job: Job, seen: ScheduleSeen, slots: Slots | None, now: datetime, *, registers: bool = False
) -> SchedulePlan:
    """Decide what becomes of a job's schedules, on AWS and in the ledger.

    `registers`: the definition that they start is registered anew before, so that they must point at what comes of it.
    """
    gone = tuple(_delete(job, other, _why_not(job, other, seen)) for other in seen.others)
    found = _on_aws(job, seen, slots, now, registers=registers)
    steps = (*gone, *found.steps)
    by_loop = slots is not None and isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.RECONCILER
    on_aws = Sync.DRIFTED if gone and found.sync is Sync.IN_SYNC else found.sync
    if slots is None or slots.stands:
        return SchedulePlan(sync=on_aws, steps=steps, changes=found.changes, message=found.message)
    # a loop's schedule that is suspended from its beginning starts nothing, recorded or not
    if by_loop and not (slots.memory.standing is None and slots.wanted.get(_HELD)):
        step = _standing(job, slots)
        if step.changes and all(change.path == _HELD for change in step.changes):
            return SchedulePlan(sync=on_aws, steps=(*steps, step), message=found.message)
        sync = Sync.MISSING if step.action is Action.CREATE else Sync.DRIFTED
        return SchedulePlan(sync=sync, steps=(*steps, step), changes=step.changes, message=found.message)
    if by_loop or all(step.operation is None and not step.error for step in found.steps):
        steps = (*steps, _noted(job, slots))
    return SchedulePlan(sync=found.sync, steps=steps, changes=found.changes, message=found.message)


def order(step: Step) -> int:
    """Answer a schedule's step's place among the others: what goes is off before what comes is on."""
    if step.action is Action.DELETE:
        return 0
    return 2 if isinstance(step.operation, PutSchedule) else 1


def retry_age(spec: Spec) -> timedelta:
    """Answer how long after a start EventBridge Scheduler may still try it, with what the schedule said then."""
    policy: Mapping[str, Any] = {**AWS_RETRIES, **((spec.get("Target") or {}).get("RetryPolicy") or {})}
    window = int((spec.get("FlexibleTimeWindow") or {}).get("MaximumWindowInMinutes") or 0)
    age = int(policy["MaximumEventAgeInSeconds"]) if policy["MaximumRetryAttempts"] > 0 else 0
    return timedelta(minutes=window, seconds=age)


def deletion(live: LiveSchedule, *, job: str, reason: str) -> Step:
    """Answer the step that takes a schedule away."""
    return Step(
        action=Action.DELETE,
        kind=KIND,
        name=f"{live.group}/{live.name}",
        job=job,
        reason=reason,
        operation=DeleteSchedule(group=live.group, name=live.name),
    )


def _on_aws(job: Job, seen: ScheduleSeen, slots: Slots | None, now: datetime, *, registers: bool) -> SchedulePlan:
    if seen.wanted is None:
        return SchedulePlan()
    live = seen.live
    if live is None:
        if seen.over is not None:
            return SchedulePlan(steps=(_step(job, seen.wanted, Action.KEEP, "in sync"),), message=_over(seen.over))
        return _put(job, seen, slots, Action.CREATE, Sync.MISSING, "no such schedule exists")
    if live.owner != seen.owner and not (job.adopt is True and not live.owner):
        return _foreign(job, seen.wanted, live)
    changes = compare(seen.wanted.spec, live.spec, seen.rules, ignore=_NOT_DRIFT, sources=seen.wanted.sources)
    changes = schedule_places.placed(changes, job)
    if seen.over is not None:
        return _finished(job, seen.wanted, live, changes, seen.over, now)
    if not live.owner:
        reason = f"adopt, with changes: {summed_up(changes)}" if changes else "adopt: it starts the same already"
        sync = Sync.DRIFTED if changes else Sync.IN_SYNC
        return _put(job, seen, slots, Action.ADOPT, sync, reason, changes)
    if registers:
        changes = (*changes, _repointed(live))
    if not changes:
        return SchedulePlan(steps=(_step(job, seen.wanted, Action.KEEP, "in sync"),))
    return _put(job, seen, slots, Action.UPDATE, Sync.DRIFTED, summed_up(changes), changes)


def _repointed(live: LiveSchedule) -> FieldChange:
    """Answer the change of the revision that is started, whose number is not known yet."""
    request: Any = json.loads((live.spec.get("Target") or {}).get("Input") or "{}")
    member = next((name for name in ("TaskDefinition", "JobDefinition") if name in request), "TaskDefinition")
    return FieldChange(path=f"Target.Input.{member}", before=request.get(member, ABSENT), after=TO_COME)


def _put(
    job: Job,
    seen: ScheduleSeen,
    slots: Slots | None,
    action: Action,
    sync: Sync,
    reason: str,
    changes: tuple[FieldChange, ...] = (),
) -> SchedulePlan:
    assert seen.wanted is not None
    stand = None
    if slots is not None and not slots.stands:
        stand = Stand(memory=slots.memory, schedule=slots.wanted)
    operation = PutSchedule(live=seen.live, stand=stand)
    reason = f"{reason}; {seen.caution}" if seen.caution else reason
    step = _step(job, seen.wanted, action, reason, operation=operation, changes=changes)
    return SchedulePlan(sync=sync, steps=(step,), changes=changes)


def _finished(
    job: Job, wanted: Resource, live: LiveSchedule, changes: tuple[FieldChange, ...], over: datetime, now: datetime
) -> SchedulePlan:
    """Decide about a schedule that, as the manifest has it, starts nothing any more."""
    other_time = any(change.path.partition(".")[0] in _WHEN for change in changes)
    if other_time or now > over + retry_age(live.spec):
        reason = "its time was edited, and the manifest's has passed" if other_time else _over(over)
        sync = Sync.DRIFTED if other_time else Sync.IN_SYNC
        return SchedulePlan(sync=sync, steps=(_delete(job, live, reason),), changes=changes if other_time else ())
    return SchedulePlan(steps=(_step(job, wanted, Action.KEEP, "in sync"),), message=_over(over))


def _foreign(job: Job, wanted: Resource, live: LiveSchedule) -> SchedulePlan:
    whose = f"belongs to owner {live.owner}" if live.owner else "was not made by a reconciler"
    hint = "choose another eventBridge.groupName, or delete it"
    if not live.owner:
        hint = f"set spec.adopt: true to take it over, {hint}"
    message = f"schedule {live.group}/{live.name} exists and {whose}; {hint}"
    step = _step(job, wanted, Action.KEEP, message, status=Status.FAILED, error=message)
    return SchedulePlan(sync=Sync.FOREIGN, steps=(step,), message=message)


def _standing(job: Job, slots: Slots) -> Step:
    """Answer the step that lets the loop's schedule count from now on."""
    before: Spec = slots.memory.standing.schedule if slots.memory.standing else {}
    changes = tuple(_changes(job, before, slots.wanted)) if before else ()
    reason = summed_up(changes) + ", so nothing from before now is started" if changes else "it counts from now on"
    return Step(
        action=Action.UPDATE if before else Action.CREATE,
        kind=KIND,
        name=job.name,
        job=job.name,
        reason=reason,
        operation=Stand(memory=slots.memory, schedule=slots.wanted),
        changes=changes,
        source=job.source,
    )


def _noted(job: Job, slots: Slots) -> Step:
    """Answer the step that records what AWS already has: bookkeeping."""
    operation = Stand(memory=slots.memory, schedule=slots.wanted)
    return Step(action=Action.KEEP, kind=KIND, name=job.name, job=job.name, reason="in sync", operation=operation)


def _changes(job: Job, before: Spec, after: Spec) -> Iterator[FieldChange]:
    for member in sorted(before.keys() | after.keys()):
        if before.get(member, ABSENT) != after.get(member, ABSENT):
            yield FieldChange(
                path=member,
                before=before.get(member, ABSENT),
                after=after.get(member, ABSENT),
                source=job.sources.get(("spec", "schedule", member), job.source),
            )


def _why_not(job: Job, other: LiveSchedule, seen: ScheduleSeen) -> str:
    if seen.wanted is None:
        engine = job.trigger.engine if isinstance(job.trigger, Schedule) else None
        return f"engine is {engine} now" if engine else "the job has no schedule any more"
    if other.job != job.name:
        return f"the job was called {other.job}"
    return f"the job's schedule is {seen.wanted.spec['GroupName']}/{seen.wanted.name}"


def _delete(job: Job, live: LiveSchedule, reason: str) -> Step:
    return deletion(live, job=job.name, reason=reason)


def _step(
    job: Job,
    wanted: Resource,
    action: Action,
    reason: str,
    *,
    operation: PutSchedule | None = None,
    changes: tuple[FieldChange, ...] = (),
    status: Status = Status.PLANNED,
    error: str = "",
) -> Step:
    return Step(
        action=action,
        kind=KIND,
        name=f"{wanted.spec['GroupName']}/{wanted.name}",
        job=job.name,
        reason=reason,
        operation=operation,
        changes=changes,
        source=wanted.source,
        status=status,
        error=error,
    )


def _over(over: datetime) -> str:
    return f"nothing starts any more (the last was {over:%Y-%m-%dT%H:%M:%SZ})"
