"""How far a pass is: its steps done and to come, and how long these will take."""

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Final

from reconciler.reports.wording import duration

if TYPE_CHECKING:
    from rich.console import RenderableType

#: So many of the last steps say how fast it goes: AWS's buckets are quick at first, and slow for all the rest.
_LAST: Final = 30
_WIDTH: Final = 30


class Pace:
    """Counts steps; nothing is drawn before there are any to come."""

    def __init__(self) -> None:
        self._total = 0
        self._done = 0
        self._instants: deque[datetime] = deque(maxlen=_LAST)

    def expect(self, steps: int, now: datetime) -> None:
        """Begin anew with so many steps to come."""
        self._total, self._done = steps, 0
        self._instants.clear()
        self._instants.append(now)

    def step(self, now: datetime) -> None:
        """Take note that one more is done."""
        self._done += 1
        self._instants.append(now)

    @property
    def goes_on(self) -> bool:
        """Whether there are steps to come."""
        return self._done < self._total

    @property
    def text(self) -> str:
        """`120 of 1,000, 14m 40s left`; without the time until there is a pace."""
        counted = f"{self._done:,} of {self._total:,}"
        seconds = (self._instants[-1] - self._instants[0]).total_seconds()
        steps = len(self._instants) - 1
        if not steps or seconds <= 0:
            return counted
        return f"{counted}, {duration(round((self._total - self._done) * seconds / steps))} left"

    def bar(self) -> "RenderableType":
        """Draw it as a bar with the text behind it."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        row = Table.grid(padding=(0, 2))
        row.add_row("", ProgressBar(total=self._total, completed=self._done, width=_WIDTH), self.text)
        return row
