"""The report as a person reads it in a terminal or a log, folded to what matters.

What is in sync is counted, not listed; `Detail.FULL` lists it too and cuts nothing.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from reconciler.model import (
    Action,
    Edit,
    FieldChange,
    Health,
    JobReport,
    Problem,
    Report,
    Severity,
    Status,
    Step,
    Sync,
)
from reconciler.reports import branch, drift_details, run_lines, schedule_lines
from reconciler.reports.lines import Line, Span, Style, line, plain
from reconciler.reports.summary import sentences, unmanaged_headline
from reconciler.reports.wording import (
    SIGNS,
    change_sign,
    change_values,
    duration,
    moment,
    place,
    run_moment,
    run_text,
    step_reason,
)


class Detail(Enum):
    """How much is listed."""

    FOLDED = "what matters"
    FULL = "everything"


_CHANGES_SHOWN: Final = 20
_ABOUT_JOBS: Final = frozenset({"status", "retry"})
#: Kinds whose state is the job's health.
_TOLD_BY_JOB: Final = frozenset({"run"})
_VALUE_WIDTH: Final = 72
_ACTION_STYLES: Final = {
    Action.CREATE: Style.GOOD,
    Action.UPDATE: Style.CHANGED,
    Action.DELETE: Style.GONE,
    Action.LAUNCH: Style.STARTED,
    Action.STOP: Style.GONE,
    Action.ADOPT: Style.CHANGED,
    Action.KEEP: Style.QUIET,
}
_STATUS_STYLES: Final = {
    Status.PLANNED: Style.NORMAL,
    Status.DONE: Style.GOOD,
    Status.FAILED: Style.BAD,
    Status.BLOCKED: Style.CHANGED,
    Status.SKIPPED: Style.QUIET,
}
_SYNC_STYLES: Final = {
    Sync.IN_SYNC: Style.GOOD,
    Sync.MISSING: Style.CHANGED,
    Sync.DRIFTED: Style.CHANGED,
    Sync.ORPHANED: Style.GONE,
    Sync.FOREIGN: Style.BAD,
    Sync.BEHIND: Style.BAD,
    Sync.ERROR: Style.BAD,
}
_HEALTH_STYLES: Final = {
    Health.RUNNING: Style.STARTED,
    Health.SUCCEEDED: Style.GOOD,
    Health.FAILED: Style.BAD,
    Health.PENDING: Style.NORMAL,
    Health.UNKNOWN: Style.CHANGED,
    Health.NEVER_RAN: Style.QUIET,
    Health.SUSPENDED: Style.CHANGED,
}
_EDIT_STYLES: Final = {
    Edit.ADDED: Style.GOOD,
    Edit.CHANGED: Style.CHANGED,
    Edit.REMOVED: Style.GONE,
    Edit.UNKNOWN: Style.BAD,
}
_CHANGE_STYLES: Final = {"+": Style.GOOD, "-": Style.GONE, "~": Style.CHANGED}


def render(report: Report, detail: Detail = Detail.FOLDED) -> str:
    """Answer `report` as plain text."""
    return plain(lines(report, detail))


def lines(report: Report, detail: Detail = Detail.FOLDED) -> Iterator[Line]:
    """Answer `report` line by line: problems, steps, jobs, and the counts last."""
    sections = [
        list(_problems(report)),
        list(_against(report, detail)),
        list(_steps(report, detail)),
        list(_jobs(report, detail)),
        list(_unmanaged(report)),
        list(schedule_lines.schedules(report)) if detail is Detail.FULL or report.verb != "validate" else [],
        list(run_lines.runs(report.runs or ())),
        list(run_lines.checks(report.checks or ())),
    ]
    for section in sections:
        if section:
            yield from section
            yield line()
    first, *others = sentences(report)
    yield line(Span(f"{report.verb}: ", Style.STRONG), first, Span(_circumstances(report), Style.QUIET))
    yield from (line(f"  {sentence}") for sentence in others)


def problem_line(problem: Problem) -> Line:
    """Answer a problem as `file:line:column path: message (hint)`; a warning says that it is one."""
    warning = problem.severity is Severity.WARNING
    return line(Span("warning: ", Style.CHANGED), str(problem)) if warning else line(Span(str(problem), Style.BAD))


def step_line(step: Step) -> Line:
    """Answer a step as `+ create  task-definition report  done`."""
    style = _ACTION_STYLES[step.action]
    status = () if step.status is Status.PLANNED else (Span(f"  {step.status}", _STATUS_STYLES[step.status]),)
    return line(
        Span(f"  {SIGNS[step.action]} {step.action:<7}", style),
        f" {step.kind} ",
        Span(step.name, Style.STRONG),
        *status,
        Span(f"  {place(step.source)}", Style.QUIET),
    )


def _circumstances(report: Report) -> str:
    where = ", ".join(part for part in (report.owner, report.account, report.region) if part)
    return f"  ({where}; {duration(report.seconds)})"


def _problems(report: Report) -> Iterator[Line]:
    yield from (problem_line(problem) for problem in report.problems)


def _against(report: Report, detail: Detail) -> Iterator[Line]:
    if report.against is None or not report.against.jobs:
        return
    yield line(Span(f"{branch.title(report.against)}:", Style.STRONG))
    for edit in report.against.jobs:
        yield line(
            Span(f"  {branch.EDIT_SIGNS[edit.edit]} {edit.edit:<7}", _EDIT_STYLES[edit.edit]),
            f" {edit.kind} ",
            Span(edit.name, Style.STRONG),
            Span(f"  {place(edit.source)}", Style.QUIET),
        )
        yield from _changes(edit.changes, detail, indent="      ")
        if edit.message:
            yield line(f"      {edit.message}")


def _steps(report: Report, detail: Detail) -> Iterator[Line]:
    live = drift_details.live_sides(report)
    for step in report.steps:
        if detail is Detail.FULL or not _says_nothing(step):
            yield from _step(step, detail, drift_details.of_step(step, live))


def _says_nothing(step: Step) -> bool:
    """Whether a step is told by its job's line: that all is well, or how its run stands."""
    settled = step.status in {Status.PLANNED, Status.DONE, Status.SKIPPED} and not step.error
    return step.action is Action.KEEP and settled and (step.reason == "in sync" or step.kind in _TOLD_BY_JOB)


