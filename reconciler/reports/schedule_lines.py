"""Schedules as a person reads them: the next starts by the schedule's clocks and in UTC, and what to know of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from reconciler.model import JobReport, Report
from reconciler.reports.lines import Line, Span, Style, line

_SYNTAXES: Final = ("cron", "rate", "at")


def schedules(report: Report) -> Iterator[Line]:
    """Tell each schedule whose next starts the report has."""
    for job in report.jobs:
        if job.schedule is not None and "nextStarts" in job.schedule:
            yield from _schedule(job)


def _schedule(job: JobReport) -> Iterator[Line]:
    told = job.schedule or {}
    syntax = next((each for each in _SYNTAXES if each in told), "")
    off = "" if told.get("state") == "ENABLED" else ", suspended"
    yield line(
        Span(f"  {job.name}", Style.STRONG),
        f"  {syntax} {told.get(syntax, '')} {told.get('timeZone', '')}",
        Span(f"  ({told.get('engine', '')}{off})", Style.QUIET),
    )
    starts = told["nextStarts"]
    if not starts and not off:
        yield line(Span("    nothing starts any more", Style.CHANGED))
    for start in starts:
        local = datetime.fromisoformat(start["local"])
        yield line(f"    {local:%a %Y-%m-%d %H:%M}{local:%z}", Span(f"  {start['utc']}", Style.QUIET))
    if skipped := told.get("skipped"):
        more = f" and {skipped['missed'] - 1} before it" if skipped["missed"] > 1 else ""
        yield line(Span(f"    skipped {skipped['slot']}{more}: {skipped['reason']}", Style.CHANGED))
    for change in told.get("clockChanges", ()):
        yield line(Span(f"    {change}", Style.CHANGED))
