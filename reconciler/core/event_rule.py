"""Decide about the EventBridge rule that keeps how runs end: made, put back, taken away when switched off. Pure."""

from dataclasses import dataclass
from typing import Final

from reconciler.core import ownership
from reconciler.core.descriptions import said
from reconciler.core.diff import compare, summed_up
from reconciler.core.guards import Limits
from reconciler.core.operations import DeleteEventRule, MakeLogGroup, PutEventRule
from reconciler.core.ownership import Commit
from reconciler.core.rules import Rules
from reconciler.model import Action, FieldChange, Resource, Source, Spec, Status, Step, Sync

KIND: Final = "event-rule"
#: Says whose it is and by which commit; a difference is no drift.
_NOT_DRIFT: Final = ("Description",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRuleSeen:
    """The rule of an owner: `wanted` is None where it is switched off, `live` the spec that lives under its name.

    `error` is set where it could not be looked at, and nothing else counts.
    """

    name: str
    owner: str
    rules: Rules
    wanted: Resource | None = None
    live: Spec | None = None
    missing_log_group: MakeLogGroup | None = None
    source: Source | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRulePlan:
    """How the rule stands and what is done about it."""

    name: str
    sync: Sync = Sync.IN_SYNC
    steps: tuple[Step, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    message: str = ""
    source: Source | None = None


def plan_event_rule(seen: EventRuleSeen, commit: Commit | None, limits: Limits) -> EventRulePlan:
    """Decide what becomes of the rule."""
    if seen.error:
        step = _step(seen, Action.KEEP, "could not be looked at", status=Status.FAILED, error=seen.error)
        return _plan(seen, Sync.ERROR, step, message=seen.error)
    if seen.wanted is None:
        return _unwanted(seen, commit, limits)
    if seen.live is None:
        reason = "keeps how runs end while no pass comes by"
        return _plan(
            seen, Sync.MISSING, *_group(seen), _put(seen, Action.CREATE, reason), message="no such rule exists"
        )
    if _owner(seen.live) != seen.owner:
        whose = f"belongs to owner {_owner(seen.live)}" if _owner(seen.live) else "was not made by a reconciler"
        message = f"event rule {seen.name} exists and {whose}; delete it, or set spec.history.events: false"
        step = _step(seen, Action.KEEP, message, status=Status.FAILED, error=message)
        return _plan(seen, Sync.FOREIGN, step, message=message)
    changes = compare(seen.wanted.spec, seen.live, seen.rules, ignore=_NOT_DRIFT, sources={(): seen.wanted.source})
    if (behind := _behind(seen.live, commit, limits)) and (changes or seen.missing_log_group):
        return _held_back(seen, behind)
    if not changes:
        return _plan(seen, Sync.IN_SYNC, *_group(seen), _step(seen, Action.KEEP, "in sync"))
    update = _put(seen, Action.UPDATE, summed_up(changes), changes)
    return _plan(seen, Sync.DRIFTED, *_group(seen), update, changes=changes)


def _unwanted(seen: EventRuleSeen, commit: Commit | None, limits: Limits) -> EventRulePlan:
    if seen.live is None or _owner(seen.live) != seen.owner:
        return EventRulePlan(name=seen.name, source=seen.source)
    if behind := _behind(seen.live, commit, limits):
        return _held_back(seen, behind)
    targets = tuple(str(target["Id"]) for target in seen.live.get("Targets") or ())
    operation = DeleteEventRule(name=seen.name, targets=targets)
    step = _step(seen, Action.DELETE, "spec.history.events is false now", operation=operation)
    return _plan(seen, Sync.ORPHANED, step, message="spec.history.events is false")


def _behind(live: Spec, commit: Commit | None, limits: Limits) -> str:
    theirs = ownership.parse_commit(said(live).get("commit"))
    if limits.allow_older or not ownership.is_behind(commit, theirs):
        return ""
    return f"{ownership.behind(commit, theirs)}; --allow-older lifts it"


def _held_back(seen: EventRuleSeen, message: str) -> EventRulePlan:
    step = _step(seen, Action.KEEP, message, status=Status.BLOCKED, error=message)
    return _plan(seen, Sync.BEHIND, step, message=message)


def _group(seen: EventRuleSeen) -> tuple[Step, ...]:
    operation = seen.missing_log_group
    if operation is None:
        return ()
    return (
        Step(
            action=Action.UPDATE if operation.exists else Action.CREATE,
            kind="log-group",
            name=operation.name,
            job="",
            reason=f"keep events {operation.retention_days} days",
            operation=operation,
            source=seen.source,
        ),
    )


def _put(seen: EventRuleSeen, action: Action, reason: str, changes: tuple[FieldChange, ...] = ()) -> Step:
    assert seen.wanted is not None
    targets = (seen.live or {}).get("Targets") or ()
    wanted = {target["Id"] for target in seen.wanted.spec["Targets"]}
    foreign = tuple(str(target["Id"]) for target in targets if target["Id"] not in wanted)
    operation = PutEventRule(resource=seen.wanted, exists=seen.live is not None, foreign_targets=foreign)
    return _step(seen, action, reason, operation=operation, changes=changes)


def _step(
    seen: EventRuleSeen,
    action: Action,
    reason: str,
    *,
    operation: PutEventRule | DeleteEventRule | None = None,
    changes: tuple[FieldChange, ...] = (),
    status: Status = Status.PLANNED,
    error: str = "",
) -> Step:
    return Step(
        action=action,
        kind=KIND,
        name=seen.name,
        job="",
        reason=reason,
        operation=operation,
        changes=changes,
        source=seen.source,
        status=status,
        error=error,
    )


def _plan(
    seen: EventRuleSeen, sync: Sync, *steps: Step, changes: tuple[FieldChange, ...] = (), message: str = ""
) -> EventRulePlan:
    return EventRulePlan(name=seen.name, sync=sync, steps=steps, changes=changes, message=message, source=seen.source)


def _owner(live: Spec) -> str:
    return said(live).get("owner", "")