def _step(step: Step, detail: Detail, live: str) -> Iterator[Line]:
    yield step_line(step)
    job = f"job {step.job}" if step.job and step.job != step.name.partition(":")[0] else ""
    said = [Span(step_reason(step)), *([Span(step.error, Style.BAD)] if step.error else [])]
    first, *others = [span for span in said if span.text] or [Span("")]
    apart = ": " if job and first.text else ""
    if job or first.text:
        yield line("      ", Span(f"{job}{apart}", Style.QUIET), first)
    yield from _changes(step.changes, detail, indent="      ")
    if live:
        yield line(Span(f"      {live}", Style.QUIET))
    yield from (line("      ", other) for other in others)


def _changes(changes: Sequence[FieldChange], detail: Detail, indent: str) -> Iterator[Line]:
    full = detail is Detail.FULL
    shown = changes if full or len(changes) <= _CHANGES_SHOWN else changes[: _CHANGES_SHOWN - 1]
    for change in shown:
        sign = change_sign(change)
        yield line(
            indent,
            Span(f"{sign} {change.path}: ", _CHANGE_STYLES[sign]),
            change_values(change, 0 if full else _VALUE_WIDTH),
            Span(f"  {place(change.source)}", Style.QUIET),
        )
    if len(shown) < len(changes):
        yield line(indent, Span(f"… and {len(changes) - len(shown)} more (-v shows all)", Style.QUIET))


def _jobs(report: Report, detail: Detail) -> Iterator[Line]:
    told = {step.job for step in report.steps if not _says_nothing(step)}
    shown = [job for job in report.jobs if detail is Detail.FULL or _matters(job, report, told)]
    if not shown:
        return
    widths = [max(len(text) for text in column) for column in zip(*(_cells(job) for job in shown), strict=True)]
    for job in shown:
        yield from _job(job, widths)
        if not report.steps:
            yield from _changes(job.changes, detail, indent="    ")
        if job.live is not None:
            yield line(Span("    live is ", Style.QUIET), drift_details.registration(job.live))
        if job.unreported is not None:
            yield from _unreported(job, detail)


def _unreported(job: JobReport, detail: Detail) -> Iterator[Line]:
    width = 0 if detail is Detail.FULL else _VALUE_WIDTH
    yield line(Span(f"    not reported: {len(job.unreported or ())}", Style.QUIET))
    yield from (line(Span(f"      = {told}", Style.QUIET)) for told in drift_details.explanation(job, width))


def _unmanaged(report: Report) -> Iterator[Line]:
    if report.unmanaged:
        yield line(Span(f"{unmanaged_headline(report)}:", Style.STRONG))
        yield from (line(f"  ? {name}") for name in drift_details.unmanaged_names(report))


def _matters(job: JobReport, report: Report, told: set[str]) -> bool:
    """Whether a job is listed: all by verbs about jobs, else what is not well and was not told by its steps."""
    if report.verb in _ABOUT_JOBS or job.unreported:
        return True
    quiet_health = {Health.SUCCEEDED, Health.NEVER_RAN, None}
    return job.name not in told and (job.sync not in {Sync.IN_SYNC, None} or job.health not in quiet_health)


def _is_told_by_run(job: JobReport) -> bool:
    """Whether a job's message only says how its last run went, which has a line of its own."""
    reason = job.last_run.reason if job.last_run is not None else ""
    return bool(reason) and job.message.partition(": ")[2] == reason


def _cells(job: JobReport) -> tuple[str, str, str, str]:
    return job.name, job.kind, str(job.sync or ""), str(job.health or "")


def _job(job: JobReport, widths: Sequence[int]) -> Iterator[Line]:
    name, kind, sync, health = (text.ljust(width) for text, width in zip(_cells(job), widths, strict=True))
    yield line(
        Span(f"  {name}", Style.STRONG),
        f"  {kind}  ",
        Span(sync, _SYNC_STYLES[job.sync] if job.sync else Style.NORMAL),
        "  ",
        Span(health, _HEALTH_STYLES[job.health] if job.health else Style.NORMAL),
        Span(f"  {place(job.source)}", Style.QUIET),
    )
    if job.message and not _is_told_by_run(job):
        yield line(f"    {job.message}")
    if job.definition:
        yield line(Span("    definition ", Style.QUIET), job.definition)
    if run := job.last_run:
        yield line(Span(f"    last run {run_moment(run)} ".rstrip() + " ", Style.QUIET), run_text(run))
        for link in run.logs:
            name = f"{link.container} " if len(run.logs) > 1 else ""
            yield line(Span(f"    logs {name}", Style.QUIET), link.url)
    if job.next_start:
        yield line(Span("    next start ", Style.QUIET), moment(job.next_start))
