"""The permissions that calls of ECS take.

Sources: service authorization reference, "Amazon Elastic Container Service" (which action can be narrowed to which
resource, the key `ecs:cluster`); developer guide, "Grant permission to tag resources on creation" (`ecs:TagResource`
with the key `ecs:CreateAction`), "Amazon ECS task execution IAM role" (`iam:PassRole`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconciler.local.calls import Call, Needed
from reconciler.local.ecs.definitions import roles_of
from reconciler.local.ecs.store import cluster_name, find_revision

_TASKS: Final[Mapping[str, Sequence[str]]] = {"iam:PassedToService": ["ecs-tasks.amazonaws.com"]}
#: Calls that are narrowed by the key of their cluster alone.
_IN_CLUSTER: Final = frozenset({"ListTasks", "ListServices"})
#: Calls that cannot be narrowed at all.
_ANYTHING: Final = frozenset(
    {"DeregisterTaskDefinition", "DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"}
)


def needs(call: Call) -> Iterable[Needed]:
    """What a call takes: its own action on the resources it names, and on what it hands over or tags."""
    own = f"ecs:{call.operation}"
    cluster = call.place.arn("ecs", f"cluster/{cluster_name(call.place, call.get('cluster'))}")
    in_cluster = {"ecs:cluster": [cluster]}
    match call.operation:
        case operation if operation in _ANYTHING:
            return
        case "RegisterTaskDefinition":
            definition = call.place.arn("ecs", f"task-definition/{call.get('family')}:*")
            yield Needed(own, definition)
            yield from _passed(call.members)
            yield from _tagged(call, definition)
        case "RunTask" | "CreateService" | "UpdateService":
            yield from _started(call, own, in_cluster)
        case "StopTask" | "DescribeTasks":
            named = [call.members["task"]] if call.operation == "StopTask" else call.members["tasks"]
            for task in named:
                yield Needed(own, _arn(call, "task", task), in_cluster)
        case "DescribeServices":
            for service in call.members["services"]:
                yield Needed(own, _arn(call, "service", service), in_cluster)
        case "DescribeClusters":
            for name in call.get("clusters", ["default"]):
                yield Needed(own, name if name.startswith("arn:") else call.place.arn("ecs", f"cluster/{name}"))
        case operation if operation in _IN_CLUSTER:
            yield Needed(own, "*", in_cluster)
        case _ if call.get("resourceArn") is not None:
            yield Needed(own, call.get("resourceArn"))


def _started(call: Call, own: str, in_cluster: Mapping[str, Sequence[str]]) -> Iterable[Needed]:
    """The revision that is started, its roles, and the tags of what is made of it."""
    identifier = call.get("taskDefinition", "")
    held = find_revision(call.world, call.place, identifier) if identifier else None
    if held is not None:
        tags = {f"aws:ResourceTag/{key}": [value] for key, value in held["tags"].items()}
        yield Needed(own, held["definition"]["taskDefinitionArn"], {**in_cluster, **tags})
        yield from _passed(held["definition"])
    elif identifier:
        yield Needed(own, identifier if identifier.startswith("arn:") else _definition(call, identifier), in_cluster)
    yield from _passed(call.get("overrides", {}))
    if call.operation == "RunTask":
        yield from _tagged(call, _arn(call, "task", "*"))


def _passed(definition: Mapping[str, Any]) -> Iterable[Needed]:
    return (Needed("iam:PassRole", role, _TASKS) for role in roles_of(definition))


def _tagged(call: Call, resource: str) -> Iterable[Needed]:
    if call.get("tags"):
        keys = {f"aws:RequestTag/{tag['key']}": [tag.get("value", "")] for tag in call.get("tags")}
        keys |= {"aws:TagKeys": [tag["key"] for tag in call.get("tags")], "ecs:CreateAction": [call.operation]}
        yield Needed("ecs:TagResource", resource, keys)


def _arn(call: Call, kind: str, name: str) -> str:
    cluster = cluster_name(call.place, call.get("cluster"))
    return name if name.startswith("arn:") else call.place.arn("ecs", f"{kind}/{cluster}/{name}")


def _definition(call: Call, identifier: str) -> str:
    return call.place.arn("ecs", f"task-definition/{identifier}")
