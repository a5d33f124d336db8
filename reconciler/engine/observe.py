"""Look at AWS: everything a plan depends on, in as few calls as lists allow."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.aws.concurrent import gather
from reconciler.core import ownership
from reconciler.core.definitions import Wanted
from reconciler.core.digest import digest
from reconciler.core.memory import Event
from reconciler.core.operations import MakeLogGroup
from reconciler.core.plan import JobSeen, Seen
from reconciler.core.prune import Orphan
from reconciler.engine.context import Context
from reconciler.engine.memories import Memories
from reconciler.errors import AwsCallError
from reconciler.model import Family, Job, Linked, Once, Resource, Revision, Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen, and the ends of runs that were seen for the first time and are still to be recorded."""

    seen: Seen
    unrecorded: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Definitions:
    wanted: Mapping[str, Wanted]
    families: Mapping[str, Family]
    linked: Mapping[str, Revision]
    orphans: tuple[Orphan, ...]
    errors: Mapping[str, str]


def observe(context: Context) -> Observation:
    """Look at everything that the directory's jobs, and our orphans, are on AWS."""
    jobs = tuple(job for job in context.manifests.jobs if _is_selected(job, context))
    definitions = _observe_definitions(context, jobs)
    now = context.clock.now()
    memories = Memories.read(context, jobs, definitions.families, definitions.linked, now)
    missing_groups = _missing_log_groups(context, jobs)
    seen = tuple(_job_seen(job, definitions, memories, missing_groups.get(job.name)) for job in jobs)
    return Observation(
        seen=Seen(
            settings=context.settings,
            limits=replace(context.limits, settings_max_reruns=context.settings.max_reruns),
            now=now,
            commit=context.commit,
            jobs=seen,
            orphans=definitions.orphans,
            origin=context.manifests.origin,
            empty=context.manifests.empty,
        ),
        unrecorded=memories.unrecorded,
    )


def _is_selected(job: Job, context: Context) -> bool:
    limits = context.limits
    names = (job.name, job.declared_name)
    named = not limits.jobs or any(fnmatch.fnmatchcase(name, glob) for glob in limits.jobs for name in names)
    return named and all(job.tags.get(key) == value for key, value in limits.tags.items())


def wanted(context: Context, job: Job) -> Wanted | None:
    """Answer the definition that a job owns, with the tags it is registered under."""
    resource = context.kind(job).definition(job, context.settings)
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
            source=_source(context, job),
            commit=context.commit,
        ),
        adopt=job.adopt,
        ignore=job.ignore_differences,
        history_limit=job.revision_history_limit,
    )


def _source(context: Context, job: Job) -> str:
    """Answer a manifest's path from the git top level, or from the directory's parent outside git."""
    directory, file = context.manifests.directory.rstrip("/"), job.source.file
    inside = file[len(directory) :].lstrip("/") if file.startswith(directory) else file
    origin = context.manifests.origin
    return inside if origin in {"", "."} else f"{origin}/{inside}"


def _observe_definitions(context: Context, jobs: Sequence[Job]) -> _Definitions:
    every = {job.name: wanted(context, job) for job in context.manifests.jobs}
    families: dict[str, Family] = {}
    linked: dict[str, Revision] = {}
    errors: dict[str, str] = {}
    orphans: list[Orphan] = []
    for name, backend in context.backends.definitions.items():
        of_kind = [job for job in jobs if job.kind == name]
        owners = {job.name: resource for job in of_kind if (resource := _resource(job, every)) is not None}
        known = {
            entry.resource.name for job in context.manifests.jobs if job.kind == name and (entry := every[job.name])
        }
        seen = backend.observe(sorted({resource.name for resource in owners.values()}), owner=context.settings.owner)
        for job_name, resource in owners.items():
            families[job_name] = seen.families[resource.name]
        unproven = [job.name for job in of_kind if _must_be_described(every.get(job.name), families.get(job.name))]
        for job_name, described in zip(
            unproven, gather(lambda job_name: backend.describe(_arn(families[job_name])), unproven), strict=True
        ):
            if isinstance(described, AwsCallError):
                errors[job_name] = str(described)
            elif described is not None:
                families[job_name] = replace(
                    families[job_name], revisions=(described, *families[job_name].revisions[1:])
                )
        references = [job for job in of_kind if isinstance(job.definition, Linked)]
        _describe_linked(context, references, linked, errors)
        gone = sorted(seen.owned - known)
        kind = context.kinds[name].definition_kind
        for family in gather(lambda family: backend.family(family, owner=context.settings.owner), gone):
            if isinstance(family, AwsCallError):
                raise family
            if family.revisions:
                orphans.append(Orphan(kind=kind, family=family))
    present = {name: entry for name, entry in every.items() if entry is not None}
    return _Definitions(wanted=present, families=families, linked=linked, orphans=tuple(orphans), errors=errors)


