"""The bytes of files as they were last read: one that looks as it did then is not opened again."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from reconciler.clock import Clock
from reconciler.manifests import files
from reconciler.manifests.files import Text

#: What was written so shortly before it was read may be written once more without looking otherwise: file systems
#: date by ticks, some of two seconds. Such a file is opened again by the next reading.
_TICK: Final = timedelta(seconds=3)
_Look = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    look: _Look
    text: Text


class Contents:
    """Files by their real path; `clock` is the host's own, by which its file systems date."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._asked: dict[str, _Known] = {}

    def raw(self, path: str, shown: str) -> Text:
        """Answer the bytes of a file, or why they cannot be had."""
        look = _look(path)  # before it is read: what is written meanwhile looks otherwise the next time
        known = self._known.get(path)
        if known is not None and known.look == look:
            self._asked[path] = known
            return known.text
        text = files.raw(path, shown)
        if text.problem is None and self._has_settled(look):
            self._asked[path] = _Known(look, text)
        return text

    def end(self) -> None:
        """End a reading: files that it did not ask for are forgotten."""
        self._known, self._asked = self._asked, {}

    def _has_settled(self, look: _Look) -> bool:
        if not look:
            return False
        changed = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=max(look[:2]) // 1000)
        return changed + _TICK < self._clock.now()


def _look(path: str) -> _Look:
    """Answer what tells one state of a file from another, first when it was changed; nothing where it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a `Path` for each of a thousand files takes longer than the look
    except OSError:
        return ()
    return (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev)
