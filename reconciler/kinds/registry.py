"""The kinds of job there are, and what they would send."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from reconciler.core import run_keys
from reconciler.kinds.batch_job import BatchJob
from reconciler.kinds.ecs_job import EcsJob
from reconciler.kinds.kind import Kind
from reconciler.model import Job, Linked, Manifests, RunKey, Schedule, Spec

#: Stands for what differs from run to run.
_EACH_TIME = "…"


@cache
def kinds() -> Mapping[str, Kind]:
    """Answer every kind by the word that manifests use for it."""
    every: tuple[Kind, ...] = (EcsJob(), BatchJob())
    return {kind.name: kind for kind in every}


def kind_of(job: Job) -> Kind:
    """Answer a job's kind."""
    return kinds()[job.kind]


def render(job: Job, manifests: Manifests, region: str | None) -> Mapping[str, Spec | str | None]:
    """Answer what would be sent for a job in `region`, as far as it is known offline: its definition and run request.

    The run request still holds `vpcId` and `subnetTags` where AWS has to be asked for the subnets, `command` and
    `environment` where it has to be asked for the main container. The `RECONCILER_*` variables, which differ from run
    to run, are there only for patches to find. `reference` names the definition where it is not the job's own.
    """
    kind, settings = kind_of(job), replace(manifests.settings, region=region)
    definition = kind.definition(job, settings)
    ran = kind.definition(next(other for other in manifests.jobs if other.name == job.defined_by), settings)
    body: Spec = ran.spec if ran is not None else {}
    return {
        "definition": definition.spec if definition is not None else None,
        "tags": dict(sorted(definition.tags.items())) if definition is not None else None,
        "target": kind.target(job),
        "run": _run_request(kind, job, body),
        **({} if definition is not None else {"reference": ran.name if ran is not None else _reference(job)}),
    }


def _run_request(kind: Kind, job: Job, definition: Spec) -> Spec:
    request = kind.run_request(job, definition)
    if not job.run.get("patches"):
        return request
    trigger = run_keys.slot_trigger(_EACH_TIME) if isinstance(job.trigger, Schedule) else _EACH_TIME
    told = run_keys.told(job.name, RunKey(owner="", job=job.name, trigger=trigger))
    return kind.patched(job, kind.told(request, definition, kind.main_container(job, definition), told))


def _reference(job: Job) -> str | None:
    return job.definition.reference if isinstance(job.definition, Linked) else None
