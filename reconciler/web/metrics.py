"""What Prometheus scrapes: of passes, calls, jobs and runs."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from reconciler.core.slot_memory import slot_from
from reconciler.engine.watch_events import Passed, PassFailed, RunsSeen, Told
from reconciler.model import Action, Health, Report, Run, Status, Sync

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PASS_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_RUN_BUCKETS: Final = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_LATENESS_BUCKETS: Final = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 2700)


class Metrics:
    """Listens to a loop; what the loop does not tell is not measured."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._passes = Counter("reconciler_passes", "Passes, by how they ended.", ["result"], registry=registry)
        self._seconds = Histogram(
            "reconciler_pass_seconds", "How long a pass took.", buckets=_PASS_BUCKETS, registry=registry
        )
        self._calls = Counter(
            "reconciler_aws_calls", "Calls that were sent to AWS, retries included.", ["action"], registry=registry
        )
        self._throttles = Counter(
            "reconciler_aws_throttles",
            "Calls that AWS refused for now.",
            ["action"],
            registry=registry,
        )
        self._sync = Gauge("reconciler_jobs_by_sync", "Jobs by whether AWS matches.", ["sync"], registry=registry)
        self._health = Gauge("reconciler_jobs_by_health", "Jobs by their last run.", ["health"], registry=registry)
        self._starts = Counter("reconciler_run_starts", "Runs that this loop has started.", registry=registry)
        self._failed_starts = Counter("reconciler_run_start_failures", "Starts that failed.", registry=registry)
        self._ends = Counter("reconciler_run_ends", "Runs that ended while it looked.", ["state"], registry=registry)
        self._duration = Histogram(
            "reconciler_run_seconds", "How long runs took.", buckets=_RUN_BUCKETS, registry=registry
        )
        self._next = Gauge(
            "reconciler_next_start_timestamp_seconds", "When the next scheduled run starts.", registry=registry
        )
        self._lateness = Histogram(
            "reconciler_start_lateness_seconds",
            "How much later than its slot a run was started.",
            buckets=_LATENESS_BUCKETS,
            registry=registry,
        )
        self._counted: Mapping[str, int] = {}
        self._throttled: Mapping[str, int] = {}
        self._known: dict[tuple[str, str, int], bool] | None = None

    def __call__(self, told: Told) -> None:
        """Take note of what the loop tells."""
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
        return generate_latest(self._registry)

    def _passed(self, report: Report) -> None:
        self._passes.labels(result="made").inc()
        self._seconds.observe(report.seconds)
        for sync in Sync:
            self._sync.labels(sync=sync.value).set(sum(job.sync is sync for job in report.jobs))
        for health in Health:
            self._health.labels(health=health.value).set(sum(job.health is health for job in report.jobs))
        launches = [step.status for step in report.steps if step.action is Action.LAUNCH]
        self._starts.inc(launches.count(Status.DONE))
        self._failed_starts.inc(launches.count(Status.FAILED))
        starts = [job.next_start.timestamp() for job in report.jobs if job.next_start is not None]
        self._next.set(min(starts, default=float("nan")))

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

    def _ended(self, run: Run) -> None:
        self._ends.labels(state=run.state.value).inc()
        if run.started is not None and run.stopped is not None:
            self._duration.observe((run.stopped - run.started).total_seconds())

    def _started(self, run: Run) -> None:
        slot = slot_from(run.trigger.removeprefix("slot:"))
        if slot is not None and run.created is not None and run.attempt == 0:
            self._lateness.observe(max((run.created - slot).total_seconds(), 0.0))


def _count(counter: Counter, now: Mapping[str, int], before: Mapping[str, int]) -> Mapping[str, int]:
    """Add what has come since `before`, and answer what to compare with next; a new session counts from nothing."""
    anew = any(now.get(action, 0) < count for action, count in before.items())
    for action, count in now.items():
        counter.labels(action=action).inc(count - (0 if anew else before.get(action, 0)))
    return dict(now)
