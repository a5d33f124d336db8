"""`/`: the live page. Every job with its two axes, its last runs on one axis of time, and its next start.

It asks where it came from for its next state, again and again, and puts that in its own place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Final

from reconciler.model import Health, JobReport, Report, Run, Status, Step, Sync
from reconciler.reports import html_parts as parts
from reconciler.reports.json import instant
from reconciler.reports.run_lines import short_id
from reconciler.reports.summary import DONE_WORDS, summary
from reconciler.reports.timeline import Bar, timeline
from reconciler.reports.verdict import failed_step
from reconciler.reports.wording import moment, place, run_text, run_time, step_reason
from reconciler.web.state import Done, Known

_WELL: Final = "in sync"
_PACKAGE: Final = "reconciler.web"
#: So many runs of a job are listed; its bars are all there.
_LISTED: Final = 10
#: So many of the steps that were carried out.
_LATELY: Final = 20


def render(known: Known, now: datetime) -> str:
    """Answer the page as it is at `now`."""
    report = known.report or Report(verb="", owner="", region=None, account=None, started=now, seconds=0.0)
    title = f"{report.owner or 'reconciler'}: {_headline(known)}"
    content = [
        *_head(known, report),
        *parts.section("Problems", parts.problem_list((*report.problems, *known.problems))),
        *parts.section("Jobs", _jobs(known, report, now)),
        *parts.section("Lately", (line for done in known.recent[:_LATELY] for line in _done(done))),
    ]
    style = parts.asset("style.css") + parts.asset("live.css", _PACKAGE)
    script = parts.asset(parts.SCRIPT) + parts.asset("live.js", _PACKAGE)
    return parts.document(title, content, style=style, script=script, policy="; connect-src 'self'")


def _headline(known: Known) -> str:
    if known.failure:
        return "no pass can be made"
    if known.report is None:
        return "no pass yet"
    jobs = known.report.jobs
    different = sum(job.sync is not Sync.IN_SYNC for job in jobs)
    failed = sum(job.health is Health.FAILED for job in jobs)
    said = f"{different} of {len(jobs)} jobs not in sync" if different else _WELL
    return f"{said}, {failed} failed" if failed else said


def _head(known: Known, report: Report) -> Iterator[str]:
    where = " · ".join(part for part in (report.account, report.region, known.commit[:12]) if part)
    headline = _headline(known)
    manner = "good" if headline == _WELL else "bad" if known.failure or "failed" in headline else "changed"
    yield "<header>"
    yield f'<h1>{escape(report.owner or "reconciler")} <span class="badge {manner}">{headline}</span></h1>'
    yield f'<p class="quiet">{escape(where)}{" · " if where else ""}pass {known.passes}, <span id="looked"></span></p>'
    if known.failure:
        yield f'<p class="failure bad" role="alert">{escape(known.failure)}</p>'
    yield "</header>"
    counts = summary(report)
    yield '<form hidden role="search">'
    yield from parts.counts("sync", {str(key): number for key, number in counts.sync.items()})
    yield from parts.counts("health", {str(key): number for key, number in counts.health.items()})
    yield '<input id="filter" type="search" placeholder="Filter by any text" aria-label="Filter by any text">'
    yield '<p class="quiet" id="shown" role="status"></p>'
    yield "</form>"


def _jobs(known: Known, report: Report, now: datetime) -> Iterator[str]:
    if not report.jobs:
        return
    bars = timeline(replace(report, runs=known.runs, started=now))
    runs = _by_job(known.runs)
    tracks = {job: tuple(group) for job, group in groupby(bars, key=lambda bar: bar.job)}
    mended = {done.step.job: done for done in reversed(known.recent) if done.step.changes}
    if bars:
        axis = f"<span>{moment(bars[0].begin)}</span><span>now</span>"
        yield f'<p class="heads quiet" aria-hidden="true"><span class="axis">{axis}</span><span>next start</span></p>'
    open_steps = _open_steps(report.steps)
    for job in report.jobs:
        yield from _job(
            job,
            tracks.get(job.name, ()),
            runs.get(job.name, ()),
            open_steps.get(job.name, ()),
            mended.get(job.name),
        )


def _by_job(runs: Iterable[Run]) -> Mapping[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.job, []).append(run)
    return found


def _open_steps(steps: Iterable[Step]) -> Mapping[str, list[Step]]:
    """Answer what could not be done for each job in the last pass."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        if failed_step(step) or step.error:
            found.setdefault(step.job, []).append(step)
    return found


