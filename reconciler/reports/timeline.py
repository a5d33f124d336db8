"""The last run of every job on one axis of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.model import Health, JobReport, Report
from reconciler.reports.wording import moment, run_text, run_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One run: where it begins and how long it is in percent of the axis, which goes from `begin` to `end`."""

    job: str
    health: Health
    text: str
    left: float
    width: float
    begin: datetime
    end: datetime


def timeline(report: Report) -> tuple[Bar, ...]:
    """Answer a bar for each last run whose start is known, on an axis that ends when the report was made."""
    runs = [(job, span) for job in report.jobs if (span := _span(job, report.started)) is not None]
    if not runs:
        return ()
    begin = min(start for _, (start, _) in runs)
    end = max(report.started, *(stop for _, (_, stop) in runs))
    whole = max(end - begin, timedelta(seconds=1))
    return tuple(
        Bar(
            job=job.name,
            health=job.health or Health.UNKNOWN,
            text=_text(job),
            left=100 * (start - begin) / whole,
            width=100 * (stop - start) / whole,
            begin=begin,
            end=end,
        )
        for job, (start, stop) in runs
    )


def _span(job: JobReport, now: datetime) -> tuple[datetime, datetime] | None:
    start = run_time(job.last_run) if job.last_run else None
    if job.last_run is None or start is None:
        return None
    return start, max(job.last_run.stopped or now, start)


def _text(job: JobReport) -> str:
    assert job.last_run is not None
    return f"{moment(run_time(job.last_run))} {run_text(job.last_run)}"
