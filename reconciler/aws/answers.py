"""What an answer must be before anything is built on it: of its model's types, with the members that we rely on.

AWS's models call nearly no member of an answer required, and the SDK hands over whatever scalar stands in one. An
answer that is not as it should be is an outcome that is not known, as a lost one: the call may have taken effect.
"""

from collections.abc import Callable, Mapping, Sequence
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
    "events:ListTargetsByRule": ("Targets[].Id", "Targets[].Arn"),
    "iam:GetRole": ("Role.Arn",),
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
#: What models call the numbers that are instants, milliseconds since the epoch (CloudWatch Logs, Batch), and which of
#: them calendars have: from the year 1 to 9999.
_INSTANTS: Final = frozenset({"Timestamp", "Long"})
_CALENDAR: Final = range(-62_135_596_800_000, 253_402_300_800_000)
#: IAM's policies, which are URL-encoded JSON on the wire and a mapping once botocore has read them
#: (`botocore.handlers.json_decode_policies`).
_DECODED: Final = frozenset({"policyDocumentType"})
_Tree = dict[str, "_Tree"]
Check = Callable[[Any], str | None]
"""Answers the path of the first member that is not as it should be, from the value that is checked on; else None."""


def check(action: str, answer: Mapping[str, Any], shape: "Shape | None") -> None:
    """Raise OutcomeUnknown, with the member's path, where an answer is not of `shape` or lacks what it must have."""
    if shape is not None and (path := _of_shape(shape)(answer)) is not None:
        raise unexpected(action, f"{path.removeprefix('.')} is of another type")
    if (wanted := _required(action)) is not None and (path := wanted(answer)) is not None:
        raise unexpected(action, f"it has no {path}")


def unexpected(action: str, what: str) -> OutcomeUnknown:
    """Answer the error for an answer to an action (`ecs:RunTask` or `RunTask`) that is not as it should be."""
    return OutcomeUnknown(
        f"AWS's answer is not as its model says: {what}",
        operation=action.rpartition(":")[2],
        code="UnexpectedAnswer",
        hint="run it again; with -vv the log says more",
    )


@lru_cache(maxsize=64)
def _required(action: str) -> Check | None:
    tree: _Tree = {}
    for path in REQUIRED.get(action, ()):
        below = tree
        for name in path.split("."):
            below = below.setdefault(name, {})
    return _present(tree) if tree else None


def _present(tree: _Tree) -> Check:
    """Look for everything that is wanted below one member together: a list of thousands is gone through once."""
    leaves = tuple(name for name, below in tree.items() if not below)
    lists = tuple((name, name.removesuffix("[]"), _present(below)) for name, below in tree.items() if "[]" in name)
    inner = tuple((name, _present(below)) for name, below in tree.items() if below and "[]" not in name)

    def look(value: Any) -> str | None:
        if not _is_mapping(value):
            return next(iter(tree)).removesuffix("[]")
        for name in leaves:
            if value.get(name) is None:
                return name
        for shown, name, below in lists:
            for element in value.get(name) or ():
                if (path := below(element)) is not None:
                    return f"{shown}.{path}"
        for name, below in inner:
            if (found := value.get(name)) is None:
                return name
            if (path := below(found)) is not None:
                return f"{name}.{path}"
        return None

    return look


def _is_mapping(value: Any) -> bool:
    """Answer whether a value is a mapping; a plain dict, which nearly all are, is seen at once."""
    return type(value) is dict or isinstance(value, Mapping)


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
        case "long" if shape.name in _INSTANTS:
            return lambda value: None if type(value) is int and value in _CALENDAR else ""
        case kind if kind in _TYPES:
            return _scalar(_TYPES[kind])
    return _anything


def _scalar(wanted: type | tuple[type, ...]) -> Check:
    return lambda value: None if isinstance(value, wanted) and not isinstance(value, bool) else ""


def _structure(shape: Any) -> Check:
    if getattr(shape, "is_document_type", False):
        return _anything
    checks: dict[str, Check] = {}
    plain: dict[str, object] = {}

    def checked(name: str) -> Check:
        if name not in shape.members:
            return _anything
        member = shape.members[name]
        if member.name not in _DECODED | _INSTANTS:
            plain[name] = _TYPES.get(member.type_name)
        return _of_shape(member)

    def look(value: Any) -> str | None:
        if not _is_mapping(value):
            return ""
        for name, inner in value.items():
            if inner is None or type(inner) is plain.get(name):
                continue
            check = checks.get(name) or checks.setdefault(name, checked(name))
            if (path := check(inner)) is not None:
                return f".{name}{path}"
        return None

    return look


def _anything(_: Any) -> str | None:
    return None


def _list(shape: Any) -> Check:
    checked = _of_shape(shape.member) if shape.member.type_name != "structure" else None

    def look(value: Any) -> str | None:
        if not isinstance(value, list):
            return ""
        each = checked or _of_shape(shape.member)
        for index, element in enumerate(value):
            if (path := each(element)) is not None:
                return f"[{index}]{path}"
        return None

    return look


def _map(shape: Any) -> Check:
    def look(value: Any) -> str | None:
        if not _is_mapping(value):
            return ""
        each = _of_shape(shape.value)
        return next((f".{key}{path}" for key, inner in value.items() if (path := each(inner)) is not None), None)

    return look
