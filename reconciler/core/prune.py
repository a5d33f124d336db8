"""Decide about what is ours and has no manifest any more. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.core import ownership, schedules
from reconciler.core.definitions import deregistration
from reconciler.core.guards import Limits
from reconciler.core.live_schedules import LiveSchedule
from reconciler.core.ownership import Commit
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
            schedule = self.schedule
            return {
                ownership.JOB: schedule.job,
                ownership.SOURCE: schedule.source,
                ownership.COMMIT: schedule.commit,
            }
        return self.family.latest.tags if self.family.latest else {}

    @property
    def commit(self) -> Commit | None:
        """The commit that made it, where it says so."""
        return ownership.parse_commit(self.tags.get(ownership.COMMIT))


def plan_prune(
    orphans: Sequence[Orphan],
    settings: Settings,
    limits: Limits,
    users: Mapping[str, str],
    *,
    origin: str,
    commit: Commit | None,
) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """Answer the deletions, or, where a guard says no, what stays and why; `commit` is the checkout's."""
    kept: list[Step] = []
    doomed: list[Orphan] = []
    newer = newer_than(commit, orphans, limits)
    for orphan in orphans:
        reason = _reason_to_keep(orphan, settings, limits, origin)
        if reason:
            kept.append(_keep(orphan, reason))
        elif orphan.job in newer:
            message = f"{ownership.behind(commit, newer[orphan.job])}; --allow-older lifts it"
            kept.append(_keep(orphan, message, status=Status.BLOCKED, error=message))
        else:
            doomed.append(orphan)
    allowed = _allowed(settings, limits)
    count = len({orphan.job for orphan in doomed})
    if count > allowed:
        jobs = "1 job" if count == 1 else f"{count} jobs"
        reason = f"{jobs} would be deleted (maxDeletions {allowed}), so none is"
        hint = f"--max-deletions {count} lifts it"
        kept += [_keep(orphan, reason, status=Status.BLOCKED, error=f"{reason}; {hint}") for orphan in doomed]
        return tuple(kept), (Problem(message=reason, hint=hint),)
    deleted = [step for orphan in doomed for step in _delete(orphan, settings.owner, users)]
    return (*deleted, *kept), ()


def gone(
    orphans: Sequence[Orphan], settings: Settings, limits: Limits, *, origin: str, commit: Commit | None
) -> frozenset[str]:
    """Answer the jobs that somebody has taken out, what of them stays included; none where a guard doubts it."""
    if limits.narrowed or limits.invalid:
        return frozenset()
    to_come = newer_than(commit, orphans, limits)
    missing = [
        orphan
        for orphan in orphans
        if orphan.job not in to_come
        and (limits.settled is None or orphan.job in limits.settled)
        and _is_under(orphan.tags.get(ownership.SOURCE, ""), origin)
    ]
    doomed = {orphan.job for orphan in missing if not _reason_to_keep(orphan, settings, limits, origin)}
    return frozenset(orphan.job for orphan in missing) if len(doomed) <= _allowed(settings, limits) else frozenset()


def newer_than(commit: Commit | None, orphans: Sequence[Orphan], limits: Limits) -> Mapping[str, Commit]:
    """Answer the jobs of which something was made by a newer commit than the checkout's, and that commit.

    Their manifests have not gone: they have not come yet. None where an older checkout is allowed to act.
    """
    if limits.allow_older:
        return {}
    made = [(orphan.job, orphan.commit) for orphan in orphans]
    newer = [(job, live) for job, live in made if live is not None and ownership.is_behind(commit, live)]
    return dict(sorted(newer, key=lambda each: each[1].time))


def _allowed(settings: Settings, limits: Limits) -> int:
    return limits.max_deletions if limits.max_deletions is not None else settings.max_deletions


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
