"""Which jobs have drifted: AWS is another than the last pass left it, and nobody has edited the manifest."""

from collections.abc import Collection, Mapping

from reconciler.core.operations import Advance, Deregister, Note, Stand, Tag
from reconciler.model import Action, Health, Job, Manifests, Report, Shared, Step, Sync

_MENDS = frozenset({Action.CREATE, Action.UPDATE, Action.ADOPT})
_DIFFERS = frozenset({Sync.DRIFTED, Sync.MISSING, Sync.FOREIGN})


class Drift:
    """How the jobs were after the last pass; nothing has drifted in the first."""

    def __init__(self) -> None:
        self._in_sync: frozenset[str] = frozenset()
        self._suspended: frozenset[str] = frozenset()
        self._jobs: Mapping[str, tuple[Job | None, ...]] = {}

    def found(self, report: Report, done: Collection[Step], manifests: Manifests) -> tuple[str, ...]:
        """Answer the jobs that were in sync and are not, or had to be mended, though their manifests say the same."""
        jobs = _with_lenders(manifests)
        suspended = frozenset(job.name for job in report.jobs if job.health is Health.SUSPENDED)
        mended = {step.job for step in done if _mends(step)}
        drifted = tuple(
            job.name
            for job in report.jobs
            if job.name in self._in_sync
            and self._jobs.get(job.name) == jobs.get(job.name, ())
            and (job.name in self._suspended) == (job.name in suspended)
            and (job.sync in _DIFFERS or job.name in mended)
        )
        self._in_sync = frozenset(job.name for job in report.jobs if job.sync is Sync.IN_SYNC)
        self._suspended, self._jobs = suspended, jobs
        return drifted


def _mends(step: Step) -> bool:
    """Answer whether a step has put back what AWS should have: not a run, nor a note to ourselves."""
    if isinstance(step.operation, Advance | Note | Stand | Deregister):
        return False
    return step.action in _MENDS and (not isinstance(step.operation, Tag) or bool(step.changes))


def _with_lenders(manifests: Manifests) -> Mapping[str, tuple[Job | None, ...]]:
    """Answer each job with the one whose definition it uses: an edit of that one is an edit of both."""
    jobs = {job.name: job for job in manifests.jobs}
    return {
        name: (job, jobs.get(job.definition.job)) if isinstance(job.definition, Shared) else (job,)
        for name, job in jobs.items()
    }
