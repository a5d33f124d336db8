"""CloudWatch Logs: groups, streams, retention and tags (the events are in `logs_events`).

Source: botocore's `logs` service model, the documentation of each operation. The product keeps its ledger here, so two
things are exact: a stream is made once (ResourceAlreadyExistsException for all others, the server has one lock), and
its creation time is AWS's, that is the virtual clock's.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Needed, Place, Service, Tagged
from reconciler.local.logs.events import OPERATIONS as EVENT_OPERATIONS
from reconciler.local.logs.policies import delete_resource_policy, describe_resource_policies, put_resource_policy
from reconciler.local.logs.store import (
    Group,
    Stream,
    find_group,
    find_stream,
    group_name,
    groups,
    milliseconds,
    new_group,
    visible,
)

if TYPE_CHECKING:
    from reconciler.local.world import World

_RETENTION_DAYS = frozenset(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
_PAGE = 50


def create_log_group(call: Call) -> Mapping[str, Any]:
    """A new group, refused when there is one of that name."""
    name = call.members["logGroupName"]
    if name in groups(call):
        raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
    tags = call.get("tags", {})
    _check_tags(tags)
    groups(call)[name] = new_group(call.now) | {
        "tags": dict(tags),
        "tagged": call.now if tags else 0.0,
        "kms": call.get("kmsKeyId"),
        "class": call.get("logGroupClass", "STANDARD"),
    }
    return {}


def delete_log_group(call: Call) -> Mapping[str, Any]:
    """The group goes with all its streams."""
    name, _ = find_group(call)
    del groups(call)[name]
    return {}


def describe_log_groups(call: Call) -> Mapping[str, Any]:
    """Groups by name, 50 a page."""
    prefix, pattern = call.get("logGroupNamePrefix", ""), call.get("logGroupNamePattern")
    if prefix and pattern:
        raise AwsError(
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        )
    named = [
        (name, group)
        for name, group in sorted(groups(call).items())
        if name.startswith(prefix) and (not pattern or pattern.lower() in name.lower()) and visible(call, group)
    ]
    page, token = call.page(named, size=call.get("limit", _PAGE), token=call.get("nextToken"))
    return {"logGroups": [_described_group(call.place, name, group) for name, group in page], "nextToken": token}


def _described_group(place: Place, name: str, group: Group) -> dict[str, Any]:
    arn = place.arn("logs", f"log-group:{name}")
    stored = sum(len(event[2]) for stream in group["streams"].values() for event in stream["events"])
    return {
        "logGroupName": name,
        "creationTime": group["created"],
        "retentionInDays": group["retention"],
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "storedBytes": stored,
        "kmsKeyId": group["kms"],
        "logGroupClass": group["class"],
    }


def put_retention_policy(call: Call) -> Mapping[str, Any]:
    """How many days events stay; only the documented numbers."""
    _, group = find_group(call)
    days = call.members["retentionInDays"]
    if days not in _RETENTION_DAYS:
        allowed = ", ".join(map(str, sorted(_RETENTION_DAYS)))
        raise AwsError(
            "InvalidParameterException",
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{allowed}]",
        )
    group["retention"] = days
    return {}


def delete_retention_policy(call: Call) -> Mapping[str, Any]:
    """Events stay for ever."""
    _, group = find_group(call)
    group["retention"] = None
    return {}


def create_log_stream(call: Call) -> Mapping[str, Any]:
    """A new stream; only one caller can make it."""
    _, group = find_group(call)
    name = call.members["logStreamName"]
    if name in group["streams"]:
        raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")
    group["streams"][name] = {"created": milliseconds(call.now), "ingested": None, "events": []}
    return {}


def delete_log_stream(call: Call) -> Mapping[str, Any]:
    """The stream goes with its events."""
    _, group = find_group(call)
    find_stream(call, group)
    del group["streams"][call.members["logStreamName"]]
    return {}


def describe_log_streams(call: Call) -> Mapping[str, Any]:
    """Streams of a group by name or by last event, 50 a page; a lagging listing does not see the newest."""
    name, group = find_group(call)
    prefix, order = call.get("logStreamNamePrefix", ""), call.get("orderBy", "LogStreamName")
    if prefix and order == "LastEventTime":
        raise AwsError("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
    seen = [
        (key, stream) for key, stream in group["streams"].items() if key.startswith(prefix) and visible(call, stream)
    ]
    by_event = order == "LastEventTime"
    listed = sorted(seen, key=lambda named: (_last_event(named[1]) if by_event else 0, named[0]))
    if call.get("descending", False):
        listed.reverse()
    page, token = call.page(listed, size=call.get("limit", _PAGE), token=call.get("nextToken"))
    group_arn = call.place.arn("logs", f"log-group:{name}")
    return {
        "logStreams": [_described_stream(group_arn, key, stream) for key, stream in page],
        "nextToken": token,
    }


def _last_event(stream: Stream) -> int:
    return int(stream["events"][-1][1]) if stream["events"] else 0


def _described_stream(group_arn: str, name: str, stream: Stream) -> dict[str, Any]:
    events = stream["events"]
    return {
        "logStreamName": name,
        "creationTime": stream["created"],
        "firstEventTimestamp": events[0][1] if events else None,
        "lastEventTimestamp": events[-1][1] if events else None,
        "lastIngestionTime": stream["ingested"],
        "uploadSequenceToken": "0" * 56 if events else None,
        "arn": f"{group_arn}:log-stream:{name}",
        "storedBytes": 0,
    }


def tag_resource(call: Call) -> Mapping[str, Any]:
    """Tags on a group, by its ARN (without `:*`)."""
    group = _tagged_group(call)
    _check_tags(call.members["tags"])
    group["tags"].update(call.members["tags"])
    group["tagged"] = call.now
    return {}


def untag_resource(call: Call) -> Mapping[str, Any]:
    """Tags off a group."""
    group = _tagged_group(call)
    for key in call.members["tagKeys"]:
        group["tags"].pop(key, None)
    group["tagged"] = call.now
    return {}


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """A group's tags."""
    return {"tags": _tagged_group(call)["tags"]}


