"""The last runs on one axis of time: every run that the report tells, else the last one of every job."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.model import Health, Report, Run
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
    """Answer a bar for each run whose start is known, in order of jobs, on an axis that ends when it was told."""
    runs = [(health, run, span) for health, run in _told(report) if (span := _span(run, report.started)) is not None]
    if not runs:
        return ()
    begin = min(start for _, _, (start, _) in runs)
    end = max(report.started, *(stop for _, _, (_, stop) in runs))
    whole = max(end - begin, timedelta(seconds=1))
    return tuple(
        Bar(
            job=run.job,
            health=health,
            text=f"{moment(run_time(run))} {run_text(run)}",
            left=100 * (start - begin) / whole,
            width=100 * (stop - start) / whole,
            begin=begin,
            end=end,
        )
        for health, run, (start, stop) in sorted(runs, key=lambda each: (each[1].job, each[2]))
    )


def _told(report: Report) -> Iterator[tuple[Health, Run]]:
    if report.runs is not None:
        yield from ((Health(run.state.value), run) for run in report.runs)
        return
    for job in report.jobs:
        if job.last_run is not None:
            yield job.health or Health.UNKNOWN, replace(job.last_run, job=job.name)


def _span(run: Run, now: datetime) -> tuple[datetime, datetime] | None:
    start = run_time(run)
    return (start, max(run.stopped or now, start)) if start is not None else None
