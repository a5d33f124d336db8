"""AWS Batch's job definitions: registered, described, deregistered.

Sources: botocore's `batch` service model and documentation; `batch_fills` for what AWS adds, `batch_checks` for what it
refuses. A revision takes nothing over from the one before it (moto's does), numbers are never used again, an INACTIVE
revision goes after 180 days (DeregisterJobDefinition).
"""

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.batch.checks import faults
from reconciler.local.batch.fills import filled, is_eks
from reconciler.local.batch.store import (
    Definition,
    all_definitions,
    check_tags,
    find_definition,
    held,
    own_resource,
    refused,
)
from reconciler.local.calls import Call, Place

if TYPE_CHECKING:
    from reconciler.local.world import World

KEPT_INACTIVE = 180 * 86_400.0
_PAGE = 100
_SHUFFLED = ("environment", "env")


def register_job_definition(call: Call) -> Mapping[str, Any]:
    """A new revision with every member of the request; the answer holds name, ARN and revision only."""
    members = dict(call.members)
    tags = members.pop("tags", {})
    for fault in faults(members):
        raise refused(call, fault)
    check_tags(call, tags)
    name = members["jobDefinitionName"]
    family = held(call.world, call.place, "definitions").setdefault(name, {"counter": 0, "revisions": {}})
    family["counter"] += 1
    revision = family["counter"]
    arn = call.place.arn("batch", f"job-definition/{name}:{revision}")
    described = {
        **_unordered(call.world, filled(members)),
        "jobDefinitionArn": arn,
        "revision": revision,
        "containerOrchestrationType": "EKS" if is_eks(members) else "ECS",
    }
    family["revisions"][str(revision)] = {
        "described": described,
        "tags": tags,
        "tagged": call.now,
        "registered": call.now,
        "deregistered": None,
    }
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": revision}


def _unordered(world: "World", value: Any) -> Any:
    """Variables in another order than they came in: AWS does not keep it."""
    if isinstance(value, dict):
        return {
            key: world.shuffled(item) if key in _SHUFFLED and isinstance(item, list) else _unordered(world, item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_unordered(world, item) for item in value]
    return value


def describe_job_definitions(call: Call) -> Mapping[str, Any]:
    """Definitions by `jobDefinitions` (ARNs or `name:revision`, alone), by name, by status, or all."""
    asked = call.get("jobDefinitions")
    name, status = call.get("jobDefinitionName"), call.get("status")
    if asked is not None and (name is not None or status is not None):
        raise refused(call, "jobDefinitions can't be used with other parameters.")
    if asked is not None and len(asked) > _PAGE:
        raise refused(call, f"Maximum number of job definitions supported is {_PAGE}")
    size = call.get("maxResults", _PAGE)
    if not 1 <= size <= _PAGE:
        raise refused(call, f"maxResults must be between 1 and {_PAGE}.")
    named = own_resource(call, "job-definition", name) if name is not None else None
    if asked is not None:
        found = [definition for text in asked if (definition := _exactly(call, text)) is not None]
    else:
        found = [
            definition
            for definition in all_definitions(call.world, call.place)
            if name is None or definition["described"]["jobDefinitionName"] == named
        ]
    # No order is promised; it is the same from page to page.
    found = sorted(found, key=lambda definition: zlib.crc32(definition["described"]["jobDefinitionArn"].encode()))
    seen = [
        answer
        for definition in found
        if definition["registered"] <= call.horizon
        and status in (None, (answer := _described(call, definition))["status"])
    ]
    page, token = call.page(seen, size=size, token=call.get("nextToken"))
    return {"jobDefinitions": page, "nextToken": token}


def _exactly(call: Call, reference: str) -> Definition | None:
    """The revision of an ARN or `name:revision`; a bare name is none of the two forms."""
    resource = own_resource(call, "job-definition", reference)
    return find_definition(call, reference) if resource is not None and ":" in resource else None


def _described(call: Call, definition: Definition) -> dict[str, Any]:
    ended = definition["deregistered"]
    active = ended is None or ended > call.horizon
    return {**definition["described"], "status": "ACTIVE" if active else "INACTIVE", "tags": definition["tags"]}


def deregister_job_definition(call: Call) -> Mapping[str, Any]:
    """The revision becomes INACTIVE; doing so twice changes nothing."""
    reference = call.members["jobDefinition"]
    definition = _exactly(call, reference)
    if definition is None:
        # Quoted in cloud-custodian #2370 for a reference without a revision; assumed the same for an unknown one.
        raise refused(call, f"Job definition {reference} not found.")
    if definition["deregistered"] is None:
        definition["deregistered"] = call.now
        described = definition["described"]
        call.world.schedule(
            call.place,
            "batch",
            "forget-definition",
            call.now + KEPT_INACTIVE,
            name=described["jobDefinitionName"],
            revision=str(described["revision"]),
        )
    return {}


def forget_definition(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """An INACTIVE revision goes; its number stays used."""
    family = held(world, place, "definitions")[arguments["name"]]
    del family["revisions"][arguments["revision"]]
