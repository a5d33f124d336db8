"""The permissions that calls of Batch take.

Sources: service authorization reference, "AWS Batch"; user guide, "Supported resource-level permissions for AWS Batch
API actions". Tags of a new job or definition take `batch:TagResource`. Which service the roles of a definition are
passed to is nowhere said; it is taken for the one that their trust policy must name (user guide, "Batch IAM execution
role").
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconciler.local.calls import Call, Needed

_ROLES: Final = ("jobRoleArn", "taskRoleArn", "executionRoleArn")
_TASKS: Final[Mapping[str, Sequence[str]]] = {"iam:PassedToService": ["ecs-tasks.amazonaws.com"]}


def needs(call: Call) -> Iterable[Needed]:
    """What a call takes: its own action on what it names, PassRole for roles, TagResource for tags."""
    own = f"batch:{call.operation}"
    match call.operation:
        case "SubmitJob":
            yield Needed(own, _arn(call, "job-definition", call.get("jobDefinition", "")))
            yield Needed(own, _arn(call, "job-queue", call.get("jobQueue", "")))
            yield Needed(own, call.place.arn("batch", "job/*"))
            yield from _tagged(call, call.place.arn("batch", "job/*"))
        case "RegisterJobDefinition":
            name = call.place.arn("batch", f"job-definition/{call.get('jobDefinitionName')}")
            yield Needed(own, name)
            yield from _passed(call)
            yield from _tagged(call, f"{name}:*")
        case "DeregisterJobDefinition":
            yield Needed(own, _arn(call, "job-definition", call.get("jobDefinition", "")))
        case "CancelJob" | "TerminateJob":
            yield Needed(own, _arn(call, "job", call.get("jobId", "")))
        case _ if call.get("resourceArn") is not None:
            yield Needed(own, call.get("resourceArn"))


def _passed(call: Call) -> Iterable[Needed]:
    tasks = call.get("ecsProperties", {}).get("taskProperties", [])
    nodes = call.get("nodeProperties", {}).get("nodeRangeProperties", [])
    for holder in (call.get("containerProperties", {}), *tasks, *(node.get("container", {}) for node in nodes)):
        yield from (Needed("iam:PassRole", holder[role], _TASKS) for role in _ROLES if role in holder)


def _tagged(call: Call, resource: str) -> Iterable[Needed]:
    tags: Mapping[str, Any] = call.get("tags", {})
    if tags:
        keys = {f"aws:RequestTag/{key}": [str(value)] for key, value in tags.items()}
        yield Needed("batch:TagResource", resource, {**keys, "aws:TagKeys": list(tags)})


def _arn(call: Call, kind: str, text: str) -> str:
    return text if text.startswith("arn:") else call.place.arn("batch", f"{kind}/{text}")
