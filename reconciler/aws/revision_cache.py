"""A disposable memory of what revisions hold, which never changes: it makes a pass faster and decides nothing.

One small file for each revision, written aside and moved into place, so that two processes at once do no harm. What
cannot be read counts as not known; deleting the directory at any moment costs time only.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from reconciler import cache_files
from reconciler.model import Spec

#: Raised when what is stored changes its shape; older directories are left to the user's cache cleaner.
_VERSION: Final = "1"
#: Those that were written longest ago go first, once a process that writes any.
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
        content = cache_files.read(self._file(arn))
        if content is None:
            return None
        try:
            stored = json.loads(content)
            if stored["arn"] != arn:
                return None
            spec = dict(stored["spec"])
            for member in _INSTANTS:
                if member in spec:
                    spec[member] = datetime.fromisoformat(spec[member])
        except (ValueError, KeyError, TypeError):
            return None
        return spec

    def put(self, arn: str, spec: Spec) -> None:
        """Remember what a revision holds, where it is not known: what is damaged is replaced."""
        if self.get(arn) is not None:
            return
        content = {member: value for member, value in spec.items() if member not in _CHANGING}
        text = json.dumps({"arn": arn, "spec": content}, default=_instant, ensure_ascii=False)
        if not self._has_room:
            cache_files.keep_newest(self._directory, _MOST_FILES)
            self._has_room = True
        cache_files.write(self._file(arn), text.encode())

    def _file(self, arn: str) -> Path:
        return self._directory / f"{hashlib.sha256(arn.encode()).hexdigest()[:32]}.json"


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a described definition holds a {type(value).__name__}")
