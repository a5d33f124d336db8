"""The revision that a run by hand uses: the one in force now, whatever the manifest has come to say since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.core import ownership
from reconciler.core.definitions import differences
from reconciler.core.diff import summed_up
from reconciler.core.ownership import Verdict
from reconciler.engine.context import Context
from reconciler.engine.definitions import owner_of_definition, wanted
from reconciler.errors import Refused
from reconciler.model import Family, Job, Linked, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A revision with its definition, and what to tell about it."""

    revision: Revision
    warnings: tuple[str, ...] = ()


def in_force(context: Context, job: Job) -> InForce:
    """Look up the newest ACTIVE revision of ours that holds what was registered, or the one that the job links to.

    Raises Refused where there is none.
    """
    if isinstance(job.definition, Linked):
        return InForce(revision=_linked(context, job, job.definition.reference))
    owning = owner_of_definition(context, job)
    entry = wanted(context, owning)
    assert entry is not None, "a job that links to no definition owns one, or shares an owner's"
    backend = context.backends.definitions[job.kind]
    family = backend.family(entry.resource.name, owner=context.settings.owner)
    owned = [each for each in family.revisions if ownership.owner_of(each) == context.settings.owner]
    revision = next((each for each in owned if ownership.verdict(each) is Verdict.HOLDS), None)
    if revision is None:
        why = "was never seen to hold what was registered" if owned else "is not registered by this owner"
        raise Refused(f"{entry.resource.name} {why}, so nothing of it is in force", hint="`reconcile --once` does it")
    described = revision if revision.spec is not None else backend.describe(revision.arn)
    if described is None or not described.active:
        raise Refused(f"{revision.arn} is gone", hint="`reconcile --once` registers it again")
    live = replace(described, tags={**described.tags, **revision.tags})
    return InForce(revision=live, warnings=tuple(_warnings(context, owning, family, live)))


def _linked(context: Context, job: Job, reference: str) -> Revision:
    revision = context.backends.definitions[job.kind].describe(reference)
    if revision is None:
        raise Refused(f"{reference} does not exist", hint=f"{job.source}: it is named there")
    if not revision.active:
        raise Refused(f"{reference} is INACTIVE, so nothing can run it", hint=f"{job.source}: it is named there")
    return revision


def _warnings(context: Context, owning: Job, family: Family, revision: Revision) -> Iterator[str]:
    entry = wanted(context, owning)
    name = f"{revision.name}:{revision.number}"
    changes = differences(entry, revision) if entry is not None else ()
    if changes:
        differ = summed_up(changes)
        yield f"{name} is run, which is not what the manifest says: {differ}; `reconcile --once` brings that in force"
    if family.latest is not None and family.latest.arn != revision.arn:
        yield f"{name} is run, although a newer revision {family.latest.number} exists that this owner did not verify"
