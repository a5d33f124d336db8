"""The plan of a pass: what is wanted and what was seen, made into ordered steps. Pure.

Order is by rank, not by a graph: log groups, definitions, schedules, runs; then what goes away. A job whose one-shots
have not succeeded is simply not reconciled further in this pass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.core import ownership, schedules
from reconciler.core.definitions import DefinitionPlan, Wanted, plan_definition
from reconciler.core.event_rule import EventRulePlan, EventRuleSeen, plan_event_rule
from reconciler.core.guards import Limits, hold_back, limit_concurrency, limit_reruns
from reconciler.core.job_plan import JobPlan
from reconciler.core.log_groups import plan_log_group
from reconciler.core.memory import Memory
from reconciler.core.oneshots import OneShot, OneShotPlan, plan_one_shot
from reconciler.core.operations import MakeLogGroup, Note, Register
from reconciler.core.ownership import Commit
from reconciler.core.prune import Orphan, plan_prune
from reconciler.core.run_steps import keeps_time
from reconciler.core.schedules import SchedulePlan, ScheduleSeen, plan_schedule
from reconciler.core.slot_runs import Slots, plan_slots
from reconciler.model import (
    Action,
    ConcurrencyPolicy,
    Family,
    Health,
    Job,
    Once,
    Problem,
    Revision,
    Schedule,
    Settings,
    Status,
    Step,
    Sync,
)

_RANKS = {"log-group": 0, "event-rule": 1, "task-definition": 1, "job-definition": 1, "schedule": 2, "run": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """A job and all that was seen of it. `error` is set where it could not be looked at, and nothing else counts."""

    job: Job
    wanted: Wanted | None = None
    family: Family | None = None
    linked: Revision | None = None
    one_shot: OneShot | None = None
    slots: Slots | None = None
    schedules: ScheduleSeen | None = None
    missing_log_group: MakeLogGroup | None = None
    live_commit: Commit | None = None
    health: Health = Health.NEVER_RAN
    suspended: bool = False
    error: str = ""

    @property
    def memories(self) -> tuple[Memory, ...]:
        """What is remembered of the runs that passes launch: the present generation's, or those of the slots."""
        shot = self.one_shot.memory if self.one_shot is not None else None
        return (*((shot,) if shot is not None else ()), *(self.slots.memory.runs if self.slots is not None else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that a plan depends on; `depended` are one-shots outside a narrowed pass that its jobs wait for."""

    settings: Settings
    limits: Limits
    now: datetime
    commit: Commit | None = None
    jobs: tuple[JobSeen, ...] = ()
    depended: tuple[JobSeen, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    problems: tuple[Problem, ...] = ()
    event_rule: EventRuleSeen | None = None
    users: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps in the order in which they are carried out, and each job's standing."""

    jobs: tuple[JobPlan, ...]
    steps: tuple[Step, ...]
    orphans: tuple[Orphan, ...] = ()
    problems: tuple[Problem, ...] = ()
    event_rule: EventRulePlan | None = None


def make_plan(seen: Seen) -> Plan:
    """Decide everything that this pass will do."""
    shots = {entry.job.name: _one_shot(entry, seen) for entry in (*seen.depended, *seen.jobs)}
    paused = seen.limits.paused
    definitions = {entry.job.name: _definition(entry, seen) for entry in seen.jobs if not entry.error}
    jobs = tuple(_plan_job(entry, definitions, shots, seen) for entry in seen.jobs)
    if paused:
        jobs = tuple(replace(job, steps=hold_back(job.steps, paused)) for job in jobs)
    jobs, reruns = limit_reruns(jobs, {entry.job.name for entry in seen.jobs if _ran_before(entry)}, seen.limits)
    going = sum(memory.going for entry in seen.jobs for memory in entry.memories)
    jobs = limit_concurrency(jobs, going, seen.settings.max_concurrent_runs)
    pruned, refused = plan_prune(
        seen.orphans, seen.settings, seen.limits, seen.users, origin=seen.origin, commit=seen.commit
    )
    rule = plan_event_rule(seen.event_rule, seen.commit, seen.limits) if seen.event_rule is not None else None
    steps = [step for job in jobs for step in job.steps] + list(hold_back(pruned, paused))
    steps += rule.steps if rule is not None else ()
    return Plan(
        jobs=jobs,
        steps=tuple(sorted(steps, key=_rank)),
        orphans=seen.orphans,
        problems=(*reruns, *refused, *seen.problems),
        event_rule=rule,
    )


def _rank(step: Step) -> tuple[int, int, str, str]:
    rank = _RANKS.get(step.kind, len(_RANKS))
    if isinstance(step.operation, Note):  # on record before the definition is ours: from then on, it would be launched
        rank = 0
    if step.kind == schedules.KIND:
        return (rank, schedules.order(step), step.job, step.name)
    return (10 - rank if step.action is Action.DELETE else rank, 0, step.job, step.name)


def _ran_before(entry: JobSeen) -> bool:
    return entry.one_shot is not None and entry.one_shot.ran_before


def _one_shot(entry: JobSeen, seen: Seen) -> OneShotPlan | None:
    if entry.error or entry.one_shot is None or not isinstance(entry.job.trigger, Once):
        return None
    return plan_one_shot(entry.job, entry.one_shot, seen.now)


def _plan_job(
    entry: JobSeen,
    definitions: Mapping[str, DefinitionPlan],
    shots: Mapping[str, OneShotPlan | None],
    seen: Seen,
) -> JobPlan:
    job = entry.job
    if entry.error:
        return _unreadable(entry, seen)
    definition = definitions[job.name]
    timing = _timing(entry, definition, definitions, seen)
    foreign = definition.sync is Sync.FOREIGN and not definition.adopting
    logs = plan_log_group(job, entry.missing_log_group if not foreign else None)
    steps = [*logs.steps, *definition.steps, *timing.steps]
    health, message = entry.health, definition.message or timing.message
    if entry.slots is not None and isinstance(job.trigger, Schedule) and definition.sync is not Sync.FOREIGN:
        runs = plan_slots(job, job.trigger, entry.slots, seen.now)
        health, message = runs.health, message or runs.message
        steps += runs.steps
    suspended, adopting = entry.suspended or job.suspend, definition.adopting
    if entry.one_shot is not None and (adopting or definition.sync is not Sync.FOREIGN):
        shot = plan_one_shot(job, entry.one_shot, seen.now, adopting=adopting)
        if adopting or not suspended or keeps_time(shot.step):
            health, message = shot.health, message or shot.message
            steps.append(shot.step)
    if suspended:
        health, message = Health.SUSPENDED, message or "suspended"
    plan = JobPlan(
        job=job,
        sync=next((sync for sync in (definition.sync, timing.sync) if sync is not Sync.IN_SYNC), logs.sync),
        health=health,
        steps=tuple(steps),
        changes=(*definition.changes, *timing.changes, *(logs.changes if definition.sync is not Sync.MISSING else ())),
        message=message,
        in_force=definition.in_force,
        slots=entry.slots,
    )
    return _held_back(plan, entry, shots, seen)


def _timing(
    entry: JobSeen, definition: DefinitionPlan, definitions: Mapping[str, DefinitionPlan], seen: Seen
) -> SchedulePlan:
    """Decide about the job's schedules; one whose definition is somebody else's has nothing to start."""
    foreign = definition.sync is Sync.FOREIGN and not definition.adopting
    if entry.schedules is None or foreign:
        return SchedulePlan()
    owning = definitions.get(entry.job.defined_by)
    steps = owning.steps if owning is not None else ()
    registers = any(isinstance(step.operation, Register) for step in steps)
    return plan_schedule(entry.job, entry.schedules, entry.slots, seen.now, registers=registers)


def _definition(entry: JobSeen, seen: Seen) -> DefinitionPlan:
    if entry.wanted is not None:
        return plan_definition(entry.wanted, entry.family or Family(name=entry.wanted.resource.name), seen.users)
    revision = entry.linked or (entry.family.latest if entry.family else None)
    return DefinitionPlan(sync=Sync.IN_SYNC, in_force=revision)


def _held_back(plan: JobPlan, entry: JobSeen, shots: Mapping[str, OneShotPlan | None], seen: Seen) -> JobPlan:
    acts = any(step.operation is not None for step in plan.steps)
    if acts and not seen.limits.allow_older and ownership.is_behind(seen.commit, entry.live_commit):
        message = f"{ownership.behind(seen.commit, entry.live_commit)}; --allow-older lifts it"
        return replace(_blocked(plan, message, error=message), sync=Sync.BEHIND, message=message)
    waiting = [name for name in entry.job.depends_on if not _succeeded(shots.get(name))]
    if not waiting:
        return plan
    failed = [name for name in waiting if _is_stuck(shots.get(name))]
    message = f"waits for {', '.join(waiting)}"
    if failed:
        message = f"blocked: {', '.join(failed)} has not succeeded"
    return replace(_blocked(plan, message, error=message if failed else "", spared=keeps_time), message=message)


def _blocked(plan: JobPlan, reason: str, *, error: str, spared: Callable[[Step], bool] = lambda _: False) -> JobPlan:
    steps = tuple(
        step
        if step.operation is None or spared(step)
        else replace(step, operation=None, status=Status.BLOCKED, reason=reason, error=error)
        for step in plan.steps
    )
    if error and not any(step.error for step in steps):
        steps = (*steps, _said(plan, error))
    return replace(plan, steps=steps)


def _said(plan: JobPlan, error: str) -> Step:
    """Answer a step that does nothing but carry the reason why a job with nothing to do still fails."""
    return Step(
        action=Action.KEEP,
        kind="run",
        name=plan.job.name,
        job=plan.job.name,
        reason=error,
        source=plan.job.source,
        status=Status.BLOCKED,
        error=error,
    )


def _succeeded(shot: OneShotPlan | None) -> bool:
    return shot is not None and shot.health is Health.SUCCEEDED


def _is_stuck(shot: OneShotPlan | None) -> bool:
    return shot is None or shot.health in {Health.FAILED, Health.UNKNOWN}


def _unreadable(entry: JobSeen, seen: Seen) -> JobPlan:
    """Answer a job of which something cannot be looked up: nothing new is done, what goes on keeps its time limits."""
    step = Step(
        action=Action.KEEP,
        kind=entry.wanted.resource.kind if entry.wanted else "run",
        name=entry.job.name,
        job=entry.job.name,
        reason=entry.error,
        source=entry.job.source,
        status=Status.FAILED,
        error=entry.error,
    )
    health, stops = _going_on(entry, seen)
    return JobPlan(job=entry.job, sync=Sync.ERROR, health=health, steps=(step, *stops), message=entry.error)


def _going_on(entry: JobSeen, seen: Seen) -> tuple[Health, tuple[Step, ...]]:
    """Answer how the job's last run stands, as far as that is known, and what ends runs that go on for too long."""
    job, health = entry.job, Health.UNKNOWN
    steps: Sequence[Step] = ()
    if entry.slots is not None and isinstance(job.trigger, Schedule) and entry.slots.memory.runs:
        alone = replace(job.trigger, concurrency_policy=ConcurrencyPolicy.ALLOW)  # no new run is to replace one
        runs = plan_slots(job, alone, entry.slots, seen.now)
        health, steps = runs.health, runs.steps
    if entry.one_shot is not None and entry.one_shot.memory is not None:
        shot = plan_one_shot(job, entry.one_shot, seen.now)
        health, steps = shot.health, (shot.step,)
    if not seen.limits.allow_older and ownership.is_behind(seen.commit, entry.live_commit):
        return health, ()
    return health, tuple(step for step in steps if step.action is Action.STOP)
