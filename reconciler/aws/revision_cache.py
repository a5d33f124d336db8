"""A disposable memory of what revisions hold, which never changes: it makes a pass faster and decides nothing.

One small file for each revision, written aside and moved into place, so that two processes at once do no harm. What
cannot be read counts as not known; deleting the directory at any moment costs time only.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from reconciler.model import Spec

#: Raised when what is stored changes its shape; older directories are left to the user's cache cleaner.
_VERSION: Final = "1"
_MOST_FILES: Final = 20_000
#: Members that a description has as instants, which JSON has not.
_INSTANTS: Final = ("registeredAt", "deregisteredAt", "deleteRequestedAt")
#: Not content: these change after registration.
_CHANGING: Final = frozenset({"status", "deregisteredAt", "deleteRequestedAt"})


class RevisionCache:
    """Specs by ARN under one directory; every failure of the file system is a miss."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / f"revisions-{_VERSION}"
        self._has_room = False

    def get(self, arn: str) -> Spec | None:
        """Answer what a revision holds, or None where it is not known."""
        try:
            stored = json.loads(self._file(arn).read_text(encoding="utf-8"))
            if stored["arn"] != arn:
                return None
            spec = dict(stored["spec"])
            for member in _INSTANTS:
                if member in spec:
                    spec[member] = datetime.fromisoformat(spec[member])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return spec

    def put(self, arn: str, spec: Spec) -> None:
        """Remember what a revision holds."""
        content = {member: value for member, value in spec.items() if member not in _CHANGING}
        text = json.dumps({"arn": arn, "spec": content}, default=_instant, ensure_ascii=False)
        file = self._file(arn)
        with contextlib.suppress(OSError):
            if file.exists():
                return
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._has_room:
                self._make_room()
                self._has_room = True
            handle, aside = tempfile.mkstemp(dir=self._directory, suffix=".new")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(aside).replace(file)

    def _file(self, arn: str) -> Path:
        return self._directory / f"{hashlib.sha256(arn.encode()).hexdigest()[:32]}.json"

    def _make_room(self) -> None:
        """Start afresh when there are too many: what is in use comes back by itself."""
        files = [entry.path for entry in os.scandir(self._directory)]
        if len(files) >= _MOST_FILES:
            for path in files:
                with contextlib.suppress(OSError):
                    Path(path).unlink()


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a described definition holds a {type(value).__name__}")
