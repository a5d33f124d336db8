"""One self-contained page: counts that filter, each difference before and after, a timeline of the last runs."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from reconciler.model import JobEdit, JobReport, Report, Sync
from reconciler.reports import branch
from reconciler.reports import html_parts as parts
from reconciler.reports.drift_details import registration, unmanaged_names
from reconciler.reports.json import instant
from reconciler.reports.summary import sentences, summary
from reconciler.reports.timeline import Bar, timeline
from reconciler.reports.wording import duration, moment, place, run_moment, run_text, value_text


def render(report: Report) -> str:
    """Answer `report` as one HTML file."""
    title = f"reconcile {report.verb}: {report.owner}"
    content = [
        *_head(report, title),
        *parts.section("Problems", parts.problem_list(report.problems)),
        *_against(report),
        *parts.section("Steps", (line for step in report.steps for line in parts.step_entry(step))),
        *parts.section("Jobs", (line for job in report.jobs for line in _job(job, told=bool(report.steps)))),
        *parts.section("Nobody manages", _unmanaged(report)),
        *parts.section("Last runs", _runs(timeline(report))),
    ]
    return parts.document(title, content, style=parts.asset("style.css"), script=parts.asset(parts.SCRIPT))


def _head(report: Report, title: str) -> Iterator[str]:
    where = " · ".join(part for part in (report.account, report.region) if part)
    yield "<header>"
    yield f"<h1>{escape(title)}</h1>"
    stamp = f'<time datetime="{instant(report.started)}">{moment(report.started)}</time>'
    yield f'<p class="quiet">{escape(where)}{" · " if where else ""}{stamp} · {duration(report.seconds)}</p>'
    yield f"<p>{'<br>'.join(escape(sentence) for sentence in sentences(report))}</p>"
    yield "</header>"
    counts = summary(report)
    yield "<form hidden>"
    yield from parts.counts("sync", {str(key): number for key, number in counts.sync.items()})
    yield from parts.counts("health", {str(key): number for key, number in counts.health.items()})
    yield from parts.counts("action", {str(key): number for key, number in counts.actions.items()})
    yield '<input id="filter" type="search" placeholder="Filter by any text" aria-label="Filter by any text">'
    yield '<p class="quiet" id="shown" role="status"></p>'
    yield "</form>"


def _against(report: Report) -> Iterator[str]:
    if report.against is not None:
        heading = f"C{escape(branch.title(report.against))[1:]}"
        yield from parts.section(
            heading, (line for edit in report.against.jobs for line in _edit(edit, report.against.ref))
        )


def _edit(edit: JobEdit, ref: str) -> Iterator[str]:
    title = (
        f'<span class="sign">{branch.EDIT_SIGNS[edit.edit]}</span>{edit.edit} {escape(edit.kind)} '
        f"<code>{escape(edit.name)}</code>"
    )
    body = parts.change_table(edit.changes, before=ref)
    body += [f"<p>{escape(edit.message)}</p>"] if edit.message else []
    body.append(parts.quiet(f"declared at {place(edit.source)}" if edit.source else ""))
    yield from parts.entry(title, body, (edit.edit,), opened=bool(edit.changes))


def _job(job: JobReport, *, told: bool) -> Iterator[str]:
    title = f"<b>{escape(job.name)}</b> {escape(job.kind)}"
    axes = tuple(axis for axis in (job.sync, job.health) if axis)
    body = [f"<p>{escape(job.message)}</p>"] if job.message else []
    body += [] if told else parts.change_table(job.changes)
    if run := job.last_run:
        links = (f' <a href="{escape(link.url)}">logs of {escape(link.container)}</a>' for link in run.logs)
        body.append(f"<p>last run {run_moment(run)}: {escape(run_text(run))}{''.join(links)}</p>")
    body += [f"<p>live is {escape(registration(job.live))}</p>"] if job.live else []
    body += _unreported(job)
    next_start = f"next start {moment(job.next_start)}" if job.next_start else ""
    declared = f"declared at {place(job.source)}" if job.source else ""
    body.append(parts.quiet(job.definition or "", next_start, declared))
    differs = job.sync not in {Sync.IN_SYNC, None}
    yield from parts.entry(title + "".join(map(parts.badge, axes)), body, axes, opened=differs and not told)


def _unreported(job: JobReport) -> list[str]:
    if not job.unreported:
        return []
    head = '<p class="quiet">Not reported, as it is no drift:</p>'
    head += "<table><thead><tr><th>field<th>live<th>manifest<th>equal, as<th>known from</tr></thead><tbody>"
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


def _runs(bars: Sequence[Bar]) -> Iterator[str]:
    if not bars:
        return
    yield '<ol class="timeline">'
    for job, group in groupby(bars, key=lambda bar: bar.job):
        mine = list(group)
        words = " ".join(dict.fromkeys(parts.word(bar.health) for bar in mine))
        yield f'<li data-words="{words}"><span class="name">{escape(job)}</span>{parts.track(mine)}</li>'
    yield "</ol>"
    yield f'<p class="axis quiet"><span>{moment(bars[0].begin)}</span><span>{moment(bars[0].end)}</span></p>'
