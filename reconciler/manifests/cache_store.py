"""The file in which one directory's readings are remembered: a text for each key, believed only as a whole.

The first line is the context in which they were found and a checksum of the rest; then a key and a text line by line.
Whatever is wrong with the file, it counts as empty.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from reconciler import cache_files
from reconciler.manifests.cache_context import checksum

_MOST_FILES: Final = 50
_MOST_BYTES: Final = 256 << 20


class Store:
    """What is in the file, and what will be; without a `path`, nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines: dict[str, str] = {}

    @property
    def exists(self) -> bool:
        """Whether anything can be stored at all."""
        return self._path is not None

    def get(self, key: str) -> str | None:
        """Answer a stored text."""
        return self._stored[1].get(key)

    @property
    def context(self) -> str:
        """The context in which everything that is stored was found."""
        return self._stored[0]

    def put(self, key: str, text: str) -> None:
        """Store a text, or store again what was there."""
        self._lines[key] = text

    def save(self, context: str) -> None:
        """Write what was put, where that is not what the file holds."""
        stored_context, stored = self._stored
        if self._path is None or (context == stored_context and self._lines == stored):
            return
        body = "\n".join(f"{key} {text}" for key, text in self._lines.items()).encode("ascii")
        if len(body) <= _MOST_BYTES:
            cache_files.write(self._path, f"{context} {checksum(body)}\n".encode() + body)
            cache_files.keep_newest(self._path.parent, _MOST_FILES)

    @cached_property
    def _stored(self) -> tuple[str, Mapping[str, str]]:
        content = cache_files.read(self._path) if self._path is not None else None
        header, _, body = (content or b"").partition(b"\n")
        context, _, proof = header.partition(b" ")
        if not body or proof != checksum(body).encode():
            return "", {}
        lines = (line.partition(" ") for line in body.decode("ascii").split("\n"))
        return context.decode("ascii", "replace"), {key: text for key, _, text in lines}
