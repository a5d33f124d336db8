"""ECS's tag operations, on clusters, task definitions (of any status), tasks and services."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from reconciler.local.calls import Call, Handler, Place, Tagged
from reconciler.local.ecs.definitions import tagged_definitions
from reconciler.local.ecs.store import Record, invalid, section, tag_list, tag_map

if TYPE_CHECKING:
    from reconciler.local.world import World

_MAX_TAGS: Final = 50


def _taggable(world: "World", place: Place) -> Iterator[tuple[str, Record]]:
    """Every resource that can have tags, with its ARN; its record's `tags`, and under `tagged` when they changed."""
    for cluster in section(world, place, "clusters").values():
        yield cluster["arn"], cluster
    yield from tagged_definitions(world, place)
    for tasks in section(world, place, "tasks").values():
        for held in tasks.values():
            yield held["task"]["taskArn"], held
    for services in section(world, place, "services").values():
        for service in services.values():
            yield service["serviceArn"], service


def _find(call: Call) -> Record:
    arn: str = call.members["resourceArn"]
    words = arn.split(":", 5)
    if len(words) != 6 or words[2] != "ecs":
        raise invalid("Invalid identifier: Invalid Arn")
    if (words[3], words[4]) != (call.place.region, call.place.account):
        raise invalid("Invalid identifier: AccountIDs mismatch")
    kind, _, rest = words[5].partition("/")
    found = _by_arn(call, kind, rest)
    if found is None:
        raise invalid(f"The specified {kind} is inactive or does not exist. Specify an active {kind} and try again.")
    return found


def _by_arn(call: Call, kind: str, rest: str) -> Record | None:
    held: Record | None = None
    match kind:
        case "cluster":
            held = section(call.world, call.place, "clusters").get(rest)
        case "task-definition":
            family, _, revision = rest.partition(":")
            held = section(call.world, call.place, "families").get(family, {}).get("revisions", {}).get(revision)
        case "task" | "service":
            cluster, _, name = rest.rpartition("/")
            held = section(call.world, call.place, f"{kind}s").get(cluster, {}).get(name)
    return held


def tag_resource(call: Call) -> Mapping[str, Any]:
    """Add tags, 50 at most with those that are there."""
    held = _find(call)
    merged = held["tags"] | tag_map(call.members["tags"])
    if len(merged) > _MAX_TAGS:
        raise invalid(f"The maximum number of tags per resource is {_MAX_TAGS}.")
    held["tags"] = merged
    held["tagged"] = call.now
    return {}


def untag_resource(call: Call) -> Mapping[str, Any]:
    """Take tags off; a key that is not there is no error."""
    held = _find(call)
    held["tags"] = {key: value for key, value in held["tags"].items() if key not in call.members["tagKeys"]}
    held["tagged"] = call.now
    return {}


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """The tags of one resource."""
    return {"tags": tag_list(_find(call)["tags"])}


def tagged(world: "World", place: Place) -> Iterator[Tagged]:
    """What the tagging API sees of ECS: everything that has or had tags, definitions of any status too."""
    for arn, held in _taggable(world, place):
        if held["tags"] or held.get("tagged"):
            yield Tagged(arn=arn, tags=held["tags"], changed=held.get("tagged") or 0.0)


OPERATIONS: Final[Mapping[str, Handler]] = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags_for_resource,
}
