"""What a report says of jobs whose manifests are gone, and that have left something on AWS."""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core import ownership
from reconciler.core.ownership import Commit
from reconciler.core.prune import Orphan, newer_than
from reconciler.engine.context import Context
from reconciler.kinds import schedule_target
from reconciler.model import Health, JobReport, Sync


def reports(context: Context, orphans: Sequence[Orphan]) -> list[JobReport]:
    """Answer the jobs that are gone, each with all that is left of it."""
    newer = newer_than(context.commit, orphans, context.limits)
    left: dict[tuple[str, str], list[Orphan]] = {}
    for orphan in orphans:
        left.setdefault((orphan.job, _kind(context, orphan)), []).append(orphan)
    gone = [_orphan(name, kind, parts) for (name, kind), parts in left.items()]
    return [_not_yet(context, report, newer[report.name]) if report.name in newer else report for report in gone]


def _not_yet(context: Context, report: JobReport, live: Commit) -> JobReport:
    """Answer a job whose manifest has not come yet, where it seemed to be gone."""
    return replace(report, sync=Sync.BEHIND, message=f"{report.message}: {ownership.behind(context.commit, live)}")


def _kind(context: Context, orphan: Orphan) -> str:
    """Answer the kind of job that it was made for, by the definition or by what the schedule starts."""
    if orphan.schedule is not None:
        started = schedule_target.by_schedule(orphan.schedule.spec.get("Target") or {})
        return started.kind if started is not None else orphan.kind
    return next(name for name, kind in context.kinds.items() if kind.definition_kind == orphan.kind)


def _orphan(name: str, kind: str, parts: Sequence[Orphan]) -> JobReport:
    latest = next((part.family.latest for part in parts if part.family.latest is not None), None)
    named = [f"schedule {part.family.name}" if part.schedule is not None else part.family.name for part in parts]
    source = next((source for part in parts if (source := part.tags.get(ownership.SOURCE, ""))), "")
    return JobReport(
        name=name,
        kind=kind,
        sync=Sync.ORPHANED,
        health=Health.UNKNOWN,
        definition=latest.arn if latest is not None else None,
        message=f"no manifest names {', '.join(named)}{f' (was {source})' if source else ''}",
    )
