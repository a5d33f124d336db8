"""BatchJob → the job definition it owns, exactly as RegisterJobDefinition is sent; and the containers it holds.

A body is of one of four properties kinds: `containerProperties` (one container, without a name), `ecsProperties`
(the containers of an ECS task), `eksProperties` (those of a pod) and `nodeProperties`, each of whose ranges of nodes is
again one of the three.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.kinds.containers import deciding, with_awslogs
from reconciler.kinds.inside import TagPlaces
from reconciler.kinds.task_definition import definition_sources
from reconciler.model import Job, Logs, Owned, Resource, Settings, Spec

KIND = "job-definition"

#: What Batch calls the container of a pod that names none (EksContainer.name in the service model).
DEFAULT_POD_CONTAINER = "Default"
#: The one container without a name: of a job definition, of a range of nodes.
SINGLE = ("containerProperties", "container")


def desired(job: Job, settings: Settings) -> Resource | None:
    """Answer the job definition of a job that owns one; its name is the job's unless the body has another."""
    if not isinstance(job.definition, Owned):
        return None
    written = job.definition.body
    body: Spec = {member: value for member, value in written.items() if member not in {"tags", "jobDefinitionName"}}
    if job.logs is not None:
        body = _with_logs(body, job.logs, settings.region)
    name = str(written.get("jobDefinitionName") or job.name)
    own_tags = {key: str(value) for key, value in (written.get("tags") or {}).items()}
    return Resource(
        kind=KIND,
        name=name,
        job=job.name,
        spec={"jobDefinitionName": name, **body},
        source=job.source,
        sources=definition_sources(job, "jobDefinition"),
        tags={**own_tags, **job.tags},
        tag_sources=TagPlaces(job, settings),
    )


def main_container(job: Job, definition: Spec) -> str | None:
    """Name the container that decides; None where there is only one, without a name.

    The author's choice, else the only essential one, else the first; of a multi-node job, that of the main node.
    """
    if job.main_container is not None:
        return job.main_container
    properties = main_range(definition) or definition
    if (pod := properties.get("eksProperties")) is not None:
        containers: Sequence[Spec] = (pod.get("podProperties") or {}).get("containers") or ()
        return str(containers[0].get("name") or DEFAULT_POD_CONTAINER) if containers else None
    tasks: Sequence[Spec] = (properties.get("ecsProperties") or {}).get("taskProperties") or ()
    return deciding([container for task in tasks for container in task.get("containers") or ()])


def main_range(definition: Spec) -> Spec | None:
    """Answer the range of nodes that the main node of a multi-node job belongs to; None for any other job.

    Ranges may lie inside one another, and the narrower counts (NodeRangeProperty.targetNodes in the service model).
    """
    nodes = definition.get("nodeProperties")
    if not nodes:
        return None
    main, count = int(nodes.get("mainNode", 0)), int(nodes.get("numNodes", 1))
    reaches = [(_reach(str(each.get("targetNodes", "")), count), each) for each in nodes.get("nodeRangeProperties", ())]
    holding = [(len(reach), each) for reach, each in reaches if main in reach]
    return min(holding, key=lambda found: found[0])[1] if holding else None


def _reach(target_nodes: str, count: int) -> range:
    """Read `0:3`, `:3` (from 0), `2:` (to the last) or `2`."""
    first, colon, last = target_nodes.partition(":")
    start = int(first or 0)
    return range(start, int(last or count - 1) + 1 if colon else start + 1)


def _with_logs(properties: Spec, logs: Logs, region: str | None) -> dict[str, Any]:
    """Give awslogs to every container without a log configuration; those of pods have none on Batch."""
    changed = dict(properties)
    for member in SINGLE:
        if changed.get(member) is not None:
            changed[member] = with_awslogs(changed[member], logs, region)
    if changed.get("ecsProperties") is not None:
        changed["ecsProperties"] = _mapped(
            changed["ecsProperties"],
            "taskProperties",
            lambda task: _mapped(task, "containers", lambda container: with_awslogs(container, logs, region)),
        )
    if changed.get("nodeProperties") is not None:
        changed["nodeProperties"] = _mapped(
            changed["nodeProperties"], "nodeRangeProperties", lambda reach: _with_logs(reach, logs, region)
        )
    return changed


def _mapped(structure: Spec, member: str, change: Any) -> Mapping[str, Any]:
    return {**structure, member: [change(entry) for entry in structure.get(member) or ()]}
