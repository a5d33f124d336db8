"""What `drift` tells beside differences: who made the live side, what was not reported and why, what is nobody's."""

from collections.abc import Iterator, Mapping

from reconciler.model import JobReport, Registration, Report, Step, Unreported
from reconciler.reports.wording import change_values, moment, short


def registration(live: Registration) -> str:
    """Answer `report:8, registered 2026-11-20 09:01Z by arn:…, commit 4f2a…`."""
    parts = [live.name]
    if live.registered_at is not None or live.registered_by:
        when = f" {moment(live.registered_at)}" if live.registered_at else ""
        who = f" by {live.registered_by}" if live.registered_by else ""
        parts.append(f"registered{when}{who}")
    return ", ".join([*parts, *([f"commit {short(live.commit)}"] if live.commit else [])])


def live_sides(report: Report) -> Mapping[str, Registration]:
    """Answer who made the live side, by job, as far as the report says."""
    return {job.name: job.live for job in report.jobs if job.live is not None}


def of_step(step: Step, live: Mapping[str, Registration]) -> str:
    """Answer who made what a step changes; nothing where it changes something else."""
    made = live.get(step.job)
    if made is None or not step.changes or made.name.rpartition(":")[0] != step.name.partition(":")[0]:
        return ""
    return f"live is {registration(made)}"


def unreported(told: Unreported, limit: int = 0) -> str:
    """Answer `cpu: 0 — absent = 0 (stores; seen: describe outputs …)`."""
    known = "; ".join(part for part in (told.equality, f"{told.grade}: {told.source}".removeprefix(": ")) if part)
    return f"{told.change.path}: {change_values(told.change, limit)} — {told.text} ({known})"


def explanation(job: JobReport, limit: int = 0) -> Iterator[str]:
    """Answer a line for each thing that reads differently in a job without being drift."""
    yield from (unreported(each, limit) for each in job.unreported or ())


def unmanaged_names(report: Report) -> Iterator[str]:
    """Answer `task-definition etl` for each definition that nobody manages."""
    yield from (f"{each.kind} {each.name}" for each in report.unmanaged or ())
