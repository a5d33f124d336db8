"""The report as it may be shown: hidden values masked, free text scrubbed, everything in one order.

Every format renders only what this answers, so that masking, order and counts are the same in all of them.
"""

import re
from collections.abc import Collection
from dataclasses import replace

from reconciler.model import FieldChange, JobReport, Manifests, Problem, Report, Run, Source, Step
from reconciler.reports.masking import MASK, is_hidden, mask_change, mask_spec
from reconciler.reports.scrubbing import Scrubber

#: What a message quotes of a value that it finds wrong.
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?<=\bgot )[^\s,;)]+")


def presentable(report: Report, manifests: Manifests | None = None, show: Collection[str] = ()) -> Report:
    """Answer `report` masked but for what the patterns `show` let through, its jobs, changes and problems sorted."""
    scrubber = Scrubber(manifests, show)
    return replace(
        report,
        jobs=tuple(sorted((_job(job, scrubber, show) for job in report.jobs), key=lambda job: (job.name, job.kind))),
        steps=tuple(_step(step, scrubber, show) for step in report.steps),
        problems=tuple(sorted((shown_problem(each, scrubber, show) for each in report.problems), key=_place)),
    )


def shown_problem(problem: Problem, scrubber: Scrubber, show: Collection[str]) -> Problem:
    """Answer a problem without hidden values; about a hidden place, without anything that its message quotes."""
    message = scrubber.text(problem.message, problem.job)
    if is_hidden(problem.path) and "*" not in show:
        message = _QUOTED.sub(MASK, message)
    return replace(problem, message=message, hint=scrubber.text(problem.hint, problem.job))


def _job(job: JobReport, scrubber: Scrubber, show: Collection[str]) -> JobReport:
    return replace(
        job,
        changes=_changes(job.changes, show),
        schedule=None if job.schedule is None else mask_spec(job.schedule, show),
        last_run=None if job.last_run is None else _run(job.last_run, scrubber),
        message=scrubber.text(job.message, job.name),
    )


def _step(step: Step, scrubber: Scrubber, show: Collection[str]) -> Step:
    return replace(
        step,
        operation=None,
        changes=_changes(step.changes, show),
        reason=scrubber.text(step.reason, step.job),
        error=scrubber.text(step.error, step.job),
    )


def _changes(changes: Collection[FieldChange], show: Collection[str]) -> tuple[FieldChange, ...]:
    return tuple(sorted((mask_change(change, show) for change in changes), key=lambda change: change.path))


def _run(run: Run, scrubber: Scrubber) -> Run:
    containers = (replace(end, reason=scrubber.text(end.reason, run.job)) for end in run.containers)
    return replace(run, reason=scrubber.text(run.reason, run.job), containers=tuple(containers))


def _place(problem: Problem) -> tuple[Source, str, str]:
    return (problem.source or Source(file=""), problem.path, problem.message)
