"""Files that only make things faster: private, whole or not there, and never trusted where others could write.

What cannot be read or written counts as not there; deleting any of it at any moment costs time only.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path


def default_directory(environment: Mapping[str, str]) -> Path | None:
    """Answer where the cache of this user is: `$XDG_CACHE_HOME/reconciler`, else `~/.cache/reconciler`.

    None where the user has no home, as in a container that runs under a number.
    """
    named = environment.get("XDG_CACHE_HOME")
    if named and Path(named).is_absolute():
        return Path(named) / "reconciler"
    try:
        return Path.home() / ".cache" / "reconciler"
    except RuntimeError:
        return None


def read(path: Path) -> bytes | None:
    """Answer a file's content, None where there is none or where it is not this user's alone to write."""
    try:
        if not _is_ours(path.parent.stat()):
            return None
        with path.open("rb") as stream:
            return stream.read() if _is_ours(os.fstat(stream.fileno())) else None
    except OSError:
        return None


def write(path: Path, content: bytes) -> None:
    """Put a file in place in one move, so that two processes at once do no harm, and only this user can read it."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(dir=path.parent, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(aside).replace(path)
        except OSError:
            Path(aside).unlink(missing_ok=True)


def keep_newest(directory: Path, most: int) -> None:
    """Delete the files of a directory that were written longest ago, until there are no more than `most`."""
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        by_age = sorted(entries, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns)
        for entry in by_age[: max(len(by_age) - most, 0)]:
            Path(entry.path).unlink(missing_ok=True)


def _is_ours(status: os.stat_result) -> bool:
    """Whether a file or directory belongs to this user and to nobody else's pen (Windows has no such rights)."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
