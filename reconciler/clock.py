"""The only place that reads the time.

`now` is AWS's: the clock is set by the Date header of the pass's first answer and runs on by the host's monotonic
clock, so a host whose own clock is wrong neither fires early nor late.
"""

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
        """Return after `seconds`; at once where that is none or less."""
        ...


class SystemClock:
    """The host's clock until it is synchronised, then AWS's; safe to use from several threads."""

    def __init__(self) -> None:
        #: An instant, and what the monotonic clock said then; replaced together, for whoever looks meanwhile.
        self._set = (datetime.now(UTC), time.monotonic())

    def now(self) -> datetime:
        """Answer the present instant, aware, in UTC."""
        instant, monotonic = self._set
        return instant + timedelta(seconds=time.monotonic() - monotonic)

    def synchronise(self, instant: datetime) -> timedelta:
        """Take `instant` as the present and answer how far this clock was off."""
        skew = instant - self.now()
        self._set = (instant, time.monotonic())
        return skew

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        time.sleep(max(seconds, 0))


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
