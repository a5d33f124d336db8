"""Decide about one definition: register, tag, adopt, keep or refuse. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.core import ownership
from reconciler.core.carry import carry_over
from reconciler.core.diff import compare, summed_up
from reconciler.core.operations import Deregister, Register, Tag
from reconciler.core.ownership import Verdict
from reconciler.core.remembered_tags import remember, remembered
from reconciler.core.rules import Rules
from reconciler.core.tags import tag_changes
from reconciler.core.unmodelled import everything
from reconciler.model import Action, Family, FieldChange, Resource, Revision, Source, Status, Step, Sync

#: What is said where the two proofs of a revision's content do not agree.
CONTRADICTION: Final = "its digest says it holds the manifest, its fields say otherwise"
_RESPELT: Final = "spelt differently than when it was registered"
#: Tags that tell of a registration, and are no reason to write to the revision that it made.
_PASSING: Final = frozenset({ownership.SOURCE, ownership.COMMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A definition that a job owns. `resource.tags` are the user's, `managed` the ones of ours but for `verified`.

    `tags` are all that a revision is registered with, `lasting` those of them that say more than how it came to be.
    """

    resource: Resource
    rules: Rules
    owner: str
    digest: str
    managed: Mapping[str, str]
    adopt: bool | str = False
    ignore: tuple[str, ...] = ()
    history_limit: int = 1
    tags: Mapping[str, str] = field(init=False)
    lasting: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        tags = {**self.resource.tags, **self.managed, **remember(self.resource.tags)}
        object.__setattr__(self, "tags", tags)
        object.__setattr__(self, "lasting", {key: value for key, value in tags.items() if key not in _PASSING})

    def registered(self, live: Revision | None) -> Resource:
        """Answer what is registered: what the manifest says, with the `live` values of what others may change."""
        spec = self.resource.spec
        if live is not None and live.spec is not None:
            spec = carry_over(spec, live.spec, self.rules, self.ignore)
        return replace(self.resource, spec=spec, tags=self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionPlan:
    """What is found and what is done. `in_force` is the revision that runs may name before this plan is applied."""

    sync: Sync
    steps: tuple[Step, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    message: str = ""
    in_force: Revision | None = None
    adopting: bool = False


def plan_definition(wanted: Wanted, family: Family, users: Mapping[str, str]) -> DefinitionPlan:
    """Decide what becomes of a family; `users` says, by ARN, what still uses a revision that could be deregistered."""
    latest = family.latest
    owned = tuple(revision for revision in family.revisions if ownership.owner_of(revision) == wanted.owner)
    if latest is None:
        return _registering(wanted, Action.CREATE, Sync.MISSING, "no ACTIVE revision exists")
    if not owned:
        return _foreign(wanted, latest)
    if owned[0].arn != latest.arn:
        changes = differences(wanted, latest)
        reason = f"revision {latest.number} was registered by {latest.registered_by or 'somebody else'}"
        plan = _registering(wanted, Action.UPDATE, Sync.DRIFTED, reason, changes, live=latest)
    else:
        plan = _ours(wanted, latest)
    registers = any(isinstance(step.operation, Register) for step in plan.steps)
    superseded = owned if registers else owned[1:]
    return DefinitionPlan(
        sync=plan.sync,
        steps=(*plan.steps, *_history(wanted, superseded, users)),
        changes=plan.changes,
        message=plan.message,
        in_force=owned[0],
    )


def differences(wanted: Wanted, revision: Revision) -> tuple[FieldChange, ...]:
    """Answer the leaves in which a revision differs from what is wanted, those that the job ignores left out.

    What no request could have said counts where somebody else registered the revision. One that was registered from
    this very manifest can have it from AWS only, and would get it again.
    """
    spec = revision.spec if _holds(wanted, revision) else everything(revision)
    if spec is None:
        return ()
    resource = wanted.resource
    return compare(resource.spec, spec, wanted.rules, ignore=wanted.ignore, sources=resource.sources)


def registered_differences(wanted: Wanted, revision: Revision) -> tuple[FieldChange, ...]:
    """Answer in what a revision differs that was registered just now, from what is wanted."""
    return differences(wanted, replace(revision, unmodelled={}))


def _holds(wanted: Wanted, revision: Revision) -> bool:
    """Answer whether a revision was registered from what is wanted, whatever AWS made of it."""
    registered_by_us = ownership.verdict(revision) is not Verdict.UNPROVEN
    return registered_by_us and revision.tags.get(ownership.DIGEST) == wanted.digest


def _ours(wanted: Wanted, latest: Revision) -> DefinitionPlan:
    verdict, same_digest = ownership.verdict(latest), latest.tags.get(ownership.DIGEST) == wanted.digest
    changes = differences(wanted, latest)
    if verdict is Verdict.DIFFERS and same_digest and (changes or latest.spec is None):
        paths = ", ".join(change.path for change in changes)
        message = f"does not converge: {paths or 'revision differed from the manifest right after it was registered'}"
        name = f"{wanted.resource.name}:{latest.number}"
        reason = f"{message}; it is not registered again until the manifest changes"
        return DefinitionPlan(
            sync=Sync.DRIFTED,
            steps=(_step(wanted, Action.KEEP, name, reason, status=Status.FAILED, error=message),),
            changes=changes,
            message=message,
        )
    if changes:
        contradiction = verdict is Verdict.HOLDS and same_digest
        message = CONTRADICTION if contradiction else ""
        return _registering(
            wanted, Action.UPDATE, Sync.DRIFTED, message or summed_up(changes), changes, message, latest
        )
    proven = verdict is Verdict.HOLDS and same_digest
    desired = wanted.lasting if proven else {**wanted.lasting, **ownership.verified_tag(latest, equal=True)}
    tags = tag_changes(desired, latest.tags, remembered(latest.tags), wanted.resource.tag_sources)
    if not tags.write and not tags.remove:
        return DefinitionPlan(sync=Sync.IN_SYNC, steps=(_keep(wanted, latest, "in sync"),))
    differently = f", {_RESPELT}" if verdict is Verdict.HOLDS and not same_digest else ""
    visible = tuple(change for change in tags.changes if not change.path.startswith(f"tags[{ownership.PREFIX}"))
    step = _step(
        wanted,
        Action.UPDATE,
        f"{wanted.resource.name}:{latest.number}",
        "tags differ" if visible else f"record that revision {latest.number} holds the manifest{differently}",
        operation=Tag(revision=latest, tags=tags.write, remove=tuple(tags.remove)),
        changes=visible,
    )
    return DefinitionPlan(sync=Sync.DRIFTED if visible else Sync.IN_SYNC, steps=(step,), changes=visible)


def may_adopt(wanted: Wanted, latest: Revision) -> bool:
    """Whether the manifest takes over what somebody else registered."""
    holder = ownership.owner_of(latest)
    return wanted.adopt is True if holder is None else wanted.adopt == holder


def _foreign(wanted: Wanted, latest: Revision) -> DefinitionPlan:
    holder = ownership.owner_of(latest)
    changes = differences(wanted, latest)
    if not may_adopt(wanted, latest):
        whose = f"belongs to owner {holder}" if holder else "was registered by nobody that reconciles it"
        value = holder or "true"
        message = f"{wanted.resource.name} exists and {whose}; set spec.adopt: {value} to take it over"
        step = _step(wanted, Action.KEEP, wanted.resource.name, message, status=Status.FAILED, error=message)
        return DefinitionPlan(sync=Sync.FOREIGN, steps=(step,), changes=changes, message=message)
    if changes:
        reason = f"adopt, with changes: {summed_up(changes)}"
        plan = _registering(wanted, Action.ADOPT, Sync.FOREIGN, reason, changes, live=latest)
        return DefinitionPlan(sync=plan.sync, steps=plan.steps, changes=plan.changes, adopting=True)
    return _taking_over(wanted, latest)


def _taking_over(wanted: Wanted, latest: Revision) -> DefinitionPlan:
    """Adopt a revision that holds the manifest: only tags are written, and only the author's count as drift."""
    different = tag_changes(wanted.resource.tags, latest.tags, sources=wanted.resource.tag_sources).changes
    step = _step(
        wanted,
        Action.ADOPT,
        f"{wanted.resource.name}:{latest.number}",
        "adopt: it holds the manifest already",
        operation=Tag(revision=latest, tags={**wanted.tags, **ownership.verified_tag(latest, equal=True)}),
        changes=different,
    )
    return DefinitionPlan(
        sync=Sync.DRIFTED if different else Sync.IN_SYNC,
        steps=(step,),
        changes=different,
        message="not ours yet: the next pass adopts it",
        in_force=latest,
        adopting=True,
    )


def _registering(
    wanted: Wanted,
    action: Action,
    sync: Sync,
    reason: str,
    changes: tuple[FieldChange, ...] = (),
    message: str = "",
    live: Revision | None = None,
) -> DefinitionPlan:
    operation = Register(resource=wanted.registered(live), ignore=wanted.ignore)
    step = _step(wanted, action, wanted.resource.name, reason, operation=operation, changes=changes)
    return DefinitionPlan(sync=sync, steps=(step,), changes=changes, message=message)


def _history(wanted: Wanted, superseded: tuple[Revision, ...], users: Mapping[str, str]) -> tuple[Step, ...]:
    return tuple(
        deregistration(
            revision,
            job=wanted.resource.job,
            kind=wanted.resource.kind,
            reason=f"superseded (revisionHistoryLimit {wanted.history_limit})",
            users=users,
            source=wanted.resource.source,
        )
        for revision in superseded[wanted.history_limit :]
    )


def deregistration(
    revision: Revision, *, job: str, kind: str, reason: str, users: Mapping[str, str], source: Source | None = None
) -> Step:
    """Answer the step that deregisters a revision, or that keeps it because something uses it."""
    name = f"{revision.name}:{revision.number}"
    if revision.arn in users:
        kept = f"kept: used by {users[revision.arn]}"
        return Step(action=Action.KEEP, kind=kind, name=name, job=job, reason=kept, source=source)
    return Step(
        action=Action.DELETE,
        kind=kind,
        name=name,
        job=job,
        reason=reason,
        operation=Deregister(revision=revision),
        source=source,
    )


def _keep(wanted: Wanted, latest: Revision, reason: str) -> Step:
    return _step(wanted, Action.KEEP, f"{wanted.resource.name}:{latest.number}", reason)


def _step(
    wanted: Wanted,
    action: Action,
    name: str,
    reason: str,
    *,
    operation: Register | Tag | None = None,
    changes: tuple[FieldChange, ...] = (),
    status: Status = Status.PLANNED,
    error: str = "",
) -> Step:
    return Step(
        action=action,
        kind=wanted.resource.kind,
        name=name,
        job=wanted.resource.job,
        reason=reason,
        operation=operation,
        changes=changes,
        source=wanted.resource.source,
        status=status,
        error=error,
    )