def list_tags_log_group(call: Call) -> Mapping[str, Any]:
    """A group's tags, by its name (the older call)."""
    return {"tags": find_group(call)[1]["tags"]}


def tag_log_group(call: Call) -> Mapping[str, Any]:
    """Tags on a group, by its name (the older call)."""
    _, group = find_group(call)
    _check_tags(call.members["tags"])
    group["tags"].update(call.members["tags"])
    group["tagged"] = call.now
    return {}


def _tagged_group(call: Call) -> Group:
    name = group_name(call, call.members["resourceArn"])
    group: Group | None = groups(call).get(name)
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified resource does not exist.")
    return group


def _check_tags(tags: Mapping[str, str]) -> None:
    if any(key.lower().startswith("aws:") for key in tags):
        raise AwsError("InvalidParameterException", "aws: prefixed tag key names are not allowed for external use.")


def _tagged(world: "World", place: Place) -> Iterable[Tagged]:
    for name, group in world.store("logs", place).get("groups", {}).items():
        if group["tags"]:
            arn = place.arn("logs", f"log-group:{name}")
            yield Tagged(arn=arn, tags=group["tags"], changed=group["tagged"])


def _needs(call: Call) -> Iterable[Needed]:
    """Permission on the group or stream that is named; tags on a new group take TagResource (API, CreateLogGroup)."""
    own, name = f"logs:{call.operation}", call.get("logGroupName")
    if name is not None:
        stream = call.get("logStreamName")
        suffix = f"log-stream:{stream}" if stream else "*"
        yield Needed(own, call.place.arn("logs", f"log-group:{name}:{suffix}"))
        if call.operation == "CreateLogGroup" and call.get("tags"):
            yield Needed("logs:TagResource", call.place.arn("logs", f"log-group:{name}"))
    elif call.get("resourceArn") is not None:
        yield Needed(own, call.get("resourceArn"))


SERVICE = Service(
    name="logs",
    operations={
        "CreateLogGroup": create_log_group,
        "DeleteLogGroup": delete_log_group,
        "DescribeLogGroups": describe_log_groups,
        "PutRetentionPolicy": put_retention_policy,
        "DeleteRetentionPolicy": delete_retention_policy,
        "CreateLogStream": create_log_stream,
        "DeleteLogStream": delete_log_stream,
        "DescribeLogStreams": describe_log_streams,
        "TagResource": tag_resource,
        "UntagResource": untag_resource,
        "ListTagsForResource": list_tags_for_resource,
        "TagLogGroup": tag_log_group,
        "ListTagsLogGroup": list_tags_log_group,
        "PutResourcePolicy": put_resource_policy,
        "DescribeResourcePolicies": describe_resource_policies,
        "DeleteResourcePolicy": delete_resource_policy,
        **EVENT_OPERATIONS,
    },
    constraint_error="InvalidParameterException",
    tagged=_tagged,
    needs=_needs,
)
