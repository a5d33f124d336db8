"""Schedule groups, and tags, which only groups have (botocore's TagResource: "You can only assign tags to …groups")."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Place, Tagged
from reconciler.local.scheduler.store import (
    DEFAULT_GROUP,
    Group,
    conflict,
    find_group,
    forget,
    groups,
    invalid,
    new_group,
    remember,
    repeated,
    schedules,
)

if TYPE_CHECKING:
    from reconciler.local.world import World

DELETING_SECONDS = 30.0
"""How long a group stays DELETING: of our choosing, AWS says "eventually"."""
_PAGE = 100
_MAXIMUM_TAGS = 200


def create_schedule_group(call: Call) -> Mapping[str, Any]:
    """A new group; one of that name is a conflict unless the token is that of the first request."""
    answer = repeated(call)
    if answer is not None:
        return answer
    name = call.members["Name"]
    if name in groups(call.world, call.place):
        raise conflict(f"Schedule group {name} already exists.")
    tags = {tag["Key"]: tag["Value"] for tag in call.get("Tags", [])}
    _check_tags(tags)
    groups(call.world, call.place)[name] = new_group(call.now, tags)
    return remember(call, {"ScheduleGroupArn": _arn(call.place, name)})


def get_schedule_group(call: Call) -> Mapping[str, Any]:
    """One group."""
    name = call.members["Name"]
    return _described(call.place, name, find_group(call, name))


def list_schedule_groups(call: Call) -> Mapping[str, Any]:
    """Groups by the prefix of their name; a lagging list does not see the newest."""
    prefix = call.get("NamePrefix", "")
    found = [
        _described(call.place, name, group)
        for name, group in sorted(groups(call.world, call.place).items())
        if name.startswith(prefix) and group["created"] <= call.horizon
    ]
    page, token = call.page(found, size=call.get("MaxResults", _PAGE), token=call.get("NextToken"))
    return {"ScheduleGroups": page, "NextToken": token}


def delete_schedule_group(call: Call) -> Mapping[str, Any]:
    """The group is DELETING, and its schedules go on, until both are gone."""
    answer = repeated(call)
    if answer is not None:
        return answer
    name = call.members["Name"]
    if name == DEFAULT_GROUP:
        raise invalid("The default schedule group can't be deleted.")
    group = find_group(call, name)
    if group["state"] == "DELETING":
        raise conflict(f"Schedule group {name} is being deleted.")
    group["state"], group["modified"] = "DELETING", call.now
    call.world.schedule(call.place, "scheduler", "delete-group", call.now + DELETING_SECONDS, group=name)
    return remember(call, {})


def delete_group(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """A group that was DELETING goes with its schedules."""
    name = arguments["group"]
    for key in [key for key in schedules(world, place) if key.startswith(f"{name}/")]:
        forget(world, place, key)
    del groups(world, place)[name]


def tag_resource(call: Call) -> Mapping[str, Any]:
    """Tags on a group."""
    group = _tagged_group(call)
    merged = {**group["tags"], **{tag["Key"]: tag["Value"] for tag in call.members["Tags"]}}
    _check_tags(merged)
    group["tags"], group["tagged"] = merged, call.now
    return {}


def untag_resource(call: Call) -> Mapping[str, Any]:
    """Tags off a group."""
    group = _tagged_group(call)
    group["tags"] = {key: value for key, value in group["tags"].items() if key not in call.members["TagKeys"]}
    group["tagged"] = call.now
    return {}


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """A group's tags."""
    tags = _tagged_group(call)["tags"]
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def _tagged_group(call: Call) -> Group:
    arn = call.members["ResourceArn"]
    prefix = _arn(call.place, "")
    group = groups(call.world, call.place).get(arn.removeprefix(prefix)) if arn.startswith(prefix) else None
    if group is None:
        raise AwsError("ResourceNotFoundException", f"Resource {arn} does not exist.", 404)
    return group


def _check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > _MAXIMUM_TAGS:
        raise invalid(f"A schedule group can have at most {_MAXIMUM_TAGS} tags.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")


def _arn(place: Place, name: str) -> str:
    return place.arn("scheduler", f"schedule-group/{name}")


def _described(place: Place, name: str, group: Group) -> dict[str, Any]:
    return {
        "Arn": _arn(place, name),
        "Name": name,
        "State": group["state"],
        "CreationDate": group["created"],
        "LastModificationDate": group["modified"],
    }


def tagged(world: "World", place: Place) -> Iterable[Tagged]:
    """What the tagging API lists: groups with tags."""
    for name, group in world.store("scheduler", place).get("groups", {}).items():
        if group["tags"]:
            yield Tagged(arn=_arn(place, name), tags=group["tags"], changed=group["tagged"])
