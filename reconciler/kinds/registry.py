"""The kinds of job there are, and what they would send."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from reconciler.kinds.batch_job import BatchJob
from reconciler.kinds.ecs_job import EcsJob
from reconciler.kinds.kind import Kind
from reconciler.model import Job, Linked, Manifests, Shared, Spec


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
    `environment` where it has to be asked for the main container, and lacks the `RECONCILER_*` variables, which differ
    from run to run. `reference` names the definition where it is not the job's own.
    """
    kind, settings = kind_of(job), replace(manifests.settings, region=region)
    definition = kind.definition(job, settings)
    shared = job.definition.job if isinstance(job.definition, Shared) else job.name
    ran = kind.definition(next(other for other in manifests.jobs if other.name == shared), settings)
    body: Spec = ran.spec if ran is not None else {}
    return {
        "definition": definition.spec if definition is not None else None,
        "tags": dict(sorted(definition.tags.items())) if definition is not None else None,
        "target": kind.target(job),
        "run": kind.patched(job, kind.run_request(job, body)),
        **({} if definition is not None else {"reference": ran.name if ran is not None else _reference(job)}),
    }


def _reference(job: Job) -> str | None:
    return job.definition.reference if isinstance(job.definition, Linked) else None
