"""What still uses the revisions that a plan would deregister; looked up only where there are any."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.aws.backends import DefinitionBackend
from reconciler.core.operations import DeleteSchedule, Deregister
from reconciler.core.plan import Plan, Seen
from reconciler.core.schedules import retry_age
from reconciler.engine.context import Context
from reconciler.model import Family, Revision


def look_up(context: Context, seen: Seen, plan: Plan) -> Mapping[str, str]:
    """Say by ARN what uses each revision; left out are those that nothing uses but schedules that go with them."""
    doomed: dict[str, list[Revision]] = {}
    for step in plan.steps:
        if isinstance(step.operation, Deregister):
            doomed.setdefault(step.kind, []).append(step.operation.revision)
    going = frozenset(
        f"{step.operation.group}/{step.operation.name}"
        for step in plan.steps
        if isinstance(step.operation, DeleteSchedule)
    )
    users: dict[str, str] = {}
    for name, kind in context.kinds.items():
        if revisions := doomed.get(kind.definition_kind):
            backend = context.backends.definitions[name]
            users |= backend.users(revisions, going=going)
            users |= _still_tried(context, backend, seen, [each for each in revisions if each.arn not in users])
            users |= _run_again(seen, [each for each in revisions if each.arn not in users])
    return users


def _run_again(seen: Seen, revisions: Sequence[Revision]) -> Mapping[str, str]:
    """Say which superseded revisions a run that is not over may still start: a retry uses that of its first attempt."""
    pending = {
        memory.attempts[0].definition: f"a run of {entry.job.name} that is not over"
        for entry in seen.jobs
        for memory in entry.memories
        if memory.final is None and memory.attempts
    }
    return {revision.arn: pending[revision.arn] for revision in revisions if revision.arn in pending}


def _still_tried(
    context: Context, backend: DefinitionBackend, seen: Seen, revisions: Sequence[Revision]
) -> Mapping[str, str]:
    """Say which superseded revisions EventBridge Scheduler may still try to start: those of starts before a repoint."""
    of_family: dict[str, list[Revision]] = {}
    for revision in revisions:
        of_family.setdefault(revision.name, []).append(revision)
    found: dict[str, str] = {}
    for entry in seen.jobs:
        live, family = entry.schedules.live if entry.schedules is not None else None, entry.family
        if live is None or entry.schedules is None or live.owner != entry.schedules.owner or family is None:
            continue
        for revision in of_family.get(family.name, ()):
            repointed = _repointed(backend, family, revision, live.modified)
            if repointed is not None and (until := repointed + retry_age(live.spec)) > context.clock.now():
                found[revision.arn] = f"schedule {live.group}/{live.name}, which may retry it until {until:%H:%M:%S}Z"
    return found


def _repointed(
    backend: DefinitionBackend, family: Family, revision: Revision, modified: datetime | None
) -> datetime | None:
    """Answer when a schedule ceased to start a revision: when the next one came, or when it was written after that."""
    later = [each for each in family.revisions if each.number > revision.number]
    if not later:
        return modified
    following = min(later, key=_number)
    described = following if following.registered_at is not None else backend.describe(following.arn)
    registered = described.registered_at if described is not None else None
    known = [each for each in (registered, modified if following is later[0] else None) if each is not None]
    return max(known, default=None)


def _number(revision: Revision) -> int:
    return revision.number
