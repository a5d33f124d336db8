"""Files that people go on with: each is new, since nothing of theirs is overwritten."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError

_SCHEMA: Final = Path(".reconciler/manifest.schema.json")


def schema_beside(directory: Path) -> Path:
    """Answer where the schema for editors is kept, of the manifests in a directory."""
    return directory.parent / _SCHEMA


def modeline(directory: Path) -> str:
    """Answer the first line of a manifest in a directory, by which editors find the schema."""
    return f"# yaml-language-server: $schema={os.path.relpath(schema_beside(directory), directory)}\n"


@contextmanager
def made(directory: Path) -> Iterator[None]:
    """Make a directory where there is none; it goes again where nothing comes into it.

    Raises UsageError where it cannot be made.
    """
    is_new = not directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be made a directory ({error.strerror})") from None
    try:
        yield
    finally:
        if is_new:
            with suppress(OSError):  # it holds something
                directory.rmdir()


def refuse_existing(paths: Collection[Path], hint: str) -> None:
    """Raise UsageError with those of the paths at which there is something."""
    if existing := [str(path) for path in paths if path.exists()]:
        raise UsageError(f"{', '.join(existing)}: exists, and nothing is overwritten", hint=hint)


def write_new(path: Path, content: str) -> None:
    """Write a file that is not there yet, and the directories that lead to it; raises UsageError where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
