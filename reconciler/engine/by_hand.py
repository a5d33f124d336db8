"""`run JOB` from its guards to its end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.core import ownership
from reconciler.core.plan import make_plan
from reconciler.engine import by_slot, run_logs
from reconciler.engine.context import Context
from reconciler.engine.endings import Told, show_last_lines
from reconciler.engine.follow import pauses
from reconciler.engine.manual import Ended, ManualRun, Prepared, prepare
from reconciler.engine.observe import observe
from reconciler.engine.run_logs import LogsFollowed, LogsSeen
from reconciler.engine.suspension import is_suspended
from reconciler.errors import Refused
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Health, Job, Run, RunState

#: Seconds between two looks while the log is followed, so that it flows.
_FLOWING = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What came of `run JOB`: the run as last seen, how it ended where it was waited for, and what to warn of."""

    run: Run
    ended: Ended | None = None
    warnings: tuple[str, ...] = ()


def launch(context: Context, job: Job, changes: RunChanges, slot: datetime | None) -> ByHand:
    """Launch the revision in force and come back; as the run of a `slot`, where one is given.

    Raises ReconcilerError where nothing was started.
    """
    prepared, named = _prepared(context, job, changes), by_slot.check(context, job, slot) if slot else None
    manual = ManualRun(context, prepared, named)
    manual.launch()
    context.listen(manual.run)
    return ByHand(run=manual.run, warnings=prepared.warnings)


def launch_and_wait(
    context: Context, job: Job, changes: RunChanges, slot: datetime | None, told: Told, *, flowing: bool
) -> ByHand:
    """Launch the revision in force and follow the run to its end, its retries and timeouts included.

    `told` is given what the containers write, as they write it where it is `flowing`, else the last lines of a run that
    failed. Raises ReconcilerError where nothing was started.
    """
    prepared, named = _prepared(context, job, changes), by_slot.check(context, job, slot) if slot else None
    manual, log, shown = ManualRun(context, prepared, named), _Log(context, told, flowing=flowing), ""
    for pause in pauses():
        over = manual.look()
        run = manual.run
        if (run.ids or run.reason) and (standing := f"{run.attempt} {run.state} {run.reason}") != shown:
            context.listen(run)
            shown = standing
        log.look(run)
        if over:
            break
        context.clock.sleep(min(pause, _FLOWING) if flowing else pause)
    ended = manual.ended
    assert ended is not None
    log.end(ended.run)
    return ByHand(run=ended.run, ended=ended, warnings=prepared.warnings)


class _Log:
    """What the containers of each attempt write, told as it comes or at the end."""

    def __init__(self, context: Context, told: Told, *, flowing: bool) -> None:
        self._context = context
        self._told = told
        self._flowing = flowing
        self._followed: LogsFollowed | None = None
        self._ids: tuple[str, ...] = ()

    def look(self, run: Run) -> None:
        if not self._flowing or not run.ids:
            return
        if run.ids != self._ids:
            self._finish()
            self._ids = run.ids
            self._followed = LogsFollowed(self._context, run_logs.streams(self._context, run))
        if self._followed is not None and (lines := self._followed.poll()):
            self._told(LogsSeen(lines=lines))

    def end(self, run: Run) -> None:
        if self._flowing:
            self._finish()
        elif run.state is not RunState.SUCCEEDED and run.ids:
            show_last_lines(self._context, run, self._told)

    def _finish(self) -> None:
        if self._followed is not None:
            self._told(self._followed.last())
            self._followed = None


def _prepared(context: Context, job: Job, changes: RunChanges) -> Prepared:
    """Prepare a run, unless the job must not run now. Raises Refused with the reason."""
    prepared = prepare(context, job, changes)
    live = ownership.parse_commit(prepared.revision.tags.get(ownership.COMMIT))
    if not context.limits.allow_older and ownership.is_behind(context.commit, live):
        raise Refused(
            f"{job.name}: {ownership.behind(context.commit, live)}",
            hint="--allow-older lifts it",
        )
    waiting = sorted(_not_succeeded(context, job))
    if waiting:
        raise Refused(f"{job.name} depends on {', '.join(waiting)}", hint="it runs once they have succeeded")
    if is_suspended(context, job, prepared.revision):
        warning = f"{job.name} is suspended; a run by hand is not held back by it"
        return replace(prepared, warnings=(*prepared.warnings, warning))
    return prepared


def _not_succeeded(context: Context, job: Job) -> Iterator[str]:
    """Name the one-shots that the job depends on and that have not succeeded at their present generation."""
    if not job.depends_on:
        return
    narrowed = replace(context, limits=replace(context.limits, jobs=job.depends_on, tags={}))
    healths = {entry.job.name: entry.health for entry in make_plan(observe(narrowed).seen).jobs}
    for name in job.depends_on:
        health = healths.get(name)
        if health is not Health.SUCCEEDED:
            yield f"{name}, which is {health or 'not there'}"
