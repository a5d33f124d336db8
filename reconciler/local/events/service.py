"""EventBridge rules on the default bus: they hear the state changes of ECS and Batch, and what PutEvents tells.

Source: botocore's documentation of each operation. Other buses, archives, API destinations and the like are not known.
Rules with a schedule fire by `expressions`, in UTC, at the very instant (AWS: within the minute).
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from reconciler.local import expressions
from reconciler.local.calls import AwsError, Call, Needed, Place, Service, Tagged
from reconciler.local.events.delivery import deliver, hand_over, hear
from reconciler.local.events.rules import (
    BUS,
    check_bus,
    delete_rule,
    describe_rule,
    find_rule,
    list_event_buses,
    list_rule_names_by_target,
    list_rules,
    list_tags_for_resource,
    list_targets_by_rule,
    put_rule,
    put_targets,
    remove_targets,
    rules,
    switch,
    tag_resource,
    test_event_pattern,
    untag_resource,
)

if TYPE_CHECKING:
    from reconciler.local.world import World

_MAXIMUM_ENTRIES = 10


def _put_rule(call: Call) -> Mapping[str, Any]:
    answer = put_rule(call)
    plan(call.world, call.place, call.members["Name"], call.now)
    return answer


def _switch(call: Call) -> Mapping[str, Any]:
    switch(find_rule(call, call.members["Name"]), on=call.operation == "EnableRule")
    plan(call.world, call.place, call.members["Name"], call.now)
    return {}


def plan(world: "World", place: Place, name: str, after: float) -> None:
    """Let a rule's next start be due, if it has a schedule and is enabled."""
    rule = rules(world, place)[name]
    rule["version"] = world.store("events", place)["versions"] = world.store("events", place).get("versions", 0) + 1
    _plan_next(world, place, name, after)


def _plan_next(world: "World", place: Place, name: str, after: float) -> None:
    rule = rules(world, place)[name]
    text = rule["described"].get("ScheduleExpression")
    if text is None or rule["described"]["State"] == "DISABLED":
        return
    expression = expressions.parse(text)
    if isinstance(expression, expressions.Rate):
        instant: float | None = after + expression.seconds
    elif isinstance(expression, expressions.Cron):
        instant = expression.following(after, expressions.zone("UTC"))
    else:
        instant = None
    if instant is not None:
        world.schedule(place, "events", "start", instant, rule=name, version=rule["version"], time=instant)


def start(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """The start of a rule with a schedule: its targets are given a "Scheduled Event"."""
    name = arguments["rule"]
    rule = rules(world, place).get(name)
    if rule is None or rule["version"] != arguments["version"]:
        return
    _plan_next(world, place, name, arguments["time"])
    event = {
        "version": "0",
        "id": world.uuid(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": place.account,
        "time": expressions.iso(arguments["time"]),
        "region": place.region,
        "resources": [rule["described"]["Arn"]],
        "detail": {},
    }
    hand_over(world, place, name, event)


def put_events(call: Call) -> Mapping[str, Any]:
    """Tell events of one's own; sources of AWS are refused one by one, in an answer that is 200."""
    entries = call.members["Entries"]
    if len(entries) > _MAXIMUM_ENTRIES:
        raise AwsError("ValidationException", f"Entries must have at most {_MAXIMUM_ENTRIES} elements.")
    told = [_put_event(call, entry) for entry in entries]
    return {"FailedEntryCount": sum("ErrorCode" in entry for entry in told), "Entries": told}


def _put_event(call: Call, entry: Mapping[str, Any]) -> dict[str, Any]:
    check_bus(call, entry.get("EventBusName", BUS))
    for member in ("Source", "DetailType", "Detail"):
        if not entry.get(member):
            message = f"Parameter {member} is not valid. Reason: {member} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    if entry["Source"].startswith("aws."):
        message = "Not authorized for the source."
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": message}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    event = {
        "version": "0",
        "id": call.world.uuid(),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": call.place.account,
        "time": expressions.iso(entry.get("Time", call.now)),
        "region": call.place.region,
        "resources": entry.get("Resources", []),
        "detail": detail,
    }
    hear(call.world, call.place, event)
    return {"EventId": event["id"]}


def _tagged(world: "World", place: Place) -> Iterable[Tagged]:
    for rule in world.store("events", place).get("rules", {}).values():
        if rule["tags"]:
            yield Tagged(arn=rule["described"]["Arn"], tags=rule["tags"], changed=rule["tagged"])


_OF_A_RULE: Final = frozenset(
    {
        *("PutRule", "DescribeRule", "EnableRule", "DisableRule", "DeleteRule"),
        *("PutTargets", "RemoveTargets", "ListTargetsByRule"),
    }
)


def _needs(call: Call) -> Iterable[Needed]:
    """Permission on the rule that is named, and TagResource for its tags; lists of buses and rules name none."""
    own, name = f"events:{call.operation}", call.get("Rule", call.get("Name"))
    if call.operation not in _OF_A_RULE or name is None:
        return
    bus = call.get("EventBusName", "default").rpartition("/")[2]
    rule = call.place.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")
    yield Needed(own, rule)
    if call.get("Tags"):
        yield Needed("events:TagResource", rule)


SERVICE = Service(
    name="events",
    operations={
        "PutRule": _put_rule,
        "DescribeRule": describe_rule,
        "EnableRule": _switch,
        "DisableRule": _switch,
        "DeleteRule": delete_rule,
        "ListEventBuses": list_event_buses,
        "ListRules": list_rules,
        "PutTargets": put_targets,
        "RemoveTargets": remove_targets,
        "ListTargetsByRule": list_targets_by_rule,
        "ListRuleNamesByTarget": list_rule_names_by_target,
        "PutEvents": put_events,
        "TestEventPattern": test_event_pattern,
        "TagResource": tag_resource,
        "UntagResource": untag_resource,
        "ListTagsForResource": list_tags_for_resource,
    },
    constraint_error="ValidationException",
    due={"deliver": deliver, "start": start},
    listener=hear,
    tagged=_tagged,
    needs=_needs,
)
