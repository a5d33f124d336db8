"""Which runs there are: from the history, the ledger's one-shots, and what AWS tells of those that are not over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from itertools import chain
from typing import Final

from reconciler.aws.concurrent import gather
from reconciler.core import chronicle, run_keys, run_views
from reconciler.core.attempts import PROPAGATION
from reconciler.core.memory import Event
from reconciler.core.runs import marked
from reconciler.core.slot_runs import Slots
from reconciler.engine.context import Context
from reconciler.engine.definitions import body
from reconciler.engine.executions import by_place, described
from reconciler.engine.run_logs import kind_of
from reconciler.errors import AwsCallError, UsageError
from reconciler.model import Execution, Job, Linked, Run, RunState

#: What one search looks through for the newest runs of all jobs; older ones are asked for job by job.
RECENT: Final = timedelta(days=2)
#: Lines that surely hold a job's newest run: its launch, a line for each part of ten tasks, and its end.
_LINES: Final = 100
_VANISHED: Final = "AWS no longer knows its tasks, and no end was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRuns:
    """The newest run of each job that has one, and why that could not be found out of others, by job."""

    runs: Mapping[str, Run]
    unknown: Mapping[str, str]


def last_runs(context: Context, jobs: Sequence[Job]) -> LastRuns:
    """Answer the newest run of each of `jobs`, by the history: one search, and a look for each not found in it."""
    if not jobs:
        return LastRuns(runs={}, unknown={})
    history, names = context.backends.history, _names(jobs)
    try:
        lines = dict(history.read_all(context.clock.now() - RECENT))
        silent = set(names.values()) - {names[name] for name in lines if name in names}
        older = sorted({name for name in names if names[name] in silent} & history.jobs()) if silent else []
    except AwsCallError as error:
        return LastRuns(runs={}, unknown=dict.fromkeys(names.values(), str(error)))
    unknown: dict[str, str] = {}
    for name, answer in zip(older, gather(lambda job: history.read(job, limit=_LINES), older), strict=True):
        if isinstance(answer, AwsCallError):
            unknown[names[name]] = str(answer)
        else:
            lines[name] = answer
    newest = [runs[-1] for name, told in _by_job(jobs, lines).items() if (runs := chronicle.runs(name, told))]
    return LastRuns(runs={run.job: run for run in refreshed(context, newest)}, unknown=unknown)


def with_slots(written: Mapping[str, Run], slots: Mapping[str, Slots]) -> Mapping[str, Run]:
    """Answer the newest run of each job, of those in the history and those that only this look has told of."""
    newest = dict(written)
    for job, known in slots.items():
        memory = known.memory.last
        if memory is None or memory.last is None:
            continue
        seen = run_views.of_attempt(
            job, run_keys.slot_trigger(memory.generation), memory.last, known.executions, known.bounds.main
        )
        other = newest.get(job)
        if other is None or _is_newer(seen, other):
            newest[job] = seen
    return newest


def _is_newer(seen: Run, written: Run) -> bool:
    if (seen.trigger, seen.attempt) == (written.trigger, written.attempt):
        return not written.state.finished
    return _began(seen) > _began(written)


def told(
    context: Context, jobs: Sequence[Job], gone: Iterable[str] = (), *, since: datetime | None, limit: int
) -> tuple[Run, ...]:
    """Answer the newest `limit` runs of `jobs`, newest first, those that go on unrecorded included.

    Of jobs that are `gone`, by their names with or without the prefix, only what is recorded is known.
    """
    lines = {**_lines(context, jobs, since, limit), **_left(context, gone, since, limit)}
    found = [run for name, events in lines.items() for run in chronicle.runs(name, events)]
    found.sort(key=_began, reverse=True)
    known = {task for run in found for task in run.ids}
    unwritten = (*_going_on(context, jobs), *_kept(context, jobs, since or context.clock.now() - RECENT))
    extra = [run for run in unwritten if not known & set(run.ids)]
    every = sorted([*extra, *refreshed(context, found[:limit])], key=_began, reverse=True)
    return tuple(every[:limit])


def told_since(context: Context, since: datetime, jobs: Sequence[Job], known: Sequence[Run]) -> tuple[Run, ...]:
    """Answer the runs of `jobs` that are `known`, or that the history tells of since then, as they stand, newest first.

    Of what is known only what the history has told counts: the rest is looked at again.
    """
    before: dict[str, list[Run]] = {job.name: [] for job in jobs}
    for run in known:
        if run.trigger and run.job in before:
            before[run.job].append(run)
    lines = _by_job(jobs, context.backends.history.read_all(since))
    found = [run for name, runs in before.items() for run in chronicle.runs(name, lines[name], runs)]
    told = {task for run in found for task in run.ids}
    extra = [run for run in _going_on(context, jobs) if not told & set(run.ids)]
    return tuple(sorted([*extra, *refreshed(context, found)], key=_began, reverse=True))


def find(context: Context, reference: str) -> Run:
    """Answer the run that a task's ARN, an id or its beginning names, as it stands now. Raises UsageError if none does.

    A job that no manifest declares any more is meant by its name, with or without the prefix: its newest run. The last
    days are searched first, then everything that the history keeps.
    """
    if not reference:
        raise UsageError("RUN: expected a job, a task's ARN, or the beginning of an id")
    now, kept = context.clock.now(), timedelta(days=context.settings.history_retention_days)
    for span in (RECENT, kept):
        lines = context.backends.history.read_all(now - span)
        runs = [run for name, told in lines.items() for run in chronicle.runs(name, told)]
        named = [run for run in runs if any(_is_named(task, reference) for task in run.ids)]
        if len(named) > 1:
            several = ", ".join(f"{run.ids[0]} of {run.job}" for run in named[:5])
            raise UsageError(f"{reference}: names {len(named)} runs", hint=several)
        gone = [run for run in runs if run.job in {reference, f"{context.settings.name_prefix}{reference}"}]
        if named or gone:
            return refreshed(context, named or [max(gone, key=_began)])[0]
    for backend in context.backends.runs.values():
        execution = backend.look_up(reference)
        if execution is not None:
            return _unrecorded(context, execution, _by_mark(context, context.manifests.jobs))
    kept_runs = _kept(context, context.manifests.jobs, now - RECENT)
    if (unwritten := next((run for run in kept_runs if _is_named(run.ids[0], reference)), None)) is not None:
        return unwritten
    close = get_close_matches(reference, [job.name for job in context.manifests.jobs], n=1)
    raise UsageError(
        f"{reference}: no job and no run of owner {context.settings.owner} has this name or id",
        hint=f"did you mean {close[0]}?" if close else "`reconcile runs` lists them",
    )


def refreshed(context: Context, runs: Sequence[Run]) -> tuple[Run, ...]:
    """Answer runs as AWS tells them now, a hundred tasks a call; a recorded end is believed."""
    going = (
        (kind, run.target, run.ids, run.created or context.clock.now() - RECENT)
        for run in runs
        if not run.state.finished and run.ids and (kind := kind_of(context, run)) is not None
    )
    found: dict[str, Execution] = {}
    for (kind, target), (ids, since) in by_place(going).items():
        found |= described(context, kind, target, ids, since)
    return tuple(_refreshed(context, run, found) for run in runs)


def _refreshed(context: Context, run: Run, found: Mapping[str, Execution]) -> Run:
    if run.state.finished:
        return run
    known = [found[task] for task in run.ids if task in found]
    age = context.clock.now() - (run.created or context.clock.now())
    if not known and run.ids and age > PROPAGATION:
        return replace(run, state=RunState.UNKNOWN, reason=_VANISHED)
    return _with_executions(context, run, known)


def _with_executions(context: Context, run: Run, known: Sequence[Execution]) -> Run:
    """Answer a run with what its executions tell, as far as the manifests say which containers count."""
    job = context.jobs.get(run.job)
    if job is None:
        return run_views.with_executions(run, known)
    if isinstance(job.definition, Linked):
        return run_views.with_executions(run, known, job.main_container)
    bounds = context.kind(job).bounds(job, body(context, job, None))
    told = [marked(execution, bounds.inessential) for execution in known]
    return run_views.with_executions(run, told, bounds.main)


def _lines(context: Context, jobs: Sequence[Job], since: datetime | None, limit: int) -> Mapping[str, Sequence[Event]]:
    history = context.backends.history
    if not jobs:
        return {}
    if len(jobs) == 1:
        asked = {name: history.read(name, since=since, limit=max(limit * 4, _LINES)) for name in _names(jobs)}
        return _by_job(jobs, asked)
    return _by_job(jobs, history.read_all(since or context.clock.now() - RECENT))


def _left(context: Context, gone: Iterable[str], since: datetime | None, limit: int) -> Mapping[str, Sequence[Event]]:
    names = sorted({name for each in gone for name in (each, f"{context.settings.name_prefix}{each}")})
    read = context.backends.history.read
    return {name: read(name, since=since, limit=max(limit * 4, _LINES)) for name in names}


def _names(jobs: Iterable[Job]) -> Mapping[str, str]:
    """Answer each name that one of the jobs has or had, and what that job is called now."""
    return {name: job.name for job in jobs for name in (job.name, *job.former_names)}


def _by_job(jobs: Iterable[Job], lines: Mapping[str, Sequence[Event]]) -> Mapping[str, Sequence[Event]]:
    """Answer what is told of each job under all of its names, oldest first."""
    found: dict[str, Sequence[Event]] = {}
    for job in jobs:
        told = [lines[name] for name in (job.name, *job.former_names) if name in lines]
        found[job.name] = told[0] if len(told) == 1 else sorted(chain(*told), key=lambda line: str(line.get("at")))
    return dict(sorted(found.items()))


def _going_on(context: Context, jobs: Sequence[Job]) -> Iterable[Run]:
    """Answer the owner's executions that have not ended, wherever the jobs are sent."""
    targets = {(job.kind, target) for job in jobs if (target := context.kind(job).target(job)) is not None}
    by_mark = _by_mark(context, jobs)
    for kind, target in sorted(targets):
        for execution in context.backends.runs[kind].running(target, owner=context.settings.owner):
            run = _unrecorded(context, execution, by_mark)
            if run.job:
                yield run


