"""When a wait is over, and how long to pause between two looks."""

from collections.abc import Iterator

from reconciler.core.oneshots import KIND
from reconciler.model import Health, Report, Status

_FIRST, _LONGEST, _GROWTH = 2.0, 30.0, 1.5


def pauses() -> Iterator[float]:
    """Yield the seconds between looks: 2, 3, 4.5 … 30, without end."""
    pause = _FIRST
    while True:
        yield pause
        pause = min(pause * _GROWTH, _LONGEST)


def finished(report: Report) -> bool:
    """Answer whether no one-shot of the report can still move: each has ended, or waits for one that has failed."""
    moving = {Health.PENDING, Health.RUNNING, Health.NEVER_RAN}
    held = {step.job for step in report.steps if step.error and step.status in {Status.FAILED, Status.BLOCKED}}
    one_shots = {step.job for step in report.steps if step.kind == KIND}
    return not any(job.health in moving and job.name in one_shots and job.name not in held for job in report.jobs)
