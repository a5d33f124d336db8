"""The only place that reads the time.

`now` is AWS's: the clock is set by the Date header of the pass's first answer and runs on by the host's monotonic
clock, so a host whose own clock is wrong neither fires early nor late.
"""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to let some pass."""

    def now(self) -> datetime:
        """Answer the present instant, aware, in UTC."""
        ...

    def synchronise(self, instant: datetime) -> timedelta:
        """Take `instant` as the present and answer how far this clock was off (positive: it was behind)."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`, or earlier when the clock was woken."""
        ...


class SystemClock:
    """The host's clock until it is synchronised, then AWS's; sleeping ends early on `wake`."""

    def __init__(self) -> None:
        self._instant = datetime.now(UTC)
        self._monotonic = time.monotonic()
        self._woken = threading.Event()

    def now(self) -> datetime:
        """Answer the present instant, aware, in UTC."""
        return self._instant + timedelta(seconds=time.monotonic() - self._monotonic)

    def synchronise(self, instant: datetime) -> timedelta:
        """Take `instant` as the present and answer how far this clock was off."""
        skew = instant - self.now()
        self._monotonic = time.monotonic()
        self._instant = instant
        return skew

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, or until `wake` is called from another thread or a signal handler."""
        self._woken.wait(max(seconds, 0))
        self._woken.clear()

    def wake(self) -> None:
        """End the present sleep, or the next one at once."""
        self._woken.set()


class ManualClock:
    """A clock that moves only when told to or when slept on."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """Answer the instant it was last set or moved to."""
        return self._instant

    def synchronise(self, instant: datetime) -> timedelta:
        """Take `instant` as the present and answer how far this clock was off."""
        skew = instant - self._instant
        self._instant = instant
        return skew

    def sleep(self, seconds: float) -> None:
        """Move forward by `seconds` at once."""
        self._instant += timedelta(seconds=seconds)
