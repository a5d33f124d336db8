"""What of all that a loop tells is news: each thing once, when it begins, and once more when it is over."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.engine.watch_events import (
    Invalid,
    Passed,
    PassesAgain,
    PassFailed,
    PullFailed,
    PullsAgain,
    Told,
    Valid,
)
from reconciler.model import Health, JobReport, Problem, Report, Step, Sync
from reconciler.model.notify import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNews:
    """What is told of one job; `job` has no hidden values any more, `text` is the sentence about it."""

    job: JobReport
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell: about jobs, or, where there are none, about the loop as a whole (`text`)."""

    event: Event
    owner: str
    region: str | None
    account: str | None
    commit: str
    at: datetime
    text: str = ""
    jobs: tuple[JobNews, ...] = ()


class News:
    """Listens to a loop, from any thread. `present` takes hidden values out of a report.

    It remembers what it has told; a restart forgets that, so what is wrong at that time is told once more.
    """

    def __init__(
        self, *, owner: Callable[[], str], present: Callable[[Report], Report], now: Callable[[], datetime]
    ) -> None:
        self._owner = owner
        self._present = present
        self._now = now
        self._lock = threading.Lock()
        self._last: Passed | None = None
        self._bad: dict[str, Event] = {}

    def of(self, told: Told) -> tuple[Notice, ...]:
        """Answer what of it is news."""
        with self._lock:
            return tuple(self._of(told))

    def _of(self, told: Told) -> Iterator[Notice]:
        match told:
            case Passed():
                yield from self._passed(told)
            case PassFailed(error=error, news=True):
                yield self._whole(Event.FAILING, f"no pass can be made: {error}")
            case Invalid(problems=problems, kept=kept):
                more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
                effect = "; what they declared is kept as it was" if kept else ""
                yield self._whole(Event.FAILING, f"the manifests are invalid: {problems[0]}{more}{effect}")
            case PullFailed(error=error):
                yield self._whole(Event.FAILING, f"the checkout does not follow its upstream: {error}")
            case PassesAgain():
                yield self._whole(Event.RECOVERED, "passes are made again")
            case Valid():
                yield self._whole(Event.RECOVERED, "the manifests are valid again")
            case PullsAgain():
                yield self._whole(Event.RECOVERED, "the checkout follows its upstream again")
            case _:
                return

    def _passed(self, passed: Passed) -> Iterator[Notice]:
        first, self._last = self._last is None, passed
        reported = {job.name: job for job in passed.report.jobs}
        failed = {
            name
            for name in ([job.name for job in passed.report.jobs] if first else [each.job for each in passed.moved])
            if name in reported and _has_failed(reported[name])
        }
        failing = {name: error for name, error in passed.failing.items() if name not in failed and name in reported}
        recovered = self._recovered(passed, reported)
        drifted = [name for name in passed.drifted if name not in failing]
        self._bad |= dict.fromkeys(failed, Event.RUN_FAILED) | dict.fromkeys(failing, Event.FAILING)
        self._bad |= {name: Event.DRIFT for name in drifted if reported[name].sync is not Sync.IN_SYNC}
        done = {step.job: step for step in reversed(passed.done) if step.changes or step.job in drifted}
        for event, names in (
            (Event.DRIFT, {name: _drift(reported[name], done.get(name)) for name in drifted}),
            (Event.RUN_FAILED, {name: reported[name].message for name in failed}),
            (Event.FAILING, failing),
            (Event.RECOVERED, recovered),
        ):
            if names:
                jobs = [_with_changes(reported[name], done.get(name)) for name in sorted(names) if name in reported]
                yield self._about(event, jobs, names)

    def _recovered(self, passed: Passed, reported: Mapping[str, JobReport]) -> Mapping[str, str]:
        """Answer who was told to be bad and is well; who is gone is forgotten."""
        well: dict[str, str] = {}
        for name, event in sorted(self._bad.items()):
            job = reported.get(name)
            if job is None:
                del self._bad[name]
            elif event is Event.RUN_FAILED and job.health is Health.SUCCEEDED:
                well[name] = "a run has succeeded"
            elif event is Event.FAILING and name in passed.recovered:
                well[name] = "it fails no longer"
            elif event is Event.DRIFT and job.sync is Sync.IN_SYNC:
                well[name] = "it is in sync"
        for name in well:
            del self._bad[name]
        return well

    def _about(self, event: Event, jobs: Iterable[JobReport], texts: Mapping[str, str]) -> Notice:
        assert self._last is not None
        named = tuple(replace(job, message=texts[job.name]) for job in jobs)
        shown = self._present(replace(self._last.report, jobs=named, steps=(), problems=(), runs=None))
        return replace(self._empty(event), jobs=tuple(JobNews(job=job, text=job.message) for job in shown.jobs))

    def _whole(self, event: Event, text: str) -> Notice:
        notice = self._empty(event)
        empty = Report(
            verb="watch", owner="", region=None, account=None, started=notice.at, seconds=0.0,
            problems=(Problem(message=text),),
        )  # fmt: skip
        return replace(notice, text=self._present(empty).problems[0].message)

    def _empty(self, event: Event) -> Notice:
        report = self._last.report if self._last is not None else None
        return Notice(
            event=event,
            owner=report.owner if report is not None else self._owner(),
            region=report.region if report is not None else None,
            account=report.account if report is not None else None,
            commit=self._last.commit if self._last is not None else "",
            at=self._now(),
        )


def _has_failed(job: JobReport) -> bool:
    return job.health in {Health.FAILED, Health.UNKNOWN} and job.sync is not Sync.ORPHANED


def _with_changes(job: JobReport, mended: Step | None) -> JobReport:
    return job if job.changes or mended is None else replace(job, changes=mended.changes)


def _drift(job: JobReport, mended: Step | None) -> str:
    if mended is not None and job.sync is Sync.IN_SYNC:
        return f"mended: {mended.reason}"
    return job.message or "AWS is another than the manifest says"
