"""`doctor`: whether what the jobs depend on is there, found out by reading alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.aws.backends import RunBackend
from reconciler.aws.concurrent import all_of
from reconciler.aws.inspection import Inspection, NotLookedAt
from reconciler.aws.permissions import Directory, Wanted
from reconciler.engine.context import Context
from reconciler.engine.definitions import body
from reconciler.errors import (
    AccessDenied,
    AwsCallError,
    CredentialsExpired,
    NotFound,
    ReconcilerError,
    Rejected,
    UsageError,
)
from reconciler.kinds.references import references
from reconciler.model import Check, Job, Linked, Spec, Verdict

#: Answers what is wrong, or None.
Look = Callable[[], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """Something that a job depends on, and how it is looked at."""

    what: str
    subject: str
    job: str
    look: Look


def examine(context: Context, jobs: Sequence[Job]) -> tuple[Check, ...]:
    """Look at everything that `jobs` depend on, each thing once; without valid credentials at nothing else."""
    inspection = context.backends.inspection
    try:
        caller = inspection.caller()
    except (AwsCallError, UsageError) as error:
        return (Check(what="credentials", subject="AWS", verdict=Verdict.NG, reason=str(error)),)
    wanted: dict[tuple[str, str], list[_Need]] = {}
    for need in _needs(context, inspection, jobs):
        wanted.setdefault((need.what, need.subject), []).append(need)
    checks = all_of(_looked_at, [group for _, group in sorted(wanted.items())])
    return (
        Check(what="credentials", subject=caller, verdict=Verdict.OK),
        *_permissions(context, inspection, caller, jobs),
        *checks,
    )


def _needs(context: Context, inspection: Inspection, jobs: Sequence[Job]) -> Iterator[_Need]:
    for job in jobs:
        kind, backend = context.kind(job), context.backends.runs[job.kind]
        definition = body(context, job, None)
        if isinstance(job.definition, Linked):
            reference = job.definition.reference
            revision = context.backends.definitions[job.kind].describe(reference)
            definition = (revision.spec if revision is not None and revision.active else None) or {}
            gone = None if definition else "it does not exist, or is INACTIVE"
            yield _Need(what="definition", subject=reference, job=job.name, look=_known(gone))
        request = kind.run_request(job, definition)
        yield _target(backend, kind.target(job), request, job)
        yield from _network(backend, request, definition, job)
        for each in references(definition, request):
            look = _look(context, inspection, job, each.what, each.subject)
            yield _Need(what=each.what, subject=each.subject, job=job.name, look=look)


def _known(answer: str | None) -> Look:
    return lambda: answer


def _target(backend: RunBackend, target: str | None, request: Spec, job: Job) -> _Need:
    def look() -> str | None:
        return backend.unfit(target if target is not None else backend.default_target(), request)

    subject = target or f"the only {backend.target_kind}"
    return _Need(what=backend.target_kind, subject=subject, job=job.name, look=look)


def _network(backend: RunBackend, request: Spec, definition: Spec, job: Job) -> Iterator[_Need]:
    """Where the network is to be looked up: whether that finds anything."""

    def look() -> str | None:
        backend.complete(request, definition)
        return None

    if definition.get("networkMode") == "awsvpc" and not _names_subnets(request):
        vpc = str(request.get("vpcId") or "default VPC")
        tags = ", ".join(f"{key}={value}" for key, value in sorted((request.get("subnetTags") or {}).items()))
        yield _Need(what="network", subject=f"{vpc} {tags}".strip(), job=job.name, look=look)


def _names_subnets(request: Spec) -> bool:
    network: Spec = (request.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    return bool(network.get("subnets"))


def _look(context: Context, inspection: Inspection, job: Job, what: str, subject: str) -> Look:
    looks: Mapping[str, Callable[[str], str | None]] = {
        "image": inspection.image,
        "role": inspection.role,
        "secret": inspection.secret,
        "subnet": inspection.subnet,
        "security group": inspection.security_group,
        "log group": lambda group: _log_group(context, job, group),
    }
    return lambda: looks[what](subject)


def _log_group(context: Context, job: Job, group: str) -> str | None:
    if group in context.backends.log_groups.observe([group]):
        return None
    made = job.logs is not None and job.logs.create_group and job.logs.group == group
    if made:
        raise NotLookedAt("it is not there yet; the next pass makes it")
    return "it does not exist"


def _permissions(context: Context, inspection: Inspection, caller: str, jobs: Sequence[Job]) -> Iterator[Check]:
    """Whether those who look and those who write may: two where Settings name a role for each."""
    definitions: dict[str, list[str]] = {}
    for job in jobs:
        kind = context.kind(job)
        own = context.definition(job)
        definitions.setdefault(kind.definition_kind, []).extend([own.name] if own is not None else [])
    settings = context.settings
    asked = Directory(owner=settings.owner, cluster=settings.cluster, definitions=definitions)
    reading, writing = asked.reading(), asked.writing()
    if settings.read_role_arn is not None and settings.role_arn is not None:
        yield _permission(inspection, caller, [reading])
        yield _permission(inspection, settings.role_arn, [reading, writing])
    else:
        yield _permission(inspection, caller, [reading, writing])


def _permission(inspection: Inspection, who: str, asked: Sequence[Wanted]) -> Check:
    def look() -> str | None:
        denied = [action for wanted in asked for action in inspection.denied(who, wanted)]
        return f"not allowed by its own policies: {', '.join(sorted(denied))}" if denied else None

    return _check("permissions", who, look, ())


def _looked_at(group: Sequence[_Need]) -> Check:
    """Look at one thing for all that need it; what one of them lacks is said."""
    names = tuple(sorted({need.job for need in group}))
    first = group[0]
    checks = [_check(need.what, need.subject, need.look, names) for need in group[: 1 if _is_same(first) else None]]
    return next((check for check in checks if check.verdict is Verdict.NG), checks[0])


def _is_same(need: _Need) -> bool:
    """Whether a thing is the same for whoever needs it; a cluster's capacity depends on the request."""
    return need.what not in {"cluster", "log group"}


def _check(what: str, subject: str, look: Look, jobs: Sequence[str]) -> Check:
    verdict, reason = Verdict.OK, ""
    try:
        if (wrong := look()) is not None:
            verdict, reason = Verdict.NG, wrong
    except NotLookedAt as why:
        verdict, reason = Verdict.SKIPPED, str(why)
    except CredentialsExpired:
        raise
    except AccessDenied as error:
        verdict, reason = Verdict.SKIPPED, error.detail
    except (NotFound, Rejected) as error:
        verdict, reason = Verdict.NG, error.detail
    except AwsCallError as error:
        verdict, reason = Verdict.SKIPPED, str(error)
    except ReconcilerError as error:
        verdict, reason = Verdict.NG, str(error)
    return Check(what=what, subject=subject, verdict=verdict, reason=reason, jobs=tuple(jobs))
