"""Which failures of jobs are news: each is told once, for as long as it stays the same."""

import re
from collections.abc import Mapping
from typing import Final

from reconciler.core.guards import Pause
from reconciler.model import Action, Report, Status, Step, Sync

#: What changes from try to try without being news: numbers of revisions, request ids, instants.
_VARIES: Final = re.compile(r"\b[0-9a-f]{8}[0-9a-f-]{8,}\b|\d+")


class Failures:
    """The errors of the jobs as they were last told."""

    def __init__(self) -> None:
        self._told: Mapping[str, str] = {}

    def news(self, report: Report) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """Answer the errors by job that are new, and the jobs that fail no longer."""
        errors = errors_by_job(report)
        new = {job: error for job, error in errors.items() if _gist(self._told.get(job, "")) != _gist(error)}
        recovered = tuple(sorted(set(self._told) - set(errors)))
        self._told = errors
        return new, recovered


def errors_by_job(report: Report) -> Mapping[str, str]:
    """Answer what is wrong with each job after a pass: its first failed step, else why it could not be looked at.

    What is no job's, the rule that keeps how runs end, goes by its own name.
    """
    errors = {job.name: job.message for job in report.jobs if job.sync is Sync.ERROR}
    errors |= {step.job or step.name: step.error for step in reversed(report.steps) if step.error}
    return dict(sorted(errors.items()))


def failed_tries(report: Report) -> Mapping[str, Pause]:
    """Answer the jobs of which a call failed in this pass, or could not be made out: those that are to pause."""
    errors = {job.name: job.message for job in report.jobs if job.sync is Sync.ERROR}
    errors |= {step.job: step.error for step in reversed(report.steps) if _failed_try(step)}
    runs: dict[str, set[str]] = {}
    for step in report.steps:
        if step.action is Action.LAUNCH and step.job in errors:
            runs.setdefault(step.job, set()).add(step.name)
    return {job: Pause(error=error, runs=frozenset(runs.get(job, ()))) for job, error in errors.items()}


def _failed_try(step: Step) -> bool:
    return step.operation is not None and step.status in {Status.FAILED, Status.SKIPPED} and bool(step.error)


def _gist(error: str) -> str:
    return _VARIES.sub("#", error)
