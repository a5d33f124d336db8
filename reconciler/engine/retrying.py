"""`retry JOB`: the present generation of a one-shot once more, or on record what a person knows of it."""

from dataclasses import dataclass

from reconciler.core import ownership
from reconciler.core.attempts import Start
from reconciler.core.oneshots import OneShot
from reconciler.core.operations import Advance, Register
from reconciler.core.plan import JobSeen, Plan, Seen
from reconciler.engine.claims import claim
from reconciler.engine.context import Context
from reconciler.engine.launch import Launcher
from reconciler.engine.memories import next_number, stream
from reconciler.errors import Refused
from reconciler.model import Action, Health, Job, JobReport, RunState, Status, Step

#: How a generation may stand for it to be run again.
_OVER = frozenset({RunState.FAILED, RunState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shot:
    """The one-shot in question, with all that was seen of it."""

    entry: JobSeen
    shot: OneShot

    @property
    def job(self) -> Job:
        """The job."""
        return self.entry.job


def retry(context: Context, seen: Seen, plan: Plan, job: Job) -> Step:
    """Launch the present generation under its next number; raises Refused where that is not to be done.

    `seen` and `plan` are of a pass over this job. That it was asked for is recorded first, so that a pass does it where
    this process does not come so far.
    """
    found = _found(seen, job)
    _refuse_unless_over(found)
    _refuse_where_held_back(context, plan, found)
    memory, shot = found.shot.memory, found.shot
    assert memory is not None
    asked = context.clock.now()
    context.backends.ledger.record(memory.stream, {"event": "retried", "at": asked.isoformat()})
    memory = next_number(job, memory, asked)
    operation = Advance(
        generation=memory.generation, n=memory.n, decision=Start(attempt=0), bounds=shot.bounds, memory=memory
    )
    revision = next((each.in_force for each in plan.jobs if each.job.name in {job.name, job.defined_by}), None)
    launcher = Launcher(context=context, seen_at=seen.now, journal=context.backends.ledger)
    told = launcher.advance(job, operation, revision)
    step = Step(
        action=Action.LAUNCH,
        kind="run",
        name=f"{job.name}/{memory.generation}/{memory.n}",
        job=job.name,
        reason=told,
        source=job.source,
        status=Status.DONE,
    )
    context.listen(step)
    return step


def assume(context: Context, seen: Seen, job: Job, state: RunState) -> JobReport:
    """Record over everything else that the present generation has succeeded or failed, claiming it if nobody has.

    Raises Refused while a task of it may still be going on.
    """
    found = _found(seen, job)
    memory = found.shot.memory
    if memory is not None and memory.final is None and memory.last is not None and memory.last.ended is None:
        raise Refused(f"{job.name} is going on", hint=f"`reconcile stop {job.name}` ends it first")
    ledger = context.backends.ledger
    name = memory.stream if memory is not None else stream(job.name, found.shot.generation, 0)
    unclaimed = memory is None or (memory.final is None and not memory.attempts)
    if unclaimed and claim(ledger, context.clock, name).memory.attempts:
        raise Refused(f"{job.name} has been launched a moment ago", hint=f"`reconcile status {job.name}` shows it")
    ledger.record(name, {"event": "assumed", "state": state.value, "at": context.clock.now().isoformat()})
    return JobReport(
        name=job.name,
        kind=job.kind,
        sync=None,
        health=Health(state.value),
        source=job.source,
        message=f"generation {name.split('/')[2]} is recorded as {state.lower()}",
    )


def _found(seen: Seen, job: Job) -> _Shot:
    entry = next(entry for entry in seen.jobs if entry.job.name == job.name)
    if entry.error:
        raise Refused(f"{job.name} could not be looked at: {entry.error}")
    if entry.one_shot is None:
        raise Refused(f"{job.name} is no one-shot", hint=f"`reconcile run {job.name}` launches it")
    return _Shot(entry=entry, shot=entry.one_shot)


def _refuse_unless_over(found: _Shot) -> None:
    memory, name = found.shot.memory, found.job.name
    if memory is None:
        raise Refused(f"{name}: its present generation has not run", hint="`reconcile --once` launches it")
    if memory.final is RunState.SUCCEEDED:
        raise Refused(f"{name} has succeeded", hint="another once.key in the manifest runs it again")
    if memory.final not in _OVER:
        raise Refused(
            f"{name} is not over", hint=f"`reconcile wait {name}` follows it, `reconcile stop {name}` ends it"
        )


def _refuse_where_held_back(context: Context, plan: Plan, found: _Shot) -> None:
    job, entry = found.job, found.entry
    if entry.suspended or job.suspend:
        hint = f"`reconcile resume {job.name}`" if entry.suspended else "spec.suspend in its manifest"
        raise Refused(f"{job.name} is suspended, so no pass would follow it", hint=f"{hint} lifts it")
    if not context.limits.allow_older and ownership.is_behind(context.commit, entry.live_commit):
        raise Refused(
            f"{job.name}: {ownership.behind(context.commit, entry.live_commit)}",
            hint="--allow-older lifts it",
        )
    mine = next(each for each in plan.jobs if each.job.name == job.name)
    if any(step.status is Status.BLOCKED for step in mine.steps):
        raise Refused(f"{job.name} {mine.message}", hint="it runs once they have succeeded")
    if any(isinstance(step.operation, Register) for step in mine.steps):
        raise Refused(
            f"{job.name}: the manifest's definition is not in force", hint="`reconcile --once` registers it first"
        )
