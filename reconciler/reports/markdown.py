"""One comment on a pull request, to be updated in place.

Its first line is a hidden marker that names the verb and the owner, by which a workflow finds its own earlier comment.
GitHub takes comments of 65,536 characters; this stays under 60,000 bytes by leaving out the entries that matter least,
and says so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.model import (
    Action,
    FieldChange,
    Health,
    JobEdit,
    JobReport,
    Problem,
    Report,
    Severity,
    Status,
    Step,
    Sync,
)
from reconciler.reports import branch
from reconciler.reports.drift_details import explanation, live_sides, of_step, registration, unmanaged_names
from reconciler.reports.fitting import Entry, Weight, below_headings, fitted
from reconciler.reports.summary import plural, sentences
from reconciler.reports.verdict import failed_step
from reconciler.reports.wording import (
    SIGNS,
    change_sign,
    is_moved,
    moment,
    place,
    run_moment,
    run_text,
    side_texts,
    step_reason,
)

_LIMIT: Final = 60_000
#: Up to so many entries with differences are shown open: what was changed is read without a click.
_FEW: Final = 5
#: So many warnings are told before what differs; the others where there is room left.
_FEW_WARNINGS: Final = 10
_CUT_ROOM: Final = 200
_VALUE_WIDTH: Final = 500
_TICKS: Final = re.compile("`+")
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>#|~@$]|^[-+]")
_BADGES: Final = {
    Status.PLANNED: "",
    Status.DONE: "✅ ",
    Status.FAILED: "❌ ",
    Status.BLOCKED: "⏸️ ",
    Status.SKIPPED: "⏭️ ",
}


def render(report: Report) -> str:
    """Answer `report` as Markdown, without the entries for which there is no room."""
    head = _head(report)
    entries = [*_problems(report), *_against(report), *_steps(report), *_jobs(report), *_unmanaged(report)]
    kept = fitted(entries, _LIMIT - len(head.encode()) - _CUT_ROOM)
    left = len(entries) - len(kept)
    cut = f"\n> **Cut here:** {left} more of {len(entries)} entries do not fit into a comment.\n" if left else ""
    return "\n".join([head, *below_headings(kept)]) + cut


def marker(verb: str, owner: str) -> str:
    """Answer the hidden line by which a comment is found again."""
    return f"<!-- reconciler:{verb}:{owner.replace('--', '')} -->"


def _head(report: Report) -> str:
    where = ", ".join(_code(part) for part in (report.account, report.region) if part)
    title = f"### reconcile {report.verb}: {_escaped(report.owner)}{f' ({where})' if where else ''}"
    counts = "\n".join(f"- {_escaped(sentence)}" for sentence in sentences(report))
    return f"{marker(report.verb, report.owner)}\n{title}\n\n{counts}\n"


def _problems(report: Report) -> Iterator[Entry]:
    warned = 0
    for problem in report.problems:
        weight = Weight.FAILED
        if problem.severity is not Severity.ERROR:
            warned += 1
            weight = Weight.WARNED if warned <= _FEW_WARNINGS else Weight.ALSO_WARNED
        yield Entry(heading="\n#### Problems\n", text=_problem(problem), weight=weight)


def _problem(problem: Problem) -> str:
    sign = "❌" if problem.severity is Severity.ERROR else "⚠️"
    where = " ".join(_code(part) for part in (str(problem.source or ""), problem.path) if part)
    hint = f" ({_escaped(problem.hint)})" if problem.hint else ""
    return f"- {sign} {where}{': ' if where else ''}{_escaped(problem.message)}{hint}"


def _against(report: Report) -> Iterator[Entry]:
    if report.against is not None:
        heading = f"\n#### Compared with {_code(report.against.ref)}\n"
        few = sum(bool(edit.changes) for edit in report.against.jobs) <= _FEW
        for edit in report.against.jobs:
            text = _edit(edit, opened=few and bool(edit.changes))
            yield Entry(heading=heading, text=text, weight=Weight.DIFFERS)


def _edit(edit: JobEdit, *, opened: bool) -> str:
    does = f"<b>{branch.EDIT_SIGNS[edit.edit]} {edit.edit}</b> {_html(edit.kind)} <code>{_html(edit.name)}</code>"
    body = [*_diff(edit.changes), _escaped(edit.message)]
    if edit.source:
        body.append(f"declared at {_code(place(edit.source))}")
    return _details(does + _fields(edit.changes), body, opened=opened)


def _steps(report: Report) -> Iterator[Entry]:
    shown = [step for step in report.steps if step.action is not Action.KEEP or step.reason != "in sync"]
    heading = f"\n#### {'Done' if any(step.status is Status.DONE for step in report.steps) else 'To do'}\n"
    few = sum(bool(step.changes) for step in shown) <= _FEW
    live = live_sides(report) if shown else {}
    for step in shown:
        failed = failed_step(step)
        text = _step(step, of_step(step, live), opened=failed or (few and bool(step.changes)))
        yield Entry(heading=heading, text=text, weight=Weight.FAILED if failed else Weight.DIFFERS)


def _step(step: Step, live: str, *, opened: bool) -> str:
    badge = _BADGES[step.status]
    title = (
        f"{badge}<b>{_html(SIGNS[step.action])} {step.action}</b> {_html(step.kind)} <code>{_html(step.name)}</code>"
    )
    body = [*_diff(step.changes), _escaped(live), _escaped(step_reason(step))]
    if step.error:
        body.append(f"**{_escaped(step.error)}**")
    if step.source:
        body.append(f"declared at {_code(place(step.source))}")
    return _details(title + _fields(step.changes), body, opened=opened)


def _jobs(report: Report) -> Iterator[Entry]:
    shown = [job for job in report.jobs if _matters(job, report)]
    few = not report.steps and sum(bool(job.changes) for job in shown) <= _FEW
    for job in shown:
        failed = job.sync in {Sync.ERROR, Sync.BEHIND} or job.health is Health.FAILED
        text = _job(job, report, opened=few and bool(job.changes))
        yield Entry(heading="\n#### Jobs\n", text=text, weight=Weight.FAILED if failed else Weight.DIFFERS)


def _matters(job: JobReport, report: Report) -> bool:
    if job.health in {Health.FAILED, Health.UNKNOWN, Health.SUSPENDED} or job.unreported:
        return True
    return job.sync not in {Sync.IN_SYNC, None} and not report.steps


def _job(job: JobReport, report: Report, *, opened: bool) -> str:
    axes = ", ".join(str(axis) for axis in (job.sync, job.health) if axis)
    body = [] if report.steps else [*_diff(job.changes)]
    body += [_escaped(job.message)] if job.message else []
    if run := job.last_run:
        body.append(f"last run {run_moment(run)}: {_escaped(run_text(run))}")
        body += [f"[logs of {_escaped(link.container)}]({link.url})" for link in run.logs]
    body += [f"next start {moment(job.next_start)}"] if job.next_start else []
    body += [f"definition {_code(job.definition)}"] if job.definition else []
    body += [f"live is {_escaped(registration(job.live))}"] if job.live else []
    if job.unreported:
        told = "\n".join(f"- {_escaped(each)}" for each in explanation(job, _VALUE_WIDTH))
        body.append(f"not reported, as it is no drift:\n\n{told}")
    body += [f"declared at {_code(place(job.source))}"] if job.source else []
    fields = "" if report.steps else _fields(job.changes)
    return _details(f"<code>{_html(job.name)}</code> {_html(axes)}{fields}", body, opened=opened)


def _unmanaged(report: Report) -> Iterator[Entry]:
    for name in unmanaged_names(report) if report.unmanaged else ():
        yield Entry(heading="\n#### Nobody manages\n", text=f"- {_escaped(name)}", weight=Weight.TOLD)


def _fields(changes: Sequence[FieldChange]) -> str:
    return f" · {plural(len(changes), 'field')}" if changes else ""


def _diff(changes: Sequence[FieldChange]) -> Iterator[str]:
    """Answer changes as one fenced diff, each side on its line, the manifest's place behind the wanted one."""
    if not changes:
        return
    lines = [line for change in changes for line in _change(change)]
    fence = "`" * max(3, 1 + max((len(ticks) for line in lines for ticks in _TICKS.findall(line)), default=0))
    yield "\n".join([f"{fence}diff", *lines, fence])


def _change(change: FieldChange) -> Iterator[str]:
    sign = change_sign(change)
    where = f"  # {place(change.source)}" if change.source else ""
    before, after = side_texts(change, _VALUE_WIDTH)
    if is_moved(change):
        yield f"! {change.path}: {after} moved{where}"
        return
    if sign != "+":
        yield f"- {change.path}: {before}{where if sign == '-' else ''}"
    if sign != "-":
        yield f"+ {change.path}: {after}{where}"


def _details(title: str, body: Iterable[str], *, opened: bool = False) -> str:
    text = "\n\n".join(part for part in body if part)
    return f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n{text}\n\n</details>\n"


def _escaped(text: str) -> str:
    """Answer `text` so that it means nothing in Markdown: no markup, no mention, no HTML."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())).replace("\\@", "@\u200b").replace("\\#", "#\u200b")


def _code(text: str) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{ticks}{pad}{' '.join(text.split())}{pad}{ticks}"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