def _kept(context: Context, jobs: Sequence[Job], since: datetime) -> Iterable[Run]:
    """Answer the executions of the jobs that were seen to end, as far as events were kept of them."""
    for kind in sorted({job.kind for job in jobs}):
        by_mark = _by_mark(context, [job for job in jobs if job.kind == kind])
        for execution in context.backends.run_events.ended(kind, since).values():
            run = _unrecorded(context, execution, by_mark)
            if run.job:
                yield run


def _by_mark(context: Context, jobs: Iterable[Job]) -> Mapping[str, str]:
    """Answer which of the jobs, by its present name, the runs with a mark belong to."""
    names = _names(jobs)
    return {mark: names[name] for mark, name in run_keys.jobs_by_mark(context.settings.owner, names).items()}


def _unrecorded(context: Context, execution: Execution, by_mark: Mapping[str, str]) -> Run:
    """Answer an execution that no line tells of, as a run of the job that its key names, if any."""
    run = Run(
        job=by_mark.get(run_keys.mark(execution.key_text), ""),
        trigger=execution.told.get("RECONCILER_RUN", ""),
        attempt=int(attempt) if (attempt := execution.told.get("RECONCILER_ATTEMPT", "")).isdecimal() else 0,
        ids=(execution.id,),
        target=execution.target,
    )
    return _with_executions(context, run, [execution])


def _is_named(task: str, reference: str) -> bool:
    return task == reference or task.rpartition("/")[2].startswith(reference)


def _began(run: Run) -> str:
    """Order runs by when they began, as near as it is known, then by id, so that the order is always the same."""
    when = run.created or run.started or run.stopped
    return f"{when.isoformat() if when else ''} {run.ids}"
