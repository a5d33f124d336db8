"""EcsJob → the task definition it owns, exactly as RegisterTaskDefinition is sent."""

from collections.abc import Mapping

from reconciler.kinds.containers import deciding, with_awslogs
from reconciler.kinds.inside import Inside, TagPlaces, WithLogs
from reconciler.model import Job, Owned, Path, Resource, Settings, Source, Spec

KIND = "task-definition"


def desired(job: Job, settings: Settings) -> Resource | None:
    """Answer the task definition of a job that owns one; its family is the job's name unless the body names another."""
    if not isinstance(job.definition, Owned):
        return None
    body = {member: value for member, value in job.definition.body.items() if member not in {"tags", "family"}}
    if job.logs is not None:
        body["containerDefinitions"] = [
            with_awslogs(container, job.logs, settings.region) for container in body["containerDefinitions"]
        ]
    family = str(job.definition.body.get("family") or job.name)
    own_tags = {tag["key"]: str(tag.get("value", "")) for tag in job.definition.body.get("tags") or ()}
    return Resource(
        kind=KIND,
        name=family,
        job=job.name,
        spec={"family": family, **body},
        source=job.source,
        sources=definition_sources(job, "taskDefinition"),
        tags={**own_tags, **job.tags},
        tag_sources=TagPlaces(job, settings),
    )


def definition_sources(job: Job, section: str) -> Mapping[Path, Source]:
    """Answer where each member of the definition was written, by its path inside the definition."""
    places = Inside if job.logs is None else WithLogs
    return places(job.sources, ("spec", section))


def main_container(job: Job, definition: Spec) -> str | None:
    """Name the container that decides: the author's choice, else the only essential one, else the first."""
    if job.main_container is not None:
        return job.main_container
    return deciding(definition.get("containerDefinitions") or ())
