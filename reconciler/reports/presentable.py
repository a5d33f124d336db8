"""The report as it may be shown: hidden values masked, free text scrubbed, everything in one order.

Every format renders only what this answers, so that masking, order and counts are the same in all of them.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.model import (
    Against,
    Check,
    JobReport,
    LogLine,
    Manifests,
    Owned,
    Problem,
    Report,
    Run,
    Source,
    Spec,
    Step,
    Unreported,
)
from reconciler.reports.masking import MASK, SHOW_ALL, mask_changes, mask_spec
from reconciler.reports.paths import segments
from reconciler.reports.places import is_hidden
from reconciler.reports.printing import on_one_line, printable
from reconciler.reports.scrubbing import Scrubber

#: Sentences of ours that quote nothing; nearly every job of a directory that is in sync has one.
_OURS = frozenset({"", "in sync", "launched", "suspended"})
#: How runs end that AWS tells in fixed words: there is nothing else in it but containers' names and exit codes.
_ENDED = re.compile(
    r"(?:(?:succeeded|failed): )?(?:(?:[A-Za-z0-9_-]+ exited \d+|Essential container in task exited)(?:; |\Z))+"
)
#: Where a message about a manifest begins to repeat what is written there; before, all words are ours.
_REPEATED = re.compile(r"[\"']|\bgot ")
#: What a message quotes of a value that it finds wrong; what it says of the value's type is no part of it.
_QUOTED = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?<=\bgot )(?!(?:an?|text|true|false|null|no)\b)[^\s,;)]+"
)

#: The signs that YAML's own messages quote.
_SIGNS = frozenset({",", "}", "]", ":", "-", "- ", "---", "*", "&", "@", "`", "%"})


def presentable(report: Report, manifests: Manifests | None = None, show: Collection[str] = ()) -> Report:
    """Answer `report` masked but for what the patterns `show` let through, its jobs and problems sorted.

    One that was masked before is left as it is: what it showed then was decided with the manifests at hand.
    """
    show = SHOW_ALL if report.masked else show
    scrubber = Scrubber(manifests, show)
    desired = _definitions(manifests)
    jobs = (_job(job, desired.get(job.name), scrubber, show) for job in report.jobs)
    problems = (shown_problem(problem, scrubber, show) for problem in report.problems)
    return replace(
        report,
        jobs=tuple(sorted(jobs, key=lambda job: (job.name, job.kind))),
        steps=tuple(_step(step, desired.get(step.job), scrubber, show) for step in report.steps),
        unmanaged=on_one_line(report.unmanaged),
        problems=tuple(sorted(problems, key=_place)),
        runs=None if report.runs is None else tuple(_run(run, scrubber) for run in report.runs),
        against=None if report.against is None else _against(report.against, _whole(manifests), show),
        checks=None if report.checks is None else tuple(_check(check, scrubber) for check in report.checks),
        lines=None if report.lines is None else tuple(_line(each, report, scrubber) for each in report.lines),
        masked=report.masked or "*" not in show,
    )


def shown_problem(problem: Problem, scrubber: Scrubber, show: Collection[str]) -> Problem:
    """Answer a problem without hidden values; about a hidden place, without what its message quotes beside its path."""
    clean = _clean_repeated if scrubber.has_read(problem) else _clean
    message = clean(problem.message, problem.job, scrubber)
    if is_hidden(problem.path) and "*" not in show:
        told = {segment.text for segment in segments(problem.path)} | _SIGNS
        message = _QUOTED.sub(lambda found: found[0] if found[0].strip("\"'") in told else MASK, message)
    return on_one_line(replace(problem, message=message, hint=clean(problem.hint, problem.job, scrubber)))


def _job(job: JobReport, desired: Spec | None, scrubber: Scrubber, show: Collection[str]) -> JobReport:
    quotes = job.changes or job.unreported or job.schedule is not None or job.last_run is not None
    if not quotes and job.message in _OURS:
        return job if _is_plain(job) else on_one_line(job)
    shown = replace(
        job,
        changes=mask_changes(job.changes, show, desired),
        schedule=None if job.schedule is None else mask_spec(job.schedule, show),
        last_run=None if job.last_run is None else _run(job.last_run, scrubber),
        message=_clean(job.message, job.name, scrubber),
        unreported=None
        if job.unreported is None
        else tuple(_unreported(each, desired, show) for each in job.unreported),
    )
    return on_one_line(shown)


def _against(against: Against, desired: Mapping[str, Spec], show: Collection[str]) -> Against:
    edits = (replace(edit, changes=mask_changes(edit.changes, show, desired.get(edit.name))) for edit in against.jobs)
    return on_one_line(replace(against, jobs=tuple(edits)))


def _unreported(unreported: Unreported, desired: Spec | None, show: Collection[str]) -> Unreported:
    (change,) = mask_changes([unreported.change], show, desired)
    return replace(unreported, change=change)


def _step(step: Step, desired: Spec | None, scrubber: Scrubber, show: Collection[str]) -> Step:
    if step.operation is None and not step.changes and step.reason in _OURS and step.error in _OURS:
        return step if _is_plain(step) else on_one_line(step)
    shown = replace(
        step,
        operation=None,
        changes=mask_changes(step.changes, show, desired),
        reason=_clean(step.reason, step.job, scrubber),
        error=_clean(step.error, step.job, scrubber),
    )
    return on_one_line(shown)


def _definitions(manifests: Manifests | None) -> dict[str, Spec]:
    jobs = manifests.jobs if manifests else ()
    return {job.name: job.definition.body for job in jobs if isinstance(job.definition, Owned)}


def _whole(manifests: Manifests | None) -> dict[str, Spec]:
    """Answer each job's definition with the sections beside it."""
    definitions = _definitions(manifests)
    return {job.name: {**job.spec, **definitions.get(job.name, {})} for job in (manifests.jobs if manifests else ())}


def _run(run: Run, scrubber: Scrubber) -> Run:
    if _says_nothing_hidden(run.reason) and all(_says_nothing_hidden(end.reason) for end in run.containers):
        return run
    containers = (replace(end, reason=_clean(end.reason, run.job, scrubber)) for end in run.containers)
    return replace(run, reason=_clean(run.reason, run.job, scrubber), containers=tuple(containers))


def _line(line: LogLine, report: Report, scrubber: Scrubber) -> LogLine:
    job = report.runs[0].job if report.runs else ""
    return replace(line, text=scrubber.text(line.text, job))


def _check(check: Check, scrubber: Scrubber) -> Check:
    """Answer a check; its subject is a name or a reference to a secret, which is none."""
    return replace(check, subject=printable(check.subject), reason=_clean(check.reason, "", scrubber))


def _says_nothing_hidden(text: str) -> bool:
    """Whether a text is one that can hold no value: looking up what a job hides is dear where there are thousands."""
    return text in _OURS or _ENDED.fullmatch(text) is not None


def _clean_repeated(text: str, job: str, scrubber: Scrubber) -> str:
    """Answer a text of ours, cleaned from where it begins to repeat what a manifest says."""
    repeated = _REPEATED.search(text)
    if repeated is None:
        return printable(text)
    return printable(text[: repeated.start()]) + _clean(text[repeated.start() :], job, scrubber)


def _clean(text: str, job: str, scrubber: Scrubber) -> str:
    return text if _says_nothing_hidden(text) else printable(scrubber.text(text, job))


def _is_plain(named: JobReport | Step) -> bool:
    return named.name.isprintable() and (named.source is None or named.source.file.isprintable())


def _place(problem: Problem) -> tuple[Source, str, str]:
    return (problem.source or Source(file=""), problem.path, problem.message)
