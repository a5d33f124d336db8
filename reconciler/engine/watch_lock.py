"""One loop for each owner on a host: two would be safe, and only get in each other's way."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reconciler.errors import Refused, UsageError

#: Names the directory of the lock files, for hosts where several users run loops of one owner.
VARIABLE: Final = "RECONCILER_LOCK_DIR"


def default_directory(environment: Mapping[str, str]) -> Path:
    """Answer where lock files are: RECONCILER_LOCK_DIR, else this user's runtime directory, else their state's."""
    if told := environment.get(VARIABLE):
        return Path(told)
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "reconciler"
    state = environment.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "reconciler"


@contextmanager
def held(directory: Path, owner: str, scope: str, *, told: str) -> Iterator[Path]:
    """Hold the lock of `owner` in `scope` (an account, a Region, an endpoint); the kernel lets go of it when we end.

    `told` is what another one that finds it held is shown. Raises Refused where it is held, UsageError where the file
    cannot be made.
    """
    name = re.sub(r"[^A-Za-z0-9._-]", "_", owner)[:64]
    digest = hashlib.sha256(f"{owner}\n{scope}".encode()).hexdigest()[:12]
    path = directory / f"watch-{name}-{digest}.lock"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        hint = f"{VARIABLE} names another directory"
        raise UsageError(f"{path}: the lock file cannot be made ({error.strerror or error})", hint=hint) from error
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = file.read().strip() or "another process"
            hint = "stop it first, or give this directory an owner id of its own (metadata.name of Settings)"
            raise Refused(f"a loop of owner {owner} runs on this host already: {other} ({path})", hint=hint) from None
        file.truncate(0)
        file.write(told)
        file.flush()
        yield path
