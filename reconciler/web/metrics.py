"""What Prometheus scrapes: of passes, calls, jobs and runs."""

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from reconciler import __version__
from reconciler.core import run_keys
from reconciler.core.slot_memory import slot_from
from reconciler.engine.watch_events import Passed, PassFailed, RunsSeen, Told
from reconciler.model import Action, Health, Report, Run, RunState, Severity, Status, Sync

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PASS_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_RUN_BUCKETS: Final = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_LATENESS_BUCKETS: Final = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 2700)


class Metrics:
    """Listens to a loop; safe to use from several threads. What the loop does not tell is not measured."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._lock = threading.Lock()
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"reconciler_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"reconciler_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"reconciler_{name}", text, buckets=buckets, registry=registry)

        Info("reconciler_build", "The version that runs.", registry=registry).info({"version": __version__})
        self._passes = counter("passes", "Passes, by how they ended: made or failed.", "result")
        self._seconds = histogram("pass_seconds", "How long a pass took.", _PASS_BUCKETS)
        self._last = gauge("last_pass_timestamp_seconds", "When the last pass that could be made began.")
        self._problems = gauge("problems", "What the last pass had to tell, as errors in manifests.", "severity")
        self._calls = counter("aws_calls", "Calls that were sent to AWS, retries included.", "action")
        self._throttles = counter("aws_throttles", "Calls that AWS refused for now.", "action")
        self._sync = gauge("jobs_by_sync", "Jobs by whether AWS matches.", "sync")
        self._health = gauge("jobs_by_health", "Jobs by how their last run went.", "health")
        self._starts = counter("run_starts", "Runs that this loop has started.", "job")
        self._failed_starts = counter("run_start_failures", "Starts that failed.", "job")
        self._ends = counter("run_ends", "Runs that ended while it looked.", "job", "state")
        self._duration = histogram("run_seconds", "How long runs took.", _RUN_BUCKETS)
        self._success = gauge("last_success_timestamp_seconds", "When a job's last run succeeded.", "job")
        self._next = gauge("next_start_timestamp_seconds", "When a job's next run is scheduled.", "job")
        self._lateness = histogram(
            "start_lateness_seconds", "How much later than its slot a run was started.", _LATENESS_BUCKETS
        )
        self._counted: Mapping[str, int] = {}
        self._throttled: Mapping[str, int] = {}
        self._known: dict[tuple[str, str, int], bool] | None = None

    def __call__(self, told: Told) -> None:
        """Take note of what the loop tells."""
        with self._lock:
            self._hear(told)

    def _hear(self, told: Told) -> None:
        match told:
            case Passed(report=report, calls=calls, throttles=throttles):
                self._passed(report)
                self._counted = _count(self._calls, calls, self._counted)
                self._throttled = _count(self._throttles, throttles, self._throttled)
            case PassFailed():
                self._passes.labels(result="failed").inc()
            case RunsSeen(runs=runs):
                self._saw(runs)
            case _:
                pass

    def text(self) -> bytes:
        """Answer everything in the text format of Prometheus."""
        with self._lock:
            return generate_latest(self._registry)

    def _passed(self, report: Report) -> None:
        self._passes.labels(result="made").inc()
        self._seconds.observe(report.seconds)
        self._last.set(report.started.timestamp())
        for sync in Sync:
            self._sync.labels(sync=sync.value).set(sum(job.sync is sync for job in report.jobs))
        for health in Health:
            self._health.labels(health=health.value).set(sum(job.health is health for job in report.jobs))
        for severity in Severity:
            number = sum(problem.severity is severity for problem in report.problems)
            self._problems.labels(severity=severity.value).set(number)
        for step in report.steps:
            if step.action is Action.LAUNCH and step.status is Status.DONE:
                self._starts.labels(job=step.job).inc()
            elif step.action is Action.LAUNCH and step.status is Status.FAILED:
                self._failed_starts.labels(job=step.job).inc()
        _set(self._next, ((job.name, job.next_start) for job in report.jobs))

    def _saw(self, runs: tuple[Run, ...]) -> None:
        """Measure the runs that are new, and those that have ended since; what was over at the start is history."""
        first, known = self._known is None, self._known or {}
        seen: dict[tuple[str, str, int], bool] = {}
        for run in runs:
            key = (run.job, run.trigger, run.attempt)
            over = run.state.finished
            seen[key] = over
            if not first and over and not known.get(key, False):
                self._ended(run)
            if not first and key not in known:
                self._started(run)
        self._known = seen
        # newest first: of each job the newest success is set last
        _set(self._success, ((run.job, run.stopped) for run in reversed(runs) if run.state is RunState.SUCCEEDED))

    def _ended(self, run: Run) -> None:
        self._ends.labels(job=run.job, state=run.state.value).inc()
        if run.started is not None and run.stopped is not None:
            self._duration.observe((run.stopped - run.started).total_seconds())

    def _started(self, run: Run) -> None:
        slot = slot_from(run_keys.slot_of(run.trigger) or "")
        if slot is not None and run.created is not None and run.attempt == 0:
            self._lateness.observe(max((run.created - slot).total_seconds(), 0.0))


def _set(gauge: Gauge, instants: Iterable[tuple[str, datetime | None]]) -> None:
    """Set the instants of jobs, and forget those of jobs that have none any more."""
    gauge.clear()
    for job, instant in instants:
        if instant is not None:
            gauge.labels(job=job).set(instant.timestamp())


def _count(counter: Counter, now: Mapping[str, int], before: Mapping[str, int]) -> Mapping[str, int]:
    """Add what has come since `before`, and answer what to compare with next; a new session counts from nothing."""
    anew = any(now.get(action, 0) < count for action, count in before.items())
    for action, count in now.items():
        counter.labels(action=action).inc(count - (0 if anew else before.get(action, 0)))
    return dict(now)
