"""What a report means for the exit code."""

from collections.abc import Collection
from enum import StrEnum

from reconciler.core.operations import Tag
from reconciler.errors import RUN_TIMED_OUT, RUN_WITHOUT_CODE, ExitCode, worst
from reconciler.model import (
    Action,
    Check,
    Health,
    JobReport,
    Report,
    Run,
    RunState,
    Severity,
    Status,
    Step,
    Sync,
    Verdict,
)


class FailOn(StrEnum):
    """What makes `drift` answer with more than 0."""

    DRIFT = "drift"
    HEALTH = "health"


def of_pass(report: Report) -> ExitCode:
    """Answer 1 where a pass failed anywhere, or would: a step, a job that it may not touch, a guard that said no."""
    failed = (
        any(failed_step(step) for step in report.steps)
        or any(job.sync in {Sync.ERROR, Sync.BEHIND} for job in report.jobs)
        or any(problem.severity is Severity.ERROR for problem in report.problems)
    )
    return ExitCode.FAILED if failed else ExitCode.OK


def of_changes(report: Report) -> ExitCode:
    """Answer 2 where a plan holds anything to do but to note what is in sync already."""
    return ExitCode.DIFFERENT if any(_changes_anything(step) for step in report.steps) else ExitCode.OK


def _changes_anything(step: Step) -> bool:
    notes = step.action is Action.UPDATE and isinstance(step.operation, Tag) and not step.changes
    return step.action is not Action.KEEP and not notes


def of_drift(report: Report, fail_on: Collection[FailOn]) -> ExitCode:
    """Answer 2 where a job differs, 1 where one could not be looked at or, if asked, where its last run failed."""
    return worst(_of_job(job, fail_on) for job in report.jobs)


def of_status(report: Report) -> ExitCode:
    """Answer 1 where a job could not be looked at."""
    return ExitCode.FAILED if any(job.sync is Sync.ERROR for job in report.jobs) else ExitCode.OK


def of_run(run: Run, *, timed_out: bool) -> int:
    """Answer what `run --wait` ends with: the main container's own code, 124 for a time limit, 125 where there is none.

    A run that failed although its main container exited 0 (it was stopped, another task failed) answers 1.
    """
    if timed_out:
        return RUN_TIMED_OUT
    if run.state is RunState.UNKNOWN or run.exit_code is None:
        return RUN_WITHOUT_CODE
    return run.exit_code or (ExitCode.OK if run.state is RunState.SUCCEEDED else ExitCode.FAILED)


def of_runs(runs: Collection[Run]) -> ExitCode:
    """Answer 1 where a run has not succeeded."""
    return ExitCode.OK if all(run.state is RunState.SUCCEEDED for run in runs) else ExitCode.FAILED


def of_checks(checks: Collection[Check]) -> ExitCode:
    """Answer 1 where something is not as runs need it; what was skipped is no failure."""
    return ExitCode.FAILED if any(check.verdict is Verdict.NG for check in checks) else ExitCode.OK


def of_problems(report: Report) -> ExitCode:
    """Answer 3 where a manifest is invalid."""
    invalid = any(problem.severity is Severity.ERROR for problem in report.problems)
    return ExitCode.INVALID if invalid else ExitCode.OK


def failed_step(step: Step) -> bool:
    """Whether a step went wrong, or waits for something that did; merely waiting is no failure."""
    return step.status is Status.FAILED or bool(step.error)


def _of_job(job: JobReport, fail_on: Collection[FailOn]) -> ExitCode:
    if job.sync is Sync.ERROR or (job.health is Health.FAILED and FailOn.HEALTH in fail_on):
        return ExitCode.FAILED
    differs = job.sync not in {Sync.IN_SYNC, None}
    return ExitCode.DIFFERENT if differs and FailOn.DRIFT in fail_on else ExitCode.OK
