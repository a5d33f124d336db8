"""A live definition, and how EventBridge starts it, as the manifests of one file.

The first job owns the definition; where it is started in several ways, the others are jobs on the definition of the
first (`definitionOf`), or on the very revision that their schedule names, where that is not the newest.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from typing import Any, Final

from reconciler.engine.importing import Live
from reconciler.engine.importing_schedules import Clocked, Start, clocked
from reconciler.manifests.drafts import DIALECTS
from reconciler.manifests.writing import Written
from reconciler.model import Settings

_LONGEST_NAME: Final = 64
_ILLEGAL: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way in which the definition is started: as a job, and by which revision where that is not the newest."""

    job: Clocked
    name: str
    revision: int | None


def jobs_of(
    live: Live, starts: Sequence[Start], settings: Settings, taken: Collection[str], now: datetime
) -> tuple[Written, ...]:
    """Answer the manifests of a definition; `taken` are the final names that other jobs have already."""
    ways = list(_ways(live, starts, settings, taken, now))
    newest = [way for way in ways if way.revision is None]
    first = next(iter(sorted(newest, key=lambda way: not way.job.name)), None)
    used = set(taken)
    owning = _owning(live, first, settings)
    used.add(owning.final_name)
    written = [owning]
    for way in ways:
        if way is not first:
            more = _borrowing(live, owning, way, settings, used)
            used.add(more.final_name)
            written.append(more)
    return tuple(written)


def _ways(
    live: Live, starts: Sequence[Start], settings: Settings, taken: Collection[str], now: datetime
) -> Iterator[_Way]:
    used = set(taken)
    for start in starts:
        name, number = start.definition
        if start.started.kind == live.kind and name == live.revision.name:
            old = number if number not in {None, live.revision.number} else None
            job = clocked(start, settings, used if old is None else {*used, live.final_name}, now)
            used.add(job.name)
            yield _Way(job=job, name=start.name, revision=old)


def _owning(live: Live, way: _Way | None, settings: Settings) -> Written:
    written = Written(
        kind=live.kind,
        name=live.name,
        final_name=live.final_name,
        body=live.body,
        tags={key: value for key, value in live.tags.items() if settings.tags.get(key) != value},
        comments=tuple(_comments(live, settings)),
    )
    adopts = live.owner is None or (way is not None and bool(way.job.name) and not way.job.is_ours)
    if way is not None:
        written = _with(written, way.job, settings)
        written = replace(written, comments=(*written.comments, *way.job.comments))
    return replace(written, extra={**written.extra, **({"adopt": True} if adopts else {})})


def _borrowing(live: Live, owning: Written, way: _Way, settings: Settings, used: Collection[str]) -> Written:
    """Answer a further job on the same definition."""
    reference = DIALECTS[live.kind].reference
    instead = {"definitionOf": owning.name}
    if way.revision is not None:
        instead = {reference: f"{live.revision.name}:{way.revision}"}
    final_name = _free(_ILLEGAL.sub("-", f"{live.final_name}-{way.name}"), used)
    written = Written(
        kind=live.kind, name=final_name.removeprefix(settings.name_prefix), final_name=final_name, instead=instead
    )
    written = _with(written, way.job, settings)
    adopts = bool(way.job.name) and not way.job.is_ours
    return replace(written, comments=way.job.comments, extra={**written.extra, **({"adopt": True} if adopts else {})})


def _with(written: Written, job: Clocked, settings: Settings) -> Written:
    """Answer a manifest with the sections of a start; one that is taken over gives the job its name."""
    sections = {"run": job.run, **({"schedule": job.schedule} if job.schedule else {})}
    extra: dict[str, Any] = {"suspend": True} if job.suspend else {}
    if job.name:
        written = replace(written, name=job.name.removeprefix(settings.name_prefix), final_name=job.name)
    return replace(written, sections=sections, extra=extra)


def _free(name: str, used: Collection[str]) -> str:
    """Answer a name that no other job has, with a number where it needs one."""
    suffixes = chain([""], (f"-{number}" for number in count(2)))
    return next(each for suffix in suffixes if (each := name[: _LONGEST_NAME - len(suffix)] + suffix) not in used)


def _comments(live: Live, settings: Settings) -> Sequence[str]:
    """Answer what a manifest cannot say, or not yet."""
    comments = []
    if live.owner not in {None, settings.owner}:
        comments.append(f"belongs to owner {live.owner}: `adopt: {live.owner}` under spec takes it over")
    if live.revision.unmodelled:
        named = ", ".join(sorted({str(place[-1]) for place in live.revision.unmodelled}))
        comments.append(f"AWS describes {named}, which no manifest can say yet: a pass registers it without")
    if missing := sorted(key for key in settings.tags if key not in live.tags):
        comments.append(f"Settings' tags {', '.join(missing)} are not on it yet: the next pass adds them")
    return comments
