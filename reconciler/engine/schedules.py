"""EventBridge's schedules: look at those that are ours, and write the one that a job wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from reconciler.aws.concurrent import all_of
from reconciler.core import ownership, run_keys, slots
from reconciler.core.definitions import may_adopt
from reconciler.core.live_schedules import LiveSchedule
from reconciler.core.operations import PutSchedule
from reconciler.core.prune import Orphan
from reconciler.core.schedules import TO_COME, ScheduleSeen
from reconciler.core.slot_runs import Slots
from reconciler.engine.context import Context
from reconciler.engine.definitions import Definitions, body, source_of
from reconciler.engine.requests import run_request
from reconciler.errors import CredentialsExpired, ReconcilerError
from reconciler.kinds import schedule as kinds
from reconciler.kinds.schedule import Whose
from reconciler.kinds.schedule_rules import RULES
from reconciler.kinds.schedule_takeover import as_ours
from reconciler.model import Engine, Family, Job, Linked, Resource, Revision, RunKey, Schedule

_AT_LEAST_ONCE: Final = "EventBridge starts each slot at least once, since SubmitJob takes no token"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesSeen:
    """By job that has or wants any: its schedules on AWS, and why they could not be told; ours that nobody wants."""

    by_job: Mapping[str, ScheduleSeen] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    orphans: tuple[Orphan, ...] = ()
    foreign: tuple[LiveSchedule, ...] = ()


def observe_schedules(
    context: Context,
    jobs: Sequence[Job],
    definitions: Definitions,
    known: Mapping[str, Slots],
    groups: frozenset[str],
    now: datetime,
) -> SchedulesSeen:
    """Look at every schedule of our groups: one list for each, and one call for each schedule that changed.

    `groups` are those that the ledger names. Where a job's schedule is new, changed or missing, its name is looked for
    in all groups.
    """
    owner = context.settings.owner
    found = list(context.backends.schedules.observe({kinds.owners_group(owner), *groups, *_named(context)}))
    found += _elsewhere(context, jobs, known, found)
    mine: dict[str, list[LiveSchedule]] = {}
    for live in found:
        if live.owner == owner:
            mine.setdefault(live.job, []).append(live)
    by_job: dict[str, ScheduleSeen] = {}
    errors: dict[str, str] = {}
    for job in jobs:
        every = [live for name in (job.name, *job.former_names) for live in mine.get(name, ())]
        if not every and not isinstance(job.trigger, Schedule):
            continue
        try:
            by_job[job.name] = _seen(context, job, every, found, definitions, known.get(job.name), now)
        except CredentialsExpired:
            raise
        except ReconcilerError as error:
            errors[job.name] = str(error)
    names = {name for job in context.manifests.jobs for name in (job.name, *job.former_names)}
    return SchedulesSeen(
        by_job=by_job,
        errors=errors,
        orphans=tuple(
            Orphan(kind=kinds.KIND, family=Family(name=f"{live.group}/{live.name}"), schedule=live)
            for job, lives in sorted(mine.items())
            if job not in names
            for live in lives
        ),
        foreign=tuple(live for live in found if live.owner != owner and live.group == kinds.owners_group(owner)),
    )


def put_schedule(
    context: Context, job: Job, operation: PutSchedule, revision: Revision, *, suspended: bool
) -> Resource:
    """Write the schedule that `job` wants, to start `revision` from now on.

    Its StartDate is made anew: AWS refuses, also from an update that leaves it as it is, one that is long past.
    """
    now = context.clock.now()
    resource = desired(context, job, revision.arn, None, suspended=suspended, now=now, revision=revision)
    context.backends.schedules.put(resource, exists=operation.live is not None, owner=context.settings.owner)
    return resource


def desired(
    context: Context,
    job: Job,
    definition_arn: str,
    live: LiveSchedule | None,
    *,
    suspended: bool,
    now: datetime,
    revision: Revision | None,
) -> Resource:
    """Answer the schedule of a job of engine eventbridge: what the loop would send for a slot, with AWS's words in it.

    Raises ReconcilerError where that cannot be said, or not be looked up.
    """
    assert isinstance(job.trigger, Schedule)
    kind, definition, owner = context.kind(job), body(context, job, revision), context.settings.owner
    key = RunKey(owner=owner, job=job.name, trigger=run_keys.slot_trigger(run_keys.SCHEDULED_TIME))
    request = run_request(context, job, definition, kind.main_container(job, definition), key)
    target = kind.target(job) or context.backends.runs[job.kind].default_target()
    return kinds.desired(
        job,
        job.trigger,
        kind.scheduled(kind.launches(request, key, target, definition_arn)),
        Whose(owner=owner, source=source_of(context, job), commit=context.commit),
        partition=context.backends.schedules.partition,
        suspended=suspended,
        live=live,
        now=now,
    )


def _seen(
    context: Context,
    job: Job,
    mine: Sequence[LiveSchedule],
    found: Sequence[LiveSchedule],
    definitions: Definitions,
    known: Slots | None,
    now: datetime,
) -> ScheduleSeen:
    owner, schedule = context.settings.owner, job.trigger
    if not isinstance(schedule, Schedule) or schedule.engine is not Engine.EVENTBRIDGE or known is None:
        return ScheduleSeen(rules=RULES, owner=owner, others=tuple(mine))
    group = kinds.group_name(schedule, owner)
    live = next((each for each in found if (each.group, each.name) == (group, job.name)), None)
    revision = definitions.linked.get(job.name) or _in_force(job, definitions)
    suspended = bool(known.wanted.get("suspended"))
    arn = revision.arn if revision is not None else TO_COME
    wanted = desired(context, job, arn, live, suspended=suspended, now=now, revision=revision)
    others = tuple(each for each in mine if each is not live)
    if live is not None and not live.owner and job.adopt is True:
        live = replace(live, spec=as_ours(live.spec, wanted.spec))
    over = None if slots.next_starts(schedule, now, 1) else _last_start(schedule, now)
    return ScheduleSeen(
        rules=RULES,
        owner=owner,
        caution="" if context.backends.runs[job.kind].tokens else _AT_LEAST_ONCE,
        wanted=wanted,
        live=live,
        others=others,
        over=over,
    )


def _in_force(job: Job, definitions: Definitions) -> Revision | None:
    """Answer the newest revision of ours, or one to adopt, of the definition that a job runs."""
    family = definitions.families.get(job.name)
    assert not isinstance(job.definition, Linked)
    entry = definitions.wanted.get(job.defined_by)
    if family is None or entry is None:
        return None
    owned = next((each for each in family.revisions if ownership.owner_of(each) == entry.owner), None)
    if owned is None and family.latest is not None and may_adopt(entry, family.latest):
        return family.latest
    return owned


def _last_start(schedule: Schedule, now: datetime) -> datetime:
    last = slots.last_start(schedule, now)
    return last if last is not None else schedule.end_date or now


def _named(context: Context) -> set[str]:
    """Answer the groups that the directory's jobs name."""
    return {
        kinds.group_name(job.trigger, context.settings.owner)
        for job in context.manifests.jobs
        if isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.EVENTBRIDGE
    }


def _elsewhere(
    context: Context, jobs: Sequence[Job], known: Mapping[str, Slots], found: Sequence[LiveSchedule]
) -> list[LiveSchedule]:
    """Look in all groups for schedules of jobs whose own is new, changed or missing."""
    there = {(live.group, live.name) for live in found}
    names = sorted(
        {
            name
            for job in jobs
            if isinstance(job.trigger, Schedule) and job.name in known and _is_unsettled(context, job, known, there)
            for name in (job.name, *job.former_names)
        }
    )
    answers = all_of(context.backends.schedules.named, names)
    return [live for answer in answers for live in answer if (live.group, live.name) not in there]


def _is_unsettled(context: Context, job: Job, known: Mapping[str, Slots], there: set[tuple[str, str]]) -> bool:
    assert isinstance(job.trigger, Schedule)
    if not known[job.name].stands:
        return True
    group = kinds.group_name(job.trigger, context.settings.owner)
    return job.trigger.engine is Engine.EVENTBRIDGE and (group, job.name) not in there