def _job(
    job: JobReport, bars: Sequence[Bar], runs: Sequence[Run], unfinished: Sequence[Step], mended: Done | None
) -> Iterator[str]:
    axes = tuple(axis for axis in (job.sync, job.health) if axis)
    differs = job.sync not in {Sync.IN_SYNC, None}
    words = " ".join(map(parts.word, axes))
    opened = " open" if differs or unfinished else ""
    yield f'<details class="entry job" data-words="{words}"{opened}><summary data-key="job:{escape(job.name)}">'
    yield f'<span class="name"><b>{escape(job.name)}</b> <span class="quiet">{escape(job.kind)}</span></span>'
    yield f'<span class="axes">{"".join(map(parts.badge, axes))}</span>'
    yield f'<span class="timeline" role="img" aria-label="{_said_of(runs)}">{parts.track(bars)}</span>'
    yield f'<span class="next">{_time(job.next_start)}</span></summary><div>'
    if job.message and not any(step.error.startswith(job.message) for step in unfinished):
        yield f"<p>{escape(job.message)}</p>"
    yield from (f'<p class="bad">{escape(step.error or step_reason(step))}</p>' for step in unfinished)
    yield from parts.change_table(job.changes if differs else ())
    if mended is not None and not differs:
        yield f"<p>{DONE_WORDS[mended.step.action]} {_time(mended.at)}: {escape(mended.step.reason)}</p>"
        yield from parts.change_table(mended.step.changes)
    yield from _runs(runs)
    yield parts.quiet(job.definition or "", f"declared at {place(job.source)}" if job.source else "")
    yield "</div></details>"


def _said_of(runs: Sequence[Run]) -> str:
    if not runs:
        return "no runs lately"
    return escape(f"{len(runs)} runs lately, the last {run_text(runs[0])}")


def _runs(runs: Sequence[Run]) -> Iterator[str]:
    if not runs:
        return
    yield '<ul class="runs">'
    for run in runs[:_LISTED]:
        yield f'<li data-run="{escape(_id(run))}">{parts.badge(run.state.value)} {_time(run_time(run))} '
        yield f"<span>{escape(_went(run))}</span> <code>{escape(short_id(run))}</code>"
        if run.ids:
            key = escape(_id(run))
            yield f'<button type="button" class="logs" data-key="logs:{key}" aria-expanded="false">logs</button>'
        yield "</li>"
    yield "</ul>"
    if len(runs) > _LISTED:
        yield parts.quiet(f"{len(runs) - _LISTED} more; `reconcile runs {runs[0].job}` lists them")


def _went(run: Run) -> str:
    """Answer how a run went, without its state, which is said in colour."""
    return run_text(run).removeprefix(str(run.state)).lstrip(", ")


def _id(run: Run) -> str:
    return run.ids[0].rpartition("/")[2] if run.ids else ""


def _done(done: Done) -> Iterator[str]:
    title = f"{parts.step_title(replace(done.step, status=Status.PLANNED))} {_time(done.at)}"
    body = [f"<p>{escape(step_reason(done.step))}</p>", *parts.change_table(done.step.changes)]
    body.append(parts.quiet(f"job {done.step.job}" if done.step.job else ""))
    yield from parts.entry(title, body, (done.step.action, done.step.status), opened=False)


def _time(at: datetime | None) -> str:
    """Answer an instant that the page's script says relatively to now as well."""
    return f'<time datetime="{instant(at)}">{moment(at)}</time>' if at is not None else ""
