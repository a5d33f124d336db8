"""Look at AWS: everything a plan depends on, in as few calls as lists allow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.aws.concurrent import both
from reconciler.core import ownership
from reconciler.core.definitions import Wanted
from reconciler.core.operations import MakeLogGroup
from reconciler.core.plan import JobSeen, Seen
from reconciler.engine.context import Context
from reconciler.engine.definitions import Definitions, observe_definitions
from reconciler.engine.event_rule import observe_event_rule
from reconciler.engine.memories import Memories, Unrecorded
from reconciler.engine.slots import Untold
from reconciler.engine.suspension import suspended_borrowers
from reconciler.engine.timing import observe_timing
from reconciler.model import Family, Job, Once, Owned, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen, and the ends of runs that were seen for the first time and are still to be recorded."""

    seen: Seen
    unrecorded: tuple[Unrecorded, ...] = ()
    untold: tuple[Untold, ...] = ()


def observe(context: Context) -> Observation:
    """Look at everything that the directory's jobs, and our orphans, are on AWS."""
    jobs = tuple(job for job in context.manifests.jobs if context.limits.selects(job))
    depended = _depended(context, jobs)
    definitions, event_rule = both(
        lambda: observe_definitions(context, (*jobs, *depended)), lambda: observe_event_rule(context)
    )
    now = context.clock.now()
    memories = Memories.read(context, (*jobs, *depended), definitions.families, definitions.linked, now)
    missing_groups = _missing_log_groups(context, jobs)
    borrowers = suspended_borrowers(context, jobs)
    timing = observe_timing(context, jobs, definitions, lambda job: _is_suspended(job, definitions, borrowers), now)
    seen = tuple(
        timing.of(_job_seen(job, definitions, memories, missing_groups.get(job.name), borrowers)) for job in jobs
    )
    return Observation(
        seen=Seen(
            settings=context.settings,
            limits=replace(context.limits, settings_max_reruns=context.settings.max_reruns),
            now=now,
            commit=context.commit,
            jobs=seen,
            depended=tuple(_job_seen(job, definitions, memories, None, frozenset()) for job in depended),
            orphans=(*definitions.orphans, *timing.orphans),
            problems=timing.problems,
            event_rule=event_rule,
            origin=context.manifests.origin,
            empty=context.manifests.empty,
        ),
        unrecorded=memories.unrecorded,
        untold=timing.untold,
    )


def _depended(context: Context, jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Answer the one-shots that `jobs` wait for and that are not among them."""
    named = {name for job in jobs for name in job.depends_on} - {job.name for job in jobs}
    return tuple(job for job in context.manifests.jobs if job.name in named)


def _missing_log_groups(context: Context, jobs: Sequence[Job]) -> Mapping[str, MakeLogGroup]:
    asked = {job.name: job.logs for job in jobs if job.logs is not None and job.logs.create_group}
    if not asked:
        return {}
    retention = context.backends.log_groups.observe({logs.group for logs in asked.values()})
    first = {logs.group: name for name, logs in reversed(asked.items())}
    return {
        name: MakeLogGroup(
            name=logs.group,
            retention_days=logs.retention_days,
            exists=logs.group in retention,
            live_days=retention.get(logs.group),
        )
        for name, logs in asked.items()
        if first[logs.group] == name
        and (logs.group not in retention or (logs.retention_days or retention[logs.group]) != retention[logs.group])
    }


def _job_seen(
    job: Job,
    definitions: Definitions,
    memories: Memories,
    missing: MakeLogGroup | None,
    borrowers: Collection[str],
) -> JobSeen:
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
        suspended=_is_suspended(job, definitions, borrowers),
        error=definitions.errors.get(job.name, "") or memories.errors.get(job.name, ""),
    )


def _is_suspended(job: Job, definitions: Definitions, borrowers: Collection[str]) -> bool:
    """Whether a person has suspended a job by hand."""
    latest = _latest_owned(definitions.families.get(job.name), definitions.wanted.get(job.name))
    return _is_tagged(job, latest) or job.name in borrowers


def _is_tagged(job: Job, latest: Revision | None) -> bool:
    """Whether a job was suspended by a tag on its definition; a job that borrows one has its own suspension."""
    return isinstance(job.definition, Owned) and latest is not None and ownership.SUSPENDED in latest.tags


def _latest_owned(family: Family | None, owned: Wanted | None) -> Revision | None:
    if family is None:
        return None
    if owned is None:
        return family.latest
    return next((revision for revision in family.revisions if ownership.owner_of(revision) == owned.owner), None)


def _commit_time(commit: ownership.Commit) -> datetime:
    return commit.time
