"""Decide about the runs of a schedule: what is due, what goes on, what is tried again, what is skipped. Pure.

The rules, from the contract:
* a slot is started at most once, only while it is the newest, within its deadline, and never from before the schedule
  stood as it stands now;
* Forbid and Replace count every run of the job that has not ended, whoever started it; a slot that they hold back
  starts late if the way clears within its deadline, else it is skipped;
* a newer slot ends the retries of older ones; a run that was replaced is final.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reconciler.core import attempts, runs, slot_traces, slots
from reconciler.core.attempts import Bounds, Decision, Finished, Resume, Start, Stop, Wait
from reconciler.core.memory import Event, Memory
from reconciler.core.operations import Advance
from reconciler.core.run_steps import health_of, health_under, lasting_refusal, run_step, said_of, told_of
from reconciler.core.slot_memory import SlotMemory, extended, run_name, slot_of, slot_text
from reconciler.core.slots import Due
from reconciler.model import (
    Action,
    ConcurrencyPolicy,
    Engine,
    Execution,
    Health,
    Job,
    RunState,
    Schedule,
    Spec,
    Step,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What is known of a scheduled job.

    `memory` is settled. `wanted` is the schedule as the manifest has it now (:func:`fingerprint`), `going` every run of
    the job that has not ended, whoever started it, `executions` those of the runs in the memory.
    """

    job: str
    memory: SlotMemory
    wanted: Spec
    bounds: Bounds
    executions: Mapping[str, Execution] = field(default_factory=dict)
    going: tuple[Execution, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the schedule that the manifest wants is the one that counts, recorded under the job's own name."""
        standing = self.memory.standing
        return standing is not None and standing.schedule == self.wanted and self.memory.job == self.job


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPlan:
    """How the runs of a schedule stand and what is done about them."""

    health: Health
    message: str = ""
    steps: tuple[Step, ...] = ()


def fingerprint(schedule: Schedule, *, target: str, group: str, suspended: bool) -> Spec:
    """Answer what of a schedule decides when it starts, and where: with another one, nothing in the past counts."""
    dates = {"startDate": schedule.start_date, "endDate": schedule.end_date}
    return {
        schedule.syntax: schedule.expression,
        "timeZone": schedule.time_zone,
        "engine": schedule.engine.value,
        "target": target,
        **({"group": group} if schedule.engine is Engine.EVENTBRIDGE else {}),
        **({"suspended": True} if suspended else {}),
        **{name: date.isoformat() for name, date in dates.items() if date is not None},
    }


def settle(schedule: Schedule, known: Slots, now: datetime) -> tuple[Event, ...]:
    """Answer the events that AWS and the time add to the memory: ends of runs, retries given up, slots skipped."""
    told = [event for run in known.memory.runs for event in _settled(schedule, run, known, now)]
    skip = _skip(schedule, extended(known.memory, told), known, now)
    return (*told, skip) if skip is not None else tuple(told)


def plan_slots(job: Job, schedule: Schedule, known: Slots, now: datetime) -> SlotPlan:
    """Decide what this pass does about the runs of a schedule; a memory under a former name is moved first."""
    if known.memory.job != job.name:
        return SlotPlan(health=_last_health(known))
    due = due_now(schedule, known, now)
    decided = [(run, _decide(run, known, now)) for run in known.memory.runs if run.final is None]
    steps = [step for run, decision in decided if (step := _followed(job, schedule, run, decision, known, now))]
    message = next((told_of(decision) for _, decision in reversed(decided)), "")
    health = _last_health(known)
    if decided and known.memory.last is decided[-1][0]:
        health = health_under(decided[-1][1])
    if not decided and (last := known.memory.last) is not None and last.final is not None:
        message = said_of(last.final, last.reason)
    if due.instant is not None:
        waiting = _in_the_way(schedule, known)
        if waiting:
            steps += _replacing(job, schedule, known, steps)
            message = f"{slot_text(due.instant)} waits: {waiting}"
            steps.append(run_step(job, _name(job, due.instant), Action.KEEP, message))
        else:
            steps = [step for step in steps if step.action is not Action.LAUNCH]
            steps.append(_starting(job, schedule, due.instant, known, now))
            message = f"{slot_text(due.instant)} is due"
    if known.stands and not _is_suspended(known) and (lost := slot_traces.lost(schedule, known.memory, now)):
        health, message = Health.UNKNOWN, lost
    return SlotPlan(health=health, message=message, steps=tuple(steps))


def due_now(schedule: Schedule, known: Slots, now: datetime) -> Due:
    """Answer what the loop is to start now."""
    standing = known.memory.standing
    if schedule.engine is not Engine.RECONCILER or standing is None or not known.stands or _is_suspended(known):
        return Due(instant=None, missed=0)
    newest = known.memory.newest
    since = max(standing.since, newest) if newest is not None else standing.since
    return slots.due(schedule, since, now, _deadline(schedule))


def expires(schedule: Schedule, slot: datetime) -> datetime:
    """Answer until when a slot may be started."""
    return slot + _deadline(schedule)


def _deadline(schedule: Schedule) -> timedelta:
    return timedelta(seconds=schedule.starting_deadline_seconds)


def _is_suspended(known: Slots) -> bool:
    return bool(known.wanted.get("suspended"))


def _settled(schedule: Schedule, run: Memory, known: Slots, now: datetime) -> Iterator[Event]:
    if run.final is not None:
        return
    for event in attempts.settle(run, known.executions, known.bounds, now):
        yield {**event, "slot": run.generation}
        if event["event"] == "finished":
            return
    ended = run.last is not None and run.last.ended is not None
    never_started = run.last is not None and run.last.refused is not None and not run.last.ids
    newest = known.memory.newest
    if (ended or never_started) and newest is not None and newest > slot_of(run):
        yield _given_up(run, "a newer slot ended its retries", now)
    elif never_started and run.last is not None and run.last.number == 0 and now > expires(schedule, slot_of(run)):
        yield _given_up(run, f"not started within {schedule.starting_deadline_seconds} s", now)


def _given_up(run: Memory, why: str, now: datetime) -> Event:
    assert run.last is not None
    reason = run.last.reason or run.last.refusal
    return {
        "event": "finished",
        "slot": run.generation,
        "state": RunState.FAILED.value,
        "reason": f"{reason}; {why}" if reason else why,
        "at": now.isoformat(),
    }


def _skip(schedule: Schedule, memory: SlotMemory, known: Slots, now: datetime) -> Event | None:
    """Answer the record of a slot that nobody starts any more."""
    due = due_now(schedule, replace(known, memory=memory), now)
    if due.last_missed is None:
        return None
    why = f"no pass started it within {schedule.starting_deadline_seconds} s"
    if schedule.concurrency_policy is not ConcurrencyPolicy.ALLOW and _held_back(schedule, known, due.last_missed):
        why = f"another run was still going on (concurrencyPolicy {schedule.concurrency_policy})"
    elif due.instant is not None:
        why = "a newer slot was due already"
    return {
        "event": "skipped",
        "slot": slot_text(due.last_missed),
        "missed": due.missed,
        "reason": why,
        "at": now.isoformat(),
    }


def _held_back(schedule: Schedule, known: Slots, slot: datetime) -> bool:
    """Answer whether a run that goes on was in a slot's way, up to the end of its deadline."""
    until = expires(schedule, slot)
    return any(execution.created is None or execution.created <= until for execution in known.going)


def _decide(run: Memory, known: Slots, now: datetime) -> Decision:
    return attempts.decide(run, known.executions, known.bounds, now)


def _followed(
    job: Job, schedule: Schedule, run: Memory, decision: Decision, known: Slots, now: datetime
) -> Step | None:
    """Answer the step for a run that was started before."""
    name = _name(job, slot_of(run))
    operation = None
    if isinstance(decision, Start | Resume | Stop):
        first = isinstance(decision, Start) and decision.attempt == 0
        first = first or (isinstance(decision, Resume) and decision.attempt.number == 0)
        operation = Advance(
            generation=run.generation,
            n=0,
            decision=decision,
            bounds=known.bounds,
            memory=run,
            expires=expires(schedule, slot_of(run)) if first else None,
        )
    if operation is not None and _is_suspended(known) and isinstance(decision, Start):
        return run_step(job, name, Action.KEEP, "suspended: it is not tried again")
    match decision:
        case Finished():
            return None
        case Wait(reason=reason):
            return run_step(job, name, Action.KEEP, reason, error=lasting_refusal(run.last, known.bounds, now))
        case Stop(cause=cause):
            return run_step(job, name, Action.STOP, cause, operation=operation)
        case Start(attempt=number):
            return run_step(job, name, Action.LAUNCH, attempts.said(number), operation=operation)
        case Resume():
            return run_step(job, name, Action.LAUNCH, "launch was announced and not recorded", operation=operation)


def _starting(job: Job, schedule: Schedule, slot: datetime, known: Slots, now: datetime) -> Step:
    late = int((now - slot).total_seconds())
    operation = Advance(
        generation=slot_text(slot),
        n=0,
        decision=Start(attempt=0),
        bounds=known.bounds,
        stream=run_name(job.name, slot),
        expires=expires(schedule, slot),
    )
    return run_step(job, _name(job, slot), Action.LAUNCH, f"due since {late} s", operation=operation)


def _in_the_way(schedule: Schedule, known: Slots) -> str:
    """Say what a due slot has to wait for, if anything."""
    if schedule.concurrency_policy is ConcurrencyPolicy.ALLOW:
        return ""
    going = {execution.id for execution in known.going}
    sent = {run.generation for run in known.memory.runs if run.final is None and _may_go_on(run, known)}
    if not going and not sent:
        return ""
    who = sorted(each.rpartition("/")[2] for each in going) or sorted(sent)
    return f"{', '.join(who)} goes on (concurrencyPolicy {schedule.concurrency_policy})"


def _may_go_on(run: Memory, known: Slots) -> bool:
    """Answer whether tasks of a run may exist: sent, and not seen to have ended."""
    last = run.last
    if last is None or last.ended is not None:
        return False
    if last.ids:
        return any(each not in known.executions or not known.executions[each].state.finished for each in last.ids)
    return last.refused is None


def _replacing(job: Job, schedule: Schedule, known: Slots, decided: list[Step]) -> Iterator[Step]:
    """Answer the steps that end older slots' runs, those that are ended already left out."""
    if schedule.concurrency_policy is not ConcurrencyPolicy.REPLACE:
        return
    stopping = {step.name for step in decided if step.action is Action.STOP}
    for run in known.memory.runs:
        last, name = run.last, _name(job, slot_of(run))
        if run.final is not None or last is None or last.ended is not None or last.stopping or name in stopping:
            continue
        ids = tuple(each for each in last.ids if each in known.executions and not known.executions[each].state.finished)
        if ids:
            stop = Stop(attempt=last, ids=ids, cause=runs.REPLACED)
            operation = Advance(generation=run.generation, n=0, decision=stop, bounds=known.bounds, memory=run)
            yield run_step(job, name, Action.STOP, runs.REPLACED, operation=operation)


def _name(job: Job, slot: datetime) -> str:
    return f"{job.name}/{slot_text(slot)}"


def _last_health(known: Slots) -> Health:
    last = known.memory.last
    if last is None:
        return Health.NEVER_RAN
    return health_of(last.final) if last.final is not None else Health.PENDING
