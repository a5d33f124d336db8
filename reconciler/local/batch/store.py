"""How AWS Batch's things are held, named and found, and how it says no.

All Batch errors are ClientException or ServerException (botocore's service model); the text carries the cause, as in
"Error executing request, Exception : vCPU is not provided., RequestId: …" (ASFHyP3/hyp3 #586).

The state of one place: `definitions` (name → `{"counter", "revisions": {number: definition}}`), `environments` and
`queues` by name, `jobs` by id. A definition is `{"described", "tags", "tagged", "registered", "deregistered"}`; queues
and environments `{"described", "tags", "tagged"}`; a job's form is told in `batch_submit`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Place, Tagged

if TYPE_CHECKING:
    from reconciler.local.world import World

Definition = dict[str, Any]
Job = dict[str, Any]

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,127}")
MAXIMUM_TAGS = 50


def refused(call: Call, cause: str) -> AwsError:
    """The ClientException that names its cause."""
    request = call.world.request_id()
    return AwsError("ClientException", f"Error executing request, Exception : {cause}, RequestId: {request}")


def milliseconds(seconds: float) -> int:
    """Epoch seconds as Batch's milliseconds."""
    return int(seconds * 1000)


def held(world: "World", place: Place, collection: str) -> dict[str, Any]:
    """All `definitions`, `environments`, `queues` or `jobs` of a place, by name or id."""
    things: dict[str, Any] = world.store("batch", place).setdefault(collection, {})
    return things


def own_resource(call: Call, kind: str, reference: str) -> str | None:
    """The name (`name:revision`) that a name or an ARN means here; None for another place's or kind's ARN."""
    if not reference.startswith("arn:"):
        return reference
    prefix = call.place.arn("batch", f"{kind}/")
    return reference.removeprefix(prefix) if reference.startswith(prefix) else None


def all_definitions(world: "World", place: Place) -> Iterable[Definition]:
    """Every revision of every job definition that is still there."""
    for family in held(world, place, "definitions").values():
        yield from family["revisions"].values()


def request_of(jobs: Mapping[str, Job], job: Job) -> dict[str, Any]:
    """What a job was submitted with; a child of an array shares its parent's."""
    request: dict[str, Any] = jobs[job["parent"]]["request"] if "parent" in job else job["request"]
    return request


def find_definition(call: Call, reference: str) -> Definition | None:
    """The definition that an ARN, `name:revision` or a bare name (its newest ACTIVE revision) means."""
    resource = own_resource(call, "job-definition", reference)
    if resource is None:
        return None
    name, _, revision = resource.partition(":")
    revisions = held(call.world, call.place, "definitions").get(name, {"revisions": {}})["revisions"]
    if revision:
        found: Definition | None = revisions.get(revision)
        return found
    active = [definition for definition in revisions.values() if definition["deregistered"] is None]
    return max(active, key=lambda definition: int(definition["described"]["revision"]), default=None)


def find(call: Call, collection: str, kind: str, reference: str) -> dict[str, Any] | None:
    """The queue or compute environment of that name or ARN."""
    name = own_resource(call, kind, reference)
    if name is None:
        return None
    found: dict[str, Any] | None = held(call.world, call.place, collection).get(name)
    return found


def check_tags(call: Call, tags: Mapping[str, str]) -> None:
    """Refuse tags beyond AWS's limits (service_limits.md: 50; `aws:` is reserved)."""
    if len(tags) > MAXIMUM_TAGS:
        raise refused(call, f"The number of tags must not exceed {MAXIMUM_TAGS}.")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise refused(call, f"Tag {key} is not valid: keys have 1 to 128 characters, values at most 256.")
        if key.lower().startswith("aws:"):
            raise refused(call, "aws: prefixed tag key names are not allowed for external use.")


def tag_resource(call: Call) -> Mapping[str, Any]:
    """Tags on a definition, queue, environment or job; not on children of arrays."""
    owner = _tagged_thing(call)
    merged = {**owner["tags"], **call.members["tags"]}
    check_tags(call, merged)
    owner["tags"], owner["tagged"] = merged, call.now
    return {}


def untag_resource(call: Call) -> Mapping[str, Any]:
    """Tags off."""
    owner = _tagged_thing(call)
    owner["tags"] = {key: value for key, value in owner["tags"].items() if key not in call.members["tagKeys"]}
    owner["tagged"] = call.now
    return {}


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """The tags of one thing."""
    return {"tags": _tagged_thing(call)["tags"]}


_COLLECTIONS = {"job-queue": "queues", "compute-environment": "environments", "job": "jobs"}


def _tagged_thing(call: Call) -> dict[str, Any]:
    arn = call.members["resourceArn"]
    prefix = call.place.arn("batch", "")
    kind, _, name = arn.removeprefix(prefix).partition("/")
    found: dict[str, Any] | None = None
    if arn.startswith(prefix) and kind == "job-definition" and ":" in name:
        found = find_definition(call, name)
    elif arn.startswith(prefix) and kind in _COLLECTIONS:
        found = held(call.world, call.place, _COLLECTIONS[kind]).get(name)
    if found is None:
        raise refused(call, f"Resource {arn} not found.")
    return found


def tagged(world: "World", place: Place) -> Iterable[Tagged]:
    """What the tagging API lists: definitions (INACTIVE ones too), queues and environments."""
    for definition in all_definitions(world, place):
        if definition["tags"]:
            arn = definition["described"]["jobDefinitionArn"]
            yield Tagged(arn=arn, tags=definition["tags"], changed=definition["tagged"])
    for collection, member in (("queues", "jobQueueArn"), ("environments", "computeEnvironmentArn")):
        for thing in held(world, place, collection).values():
            if thing["tags"]:
                yield Tagged(arn=thing["described"][member], tags=thing["tags"], changed=thing["tagged"])
