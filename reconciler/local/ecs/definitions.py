"""ECS task definitions: register, describe, list, deregister, delete.

Revision numbers count up for ever, also after a family's revisions are deleted; a bare family is its latest ACTIVE
revision; deleted revisions stay DELETE_IN_PROGRESS while anything uses them. Source: botocore's documentation of each
operation.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from reconciler.local.calls import Call, Handler, Place
from reconciler.local.ecs.attributes import compatibilities, required_attributes
from reconciler.local.ecs.defaults import described
from reconciler.local.ecs.store import (
    Record,
    client_error,
    family_of,
    find_revision,
    invalid,
    references,
    section,
    tag_list,
    tag_map,
)
from reconciler.local.ecs.validation import refuse_bad

if TYPE_CHECKING:
    from reconciler.local.world import World

_PAGE: Final = 100
_MAX_DELETED: Final = 10
_GONE_AFTER: Final = 60.0
"""How long a deleted revision that nothing uses stays DELETE_IN_PROGRESS: AWS tells no time, so this is assumed."""
_NO_SUCH: Final = "Unable to describe task definition."
_EMPTY_LISTS: Final = ("requiresCompatibilities", "inferenceAccelerators")
_EMPTY_IS_NOTHING: Final = ("cpu", "memory", "taskRoleArn", "executionRoleArn")
"""Members that may be an empty text: amazon-ecs-cli sends them so (its pull request 665); what is described of them is
assumed."""


def register_task_definition(call: Call) -> Mapping[str, Any]:
    """A new revision of a family, described as AWS would describe it."""
    tags = tag_map(call.members.get("tags"))
    empty = {name for name in _EMPTY_IS_NOTHING if call.members.get(name) == ""}
    registered = {name: value for name, value in call.members.items() if name != "tags" and name not in empty}
    definition = described(registered)
    refuse_bad(registered, definition)
    for member in _EMPTY_LISTS:
        if definition.get(member) == []:
            del definition[member]
    _name_roles(call.place, definition)
    family: Record = section(call.world, call.place, "families").setdefault(
        definition["family"], {"next": 1, "revisions": {}}
    )
    revision, family["next"] = family["next"], family["next"] + 1
    definition |= {
        "taskDefinitionArn": call.place.arn("ecs", f"task-definition/{definition['family']}:{revision}"),
        "revision": revision,
        "status": "ACTIVE",
        "compatibilities": call.world.shuffled(compatibilities(definition)),
        "requiresAttributes": call.world.shuffled(required_attributes(definition)),
        "registeredAt": call.now,
        "registeredBy": call.principal.arn,
    }
    family["revisions"][str(revision)] = {"definition": definition, "tags": tags, "tagged": call.now}
    return {"taskDefinition": definition} | ({"tags": tag_list(tags)} if tags else {})


def _name_roles(place: Place, definition: Record) -> None:
    """A role's short name becomes its ARN (amazon-ecs-render-task-definition issue 19, AWS's own answer)."""
    for member in ("taskRoleArn", "executionRoleArn"):
        given = definition.get(member)
        if given and not given.startswith("arn:"):
            definition[member] = f"arn:{place.partition}:iam::{place.account}:role/{given}"


def describe_task_definition(call: Call) -> Mapping[str, Any]:
    """One revision, with its tags only when asked for."""
    held = find_revision(call.world, call.place, call.members["taskDefinition"])
    if held is None or held["definition"]["registeredAt"] > call.horizon:
        raise client_error(_NO_SUCH)
    answer: Record = {"taskDefinition": held["definition"]}
    if "TAGS" in call.get("include", ()):
        answer["tags"] = tag_list(held["tags"])
    return answer


def list_task_definitions(call: Call) -> Mapping[str, Any]:
    """ARNs by family, then revision number; of the one family that `familyPrefix` names in full; ACTIVE by default."""
    wanted, status = call.get("familyPrefix"), call.get("status", "ACTIVE")
    found = [
        (name, int(number), held["definition"]["taskDefinitionArn"])
        for name, family in section(call.world, call.place, "families").items()
        if wanted is None or name == wanted
        for number, held in family["revisions"].items()
        if held["definition"]["status"] == status and held["definition"]["registeredAt"] <= call.horizon
    ]
    found.sort(reverse=call.get("sort", "ASC") == "DESC")
    page, token = call.page(found, size=page_size(call), token=call.get("nextToken"))
    return {"taskDefinitionArns": [arn for _, _, arn in page], "nextToken": token}


def list_task_definition_families(call: Call) -> Mapping[str, Any]:
    """Families by a real prefix; ALL (the default) has those without an ACTIVE revision too."""
    prefix, status = call.get("familyPrefix", ""), call.get("status", "ALL")
    names = []
    for name, family in sorted(section(call.world, call.place, "families").items()):
        active = any(held["definition"]["status"] == "ACTIVE" for held in family["revisions"].values())
        if name.startswith(prefix) and family["revisions"] and status in ("ALL", "ACTIVE" if active else "INACTIVE"):
            names.append(name)
    page, token = call.page(names, size=page_size(call), token=call.get("nextToken"))
    return {"families": list(page), "nextToken": token}


def page_size(call: Call) -> int:
    """maxResults, 1 to 100; 100 where it is left out."""
    size: int = call.get("maxResults", _PAGE)
    if not 1 <= size <= _PAGE:
        raise invalid(f"maxResults should be between 1 and {_PAGE}")
    return size


def deregister_task_definition(call: Call) -> Mapping[str, Any]:
    """The revision becomes INACTIVE; it stays describable. Repeating it changes nothing."""
    identifier = call.members["taskDefinition"]
    if family_of(call.place, identifier).revision is None:
        raise client_error("Revision is missing.")
    held = find_revision(call.world, call.place, identifier)
    if held is None or held["definition"]["status"] == "DELETE_IN_PROGRESS":
        raise client_error("The specified task definition does not exist.")
    if held["definition"]["status"] == "ACTIVE":
        held["definition"]["status"] = "INACTIVE"
        held["definition"]["deregisteredAt"] = call.now
    return {"taskDefinition": held["definition"]}


def delete_task_definitions(call: Call) -> Mapping[str, Any]:
    """INACTIVE revisions become DELETE_IN_PROGRESS and go once nothing uses them; others are `failures`."""
    identifiers = call.members["taskDefinitions"]
    if not 1 <= len(identifiers) <= _MAX_DELETED:
        raise invalid(f"The number of task definitions should be between 1 and {_MAX_DELETED}")
    deleted, failures = [], []
    for identifier in identifiers:
        family = family_of(call.place, identifier)
        if family.revision is None:
            raise client_error("Revision is missing.")
        held = find_revision(call.world, call.place, identifier)
        if held is None:
            failures.append({"arn": identifier, "reason": "The specified task definition does not exist."})
        elif held["definition"]["status"] == "ACTIVE":
            reason = (
                "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
            )
            failures.append({"arn": held["definition"]["taskDefinitionArn"], "reason": reason})
        else:
            _start_deleting(call, held)
            deleted.append(deepcopy(held["definition"]))
    return {"taskDefinitions": deleted, "failures": failures}


def _start_deleting(call: Call, held: Record) -> None:
    definition = held["definition"]
    if definition["status"] != "DELETE_IN_PROGRESS":
        definition["status"] = "DELETE_IN_PROGRESS"
        definition["deleteRequestedAt"] = call.now
        arn = definition["taskDefinitionArn"]
        call.world.schedule(call.place, "ecs", "delete-definition", call.now + _GONE_AFTER, definition=arn)


def finish_deleting(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """A deleted revision goes when no task and no service uses it any more; the family's counter stays."""
    family = family_of(place, arguments["definition"])
    revisions = section(world, place, "families")[family.name]["revisions"]
    if references(world, place, arguments["definition"]):
        world.schedule(place, "ecs", "delete-definition", world.now() + _GONE_AFTER, **arguments)
    else:
        revisions.pop(str(family.revision), None)


def tagged_definitions(world: "World", place: Place) -> Iterator[tuple[str, Record]]:
    """Every revision with its ARN, whatever its status."""
    for family in section(world, place, "families").values():
        for held in family["revisions"].values():
            yield held["definition"]["taskDefinitionArn"], held


def roles_of(definition: Mapping[str, Any]) -> Iterator[str]:
    """The roles that a definition hands to ECS: what iam:PassRole is asked for."""
    for member in ("taskRoleArn", "executionRoleArn"):
        if re.match(r"arn:", definition.get(member) or ""):
            yield definition[member]


OPERATIONS: Final[Mapping[str, Handler]] = {
    "RegisterTaskDefinition": register_task_definition,
    "DescribeTaskDefinition": describe_task_definition,
    "ListTaskDefinitions": list_task_definitions,
    "ListTaskDefinitionFamilies": list_task_definition_families,
    "DeregisterTaskDefinition": deregister_task_definition,
    "DeleteTaskDefinitions": delete_task_definitions,
}
