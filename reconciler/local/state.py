"""The state file: what the embedded AWS knows, between starts.

One JSON object `{"format": 1, "world": …, "moto": …}` of mode 0600, replaced atomically. `world` is the state of our
own services as it is; `moto` the journal of calls that its state is made from again (see `fallthrough`). A damaged
file, or one of another format, is put aside as `<name>.unreadable-<n>` and a fresh start made, with a message. A file
that never was a state file is refused and left alone.
"""

import json
import os
from pathlib import Path
from typing import Any

FORMAT = 1
_BEGINNING = b'{"format":'


class UnreadableStateError(Exception):
    """The state file is there but not ours to read; the message says why and where it was put."""


class ForeignFileError(Exception):
    """The file is no state file at all: it is left alone."""


def load(path: Path) -> dict[str, Any] | None:
    """What was saved; None where there is no file, or an empty one.

    Raises ForeignFileError on a file that never was ours, UnreadableStateError after putting a damaged one, or one of
    another format, aside.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    if not text:
        return None
    if not text.startswith(_BEGINNING):
        raise ForeignFileError(f"{path}: this is not a state file of the embedded AWS; it was left as it is")
    try:
        saved = json.loads(text)
    except ValueError as error:
        raise put_aside(path, f"damaged: {error}") from None
    if saved["format"] != FORMAT:
        raise put_aside(path, f"written by format {saved['format']}, this is format {FORMAT}")
    return dict(saved)


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
