"""How CloudWatch Logs' groups, streams and events are held, and how they are found.

A group is `{"created", "retention", "tags", "tagged", "kms", "class", "streams"}`, a stream `{"created", "ingested",
"events"}`, an event `[id, timestamp, message, ingested]`; ids are 56 digits that sort as the time stamps do, and as
they came within one. Times are milliseconds, as the API has them.
"""

from bisect import insort
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Place

if TYPE_CHECKING:
    from reconciler.local.world import World

Group = dict[str, Any]
Stream = dict[str, Any]
Event = list[Any]

DAY = 86_400_000


def milliseconds(seconds: float) -> int:
    """Epoch seconds as the API's milliseconds."""
    return int(seconds * 1000)


def groups(call: Call) -> dict[str, Group]:
    """All groups of the call's place, by name."""
    held: dict[str, Group] = call.store.setdefault("groups", {})
    return held


def group_name(call: Call, identifier: str) -> str:
    """A group's name out of a name or an ARN (with or without `:*`). Another account's or region's ARN is refused."""
    if not identifier.startswith("arn:"):
        return identifier
    prefix = call.place.arn("logs", "log-group:")
    if not identifier.startswith(prefix):
        raise AwsError("AccessDeniedException", f"{identifier} is not in this account and region")
    return identifier.removeprefix(prefix).removesuffix(":*")


def find_group(call: Call) -> tuple[str, Group]:
    """The group that the call names. Raises AwsError(ResourceNotFoundException)."""
    identifier = call.get("logGroupName") or call.get("logGroupIdentifier")
    if identifier is None:
        raise AwsError("InvalidParameterException", "Either logGroupName or logGroupIdentifier must be specified")
    name = group_name(call, identifier)
    group = groups(call).get(name)
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return name, group


def find_stream(call: Call, group: Group) -> Stream:
    """The stream that the call names. Raises AwsError(ResourceNotFoundException)."""
    stream: Stream | None = group["streams"].get(call.members["logStreamName"])
    if stream is None:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    return stream


def visible(call: Call, made: Mapping[str, Any]) -> bool:
    """Whether a (lagging) listing sees a group or stream already."""
    horizon = call.horizon
    return horizon == float("inf") or bool(made["created"] <= milliseconds(horizon))


def readable(call: Call, group: Group, stream: Stream) -> list[Event]:
    """A stream's events in order, less those that a lagging read does not see and those past the group's retention."""
    events: list[Event] = stream["events"]
    if call.horizon != float("inf"):
        seen = milliseconds(call.horizon)
        events = [event for event in events if event[3] <= seen]
    if group["retention"] is not None:
        oldest = milliseconds(call.now) - group["retention"] * DAY
        events = [event for event in events if event[1] >= oldest]
    return events


def append(stream: Stream, now: int, entries: Iterable[tuple[int, str]]) -> None:
    """Add (timestamp, message) events to a stream, kept in order of time."""
    for timestamp, message in entries:
        ordinal = stream["ordinal"] = stream.get("ordinal", 0) + 1
        insort(stream["events"], [f"{timestamp:020d}{ordinal:036d}", timestamp, message, now])
        stream["ingested"] = now


def new_group(now: float) -> Group:
    """A group without anything."""
    return {
        "created": milliseconds(now),
        "retention": None,
        "tags": {},
        "tagged": 0.0,
        "kms": None,
        "class": "STANDARD",
        "streams": {},
    }


def ensure_group(world: "World", place: Place, name: str) -> None:
    """What the driver's awslogs-create-group does: make the group where it is missing."""
    held = world.store("logs", place).setdefault("groups", {})
    if name not in held:
        held[name] = new_group(world.now())


def write(world: "World", place: Place, group: str, stream: str, messages: Iterable[str]) -> bool:
    """What a log driver does: make the stream where it is missing and add lines at the present time.

    False where the group does not exist: then the container fails to start, as the awslogs driver makes it.
    """
    held: Group | None = world.store("logs", place).setdefault("groups", {}).get(group)
    if held is None:
        return False
    now = milliseconds(world.now())
    made = held["streams"].setdefault(stream, {"created": now, "ingested": None, "events": []})
    append(made, now, ((now, message) for message in messages))
    return True
