"""`wait` and `stop`: a run that somebody launched, followed to its end or ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from reconciler.core import run_views, runs
from reconciler.core.memory import Attempt, Memory
from reconciler.core.oneshots import OneShot, plan_one_shot
from reconciler.core.plan import JobSeen
from reconciler.engine import lookup, run_logs
from reconciler.engine.context import Context
from reconciler.engine.follow import Patience, pauses
from reconciler.engine.memories import recall, trigger_of
from reconciler.engine.observe import observe
from reconciler.engine.run_journal import RunJournal
from reconciler.engine.run_logs import LogsFollowed, LogsSeen, kind_of
from reconciler.errors import Interrupted, Refused
from reconciler.model import Health, Job, Once, Run, RunState

#: Seconds between two looks at a log that is followed.
_FLOWING = 3.0
_MOVING = frozenset({Health.PENDING, Health.RUNNING})


def newest(context: Context, job: Job) -> Run:
    """Answer a job's newest run as it stands, whatever has started it. Raises Refused where it has none."""
    return _newest(context, job)[0]


def _newest(context: Context, job: Job) -> tuple[Run, bool]:
    """Answer a job's newest run, and whether it is a one-shot's present generation, so that more may come of it."""
    entry = _seen(context, job) if isinstance(job.trigger, Once) else None
    shot = _present(context, entry)[0] if entry is not None else None
    others = lookup.told(context, [job], since=None, limit=1)
    found = [run for run in (shot, *others) if run is not None]
    if not found:
        raise Refused(f"{job.name} has not run", hint=f"`reconcile run {job.name}` launches it")
    run = max(found, key=lambda run: (run.created or context.clock.now(), run is shot))
    return run, entry is not None and not entry.error and shot is not None and run.trigger == shot.trigger


def wait_for_job(context: Context, job: Job, timeout: float | None) -> Run:
    """Follow a job's newest run to its end; a one-shot's retries, which a pass or loop launches, belong to it."""
    run, present = _newest(context, job)
    if not present:
        return wait_for_run(context, run, timeout)
    patience, shown = Patience(context.clock, timeout), ""
    for pause in pauses():
        shot, moving = _present(context, _look(context, job))
        run = shot or run
        shown = _told(context, run, shown)
        if not moving:
            return run
        if not patience.sleep(pause):
            raise Interrupted(f"{patience.said}; {run.job} goes on: {run.state}")
    raise AssertionError("pauses() never ends")


def wait_for_run(context: Context, run: Run, timeout: float | None) -> Run:
    """Follow one run to its end. Raises Interrupted after `timeout` seconds."""
    patience, shown = Patience(context.clock, timeout), ""
    for pause in pauses():
        run = lookup.refreshed(context, [run])[0]
        shown = _told(context, run, shown)
        if run.state.finished:
            return run
        if not patience.sleep(pause):
            raise Interrupted(f"{patience.said}; {run.job} goes on: {run.state}")
    raise AssertionError("pauses() never ends")


def follow_logs(
    context: Context,
    run: Run,
    told: Callable[[LogsSeen], None],
    *,
    container: str | None = None,
    since: datetime | None = None,
) -> Run:
    """Tell what a run's containers write until it has ended, and answer how it did."""
    followed = LogsFollowed(context, run_logs.streams(context, run, container), since)
    while not run.state.finished:
        told(LogsSeen(lines=followed.poll()))
        context.clock.sleep(_FLOWING)
        run = lookup.refreshed(context, [run])[0]
    told(followed.last())
    return run


