"""Sends notices in a thread of its own: a target that is slow, down or refuses delays nothing and breaks nothing."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final

from reconciler.notify.messages import summary
from reconciler.notify.news import Notice

#: Seconds before each further try.
PAUSES: Final = (1.0, 5.0, 30.0)
#: So many notices wait at most; then the oldest is given up.
_ROOM: Final = 100


class NotSent(Exception):
    """A notice did not get there: why, without anything secret, and whether another try may help."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Courier:
    """Brings notices to one target, in order. `say` is told, in a sentence, of each that could not be brought.

    `finish` is called in the same thread as `send`, after the last.
    """

    def __init__(
        self,
        name: str,
        send: Callable[[Notice], None],
        say: Callable[[str], None],
        *,
        finish: Callable[[], None] = lambda: None,
        pauses: Sequence[float] = PAUSES,
        room: int = _ROOM,
    ) -> None:
        self._name = name
        self._send = send
        self._say = say
        self._finish = finish
        self._pauses = pauses
        self._waiting: queue.Queue[Notice | None] = queue.Queue(maxsize=room)
        self._over = threading.Event()
        # a daemon: the process may end while a target does not answer
        self._thread = threading.Thread(target=self._run, name="reconciler-notify", daemon=True)
        self._thread.start()

    def put(self, notice: Notice | None) -> None:
        """Have a notice brought; never waits. None: there are no more."""
        while True:
            try:
                self._waiting.put_nowait(notice)
            except queue.Full:
                self._give_up_the_oldest()
            else:
                return

    def end(self) -> None:
        """Bring what waits, each with one try, and no more."""
        self._over.set()
        self.put(None)

    def join(self, seconds: float) -> None:
        """Wait for the end, for so long at most."""
        self._thread.join(seconds)

    def _give_up_the_oldest(self) -> None:
        try:
            oldest = self._waiting.get_nowait()
        except queue.Empty:
            return
        if oldest is not None:
            self._lost(oldest, "too many wait")

    def _run(self) -> None:
        while (notice := self._waiting.get()) is not None:
            self._bring(notice)
        self._finish()

    def _bring(self, notice: Notice) -> None:
        reason = ""
        for pause in (0.0, *self._pauses):
            if reason and self._over.wait(pause):
                break
            try:
                self._send(notice)
            except NotSent as refusal:
                reason = str(refusal)
                if not refusal.again:
                    break
            else:
                return
        self._lost(notice, reason)

    def _lost(self, notice: Notice, reason: str) -> None:
        self._say(f"{self._name} was not told that {summary(notice)} ({reason})")
