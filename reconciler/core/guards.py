"""The limits of a pass, and what they do to a plan. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final

from reconciler.core.attempts import Start
from reconciler.core.job_plan import JobPlan
from reconciler.core.operations import Advance
from reconciler.core.run_steps import keeps_time
from reconciler.model import Job, Problem, Status, Step

#: The reason of a step that waits because its job failed a short while ago.
PAUSED: Final = "failed a short while ago; it is tried again after a pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A job is left alone for a while, because of `error`; `runs` are the starts that were tried in vain already."""

    error: str
    runs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the caller allows and what he narrowed the pass to; a narrowed pass never prunes.

    A loop adds what it knows from earlier passes: `settled` are the names of jobs that were missing long enough to be
    pruned (None: no loop, so all of them), `invalid` says that a manifest cannot be read at present, and `paused` maps
    the jobs that failed a short while ago to why.
    """

    allow_empty: bool = False
    allow_older: bool = False
    max_deletions: int | None = None
    max_reruns: int | None = None
    settings_max_reruns: int = 10
    jobs: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    settled: Collection[str] | None = None
    invalid: bool = False
    paused: Mapping[str, Pause] = field(default_factory=dict)

    @property
    def narrowed(self) -> bool:
        """Whether only some of the directory's jobs are looked at."""
        return bool(self.jobs or self.tags)

    def selects(self, job: Job) -> bool:
        """Whether a job, by its final or its declared name, is among those that are looked at."""
        names = (job.name, job.declared_name)
        named = not self.jobs or any(fnmatchcase(name, glob) for glob in self.jobs for name in names)
        return named and all(job.tags.get(key) == value for key, value in self.tags.items())


def hold_back(steps: Sequence[Step], paused: Mapping[str, Pause]) -> tuple[Step, ...]:
    """Do nothing for jobs that failed a short while ago, but keep time limits; each goes on telling why it failed.

    A start that was not tried yet ends the pause of its job: the next slot is not missed for the failure of the last.
    """
    fresh = {
        step.job for step in steps if _launches(step) and step.job in paused and step.name not in paused[step.job].runs
    }
    held = paused.keys() - fresh
    return tuple(
        replace(step, operation=None, status=Status.BLOCKED, reason=PAUSED, error=paused[step.job].error)
        if step.operation is not None and step.job in held and not keeps_time(step)
        else step
        for step in steps
    )


def limit_reruns(
    jobs: tuple[JobPlan, ...], ran_before: Collection[str], limits: Limits
) -> tuple[tuple[JobPlan, ...], tuple[Problem, ...]]:
    """Refuse new generations of one-shots that ran before when there are more of them than `maxReruns`."""
    allowed = limits.max_reruns if limits.max_reruns is not None else limits.settings_max_reruns
    rerun = [job for job in jobs if job.job.name in ran_before and any(_is_first(step) for step in job.steps)]
    if len(rerun) <= allowed:
        return jobs, ()
    one_shots = "1 one-shot" if len(rerun) == 1 else f"{len(rerun)} one-shots"
    reason = f"{one_shots} that ran before would run again (maxReruns {allowed}), so none does"
    hint = f"--max-reruns {len(rerun)} lifts it"
    names = {job.job.name for job in rerun}
    error = f"{reason}; {hint}"
    held = tuple(
        _without_launch(job, error, status=Status.BLOCKED, error=error) if job.job.name in names else job
        for job in jobs
    )
    return held, (Problem(message=reason, hint=hint),)


def limit_concurrency(jobs: tuple[JobPlan, ...], going: int, limit: int | None) -> tuple[JobPlan, ...]:
    """Leave launches to a later pass while as many runs as `maxConcurrentRuns` are going on."""
    if limit is None:
        return jobs
    held = []
    for job in jobs:
        if any(_launches(step) for step in job.steps):
            if going >= limit:
                reason = f"waits: {going} runs are going on (maxConcurrentRuns {limit})"
                job = _without_launch(job, reason, status=Status.SKIPPED)
            else:
                going += 1
        held.append(job)
    return tuple(held)


def _launches(step: Step) -> bool:
    return isinstance(step.operation, Advance) and isinstance(step.operation.decision, Start)


def _is_first(step: Step) -> bool:
    match step.operation:
        case Advance(n=0, decision=Start(attempt=0)):
            return True
        case _:
            return False


def _without_launch(job: JobPlan, reason: str, *, status: Status, error: str = "") -> JobPlan:
    steps = tuple(
        replace(step, operation=None, status=status, reason=reason, error=error) if _launches(step) else step
        for step in job.steps
    )
    return replace(job, steps=steps, message=reason)
