"""Which of the declared jobs a command line means: by name, by `--job` and by `--tag`."""

import re
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from reconciler.cli.options import Options
from reconciler.errors import UsageError
from reconciler.model import Job, Manifests, Problem, Severity

if TYPE_CHECKING:
    from reconciler.engine import Limits

#: The jobs that a narrowed command line is about.
CHOSEN: Final = "job that --job and --tag choose"
#: What makes a name of `--job` a pattern.
_GLOB: Final = re.compile(r"[*?\[]")


def named(
    manifests: Manifests, options: Options, limits: "Callable[[], Limits]", names: Collection[str]
) -> tuple[Job, ...]:
    """Answer the selected jobs of these names, final or declared, or all of them; `limits` say what is selected.

    Raises UsageError where there is no such job.
    """
    check(manifests, options)
    jobs = manifests.jobs
    if options.job or options.tag:
        narrowed = limits()
        jobs = tuple(job for job in jobs if narrowed.selects(job))
    known = every_name(jobs)
    for name in names:
        if name not in known:
            left_out = "--job and --tag leave it out, or " if len(jobs) < len(manifests.jobs) else ""
            raise UsageError(f"{name}: no such job", hint=_meant(name, known, options, left_out))
    return tuple(job for job in jobs if not names or job.name in names or job.declared_name in names)


def check(manifests: Manifests, options: Options) -> None:
    """Raise UsageError where `--job` names a job, not a pattern, that no manifest declares."""
    declared = every_name(manifests.jobs)
    for name in options.job:
        if name not in declared and not _GLOB.search(name):
            raise UsageError(f"--job {name}: no such job", hint=_meant(name, declared, options))


def none_chosen(manifests: Manifests, options: Options, limits: "Callable[[], Limits]") -> tuple[Problem, ...]:
    """Answer a warning where `--job` and `--tag` choose none of the declared jobs: a misspelt tag is no job in sync."""
    if not (options.job or options.tag) or not manifests.jobs or any(map(limits().selects, manifests.jobs)):
        return ()
    return (Problem(message=f"{options.directory} declares no {CHOSEN}", severity=Severity.WARNING),)


def every_name(jobs: Iterable[Job]) -> frozenset[str]:
    """Answer by what names jobs are meant: the final and the declared ones."""
    return frozenset(name for job in jobs for name in (job.name, job.declared_name))


def _meant(name: str, known: Collection[str], options: Options, besides: str = "") -> str:
    """Say which job was meant, or where it was looked for."""
    close = get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]}?" if close else f"{besides}no manifest of {options.directory} declares it"
