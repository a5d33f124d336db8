"""What one pass leaves for the next: who failed, since when something is missing, what was told, when to look again."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from reconciler.core.attempts import Stop
from reconciler.core.guards import Limits
from reconciler.core.operations import Advance
from reconciler.engine.backoff import Backoff
from reconciler.engine.watch_agenda import Agenda
from reconciler.engine.watch_alarm import Wake
from reconciler.engine.watch_directory import View
from reconciler.engine.watch_drift import Drift
from reconciler.engine.watch_events import Moved, Passed
from reconciler.engine.watch_failures import Failures, failed_tries
from reconciler.engine.watch_missing import Missing
from reconciler.model import Job, Problem, Report, Status, Step, Sync


class Sent(Protocol):
    """What a session has sent so far, by action."""

    @property
    def calls(self) -> Mapping[str, int]:
        """How often each action was sent."""
        ...

    @property
    def throttles(self) -> Mapping[str, int]:
        """How often each was refused for now."""
        ...


class Memory:
    """Learns from every pass that was made; may be lost at any moment, which costs time and repeats what was told."""

    def __init__(self, *, interval: float, spread: Callable[[], float]) -> None:
        self.agenda = Agenda(interval=interval, spread=spread)
        self.passes = 0
        self._backoff = Backoff()
        self._missing = Missing()
        self._failures = Failures()
        self._drift = Drift()
        self._warned: frozenset[str] = frozenset()
        self._before: Report | None = None
        self._jobs: Mapping[str, Job] = {}

    def limits(self, limits: Limits, view: View, now: datetime) -> Limits:
        """Answer what the next pass may do. A job whose manifest was edited is tried at once."""
        jobs = {job.name: job for job in view.manifests.jobs}
        for name in self._backoff.names():
            if self._jobs.get(name) != jobs.get(name):
                self._backoff.succeeded(name)
        self._jobs = jobs
        return replace(
            limits, invalid=view.invalid, settled=self._missing.settled(now), paused=self._backoff.paused(now)
        )

    def learn(
        self,
        report: Report,
        done: tuple[Step, ...],
        view: View,
        woken_by: Collection[Wake],
        now: datetime,
        sent: Sent,
    ) -> tuple[Passed, datetime]:
        """Answer what is to be told about a pass, and when the next one is due."""
        self.passes += 1
        self._missing.take_note(report, whole=not view.invalid, now=now)
        self._take_note_of_failures(report, now)
        failing, recovered = self._failures.news(report)
        passed = Passed(
            number=self.passes,
            woken_by=tuple(sorted(woken_by)),
            report=report,
            done=done,
            moved=self._moved(report),
            drifted=self._drift.found(report, done, view.manifests),
            failing=failing,
            recovered=recovered,
            problems=self._new_problems(report, view),
            calls=sent.calls,
            throttles=sent.throttles,
        )
        self._before = report
        changed = bool(passed.done or passed.moved)
        others = (self._backoff.next_end(), self._missing.next_due(now))
        return passed, self.agenda.next(report, view.manifests, now, changed=changed, others=others)

    def _take_note_of_failures(self, report: Report, now: datetime) -> None:
        failed = failed_tries(report)
        for name, pause in failed.items():
            self._backoff.failed(name, pause, now)
        held = self._backoff.paused(now)
        for name in self._backoff.names():
            if name not in failed and name not in held:
                self._backoff.succeeded(name)

    def _moved(self, report: Report) -> tuple[Moved, ...]:
        """Answer the jobs whose health is another than after the last pass; none after the first."""
        if self._before is None:
            return ()
        before = {job.name: job.health for job in self._before.jobs}
        return tuple(
            Moved(job=job.name, before=earlier, after=job.health, message=job.message)
            for job in report.jobs
            # of what is gone nothing is known: that is no change of health
            if job.sync is not Sync.ORPHANED
            and (earlier := before.get(job.name)) is not None
            and job.health is not None
            and job.health is not earlier
        )

    def _new_problems(self, report: Report, view: View) -> tuple[Problem, ...]:
        """Answer the guards and warnings that were not told yet; the directory's errors are told when it is read."""
        told_elsewhere = set(map(str, view.errors))
        said = {str(problem): problem for problem in report.problems if str(problem) not in told_elsewhere}
        news = tuple(problem for text, problem in said.items() if text not in self._warned)
        self._warned = frozenset(said)
        return news


def carried_out(step: Step) -> bool:
    """Whether a step has changed something; to ask once more for an end that was asked for before does not."""
    match step.operation:
        case Advance(decision=Stop(attempt=attempt)) if attempt.stopping:
            return False
        case operation:
            return operation is not None and step.status is Status.DONE
