"""What ends the pause between two passes; safe to ring from threads and from signal handlers."""

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
    """A pause that can be ended early."""

    def ring(self, wake: Wake) -> None:
        """End the present pause, or the next one at once."""
        ...

    def wait(self, seconds: float) -> Collection[Wake]:
        """Answer after `seconds` with nothing, or earlier with everything that has rung since the last answer."""
        ...


class QueueAlarm:
    """An alarm in real time.

    A SimpleQueue, since its `put` may interrupt its `get` in the same thread: an Event's lock would be held by the very
    thread that a signal handler interrupts, for ever (https://docs.python.org/3/library/queue.html#simplequeue-objects).
    """

    def __init__(self) -> None:
        self._rung: queue.SimpleQueue[Wake] = queue.SimpleQueue()

    def ring(self, wake: Wake) -> None:
        """End the present pause, or the next one at once."""
        self._rung.put(wake)

    def wait(self, seconds: float) -> Collection[Wake]:
        """Answer after `seconds` with nothing, or earlier with everything that has rung since the last answer."""
        rung: set[Wake] = set()
        with contextlib.suppress(queue.Empty):
            rung.add(self._rung.get(timeout=max(seconds, 0.0)))
            while True:
                rung.add(self._rung.get_nowait())
        return rung
