"""Pulls now and then, beside the loop: a remote that is slow to answer delays no start."""

import threading
from collections.abc import Callable

from reconciler.engine.git_pull import Checkout, NotPulled
from reconciler.engine.watch_alarm import Alarm, Wake
from reconciler.engine.watch_events import Pulled, PullFailed, PullsAgain, Told


class Puller:
    """A thread that pulls every `interval` seconds, and rings `alarm` when the checkout has moved.

    Why it could not be pulled is told once, and once more that it can be again.
    """

    def __init__(self, checkout: Checkout, alarm: Alarm, *, interval: float, tell: Callable[[Told], None]) -> None:
        self._checkout = checkout
        self._alarm = alarm
        self._interval = interval
        self._tell = tell
        self._asked = threading.Event()
        self._over = False
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="reconciler-pull", daemon=True)

    def start(self) -> None:
        """Begin, with a pull at once. Raises UsageError where there is nothing to follow."""
        self._checkout.check()
        self._thread.start()

    def ask(self) -> None:
        """Pull now."""
        self._asked.set()

    def close(self) -> None:
        """End, and with it a git that is under way."""
        self._over = True
        self._asked.set()
        self._checkout.close()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._over:
            self._asked.clear()
            self.turn()
            self._asked.wait(self._interval)

    def turn(self) -> None:
        """Pull once, and tell what is new about that."""
        try:
            moved = self._checkout.pull()
        except NotPulled as error:
            if str(error) != self._trouble and not self._over:
                self._tell(PullFailed(error=str(error)))
            self._trouble = str(error)
            return
        if self._trouble:
            self._tell(PullsAgain())
            self._trouble = ""
        if moved is not None:
            self._tell(Pulled(before=moved.before, after=moved.after))
            self._alarm.ring(Wake.ASKED)
