"""The directory as a loop sees it: read when it has changed, and job by job in its last valid state.

A broken or half-saved file changes nothing: the jobs that it held go on as they were last valid, all others as they
are now. Without Settings that can be read nothing is known about anything, so then all stays as it was.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.model import Job, Manifests, Problem, Severity, Shared

#: What tells one state of a file from another.
Look = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a pass goes by: `manifests` as kept together, the errors there are, and the jobs kept as they were."""

    manifests: Manifests
    errors: tuple[Problem, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether something of the directory cannot be read at present."""
        return bool(self.errors)


class LastValid:
    """Remembers how each job was when it was last valid; a restart forgets it, and a job that is broken then rests."""

    def __init__(self) -> None:
        self._last: Manifests | None = None

    def view(self, fresh: Manifests) -> View | None:
        """Answer what to go by; None where nothing was ever valid."""
        errors = tuple(problem for problem in fresh.problems if problem.severity is Severity.ERROR)
        last = self._last
        if last is None:
            if _is_lost(fresh, errors, None):
                return None
            last = fresh
        if owner_changed := self._owner_problem(fresh, errors):
            errors = (*errors, owner_changed)
            fresh = replace(fresh, problems=(*fresh.problems, owner_changed))
        if owner_changed or _is_lost(fresh, errors, last):
            manifests, kept = replace(last, problems=fresh.problems), last.jobs
        else:
            kept = tuple(_kept(last, fresh, errors))
            manifests = replace(fresh, jobs=_whole(sorted((*fresh.jobs, *kept), key=lambda job: job.name)))
        self._last = manifests
        return View(manifests=manifests, errors=errors, kept=tuple(job.name for job in kept))

    def unreadable(self, why: str) -> View | None:
        """Answer what to go by while the directory cannot be listed at all."""
        if self._last is None:
            return None
        problem = Problem(message=why)
        manifests = replace(self._last, problems=(problem,))
        return View(manifests=manifests, errors=(problem,), kept=tuple(job.name for job in manifests.jobs))

    def _owner_problem(self, fresh: Manifests, errors: Collection[Problem]) -> Problem | None:
        last = self._last
        if last is None or _is_lost(fresh, errors, last) or fresh.settings.owner == last.settings.owner:
            return None
        return Problem(
            message=f'the owner id has changed from "{last.settings.owner}" to "{fresh.settings.owner}", '
            "and a loop keeps to the one that it started with",
            hint="restart the loop",
            source=fresh.settings.source,
        )


def _is_lost(fresh: Manifests, errors: Iterable[Problem], last: Manifests | None) -> bool:
    """Answer whether the Settings cannot be relied on: broken, or perhaps in a file that cannot be read."""
    nobodys = [problem for problem in errors if not problem.job]
    known = (fresh.settings, *((last.settings,) if last is not None else ()))
    homes = {settings.source.file for settings in known if settings.source is not None}
    if any(problem.source is None or problem.source.file in homes for problem in nobodys):
        return True
    if fresh.settings.declared or (last is not None and not last.settings.declared):
        return False
    return any(_may_hold_settings(problem.source.file) for problem in nobodys if problem.source is not None)


def _may_hold_settings(file: str) -> bool:
    try:
        return b"Settings" in Path(file).read_bytes()
    except OSError:
        return True


def _kept(last: Manifests, fresh: Manifests, errors: Collection[Problem]) -> Iterator[Job]:
    """Yield the jobs that are absent because something is wrong, and not because somebody took them away.

    An error that names no job may hide those of its file; in a file that held none before, those whose own file is
    gone: it may have been renamed.
    """
    present = {job.name for job in fresh.jobs}
    named = {problem.job for problem in errors if problem.job}
    hiding = {problem.source.file for problem in errors if not problem.job and problem.source is not None}
    strangers = hiding - {job.source.file for job in last.jobs}
    for job in last.jobs:
        if job.name in present:
            continue
        moved = bool(strangers) and not Path(job.source.file).exists()
        if job.name in named or job.source.file in hiding or moved:
            yield job


def _whole(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Leave out the jobs whose definition is another's that nothing is known of."""
    listed = tuple(jobs)
    names = {job.name for job in listed}
    return tuple(job for job in listed if not isinstance(job.definition, Shared) or job.definition.job in names)


class Reader:
    """Reads the directory again when one of its files, or one that they name, looks different.

    `read` reads it whole and may raise UsageError. What the file system tells of a file is its change time, size and
    inode: an edit that leaves all three is one that was made by a clock of no resolution.
    """

    def __init__(self, directory: Path, read: Callable[[], Manifests]) -> None:
        self._directory = directory
        self._read = read
        self._looks: Mapping[str, Look] | None = None
        self._manifests: Manifests | None = None

    def manifests(self, *, state: str, anew: bool) -> Manifests:
        """Answer what the directory says; read again where `state`, what else it depends on, differs, or if `anew`."""
        named = self._manifests.named if self._manifests is not None else ()
        looks = {"": (state,), **self._look(named)}
        if self._manifests is None or anew or looks != self._looks:
            # looked at before it is read: whatever changes meanwhile is seen by the next pass
            self._looks = None
            self._manifests = self._read()
            if self._manifests.named == named:
                self._looks = looks
        return self._manifests

    def _look(self, named: Iterable[str]) -> Mapping[str, Look]:
        return {path: _look_of(path) for path in (*_files(self._directory), *named)}


def _files(directory: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (f"{folder}{os.sep}{name}" for name in (*names, *folders))


def _look_of(path: str) -> Look:
    try:
        found = os.stat(path)  # noqa: PTH116 - a `Path` for each of a thousand files takes longer than the look
    except OSError:
        return ()
    return (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino)
