"""JUnit XML: one test case for each job, which fails where the job would make the verb fail.

The members are those that Jenkins, GitLab and pytest write and read (https://github.com/testmoapp/junitxml).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from reconciler.model import Action, Against, Health, JobEdit, JobReport, Problem, Report, Severity, Source, Step, Sync
from reconciler.reports import branch
from reconciler.reports.drift_details import explanation, registration
from reconciler.reports.json import instant
from reconciler.reports.verdict import failed_step
from reconciler.reports.wording import change_sign, change_values, place, run_text

#: What XML 1.0 cannot hold at all.
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One test case: a job, or a file whose problems belong to no job."""

    name: str
    kind: str
    source: Source | None
    failures: tuple[tuple[str, str], ...]
    said: tuple[str, ...]


def render(report: Report) -> str:
    """Answer `report` as one test suite."""
    cases = list(_cases(report))
    failures = sum(bool(case.failures) for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0" time="{report.seconds:.3f}"'
    stamp = (instant(report.started) or "").removesuffix("Z")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="reconcile" {counts}>',
        f'  <testsuite name={_attribute(f"reconcile {report.verb}")} {counts} timestamp="{stamp}">',
        "    <properties>",
        *(
            f"      <property name={_attribute(name)} value={_attribute(value or '')}/>"
            for name, value in (("owner", report.owner), ("account", report.account), ("region", report.region))
        ),
        "    </properties>",
        *(line for case in cases for line in _written(case, report.verb)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _cases(report: Report) -> Iterator[_Case]:
    steps: Mapping[str, list[Step]] = defaultdict(list)
    problems: Mapping[str, list[Problem]] = defaultdict(list)
    for step in report.steps:
        steps[step.job].append(step)
    for problem in report.problems:
        problems[problem.job].append(problem)
    edits = {edit.name: _edit(report.against, edit) for edit in report.against.jobs} if report.against else {}
    known = {job.name for job in report.jobs}
    for job in report.jobs:
        case = _job(report, job, steps[job.name], problems[job.name])
        yield replace(case, said=(*edits.get(job.name, ()), *case.said))
    for edit in report.against.jobs if report.against else ():
        if edit.name not in known:
            yield _Case(name=edit.name, kind=edit.kind, source=edit.source, failures=(), said=edits[edit.name])
    for name in sorted((steps.keys() | problems.keys()) - known - {""}):
        yield _nameless(name, steps[name], problems[name])
    for each in report.unmanaged or ():
        said = ("nobody manages it",)
        yield _Case(name=each.name, kind=each.kind, source=None, failures=(), said=said)
    if problems[""]:
        yield _nameless(f"reconcile {report.verb}", [], problems[""])


def _job(report: Report, job: JobReport, steps: Sequence[Step], problems: Sequence[Problem]) -> _Case:
    failures = [*_failures(steps, problems)]
    changes = [f"{change_sign(change)} {change.path}: {change_values(change)}" for change in job.changes]
    differs = job.sync not in {Sync.IN_SYNC, None}
    counts = differs and (report.verb == "drift" or (job.sync in {Sync.ERROR, Sync.BEHIND} and not failures))
    if counts:
        failures.append((str(job.sync), "\n".join(line for line in (job.message, *changes) if line) or str(job.sync)))
    axes = {"sync": job.sync, "health": job.health}
    said = [", ".join(f"{axis} {found}" for axis, found in axes.items() if found)] if any(axes.values()) else []
    said += changes if not counts else []
    if job.last_run is not None:
        said.append(f"last run {run_text(job.last_run)}")
    said += [f"live is {registration(job.live)}"] if job.live is not None else []
    said += [f"= not reported: {told}" for told in explanation(job)]
    said += [line for step in steps for line in _step(step)]
    if report.verb == "status" and job.health is Health.FAILED:
        failures.append((str(job.health), run_text(job.last_run) if job.last_run else job.message or str(job.health)))
    return _Case(name=job.name, kind=job.kind, source=job.source, failures=tuple(failures), said=tuple(said))


def _edit(against: Against, edit: JobEdit) -> tuple[str, ...]:
    return (f"{branch.title(against)}: {edit.edit}", *branch.edit_lines(edit))


def _nameless(name: str, steps: Sequence[Step], problems: Sequence[Problem]) -> _Case:
    sources = [*(step.source for step in steps), *(problem.source for problem in problems)]
    said = tuple(line for step in steps for line in _step(step))
    warnings = tuple(str(problem) for problem in problems if problem.severity is Severity.WARNING)
    failures = tuple(_failures(steps, problems))
    return _Case(
        name=name, kind="job", source=next(filter(None, sources), None), failures=failures, said=(*said, *warnings)
    )


def _failures(steps: Sequence[Step], problems: Sequence[Problem]) -> Iterator[tuple[str, str]]:
    for problem in problems:
        if problem.severity is Severity.ERROR:
            yield "invalid", str(problem)
    for step in steps:
        if failed_step(step):
            yield str(step.status), f"{step.action} {step.kind} {step.name}: {step.error or step.reason}"


def _step(step: Step) -> Iterator[str]:
    if step.action is not Action.KEEP:
        yield f"{step.action} {step.kind} {step.name} ({step.status}): {step.reason}"


def _written(case: _Case, verb: str) -> Iterator[str]:
    attributes = {"classname": f"reconcile.{verb}.{case.kind}", "name": case.name}
    if case.source is not None:
        attributes |= {"file": case.source.file, "line": str(case.source.line)}
    written = " ".join(f"{name}={_attribute(value)}" for name, value in attributes.items())
    if not case.failures and not case.said:
        yield f"    <testcase {written}/>"
        return
    yield f"    <testcase {written}>"
    if case.failures:
        kind, text = case.failures[0]
        body = "\n".join([place(case.source), *(each for _, each in case.failures)]).strip()
        message = _attribute(text.splitlines()[0])
        yield f"      <failure type={_attribute(kind)} message={message}>{_text(body)}</failure>"
    if case.said:
        yield f"      <system-out>{_text(chr(10).join(case.said))}</system-out>"
    yield "    </testcase>"


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("\ufffd", text))
