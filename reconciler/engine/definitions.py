"""Look at the definitions: those that jobs own or borrow, those of others, and ours that nobody names any more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from reconciler.aws.backends import DefinitionBackend
from reconciler.aws.concurrent import all_of, gather
from reconciler.core import ownership
from reconciler.core.definitions import Wanted
from reconciler.core.digest import digest
from reconciler.core.prune import Orphan
from reconciler.engine.context import Context
from reconciler.errors import AwsCallError
from reconciler.model import Family, Job, Linked, Revision, Shared, Spec

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """By job: what it owns, the family it runs, the revision of others it runs, and why it could not be looked at."""

    wanted: Mapping[str, Wanted]
    families: Mapping[str, Family]
    linked: Mapping[str, Revision]
    errors: Mapping[str, str]
    orphans: tuple[Orphan, ...]


def observe_definitions(context: Context, jobs: Sequence[Job]) -> Definitions:
    """Look up the definitions of `jobs`, and the orphans where the pass is not narrowed, in few calls."""
    every = {job.name: entry for job in context.manifests.jobs if (entry := wanted(context, job)) is not None}
    families: dict[str, Family] = {}
    linked: dict[str, Revision] = {}
    errors: dict[str, str] = {}
    orphans: list[Orphan] = []
    backends = context.backends.definitions
    kinds = {name: [job for job in jobs if job.kind == name] for name in backends}
    owned = {
        name: {job.name: every[owner] for job in of_kind if (owner := job.defined_by) in every}
        for name, of_kind in kinds.items()
    }
    names = {name: sorted({entry.resource.name for entry in own.values()}) for name, own in owned.items()}
    looks = all_of(lambda name: backends[name].observe(names[name], owner=context.settings.owner), list(backends))
    for (name, backend), seen in zip(backends.items(), looks, strict=True):
        of_kind, own = kinds[name], owned[name]
        families |= _described(
            backend, own, {job: seen.families[entry.resource.name] for job, entry in own.items()}, errors
        )
        linked |= _linked(backend, [job for job in of_kind if isinstance(job.definition, Linked)], errors)
        named = {
            every[job.name].resource.name for job in context.manifests.jobs if job.kind == name and job.name in every
        }
        orphans += _orphans(context, name, backend, sorted(seen.owned - named))
    return Definitions(wanted=every, families=families, linked=linked, errors=errors, orphans=tuple(orphans))


def wanted(context: Context, job: Job) -> Wanted | None:
    """Answer the definition that a job owns, with the tags it is registered under."""
    return context.known.wanted.of(job.name, job, partial(_wanted, context, job))


def _wanted(context: Context, job: Job) -> Wanted | None:
    resource = context.definition(job)
    if resource is None:
        return None
    proof = digest(resource.spec)
    return Wanted(
        resource=resource,
        rules=context.kind(job).rules,
        owner=context.settings.owner,
        digest=proof,
        managed=ownership.definition_tags(
            owner=context.settings.owner,
            job=job.name,
            digest=proof,
            deletion=job.deletion_policy,
            source=source_of(context, job),
            commit=context.commit,
        ),
        adopt=job.adopt,
        ignore=job.ignore_differences,
        history_limit=job.revision_history_limit,
    )


def owner_of_definition(context: Context, job: Job) -> Job:
    """Answer the job whose definition `job` runs: itself, as it was given, or that of `definitionOf`."""
    return context.jobs[job.definition.job] if isinstance(job.definition, Shared) else job


def body(context: Context, job: Job, revision: Revision | None) -> Spec:
    """Answer the definition that a job runs: as this directory has it, else as the revision was described."""
    resource = context.definition(owner_of_definition(context, job))
    if resource is not None:
        return resource.spec
    return (revision.spec if revision is not None else None) or {}


def source_of(context: Context, job: Job) -> str:
    """Answer a manifest's path from the git top level; outside git, from the directory's parent."""
    directory, file = context.manifests.directory.rstrip("/"), job.source.file
    inside = file[len(directory) :].lstrip("/") if file.startswith(directory) else file
    origin = context.manifests.origin
    return inside if origin in {"", "."} else f"{origin}/{inside}"


def _described(
    backend: DefinitionBackend, own: Mapping[str, Wanted], families: Mapping[str, Family], errors: dict[str, str]
) -> Mapping[str, Family]:
    """Describe the newest revisions whose tags say that they hold something else than what is wanted.

    They are asked for by name: a list may lag behind, and what it misses must not be registered a second time.
    """
    unproven = {
        family.name
        for job, family in families.items()
        if family.revisions and _must_be_described(own[job], family.revisions[0])
    }
    described = _each(backend.describe, unproven)
    complete: dict[str, Family] = {}
    for job, family in families.items():
        answer = described.get(family.name)
        if isinstance(answer, AwsCallError):
            errors[job] = str(answer)
        complete[job] = _led_by(answer, family) if isinstance(answer, Revision) else family
    return complete


def _led_by(newest: Revision, family: Family) -> Family:
    older = (revision for revision in family.revisions if revision.number < newest.number)
    return replace(family, revisions=(newest, *older))


def _must_be_described(entry: Wanted, latest: Revision) -> bool:
    return latest.spec is None and latest.tags.get(ownership.DIGEST) != entry.digest


def _linked(backend: DefinitionBackend, jobs: Sequence[Job], errors: dict[str, str]) -> Mapping[str, Revision]:
    references = {job.name: job.definition.reference for job in jobs if isinstance(job.definition, Linked)}
    answers = _each(backend.describe, set(references.values()))
    found: dict[str, Revision] = {}
    for job, reference in references.items():
        match answers[reference]:
            case Revision() as revision:
                found[job] = revision  # what runs on one that is INACTIVE goes on, and is followed
                if not revision.active:
                    errors[job] = f"the definition {reference} is INACTIVE, so nothing can run it"
            case None:
                errors[job] = f"the definition {reference}, which somebody else registers, does not exist"
            case error:
                errors[job] = str(error)
    return found


def _orphans(context: Context, name: str, backend: DefinitionBackend, gone: Sequence[str]) -> list[Orphan]:
    owner, kind = context.settings.owner, context.kinds[name].definition_kind
    orphans = []
    for family in _each(lambda family: backend.family(family, owner=owner), gone).values():
        if isinstance(family, AwsCallError):
            raise family
        if family.revisions:
            orphans.append(Orphan(kind=kind, family=family))
    return orphans


def _each(ask: Callable[[str], Answer], everything: Iterable[str]) -> dict[str, Answer | AwsCallError]:
    asked = sorted(everything)
    return dict(zip(asked, gather(ask, asked), strict=True))
