"""When a wait is over, and how long to pause between two looks."""

from collections.abc import Collection, Iterator

from reconciler.core.run_steps import KIND
from reconciler.model import Health, Report, Status

_FIRST, _LONGEST, _GROWTH = 2.0, 30.0, 1.5


def pauses() -> Iterator[float]:
    """Yield the seconds between looks: 2, 3, 4.5 … 30, without end."""
    pause = _FIRST
    while True:
        yield pause
        pause = min(pause * _GROWTH, _LONGEST)


def finished(report: Report, followed: Collection[str]) -> bool:
    """Answer whether none of the jobs in `followed` can still move.

    Each has ended, or could not be started, or waits for another: whoever waits is let go in the very pass that sees
    the end of what it waits for.
    """
    moving = {Health.PENDING, Health.RUNNING, Health.NEVER_RAN}
    still = {step.job for step in report.steps if step.status in {Status.FAILED, Status.BLOCKED}}
    with_runs = {step.job for step in report.steps if step.kind == KIND} & set(followed)
    return not any(job.health in moving and job.name in with_runs and job.name not in still for job in report.jobs)
