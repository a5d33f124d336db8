"""Signals of a long-running verb: the first asks for an orderly end, the second leaves at once, a hangup wakes it.

A thread of their own waits for them, and every other thread blocks them. A handler would run in the main thread when
that next runs at all, which may be never while it waits for another thread's call.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

#: Seconds that the call in flight may take after the first signal. AWS may hang; whatever is cut off is made good by
#: the next start, as after any crash.
GRACE: Final = 9.0
#: Seconds that saying so may take: whoever reads the log may not read on.
_LAST_WORDS: Final = 0.5
_ENDS: Final = frozenset({signal.SIGTERM, signal.SIGINT})
_ALL: Final = _ENDS | {signal.SIGHUP}


@contextmanager
def handled(stop: Callable[[], None], wake: Callable[[], None], cut_short: Callable[[str], None]) -> Iterator[None]:
    """Call `stop` at the first SIGTERM or SIGINT and `wake` at every SIGHUP, in another thread.

    `cut_short` is told why the process is left without waiting any longer, right before that. To be entered before any
    other thread is started, since threads inherit what is blocked.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ALL)
    over = threading.Event()
    thread = threading.Thread(
        target=_listen, args=(stop, wake, cut_short, over), name="reconciler-signals", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.ident is not None and thread.is_alive():
            signal.pthread_kill(thread.ident, signal.SIGHUP)
        thread.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _listen(
    stop: Callable[[], None], wake: Callable[[], None], cut_short: Callable[[str], None], over: threading.Event
) -> None:
    patience: threading.Timer | None = None
    while True:
        number = signal.sigwait(_ALL)
        if over.is_set():
            break
        if number not in _ENDS:
            wake()
        elif patience is None:
            why = f"what was under way took longer than {GRACE:g} s"
            patience = threading.Timer(GRACE, _leave, [0, cut_short, why])
            patience.daemon = True
            patience.start()
            stop()
        else:
            _leave(128 + number, cut_short, f"a second signal, {signal.Signals(number).name}")
    if patience is not None:
        patience.cancel()


def _leave(code: int, cut_short: Callable[[str], None], why: str) -> None:
    """End the process without waiting for anything: threads, connections, destructors."""

    def say() -> None:
        cut_short(why)
        sys.stderr.flush()

    last_words = threading.Thread(target=say, daemon=True)
    last_words.start()
    last_words.join(_LAST_WORDS)
    os._exit(code)
