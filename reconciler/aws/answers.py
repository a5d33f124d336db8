"""What an answer must be before anything is built on it: of its model's types, with the members that we rely on.

AWS's models call nearly no member of an answer required, and the SDK hands over whatever scalar stands in one. An
answer that is not as it should be is an outcome that is not known, as a lost one: the call may have taken effect.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from reconciler.errors import OutcomeUnknown

if TYPE_CHECKING:
    from botocore.model import Shape

#: Action → the members without which its answer says nothing; `[]` stands for every element of a list.
REQUIRED: Final[Mapping[str, Sequence[str]]] = {
    "batch:DescribeComputeEnvironments": ("computeEnvironments[].computeEnvironmentName",),
    "batch:DescribeJobDefinitions": (
        "jobDefinitions[].jobDefinitionArn",
        "jobDefinitions[].jobDefinitionName",
        "jobDefinitions[].revision",
    ),
    "batch:DescribeJobQueues": ("jobQueues[].jobQueueName", "jobQueues[].jobQueueArn"),
    "batch:DescribeJobs": ("jobs[].jobId", "jobs[].jobQueue", "jobs[].status"),
    "batch:ListJobs": ("jobSummaryList[].jobId", "jobSummaryList[].jobName"),
    "batch:RegisterJobDefinition": ("jobDefinitionArn", "jobDefinitionName", "revision"),
    "batch:SubmitJob": ("jobId",),
    "ec2:DescribeSubnets": ("Subnets[].SubnetId",),
    "ec2:DescribeVpcs": ("Vpcs[].VpcId",),
    "ecs:DescribeServices": ("services[].serviceName",),
    "ecs:DescribeTaskDefinition": (
        "taskDefinition.taskDefinitionArn",
        "taskDefinition.family",
        "taskDefinition.revision",
        "tags[].key",
    ),
    "ecs:DescribeTasks": ("tasks[].taskArn", "tasks[].taskDefinitionArn"),
    "ecs:ListServices": ("serviceArns",),
    "ecs:ListTagsForResource": ("tags[].key",),
    "ecs:RegisterTaskDefinition": (
        "taskDefinition.taskDefinitionArn",
        "taskDefinition.family",
        "taskDefinition.revision",
    ),
    "ecs:RunTask": ("tasks[].taskArn",),
    "events:ListEventBuses": ("EventBuses[].Name",),
    "events:ListRules": ("Rules[].Name",),
    "iam:GetRole": ("Role",),
    "iam:SimulatePrincipalPolicy": ("EvaluationResults[].EvalActionName",),
    "logs:DescribeLogGroups": ("logGroups[].logGroupName",),
    "logs:DescribeLogStreams": ("logStreams[].logStreamName", "logStreams[].creationTime"),
    "logs:FilterLogEvents": ("events[].logStreamName", "events[].timestamp", "events[].message"),
    "logs:GetLogEvents": ("events[].timestamp", "events[].message", "nextForwardToken", "nextBackwardToken"),
    "scheduler:ListSchedules": ("Schedules[].GroupName", "Schedules[].Name", "Schedules[].LastModificationDate"),
    "sts:AssumeRole": (
        "Credentials.AccessKeyId",
        "Credentials.SecretAccessKey",
        "Credentials.SessionToken",
        "Credentials.Expiration",
    ),
    "sts:GetCallerIdentity": ("Account", "Arn"),
    "tag:GetResources": (
        "ResourceTagMappingList[].ResourceARN",
        "ResourceTagMappingList[].Tags[].Key",
        "ResourceTagMappingList[].Tags[].Value",
    ),
}
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "character": str,
    "integer": int,
    "long": int,
    "bigdecimal": (int, float),
    "double": (int, float),
    "float": (int, float),
    "timestamp": datetime,
    "blob": (bytes, bytearray),
}
#: IAM's policies, which are URL-encoded JSON on the wire and a mapping once botocore has read them
#: (`botocore.handlers.json_decode_policies`).
_DECODED: Final = frozenset({"policyDocumentType"})
Check = Callable[[Any], str | None]
"""Answers the path of the first member that is not as it should be, from the value that is checked on; else None."""


def check(action: str, answer: Mapping[str, Any], shape: "Shape | None") -> None:
    """Raise OutcomeUnknown, with the member's path, where an answer is not of `shape` or lacks what it must have."""
    for wanted in _required(action):
        if (path := wanted(answer)) is not None:
            raise unexpected(action, f"it has no {path}")
    if shape is not None and (path := _of_shape(shape)(answer)) is not None:
        raise unexpected(action, f"{path.removeprefix('.')} is of another type")


def unexpected(action: str, what: str) -> OutcomeUnknown:
    """Answer the error for an answer to an action (`ecs:RunTask` or `RunTask`) that is not as it should be."""
    return OutcomeUnknown(
        f"AWS's answer is not as its model says: {what}",
        operation=action.rpartition(":")[2],
        code="UnexpectedAnswer",
        hint="run it again; with -vv the log says more",
    )


@lru_cache(maxsize=64)
def _required(action: str) -> tuple[Check, ...]:
    return tuple(_present(path.split(".")) for path in REQUIRED.get(action, ()))


def _present(members: Sequence[str]) -> Check:
    name, rest = members[0], members[1:]
    below = _present(rest) if rest else None
    listed = name.endswith("[]")
    name = name.removesuffix("[]")

    def look(value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return name
        inner = value.get(name)
        if inner is None:
            return None if listed else name
        if below is None:
            return None
        for element in inner if listed else (inner,):
            if (path := below(element)) is not None:
                return f"{name}{'[]' if listed else ''}.{path}"
        return None

    return look


#: The checks of shapes by their name and service; a shape may hold itself.
@lru_cache(maxsize=512)
def _of_shape(shape: "Shape") -> Check:
    if shape.name in _DECODED:
        return lambda value: None if isinstance(value, str | Mapping) else ""
    match shape.type_name:
        case "structure":
            return _structure(shape)
        case "list":
            return _list(shape)
        case "map":
            return _map(shape)
        case "boolean":
            return lambda value: None if isinstance(value, bool) else ""
        case kind if kind in _TYPES:
            return _scalar(_TYPES[kind])
    return lambda _: None


def _scalar(wanted: type | tuple[type, ...]) -> Check:
    return lambda value: None if isinstance(value, wanted) and not isinstance(value, bool) else ""


def _structure(shape: Any) -> Check:
    if getattr(shape, "is_document_type", False):
        return lambda _: None
    checks: dict[str, Check] = {}

    def look(value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return ""
        for name, inner in value.items():
            if name in shape.members and inner is not None:
                checked = checks.get(name) or checks.setdefault(name, _of_shape(shape.members[name]))
                if (path := checked(inner)) is not None:
                    return f".{name}{path}"
        return None

    return look


def _list(shape: Any) -> Check:
    checked = _of_shape(shape.member) if shape.member.type_name != "structure" else None

    def look(value: Any) -> str | None:
        if not isinstance(value, list):
            return ""
        each = checked or _of_shape(shape.member)
        return next((f"[{index}]{path}" for index, path in _paths(each, value) if path is not None), None)

    return look


def _map(shape: Any) -> Check:
    def look(value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return ""
        each = _of_shape(shape.value)
        return next((f".{key}{path}" for key, inner in value.items() if (path := each(inner)) is not None), None)

    return look


def _paths(each: Check, values: Sequence[Any]) -> Iterator[tuple[int, str | None]]:
    return ((index, each(value)) for index, value in enumerate(values))
