"""Who failed, how often in a row, and how long each is left alone: 1 s, 2 s, 4 s … 10 min.

As controllers do it (client-go's exponential failure rate limiter), each on its own: a bad job delays no other. The
ends of longer pauses lie on a common grid, so that many failing jobs are tried again in one pass and not in many.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from reconciler.core.guards import Pause

SHORTEST: Final = 1.0
LONGEST: Final = 600.0
#: A pause ends on a grid of this part of its own length, so it is at most that much longer.
_GRID: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """One that has failed `failures` times in a row, the last time as `pause` says; left alone until `until`."""

    failures: int
    until: datetime
    pause: Pause


class Backoff:
    """The pauses of all that fail, by name."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        self._longest = longest
        self._failing: dict[str, Failing] = {}

    def failed(self, name: str, pause: Pause, now: datetime) -> Failing:
        """Take note of one more failure, and answer how long the pause is now."""
        before = self._failing.get(name)
        failures = before.failures + 1 if before is not None else 1
        seconds = min(SHORTEST * 2 ** min(failures - 1, 32), self._longest)
        self._failing[name] = Failing(failures=failures, until=_on_grid(now, seconds), pause=pause)
        return self._failing[name]

    def succeeded(self, name: str) -> None:
        """Forget the failures of one."""
        self._failing.pop(name, None)

    def paused(self, now: datetime) -> Mapping[str, Pause]:
        """Answer who is left alone at `now`, and why."""
        return {name: failing.pause for name, failing in sorted(self._failing.items()) if failing.until > now}

    def next_end(self) -> datetime | None:
        """Answer when the first pause ends, or ended."""
        return min((failing.until for failing in self._failing.values()), default=None)

    def names(self) -> Collection[str]:
        """Answer everyone whose last try failed."""
        return tuple(sorted(self._failing))


def _on_grid(now: datetime, seconds: float) -> datetime:
    """Answer the end of a pause, moved up to the grid of its length; short pauses are exact."""
    end = now + timedelta(seconds=seconds)
    step = seconds * _GRID
    if step < SHORTEST:
        return end
    instant = end.timestamp()
    return datetime.fromtimestamp(instant + -instant % step, UTC)
