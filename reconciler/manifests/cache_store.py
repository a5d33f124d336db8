"""The file in which one directory's readings are remembered: a text for each key, believed only as a whole.

The first line is the context in which they were found and a checksum of the rest; then a key and a text line by line.
Whatever is wrong with the file, it counts as empty.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from reconciler import cache_files
from reconciler.manifests.cache_context import checksum

_MOST_FILES: Final = 50
_MOST_BYTES: Final = 256 << 20


class Store:
    """What is in the file, and what will be; without a `path`, nothing, unless it is `kept` for the next reading."""

    def __init__(self, path: Path | None, *, kept: bool = False) -> None:
        self._path = path
        self._kept = kept
        self._is_saved = True
        #: What the file says and nobody has taken yet.
        self._parsed: dict[str, Any] | None = None

    @property
    def exists(self) -> bool:
        """Whether anything can be stored at all."""
        return self._kept or self._path is not None

    def get(self, key: str) -> str | None:
        """Answer a stored text."""
        return self._stored[1].get(key)

    def take(self, key: str) -> Any:
        """Answer what a stored text says, as JSON; whoever asks again is told by another object."""
        if self._parsed is None:
            # all at once: names of members that ten thousand texts share are held once
            texts = self._stored[1]
            self._parsed = dict(zip(texts, json.loads(f"[{','.join(texts.values())}]"), strict=True))
        return self._parsed.pop(key) if key in self._parsed else json.loads(self._stored[1][key])

    @property
    def context(self) -> str:
        """The context in which everything that is stored was found."""
        return self._stored[0]

    def replace(self, context: str, texts: Mapping[str, str]) -> None:
        """Store these texts, found in this context, instead of all that was stored."""
        if (context, texts) != self._stored:
            self._stored = (context, texts)
            self._parsed = {}
            self._is_saved = False

    def save(self) -> None:
        """Write what is stored, where that is not what the file holds."""
        if self._path is None or self._is_saved:
            return
        self._is_saved = True
        context, texts = self._stored
        body = "\n".join(f"{key} {text}" for key, text in texts.items()).encode("ascii")
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