def stop(context: Context, run: Run) -> Run:
    """End a run's tasks; the stop of a one-shot or a slot is recorded before, so that nobody tries it again.

    Raises Refused where the run is over, or is not one of this owner.
    """
    kind, memory = kind_of(context, run), _memory(context, run)
    if kind is None or not run.job:
        raise Refused(f"{', '.join(run.ids)} is not a run of owner {context.settings.owner}")
    last = memory.last if memory is not None and memory.final is None else None
    if memory is not None and last is not None and last.number == run.attempt and _will_move(context, run):
        _record_stop(context, last, memory)
    elif run.state.finished:
        raise Refused(f"{run.job}: the run is over, it has {run.state.lower()}", hint=run.reason)
    for task in run.ids:
        context.backends.runs[kind].stop(task, run.target, reason=f"{runs.STOPPED_BY_US}{runs.ASKED}")
    return replace(lookup.refreshed(context, [run])[0], reason=runs.ASKED)


def _present(context: Context, entry: JobSeen) -> tuple[Run | None, bool]:
    """Answer the run of a one-shot's present generation, None where it has none, and whether more will come of it."""
    job, shot = entry.job, entry.one_shot
    if shot is None or shot.memory is None:
        return None, False
    health = plan_one_shot(job, shot, context.clock.now()).health
    return run_of(job.name, shot), health in _MOVING


def _will_move(context: Context, run: Run) -> bool:
    """Answer whether more will come of a one-shot's or a slot's run: it goes on, or is to be tried again."""
    job = context.jobs.get(run.job)
    memories = _seen(context, job).memories if job is not None else ()
    memory = next((each for each in memories if trigger_of(each.stream) == run.trigger), None)
    return memory.final is None if memory is not None else not run.state.finished


def _seen(context: Context, job: Job) -> JobSeen:
    """Look at one job as a pass does."""
    narrowed = replace(context, limits=replace(context.limits, jobs=(job.name,), tags={}))
    return next(entry for entry in observe(narrowed).seen.jobs if entry.job.name == job.name)


def _look(context: Context, job: Job) -> JobSeen:
    """Look at one job as a pass does. Raises Refused where that cannot be."""
    entry = _seen(context, job)
    if entry.error:
        raise Refused(f"{job.name} could not be looked at: {entry.error}")
    return entry


def run_of(job: str, shot: OneShot) -> Run | None:
    """Answer the newest attempt of a one-shot's present generation; None where nobody has claimed it."""
    memory = shot.memory
    if memory is None:
        return None
    trigger = trigger_of(memory.stream)
    run = Run(job=job, trigger=trigger, created=memory.claimed)
    if memory.last is not None:
        run = run_views.of_attempt(job, trigger, memory.last, shot.executions, shot.bounds.main)
    if memory.final is None:
        return run
    said = f"recorded by hand as {memory.final.lower()}" if memory.assumed else memory.reason
    return replace(run, state=memory.final, reason=said or run.reason)


def _memory(context: Context, run: Run) -> Memory | None:
    """Read what the ledger holds of a one-shot's or a slot's run; None for any other."""
    kind, _, rest = run.trigger.partition(":")
    if kind not in {"once", "slot"}:
        return None
    journal = RunJournal(context.backends.ledger, context.clock)
    job = context.jobs.get(run.job)
    for name in (run.job, *(job.former_names if job is not None else ())):
        record = journal.read_one(f"{kind}/{name}/{rest}")
        if record is not None:
            return recall(f"{kind}/{name}/{rest}", record)
    return None


def _record_stop(context: Context, attempt: Attempt, memory: Memory) -> None:
    """Put the stop on record: the attempt's, or the run's where AWS has refused to start anything of it."""
    now = context.clock.now().isoformat()
    if attempt.ids:
        event = {"event": "stopping", "attempt": attempt.number, "cause": runs.ASKED, "at": now}
    elif attempt.refused is not None:
        event = {"event": "finished", "state": RunState.FAILED.value, "reason": runs.ASKED, "at": now}
    else:
        raise Refused(f"{memory.stream} is being launched at this moment", hint="stop it once it has been")
    RunJournal(context.backends.ledger, context.clock).record(memory.stream, event)


def _told(context: Context, run: Run, shown: str) -> str:
    """Tell how a run stands, unless that was the last thing told."""
    standing = f"{run.attempt} {run.state} {run.reason}"
    if standing != shown:
        context.listen(run)
    return standing