def _resource(job: Job, every: Mapping[str, Wanted | None]) -> Resource | None:
    owner = job.definition.job if isinstance(job.definition, Shared) else job.name
    entry = every.get(owner)
    return entry.resource if entry is not None else None


def _must_be_described(entry: Wanted | None, family: Family | None) -> bool:
    latest = family.latest if family is not None else None
    if entry is None or latest is None or latest.spec is not None:
        return False
    return latest.tags.get(ownership.DIGEST) != entry.digest


def _arn(family: Family) -> str:
    assert family.latest is not None
    return family.latest.arn


def _describe_linked(
    context: Context, jobs: Sequence[Job], linked: dict[str, Revision], errors: dict[str, str]
) -> None:
    references = sorted({(job.kind, job.definition.reference) for job in jobs if isinstance(job.definition, Linked)})
    answers = dict(
        zip(
            references,
            gather(lambda asked: context.backends.definitions[asked[0]].describe(asked[1]), references),
            strict=True,
        )
    )
    for job in jobs:
        assert isinstance(job.definition, Linked)
        answer = answers[job.kind, job.definition.reference]
        if isinstance(answer, Revision) and answer.active:
            linked[job.name] = answer
        else:
            found = answer if isinstance(answer, AwsCallError) else "is INACTIVE" if answer else "does not exist"
            errors[job.name] = f"{job.definition.reference} {found}"


def _missing_log_groups(context: Context, jobs: Sequence[Job]) -> Mapping[str, MakeLogGroup]:
    asked = {job.name: job.logs for job in jobs if job.logs is not None and job.logs.create_group}
    if not asked:
        return {}
    retention = context.backends.log_groups.observe({logs.group for logs in asked.values()})
    first = {logs.group: name for name, logs in reversed(asked.items())}
    return {
        name: MakeLogGroup(name=logs.group, retention_days=logs.retention_days)
        for name, logs in asked.items()
        if first[logs.group] == name
        and (logs.group not in retention or (logs.retention_days or retention[logs.group]) != retention[logs.group])
    }


def _job_seen(job: Job, definitions: _Definitions, memories: Memories, missing: MakeLogGroup | None) -> JobSeen:
    family = definitions.families.get(job.name)
    owned = definitions.wanted.get(job.name)
    latest = _latest_owned(family, owned)
    commits = [
        commit
        for text in (latest.tags.get(ownership.COMMIT) if latest else None, memories.commit(job))
        if (commit := ownership.parse_commit(text)) is not None
    ]
    return JobSeen(
        job=job,
        wanted=owned,
        family=family,
        linked=definitions.linked.get(job.name),
        one_shot=memories.one_shots.get(job.name) if isinstance(job.trigger, Once) else None,
        missing_log_group=missing,
        live_commit=max(commits, key=_commit_time, default=None),
        health=memories.health(job),
        suspended=latest is not None and ownership.SUSPENDED in latest.tags,
        error=definitions.errors.get(job.name, ""),
    )


def _latest_owned(family: Family | None, owned: Wanted | None) -> Revision | None:
    if family is None:
        return None
    if owned is None:
        return family.latest
    return next((revision for revision in family.revisions if ownership.owner_of(revision) == owned.owner), None)


def _commit_time(commit: ownership.Commit) -> datetime:
    return commit.time
