"""What everything that is remembered of a directory rests on, as one short text."""

import hashlib
import os
import zoneinfo
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from reconciler import __version__
from reconciler.manifests.settings import Chosen
from reconciler.manifests.yaml12 import Document

_PACKAGE = Path(__file__).parents[1]
#: Where the schemas are: beside the package in a checkout, inside it in a wheel.
_SCHEMAS = (_PACKAGE.parent / "schemas", _PACKAGE / "schemas")
#: The rooms that a manifest goes through.
_ROOMS = ("manifests", "core", "model")


def context(chosen: Chosen, settings: Document | None, content: bytes) -> str:
    """Answer a text that changes with this program and with Settings; `content` is that of the file they stand in."""
    place = settings.place if settings is not None else None
    described = (program(), repr(chosen.settings), repr(chosen.environments), repr(place))
    return checksum(*(part.encode("utf-8", "backslashreplace") for part in described), content)


def checksum(*parts: bytes) -> str:
    """Answer a short text for some bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


@cache
def program() -> str:
    """Answer what changes when this program, its schemas, botocore's models or the time zones do."""
    return repr((__version__, version("botocore"), tuple(_written())))


def _written() -> Iterator[tuple[str, int, int]]:
    folders = [*(_PACKAGE / room for room in _ROOMS), *_SCHEMAS]
    for folder in folders:
        if folder.is_dir():
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if entry.name.endswith((".py", ".json")):
                        status = entry.stat()
                        yield entry.path, status.st_size, status.st_mtime_ns
    for folder in map(Path, zoneinfo.TZPATH):
        if folder.is_dir():
            yield str(folder), 0, folder.stat().st_mtime_ns
