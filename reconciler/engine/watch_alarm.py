"""What ends the pause between two passes; safe to ring from any thread."""

import contextlib
import queue
from collections.abc import Collection
from enum import StrEnum
from typing import Protocol


class Wake(StrEnum):
    """Why the loop looks again. What woke it does not matter to what a pass does; it is only told."""

    START = "start"
    FILES = "files"
    TIME = "time"
    ASKED = "asked"
    STOP = "stop"


class Alarm(Protocol):
    """A pause that can be ended early; `stopped` once STOP has rung."""

    @property
    def stopped(self) -> bool:
        """Whether nothing new is to be begun."""
        ...

    def ring(self, wake: Wake) -> None:
        """End the present pause, or the next one at once."""
        ...

    def wait(self, seconds: float) -> Collection[Wake]:
        """Answer after `seconds` with nothing, or earlier with everything that has rung since the last answer."""
        ...


class QueueAlarm:
    """An alarm in real time."""

    def __init__(self) -> None:
        self._rung: queue.SimpleQueue[Wake] = queue.SimpleQueue()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether nothing new is to be begun."""
        return self._stopped

    def ring(self, wake: Wake) -> None:
        """End the present pause, or the next one at once."""
        if wake is Wake.STOP:
            self._stopped = True
        self._rung.put(wake)

    def wait(self, seconds: float) -> Collection[Wake]:
        """Answer after `seconds` with nothing, or earlier with everything that has rung since the last answer."""
        rung: set[Wake] = set()
        with contextlib.suppress(queue.Empty):
            rung.add(self._rung.get(timeout=max(seconds, 0.0)))
            while True:
                rung.add(self._rung.get_nowait())
        return rung
