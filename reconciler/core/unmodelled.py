"""What no manifest can say, because the service model knows no word for it, put where AWS described it."""

from collections.abc import Mapping
from typing import Any

from reconciler.model import Path, Revision, Spec


def everything(revision: Revision) -> Spec | None:
    """Answer all that a revision was described with, members that the service model does not know included."""
    spec: Any = revision.spec
    for place, value in revision.unmodelled.items() if spec is not None else ():
        spec = _with(spec, place, value)
    known: Spec | None = spec
    return known


def _with(whole: Any, place: Path, value: Any) -> Any:
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(whole, Mapping):
        return {**whole, str(step): _with(whole.get(str(step), {}), rest, value)}
    entries = list(whole)
    assert isinstance(step, int)
    entries[step] = _with(entries[step], rest, value)
    return entries
