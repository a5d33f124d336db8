"""Annotations of a GitHub workflow run (`::error file=…,line=…::…`), and a last line for its log.

GitHub shows ten errors, ten warnings and ten notices of a step, so the gravest come first. Escapes are those of
actions/toolkit, packages/core/src/command.ts.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model import Action, Health, JobReport, Report, Severity, Source, Status, Step, Sync
from reconciler.reports import branch
from reconciler.reports.drift_details import explanation, registration, unmanaged_names
from reconciler.reports.summary import SYNC_WORDS, headline, unmanaged_headline
from reconciler.reports.verdict import failed_step
from reconciler.reports.wording import change_sign, change_values, run_text

_LEVELS: Final = ("error", "warning", "notice")
_CHANGES_SHOWN: Final = 10
_VALUE_WIDTH: Final = 200


def render(report: Report) -> str:
    """Answer one annotation for each problem, step and job that has something to say, and the counts."""
    annotations = sorted(_annotations(report), key=lambda annotation: _LEVELS.index(annotation[0]))
    return "".join(f"{text}\n" for _, text in annotations) + f"{report.verb}: {headline(report)}\n"


def _annotations(report: Report) -> Iterator[tuple[str, str]]:
    for problem in report.problems:
        level = "error" if problem.severity is Severity.ERROR else "warning"
        hint = f" ({problem.hint})" if problem.hint else ""
        path = f"{problem.path}: " if problem.path else ""
        said, column = f"{path}{problem.message}{hint}", problem.source.column if problem.source else 0
        yield _annotation(level, problem.source, f"{report.verb}: {problem.severity}", said, column)
    if report.against is not None and report.against.jobs:
        lines = [f"{branch.EDIT_SIGNS[edit.edit]} {edit.kind} {edit.name}" for edit in report.against.jobs]
        yield _annotation("notice", None, f"{report.verb}: {branch.sentence(report.against)}", "\n".join(_cut(lines)))
    for step in report.steps:
        if step.action is not Action.KEEP or failed_step(step):
            yield _step(report, step)
    told = {step.job for step in report.steps if failed_step(step)}
    for job in report.jobs:
        if job.name not in told and (not report.steps or job.health is Health.FAILED or job.sync is Sync.BEHIND):
            yield from _job(report, job)
        if job.unreported:
            title = f"{report.verb}: {job.name}, not reported: {len(job.unreported)}"
            yield _annotation("notice", job.source, title, "\n".join(_cut(list(explanation(job, _VALUE_WIDTH)))))
    if report.unmanaged:
        title = f"{report.verb}: {unmanaged_headline(report)}"
        yield _annotation("notice", None, title, "\n".join(unmanaged_names(report)))


def _cut(lines: Sequence[str]) -> Sequence[str]:
    more = len(lines) - _CHANGES_SHOWN
    return lines if more <= 0 else [*lines[:_CHANGES_SHOWN], f"… and {more} more"]


def _step(report: Report, step: Step) -> tuple[str, str]:
    level = "error" if failed_step(step) else "notice"
    status = "" if step.status is Status.PLANNED else f" ({step.status})"
    lines = [step.error or step.reason, *_changes(step)]
    return _annotation(
        level, step.source, f"{report.verb}: {step.action} {step.kind} {step.name}{status}", "\n".join(lines)
    )


def _job(report: Report, job: JobReport) -> Iterator[tuple[str, str]]:
    if job.sync in {Sync.ERROR, Sync.BEHIND} or (job.sync not in {Sync.IN_SYNC, None} and not report.steps):
        level = "error" if job.sync in {Sync.ERROR, Sync.BEHIND} else "warning"
        live = f"live is {registration(job.live)}" if job.live else ""
        lines = [line for line in (job.message, *_changes(job), live) if line] or [
            f"{job.name} is {SYNC_WORDS[job.sync]}"
        ]
        yield _annotation(level, job.source, f"{report.verb}: {job.name} {job.sync}", "\n".join(lines))
    if job.health is Health.FAILED:
        run = run_text(job.last_run) if job.last_run else job.message or "the last run failed"
        yield _annotation("warning", job.source, f"{report.verb}: {job.name} {job.health}", run)


def _changes(differing: Step | JobReport) -> Iterator[str]:
    for change in differing.changes[:_CHANGES_SHOWN]:
        where = f" (line {change.source.line})" if change.source and change.source.line else ""
        yield f"{change_sign(change)} {change.path}: {change_values(change, _VALUE_WIDTH)}{where}"
    if len(differing.changes) > _CHANGES_SHOWN:
        yield f"… and {len(differing.changes) - _CHANGES_SHOWN} more"


def _annotation(level: str, source: Source | None, title: str, message: str, column: int = 0) -> tuple[str, str]:
    """Answer an annotation and its level; where a whole job is meant, its first line says where without a column."""
    properties = {"title": title}
    if source is not None:
        place = {"file": source.file, "line": str(source.line or ""), "col": str(column or "")}
        properties = {**{name: value for name, value in place.items() if value}, **properties}
    written = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    return level, f"::{level} {written}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
