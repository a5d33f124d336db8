"""Decide about what is ours and has no manifest any more. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.core import ownership, schedules
from reconciler.core.definitions import deregistration
from reconciler.core.guards import Limits
from reconciler.core.live_schedules import LiveSchedule
from reconciler.model import Action, DeletionPolicy, Family, Problem, Settings, Status, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A family or schedule that says it is ours and that no manifest names; looked at anew, not taken from an index."""

    kind: str
    family: Family
    schedule: LiveSchedule | None = None

    @property
    def job(self) -> str:
        """The job it was made for."""
        return self.tags.get(ownership.JOB) or self.family.name

    @property
    def tags(self) -> Mapping[str, str]:
        """What it says of itself; a schedule goes with its job even where the definition is retained."""
        if self.schedule is not None:
            return {ownership.JOB: self.schedule.job, ownership.SOURCE: self.schedule.source}
        return self.family.latest.tags if self.family.latest else {}


def plan_prune(
    orphans: Sequence[Orphan], settings: Settings, limits: Limits, users: Mapping[str, str], *, origin: str
) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """Answer the deletions, or, where a guard says no, what stays and why."""
    kept: list[Step] = []
    doomed: list[Orphan] = []
    for orphan in orphans:
        reason = _reason_to_keep(orphan, settings, limits, origin)
        if reason:
            kept.append(_keep(orphan, reason))
        else:
            doomed.append(orphan)
    allowed = limits.max_deletions if limits.max_deletions is not None else settings.max_deletions
    count = len({orphan.job for orphan in doomed})
    if count > allowed:
        reason = f"{count} jobs would be deleted (maxDeletions {allowed}), so none is"
        hint = f"--max-deletions {count} lifts it"
        kept += [_keep(orphan, reason, status=Status.BLOCKED, error=f"{reason}; {hint}") for orphan in doomed]
        return tuple(kept), (Problem(message=reason, hint=hint),)
    deleted = [step for orphan in doomed for step in _delete(orphan, settings.owner, users)]
    return (*deleted, *kept), ()


def _reason_to_keep(orphan: Orphan, settings: Settings, limits: Limits, origin: str) -> str:
    tags = orphan.tags
    if limits.narrowed:
        return "no manifest names it; a narrowed pass prunes nothing"
    if limits.invalid:
        return "no manifest names it; nothing is pruned while a manifest is invalid"
    if tags.get(ownership.DELETION) == DeletionPolicy.RETAIN.value:
        return "no manifest names it; deletionPolicy Retain"
    if not _is_under(tags.get(ownership.SOURCE, ""), origin):
        return f"no manifest names it; it came from {tags.get(ownership.SOURCE) or 'an unknown place'}"
    if settings.declared and not settings.prune:
        return "no manifest names it; pruning is off (Settings' spec.prune.enabled)"
    if not settings.declared and limits.max_deletions is None:
        return "no manifest names it; without Settings only --max-deletions prunes"
    if limits.settled is not None and orphan.job not in limits.settled:
        return "no manifest names it; it goes when a pass a minute later finds none either"
    return ""


def _is_under(source: str, origin: str) -> bool:
    return bool(source) and (origin in {"", "."} or source.startswith(f"{origin.rstrip('/')}/"))


def _delete(orphan: Orphan, owner: str, users: Mapping[str, str]) -> list[Step]:
    if orphan.schedule is not None:
        return [schedules.deletion(orphan.schedule, job=orphan.job, reason="its manifest is gone")]
    return [
        deregistration(revision, job=orphan.job, kind=orphan.kind, reason="its manifest is gone", users=users)
        for revision in orphan.family.revisions
        if ownership.owner_of(revision) == owner
    ]


def _keep(orphan: Orphan, reason: str, *, status: Status = Status.PLANNED, error: str = "") -> Step:
    return Step(
        action=Action.KEEP,
        kind=orphan.kind,
        name=orphan.family.name,
        job=orphan.job,
        reason=reason,
        status=status,
        error=error,
    )
