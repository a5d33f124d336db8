"""Hears of changed files, debounced: an editor's burst, a rename and a checkout of 500 files ring once each.

Only a help: a pass also comes by time, and looks at every file itself.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from reconciler.engine.watch_alarm import Alarm, Wake

#: Milliseconds of quiet that end a burst, and how long one may be at most.
QUIET: Final = 30
LONGEST_BURST: Final = 10_000
#: Milliseconds after which the thread looks whether it is still wanted.
_ROUND: Final = 1_000


class FileEvents:
    """A thread that rings `alarm` when something below `directory` has changed.

    `say` is told, once, where the host cannot watch files; then changes are seen when the next pass is due.
    """

    def __init__(self, directory: Path, alarm: Alarm, say: Callable[[str], None]) -> None:
        self._directory = directory
        self._alarm = alarm
        self._say = say
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched: tuple[int, int] | None = None
        self._silent = False

    def renew(self) -> None:
        """See that the directory that is there now is watched: it may have been replaced, or have come back."""
        there = _identity(self._directory)
        if self._silent or (there == self._watched and self._thread is not None and self._thread.is_alive()):
            return
        self.close()
        if there is None:
            return
        self._watched = there
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, args=(self._stopping,), name="reconciler-files", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End the thread, and wait for that."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self, stopping: threading.Event) -> None:
        from watchfiles import watch

        try:
            changes = watch(
                self._directory,
                debounce=LONGEST_BURST,
                step=QUIET,
                rust_timeout=_ROUND,
                stop_event=stopping,
                ignore_permission_denied=True,
            )
            for _ in changes:
                self._alarm.ring(Wake.FILES)
        except FileNotFoundError:  # gone since it was looked at; the next pass looks again
            return
        except OSError as error:
            self._silent = True
            self._say(
                f"{self._directory}: changed files are not heard of ({error.strerror or error}); they are seen later"
            )


def _identity(directory: Path) -> tuple[int, int] | None:
    try:
        found = directory.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)
