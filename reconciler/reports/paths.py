"""Readable paths taken apart again: `containerDefinitions[main].environment[TZ].value`.

Written by `reconciler.core.paths`; here any text is read, as a report may come from a file.
"""

import json
import re
from typing import NamedTuple

from reconciler.model import Path

_SEGMENT = re.compile(r'\[("(?:[^"\\]|\\.)*")\]|\[([^\]]*)\]|([^.\[\]]+)')


class Segment(NamedTuple):
    """One step of a path, and whether it is an entry of a list or map in brackets."""

    text: str
    bracketed: bool


def segments(path: str | Path) -> tuple[Segment, ...]:
    """Answer the steps of a readable path, or of one of keys and positions."""
    if not isinstance(path, str):
        return tuple(Segment(str(step), isinstance(step, int)) for step in path)
    return tuple(_segment(found) for found in _SEGMENT.finditer(path))


def _segment(found: re.Match[str]) -> Segment:
    quoted, entry, member = found.groups()
    if quoted is not None:
        return Segment(_unquoted(quoted), bracketed=True)
    return Segment(member, bracketed=False) if member is not None else Segment(entry, bracketed=True)


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text
