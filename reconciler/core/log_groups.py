"""Decide about the log group of a job. Pure."""

from dataclasses import dataclass

from reconciler.core.operations import MakeLogGroup
from reconciler.model import ABSENT, Action, FieldChange, Job, Source, Step, Sync


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupPlan:
    """What is found and what is done."""

    sync: Sync = Sync.IN_SYNC
    steps: tuple[Step, ...] = ()
    changes: tuple[FieldChange, ...] = ()


def plan_log_group(job: Job, operation: MakeLogGroup | None) -> LogGroupPlan:
    """Decide about the group that a job's containers write to; without an `operation` it is as it is wanted."""
    if operation is None:
        return LogGroupPlan()
    kept = f"{operation.retention_days} days" if operation.retention_days else "for ever"
    change = _change(job, operation)
    step = Step(
        action=Action.UPDATE if operation.exists else Action.CREATE,
        kind="log-group",
        name=operation.name,
        job=job.name,
        reason=f"keep logs {kept}",
        operation=operation,
        changes=(change,) if operation.exists else (),
        source=job.source,
    )
    return LogGroupPlan(sync=Sync.DRIFTED, steps=(step,), changes=(change,))


def _change(job: Job, operation: MakeLogGroup) -> FieldChange:
    if not operation.exists:
        return FieldChange(path="logs.group", after=operation.name, source=_source(job, "group"))
    live = operation.live_days if operation.live_days is not None else ABSENT
    after = operation.retention_days
    return FieldChange(path="logs.retentionDays", before=live, after=after, source=_source(job, "retentionDays"))


def _source(job: Job, member: str) -> Source | None:
    return job.sources.get(("spec", "logs", member), job.source)
