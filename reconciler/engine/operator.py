"""What people do with single jobs and runs, beside the passes: run, retry, look, wait, stop, suspend, doctor."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.aws.session import Aws
from reconciler.core.plan import Plan
from reconciler.engine import by_hand, doctor, following, lookup, reporting, retrying, run_logs, suspension
from reconciler.engine.context import Context
from reconciler.engine.endings import Told
from reconciler.engine.manual import Ended
from reconciler.engine.observe import Observation
from reconciler.engine.recording import record_ends
from reconciler.engine.run_logs import LogsSeen
from reconciler.engine.suspension import Suspended, Wish
from reconciler.errors import UsageError
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Health, Job, JobReport, Report, Run, RunState, Sync, Verdict


class Operator:
    """The verbs of people over one directory and account.

    A reference names a job (its newest run), a task's ARN, a job's id, or the beginning of an id. All raise errors of
    :mod:`reconciler.errors`, Refused where a verb is not to be carried out.
    """

    def __init__(
        self,
        context: Context,
        aws: Aws,
        *,
        started: Callable[[], datetime],
        planned: Callable[[], tuple[Observation, Plan]],
    ) -> None:
        self._context = context
        self._aws = aws
        self._start = started
        self._plan = planned

    def run(self, job: Job, changes: RunChanges, slot: datetime | None = None) -> Report:
        """Launch the revision of `job` that is in force, with `changes`, and answer the run; that of a `slot` once."""
        started = self._start()
        made = by_hand.launch(self._context, job, changes, slot)
        return reporting.of_runs(self._context, "run", [made.run], started, self._aws, made.warnings)

    def run_and_wait(
        self, job: Job, changes: RunChanges, told: Told, *, flowing: bool, slot: datetime | None = None
    ) -> tuple[Report, Ended]:
        """Do what :meth:`run` does, follow the run to its end, and answer how it went as well.

        `told` is given the containers' logs: as they come where it is `flowing`, else the last of a run that failed.
        """
        started = self._start()
        made = by_hand.launch_and_wait(self._context, job, changes, slot, told, flowing=flowing)
        report = reporting.of_runs(self._context, "run", [made.run], started, self._aws, made.warnings)
        assert made.ended is not None
        return report, made.ended

    def retry(self, job: Job) -> Report:
        """Run the present generation of a one-shot once more; raises Refused where that is not to be done."""
        started = self._start()
        observation, plan = self._plan()
        record_ends(self._context, observation.unrecorded, self._context.backends.ledger)
        step = retrying.retry(self._context, observation.seen, plan, job)
        return replace(reporting.of_runs(self._context, "retry", (), started, self._aws), runs=None, steps=(step,))

    def assume(self, job: Job, state: RunState) -> Report:
        """Record that the present generation of a one-shot has succeeded or failed."""
        started = self._start()
        observation, _ = self._plan()
        record_ends(self._context, observation.unrecorded, self._context.backends.ledger)
        standing = retrying.assume(self._context, observation.seen, job, state)
        report = reporting.of_runs(self._context, "retry", (), started, self._aws)
        return replace(report, runs=None, jobs=(standing,))

    def runs(
        self, jobs: Sequence[Job], gone: Sequence[str] = (), *, since: datetime | timedelta | None, limit: int
    ) -> Report:
        """Answer the newest runs of `jobs` and of those that are `gone`, newest first."""
        started = self._start()
        found = lookup.told(self._context, jobs, gone, since=self._instant(since), limit=limit)
        return reporting.of_runs(self._context, "runs", found, started, self._aws)

    def runs_since(self, since: datetime, jobs: Sequence[Job], known: Sequence[Run]) -> tuple[Run, ...]:
        """Answer what :meth:`runs` does, for those who ask again and again: what is `known` is not read once more."""
        self._start()
        return lookup.told_since(self._context, since, jobs, known)

    def wait_for(self, reference: str, timeout: float | None) -> Report:
        """Follow a job's newest run, or the run of an id, to its end; raises Interrupted after `timeout` seconds."""
        started, job = self._start(), self._job(reference)
        if job is not None:
            run = following.wait_for_job(self._context, job, timeout)
        else:
            run = following.wait_for_run(self._context, self._found(reference), timeout)
        return reporting.of_runs(self._context, "wait", [run], started, self._aws)

    def stop(self, reference: str) -> Report:
        """End a job's newest run, or the run of an id; raises Refused where it is over."""
        started = self._start()
        run = following.stop(self._context, self._run(reference))
        return reporting.of_runs(self._context, "stop", [run], started, self._aws)

    def logs(
        self, reference: str, *, container: str | None, since: datetime | timedelta | None, last: int | None
    ) -> tuple[Report, LogsSeen]:
        """Answer a run, and what its containers have written, oldest first."""
        started, run = self._start(), self._run(reference)
        streams = run_logs.streams(self._context, run, container)
        seen = run_logs.read(self._context, streams, since=self._instant(since), last=last)
        return reporting.of_runs(self._context, "logs", [run], started, self._aws), seen

    def logs_of(self, run: Run, *, last: int) -> LogsSeen:
        """Answer the `last` lines of a run that :meth:`runs` has told."""
        return run_logs.read(self._context, run_logs.streams(self._context, run), last=last)

    def follow_logs(
        self, reference: str, told: Told, *, container: str | None, since: datetime | timedelta | None
    ) -> Report:
        """Tell what the containers of a run write, as they do, until it ends, and answer how it went."""
        started = self._start()
        run = following.follow_logs(
            self._context, self._run(reference), told, container=container, since=self._instant(since)
        )
        return reporting.of_runs(self._context, "logs", [run], started, self._aws)

    def suspend(self, jobs: Sequence[Job], wish: Wish) -> Report:
        """Suspend or resume `jobs`, and answer what came of it for each; Error is what could not be."""
        started = self._start()
        outcomes = suspension.change_all(self._context, jobs, wish)
        changed = tuple(_suspended(job, outcome, wish) for job, outcome in zip(jobs, outcomes, strict=True))
        verb = "suspend" if wish is Wish.SUSPEND else "resume"
        report = reporting.of_runs(self._context, verb, (), started, self._aws)
        return replace(report, runs=None, jobs=changed)

    def _instant(self, since: datetime | timedelta | None) -> datetime | None:
        return self._context.clock.now() - since if isinstance(since, timedelta) else since

    def _job(self, name: str) -> Job | None:
        jobs = (job for job in self._context.manifests.jobs if self._context.limits.selects(job))
        return next((job for job in jobs if name in {job.name, job.declared_name}), None)

    def _run(self, reference: str) -> Run:
        job = self._job(reference)
        return following.newest(self._context, job) if job is not None else self._found(reference)

    def _found(self, reference: str) -> Run:
        run = lookup.find(self._context, reference)
        if self._context.limits.narrowed and self._job(run.job) is None:
            raise UsageError(f"{reference}: a run of {run.job}, which --job and --tag leave out")
        return run

    def doctor(self, jobs: Sequence[Job]) -> Report:
        """Answer whether what `jobs` depend on is there; reads only."""
        context, started = self._context, self._context.clock.now()
        checks = doctor.examine(context, jobs)
        known = checks[0].verdict is Verdict.OK
        return Report(
            verb="doctor",
            owner=context.settings.owner,
            region=self._aws.region if known else context.settings.region,
            account=self._aws.account if known else context.settings.account_id,
            started=started,
            seconds=max((context.clock.now() - started).total_seconds(), 0.0),
            checks=checks,
        )


def _suspended(job: Job, outcome: Suspended, wish: Wish) -> JobReport:
    suspended = wish is Wish.SUSPEND or job.suspend
    return JobReport(
        name=job.name,
        kind=job.kind,
        sync=Sync.ERROR if outcome.problem else None,
        health=Health.SUSPENDED if suspended and not outcome.problem else None,
        source=job.source,
        message=outcome.problem or _said(job, outcome, wish),
    )


def _said(job: Job, outcome: Suspended, wish: Wish) -> str:
    match wish:
        case Wish.SUSPEND:
            return "suspended" if outcome.changed else "is suspended already"
        case Wish.RESUME:
            said = "resumed" if outcome.changed else "is not suspended by hand"
            return f"{said}; its manifest suspends it (spec.suspend)" if job.suspend else said
