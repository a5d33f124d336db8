"""Decide about one-shots: whether the present generation has run, runs, or is to be launched. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.core import attempts
from reconciler.core.attempts import Bounds, Finished, Resume, Start, Stop, Wait
from reconciler.core.memory import Memory
from reconciler.core.operations import Advance, Note
from reconciler.core.run_steps import health_of, lasting_refusal, run_step, said_of
from reconciler.model import Action, Execution, Health, Job, RunState, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShot:
    """What is known of a one-shot's present generation.

    `memory` is settled; None where nobody has claimed the generation. `ran_before` says whether another generation
    of the job, or of one of its former names, was ever claimed.
    """

    generation: str
    bounds: Bounds
    memory: Memory | None = None
    executions: Mapping[str, Execution] = field(default_factory=dict)
    ran_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShotPlan:
    """How a one-shot stands and what is done about it."""

    health: Health
    message: str
    step: Step

    @property
    def launches(self) -> bool:
        """Whether a task may be started by this plan."""
        match self.step.operation:
            case Advance(decision=Start() | Resume()):
                return True
            case _:
                return False


def plan_one_shot(job: Job, shot: OneShot, now: datetime, *, adopting: bool = False) -> OneShotPlan:
    """Decide about the present generation of a one-shot."""
    memory = shot.memory
    if adopting and (memory is None or (memory.final is None and not memory.attempts)):
        return _adopted(job, shot)
    if memory is None:
        return _first(job, shot)
    name = f"{job.name}/{memory.generation}/{memory.n}"
    match attempts.decide(memory, shot.executions, shot.bounds, now):
        case Finished(state=state, reason=reason):
            message = said_of(state, reason)
            failed = state is RunState.FAILED or (state is RunState.UNKNOWN and bool(memory.attempts))
            hint = f"; `reconcile retry {job.name}` runs it again" if failed else ""
            step = run_step(job, name, Action.KEEP, message, error=f"{message}{hint}" if failed else "")
            return OneShotPlan(health=health_of(state), message=message, step=step)
        case Wait(state=state, reason=reason):
            step = run_step(job, name, Action.KEEP, reason, error=lasting_refusal(memory.last, shot.bounds, now))
            return OneShotPlan(health=health_of(state), message=reason, step=step)
        case Stop(cause=cause) as stop:
            operation = _advance(shot, memory, stop)
            step = run_step(job, name, Action.STOP, cause, operation=operation)
            return OneShotPlan(health=Health.RUNNING, message=cause, step=step)
        case Start(attempt=number) as start:
            reason = attempts.said(number) if number else "claimed, not yet launched"
            return _launching(job, name, reason, _advance(shot, memory, start))
        case Resume() as resume:
            reason = "launch was announced and not recorded"
            return _launching(job, name, reason, _advance(shot, memory, resume))


def _first(job: Job, shot: OneShot) -> OneShotPlan:
    reason = f"{'runs again: ' if shot.ran_before else ''}generation {shot.generation} has not run"
    operation = Advance(generation=shot.generation, n=0, decision=Start(attempt=0), bounds=shot.bounds)
    return _launching(job, f"{job.name}/{shot.generation}/0", reason, operation, health=Health.NEVER_RAN)


def _advance(shot: OneShot, memory: Memory, decision: Start | Resume | Stop) -> Advance:
    return Advance(generation=memory.generation, n=memory.n, decision=decision, bounds=shot.bounds, memory=memory)


def _adopted(job: Job, shot: OneShot) -> OneShotPlan:
    reason = "the definition is adopted: whether this generation ever ran is not known"
    operation = Note(generation=shot.generation, reason="adopted")
    step = run_step(job, f"{job.name}/{shot.generation}/0", Action.KEEP, reason, operation=operation)
    return OneShotPlan(health=Health.UNKNOWN, message=reason, step=step)


def _launching(job: Job, name: str, reason: str, operation: Advance, *, health: Health = Health.PENDING) -> OneShotPlan:
    step = run_step(job, name, Action.LAUNCH, reason, operation=operation)
    return OneShotPlan(health=health, message=reason, step=step)
