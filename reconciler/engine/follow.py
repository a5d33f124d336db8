"""When a wait is over, and how long to pause between two looks."""

from collections.abc import Collection, Iterator

from reconciler.clock import Clock
from reconciler.core.run_steps import KIND
from reconciler.model import Health, Report, Status

_FIRST, _LONGEST, _GROWTH = 2.0, 30.0, 1.5
#: What is less than so many seconds is worth no further look.
_SHORTEST = 0.1


def pauses() -> Iterator[float]:
    """Yield the seconds between looks: 2, 3, 4.5 … 30, without end."""
    pause = _FIRST
    while True:
        yield pause
        pause = min(pause * _GROWTH, _LONGEST)


class Patience:
    """How long somebody waits, from now on: `timeout` seconds, or for ever."""

    def __init__(self, clock: Clock, timeout: float | None) -> None:
        self._clock = clock
        self._timeout = timeout
        self._began = clock.now()

    @property
    def said(self) -> str:
        """What is said when it is over."""
        return f"stopped waiting after {self._timeout:g} s"

    def sleep(self, pause: float) -> bool:
        """Let `pause` seconds pass, or what is left before the last look; answer whether anything was."""
        if self._timeout is not None:
            left = self._timeout - (self._clock.now() - self._began).total_seconds()
            if left < _SHORTEST:
                return False
            pause = min(pause, left)
        self._clock.sleep(pause)
        return True


def finished(report: Report, followed: Collection[str]) -> bool:
    """Answer whether none of the jobs in `followed` can still move.

    Each has ended, or could not be started, or waits for another: whoever waits is let go in the very pass that sees
    the end of what it waits for.
    """
    moving = {Health.PENDING, Health.RUNNING, Health.NEVER_RAN}
    still = {step.job for step in report.steps if step.status in {Status.FAILED, Status.BLOCKED}}
    with_runs = {step.job for step in report.steps if step.kind == KIND} & set(followed)
    return not any(job.health in moving and job.name in with_runs and job.name not in still for job in report.jobs)
