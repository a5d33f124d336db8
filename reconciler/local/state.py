"""The state file: what the embedded AWS knows, between starts.

One JSON object `{"format": 1, "world": …, "moto": …}` of mode 0600, replaced atomically. `world` is the state of our
own services as it is; `moto` the journal of calls that its state is made from again (see `fallthrough`). A file that
cannot be read, or was written by another format, is put aside as `<name>.unreadable-<n>` and a fresh start made, with a
message.
"""

import json
import os
from pathlib import Path
from typing import Any

FORMAT = 1


class UnreadableStateError(Exception):
    """The state file is there but not ours to read; the message says why and where it was put."""


def load(path: Path) -> dict[str, Any] | None:
    """What was saved; None where there is no file. Raises UnreadableStateError after putting a bad file aside."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        saved = json.loads(text)
    except ValueError as error:
        raise put_aside(path, str(error)) from None
    if not isinstance(saved, dict) or "format" not in saved:
        raise put_aside(path, "not a state file")
    if saved["format"] != FORMAT:
        raise put_aside(path, f"written by format {saved['format']}, this is format {FORMAT}")
    return saved


def put_aside(path: Path, why: str) -> UnreadableStateError:
    """Keep a bad state file beside the new one; the error that tells of it."""
    number = 1
    while (kept := path.with_name(f"{path.name}.unreadable-{number}")).exists():
        number += 1
    path.rename(kept)
    return UnreadableStateError(f"{path}: cannot be used ({why}); starting afresh, the old file is kept as {kept.name}")


def save(path: Path, world: dict[str, Any], moto: list[dict[str, Any]]) -> None:
    """Replace the file in one step. Raises OSError where it cannot be written; the old file stays then."""
    text = json.dumps({"format": FORMAT, "world": world, "moto": moto}, separators=(",", ":"))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
