"""`suspend` and `resume`: what people put over the manifests at 03:00, until they take it off again.

A job that owns its definition is suspended by the tag `reconciler:suspended` on the newest revision of ours, which
says since when; a registration carries it over. A job that runs another's definition has nothing of its own to tag (the
tag would suspend the others too, or be on somebody else's resource), so its suspension is a stream of the ledger,
`suspended/<job>`, whose last event counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from reconciler.aws.backends import DefinitionBackend
from reconciler.aws.ledger import StreamRecord
from reconciler.core import eventbridge_cron, ownership
from reconciler.core.live_schedules import LiveSchedule
from reconciler.engine.context import Context
from reconciler.engine.definitions import wanted
from reconciler.errors import AwsCallError, CredentialsExpired
from reconciler.kinds.schedule import KIND, group_name
from reconciler.model import Engine, Family, Job, Owned, Resource, Revision, Schedule, Spec

_PREFIX = "suspended/"
_DISABLED = "DISABLED"
_GOING = "suspended, but EventBridge starts it until a pass can disable its schedule"
#: A tag that was set is looked for again so often at most: after a pass that registers at the same moment.
_LOOKS = 3


class Wish(Enum):
    """What a person wants of a job."""

    SUSPEND = "suspended"
    RESUME = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """What came of it for one job; `problem` says why nothing could be done."""

    job: str
    changed: bool = False
    problem: str = ""


def change_all(context: Context, jobs: Sequence[Job], wish: Wish) -> tuple[Suspended, ...]:
    """Suspend or resume jobs, and answer what came of it for each: one that AWS refuses keeps no other going.

    EventBridge reads no tags, so a schedule there is disabled at once; the next pass enables it, as it does whatever
    the manifests want.
    """
    outcomes = tuple(_changed(context, job, wish) for job in jobs)
    if wish is Wish.RESUME:
        return outcomes
    going = _still_going(context, [job for job, each in zip(jobs, outcomes, strict=True) if not each.problem])
    return tuple(replace(outcome, problem=outcome.problem or going.get(outcome.job, "")) for outcome in outcomes)


def _changed(context: Context, job: Job, wish: Wish) -> Suspended:
    """Suspend or resume a job; doing so twice changes nothing."""
    try:
        return _tag(context, job, wish) if isinstance(job.definition, Owned) else _note(context, job, wish)
    except CredentialsExpired:
        raise
    except AwsCallError as refusal:
        return Suspended(job=job.name, problem=str(refusal))


def _still_going(context: Context, jobs: Sequence[Job]) -> Mapping[str, str]:
    """Disable the schedules by which EventBridge starts jobs, and say by job why one could not be."""
    owner = context.settings.owner
    started = {
        (group_name(job.trigger, owner), job.name): job
        for job in jobs
        if isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.EVENTBRIDGE
    }
    if not started:
        return {}
    schedules, problems = context.backends.schedules, {}
    try:
        found = schedules.observe({group for group, _ in started})
    except CredentialsExpired:
        raise
    except AwsCallError as refusal:
        return {job.name: f"{_GOING}: {refusal}" for job in started.values()}
    for live in found:
        job = started.get((live.group, live.name))
        if job is None or live.owner != owner or live.spec.get("State") == _DISABLED:
            continue
        try:
            resource = Resource(
                kind=KIND, name=live.name, job=job.name, spec=_disabled(context, job, live), source=job.source
            )
            schedules.put(resource, exists=True, owner=owner)
        except CredentialsExpired:
            raise
        except AwsCallError as refusal:
            problems[job.name] = f"{_GOING}: {refusal}"
    return problems


def _disabled(context: Context, job: Job, live: LiveSchedule) -> Spec:
    """Answer a schedule as it lives, but off; AWS takes no StartDate that has passed, also from one that has it."""
    assert isinstance(job.trigger, Schedule)
    spec = {member: value for member, value in live.spec.items() if member != "StartDate"}
    start = eventbridge_cron.start_date(job.trigger, context.clock.now())
    return {**spec, "State": _DISABLED, **({"StartDate": start} if start is not None else {})}


def suspended_borrowers(context: Context, jobs: Iterable[Job]) -> frozenset[str]:
    """Answer those of `jobs` without a definition of their own that are suspended, in two calls; none asks nothing."""
    borrowers = {job.name for job in jobs if not isinstance(job.definition, Owned)}
    if not borrowers:
        return frozenset()
    records = context.backends.ledger.read(_PREFIX)
    suspended = {stream.removeprefix(_PREFIX) for stream, record in records.items() if _is(record)}
    return frozenset(borrowers & suspended)


def is_suspended(context: Context, job: Job, revision: Revision) -> bool:
    """Answer whether a job is suspended, by its manifest or by hand; `revision` is the one in force."""
    if job.suspend:
        return True
    if isinstance(job.definition, Owned):
        return ownership.SUSPENDED in revision.tags
    return bool(suspended_borrowers(context, [job]))


def _tag(context: Context, job: Job, wish: Wish) -> Suspended:
    """Tag the newest revision of ours, and look again: a pass may have registered another meanwhile."""
    backend, tagged = context.backends.definitions[job.kind], False
    entry = wanted(context, job)
    assert entry is not None
    for _ in range(_LOOKS):
        family = backend.family(entry.resource.name, owner=context.settings.owner)
        owned = [each for each in family.revisions if ownership.owner_of(each) == context.settings.owner]
        if not owned:
            problem = f"{entry.resource.name} is not registered by this owner; spec.suspend in the manifest does it"
            return Suspended(job=job.name, problem=problem)
        if not _apply(context, backend, owned, wish):
            return Suspended(job=job.name, changed=tagged)
        tagged = True
    return Suspended(job=job.name, changed=tagged)


def _apply(context: Context, backend: DefinitionBackend, owned: list[Revision], wish: Wish) -> bool:
    """Bring the tag about where it is not as wished, and answer whether there was anything to do."""
    if wish is Wish.SUSPEND:
        if ownership.SUSPENDED in owned[0].tags:
            return False
        backend.tag(owned[0], {ownership.SUSPENDED: context.clock.now().isoformat(timespec="seconds")})
        return True
    tagged = [revision for revision in owned if ownership.SUSPENDED in revision.tags]
    for revision in tagged:
        backend.tag(revision, {}, remove=[ownership.SUSPENDED])
    return bool(tagged)


def _note(context: Context, job: Job, wish: Wish) -> Suspended:
    ledger, stream = context.backends.ledger, f"{_PREFIX}{job.name}"
    record = ledger.read_one(stream)
    if record is None and wish is Wish.RESUME:
        return Suspended(job=job.name)
    if record is None:
        ledger.claim(stream)
    elif _is(record) is (wish is Wish.SUSPEND):
        return Suspended(job=job.name)
    ledger.record(stream, {"event": wish.value, "at": context.clock.now().isoformat()})
    return Suspended(job=job.name, changed=True)


def _is(record: StreamRecord) -> bool:
    last: Mapping[str, object] = record.events[-1] if record.events else {}
    return last.get("event") == Wish.SUSPEND.value


def carried_over(backend: DefinitionBackend, family: Family | None, owner: str) -> Mapping[str, str]:
    """Answer the tag of a suspension that a new revision of the family takes on, as it is at this moment."""
    revisions = family.revisions if family is not None else ()
    owned = next((each for each in revisions if ownership.owner_of(each) == owner), None)
    now = backend.describe(owned.arn) if owned is not None else None
    since = now.tags.get(ownership.SUSPENDED) if now is not None else None
    return {ownership.SUSPENDED: since} if since is not None else {}
