"""One self-contained page: counts that filter, each difference before and after, a timeline of the last runs.

It loads nothing, and its Content-Security-Policy lets only its own script run.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from itertools import groupby
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
from reconciler.reports.drift_details import registration, unmanaged_names
from reconciler.reports.json import instant
from reconciler.reports.summary import headline, summary
from reconciler.reports.timeline import Bar, timeline
from reconciler.reports.verdict import failed_step
from reconciler.reports.wording import SIGNS, duration, moment, place, run_text, run_time, step_reason, value_text

#: The class of each state in style.css.
_CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys((Sync.IN_SYNC, Health.SUCCEEDED, Status.DONE, Action.CREATE), "good"),
    **dict.fromkeys((Sync.FOREIGN, Sync.BEHIND, Sync.ERROR, Sync.ORPHANED, Health.FAILED, Status.FAILED), "bad"),
    **dict.fromkeys((Action.DELETE, Action.STOP, Severity.ERROR), "bad"),
    **dict.fromkeys((Sync.MISSING, Sync.DRIFTED, Health.UNKNOWN, Health.SUSPENDED, Status.BLOCKED), "changed"),
    **dict.fromkeys((Action.UPDATE, Action.ADOPT, Severity.WARNING), "changed"),
    **dict.fromkeys((Health.RUNNING, Health.PENDING, Action.LAUNCH), "started"),
}


def render(report: Report) -> str:
    """Answer `report` as one HTML file."""
    return _page(report, _asset("script.js"), "")


def render_live(report: Report) -> str:
    """Answer `report` as a page that asks where it came from for its next state, again and again."""
    return _page(report, _asset("script.js") + _asset("live.js"), "; connect-src 'self'")


def _page(report: Report, script: str, more: str) -> str:
    style = _asset("style.css")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'{more}"
    title = f"reconcile {report.verb}: {report.owner}"
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{style}</style>",
        "<body>",
        "<main>",
        *_head(report, title),
        *_section("Problems", _problems(report.problems)),
        *_against(report),
        *_section("Steps", (line for step in report.steps for line in _step(step))),
        *_section("Jobs", (line for job in report.jobs for line in _job(job, told=bool(report.steps)))),
        *_section("Nobody manages", _unmanaged(report)),
        *_section("Last runs", _runs(timeline(report))),
        "</main>",
        f"<script>{script}</script>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _asset(name: str) -> str:
    return (resources.files("reconciler.reports") / "page" / name).read_text(encoding="utf-8")


def _head(report: Report, title: str) -> Iterator[str]:
    where = " · ".join(part for part in (report.account, report.region) if part)
    yield "<header>"
    yield f"<h1>{escape(title)}</h1>"
    stamp = f'<time datetime="{instant(report.started)}">{moment(report.started)}</time>'
    yield f'<p class="quiet">{escape(where)}{" · " if where else ""}{stamp} · {duration(report.seconds)}</p>'
    yield f"<p>{escape(headline(report))}</p>"
    yield "</header>"
    counts = summary(report)
    yield "<form hidden>"
    yield from _counts("sync", {str(key): number for key, number in counts.sync.items()})
    yield from _counts("health", {str(key): number for key, number in counts.health.items()})
    yield from _counts("action", {str(key): number for key, number in counts.actions.items()})
    yield '<input id="filter" type="search" placeholder="Filter by any text" aria-label="Filter by any text">'
    yield '<p class="quiet" id="shown" role="status"></p>'
    yield "</form>"


def _counts(axis: str, numbers: Mapping[str, int]) -> Iterator[str]:
    buttons = [
        f'<button type="button" aria-pressed="false" data-axis="{axis}" data-word="{_word(key)}" '
        f'class="{_CLASSES.get(key, "")}">{number} {escape(key)}</button>'
        for key, number in numbers.items()
        if number
    ]
    if buttons:
        yield f'<fieldset class="counts" aria-label="{axis}">{"".join(buttons)}</fieldset>'


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    content = list(lines)
    if content:
        yield f"<section><h2>{title}</h2>"
        yield from content
        yield "</section>"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        yield '<ul class="problems">'
        yield from (f"<li>{_badge(problem.severity)} {escape(str(problem))}</li>" for problem in problems)
        yield "</ul>"


def _against(report: Report) -> Iterator[str]:
    if report.against is not None:
        heading = f"C{escape(branch.title(report.against))[1:]}"
        yield from _section(heading, (line for edit in report.against.jobs for line in _edit(edit, report.against.ref)))


def _edit(edit: JobEdit, ref: str) -> Iterator[str]:
    title = (
        f'<span class="sign">{branch.EDIT_SIGNS[edit.edit]}</span>{edit.edit} {escape(edit.kind)} '
        f"<code>{escape(edit.name)}</code>"
    )
    body = _changes(edit.changes, before=ref)
    body += [f"<p>{escape(edit.message)}</p>"] if edit.message else []
    body.append(_quiet(f"declared at {place(edit.source)}" if edit.source else ""))
    yield from _entry(title, body, (edit.edit,), opened=bool(edit.changes))


def _step(step: Step) -> Iterator[str]:
    title = (
        f'<span class="sign">{SIGNS[step.action]}</span>{escape(str(step.action))} {escape(step.kind)} '
        f"<code>{escape(step.name)}</code>"
    )
    badges = "" if step.status is Status.PLANNED else _badge(step.status)
    reason = step_reason(step)
    body = [f"<p>{escape(reason)}</p>" if reason else "", *_changes(step.changes)]
    if step.error:
        body.append(f'<p><span class="badge bad">{escape(str(step.status))}</span> {escape(step.error)}</p>')
    body.append(
        _quiet(f"job {step.job}" if step.job else "", f"declared at {place(step.source)}" if step.source else "")
    )
    yield from _entry(title + badges, body, (step.action, step.status), opened=failed_step(step) or bool(step.changes))


def _job(job: JobReport, *, told: bool) -> Iterator[str]:
    title = f"<b>{escape(job.name)}</b> {escape(job.kind)}"
    axes = tuple(axis for axis in (job.sync, job.health) if axis)
    body = [f"<p>{escape(job.message)}</p>"] if job.message else []
    body += [] if told else _changes(job.changes)
    if run := job.last_run:
        body.append(f"<p>last run {moment(run_time(run))}: {escape(run_text(run))}</p>")
    body += [f"<p>live is {escape(registration(job.live))}</p>"] if job.live else []
    body += _unreported(job)
    next_start = f"next start {moment(job.next_start)}" if job.next_start else ""
    declared = f"declared at {place(job.source)}" if job.source else ""
    body.append(_quiet(job.definition or "", next_start, declared))
    differs = job.sync not in {Sync.IN_SYNC, None}
    yield from _entry(title + "".join(_badge(axis) for axis in axes), body, axes, opened=differs and not told)


def _unreported(job: JobReport) -> list[str]:
    if not job.unreported:
        return []
    head = "<table><thead><tr><th>not reported<th>live<th>manifest<th>equal, as<th>known from</tr></thead><tbody>"
    rows = (
        f"<tr><td>{escape(each.change.path)}</td>"
        f'<td data-name="live">{escape(value_text(each.change.before))}</td>'
        f'<td data-name="manifest">{escape(value_text(each.change.after))}</td>'
        f'<td data-name="equal, as">{escape(each.text)}</td>'
        f'<td class="quiet">{escape(": ".join(part for part in (each.grade, each.source) if part))}</td></tr>'
        for each in job.unreported
    )
    return [head, *rows, "</tbody></table>"]


def _unmanaged(report: Report) -> Iterator[str]:
    yield from (f'<div class="entry"><div>{escape(name)}</div></div>' for name in unmanaged_names(report))


def _entry(title: str, body: Iterable[str], words: Iterable[str], *, opened: bool) -> Iterator[str]:
    kept = [line for line in body if line]
    attributes = f'class="entry" data-words="{" ".join(_word(word) for word in words)}"'
    if not kept:
        yield f"<div {attributes}><div>{title}</div></div>"
        return
    yield f"<details {attributes}{' open' if opened else ''}><summary>{title}</summary><div>"
    yield from kept
    yield "</div></details>"


def _changes(changes: Sequence[FieldChange], before: str = "live") -> list[str]:
    if not changes:
        return []
    head = f"<table><thead><tr><th>field<th>{escape(before)}<th>manifest<th>declared at</tr></thead><tbody>"
    return [head, *(_change(change, before) for change in changes), "</tbody></table>"]


def _change(change: FieldChange, before: str) -> str:
    return (
        f"<tr><td>{escape(change.path)}</td>"
        f'<td class="before" data-name="{escape(before)}">{escape(value_text(change.before))}</td>'
        f'<td class="after" data-name="manifest">{escape(value_text(change.after))}</td>'
        f'<td class="quiet">{escape(place(change.source))}</td></tr>'
    )


def _runs(bars: Sequence[Bar]) -> Iterator[str]:
    if not bars:
        return
    yield '<ol class="timeline">'
    for job, group in groupby(bars, key=lambda bar: bar.job):
        mine = list(group)
        words = " ".join(dict.fromkeys(_word(bar.health) for bar in mine))
        drawn = "".join(_bar(bar) for bar in mine)
        yield (
            f'<li data-words="{words}"><span class="name">{escape(job)}</span><span class="track">{drawn}</span></li>'
        )
    yield "</ol>"
    yield f'<p class="axis quiet"><span>{moment(bars[0].begin)}</span><span>{moment(bars[0].end)}</span></p>'


def _bar(bar: Bar) -> str:
    return (
        f'<span class="bar {_CLASSES.get(bar.health, "")}" title="{escape(bar.text)}" '
        f'style="left:{bar.left:.2f}%;width:{bar.width:.2f}%"></span>'
    )


def _badge(state: str) -> str:
    return f'<span class="badge {_CLASSES.get(state, "")}">{escape(str(state))}</span>'


def _quiet(*parts: str) -> str:
    said = " · ".join(part for part in parts if part)
    return f'<p class="quiet">{escape(said)}</p>' if said else ""


def _word(state: str) -> str:
    return escape(str(state).lower())
