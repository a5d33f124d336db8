"""The only place that reads the time.

`now` is AWS's: the clock is set by the Date header of the pass's first answer and runs on by the time that the host has
been up, so a host whose own clock is wrong neither fires early nor late.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

#: Goes on while the host sleeps: Linux has a clock of its own for that, of others it is the monotonic one that does.
_UPTIME: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


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
        #: An instant, and how long the host was up then; replaced together, for whoever looks meanwhile.
        self._set = (datetime.now(UTC), time.clock_gettime(_UPTIME))

    def now(self) -> datetime:
        """Answer the present instant, aware, in UTC."""
        instant, uptime = self._set
        return instant + timedelta(seconds=time.clock_gettime(_UPTIME) - uptime)

    def synchronise(self, instant: datetime) -> timedelta:
        """Take `instant` as the present and answer how far this clock was off."""
        skew = instant - self.now()
        self._set = (instant, time.clock_gettime(_UPTIME))
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
