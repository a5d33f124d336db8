"""Rules of the default event bus and their targets (the state: `rules` by name).

Source: botocore's documentation of each operation. PutRule replaces a rule whole; its targets and tags stay. A rule is
`{"described", "pattern", "targets", "tags", "tagged", "version"}`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Place
from reconciler.local.events.patterns import InvalidPatternError, matches, parse
from reconciler.local.expressions import At, InvalidExpressionError
from reconciler.local.expressions import parse as parse_expression

if TYPE_CHECKING:
    from reconciler.local.world import World

Rule = dict[str, Any]

BUS = "default"
_PAGE = 100
_MAXIMUM_TARGETS = 5
_SINGULAR = re.compile(r"rate\(1 (minute|hour|day)\)|rate\((?!1 )\d+ (minutes|hours|days)\)")


def rules(world: "World", place: Place) -> dict[str, Rule]:
    """All rules by name."""
    held: dict[str, Rule] = world.store("events", place).setdefault("rules", {})
    return held


def check_bus(call: Call, bus: str) -> None:
    """Only the default bus is there. Raises AwsError(ResourceNotFoundException)."""
    if bus not in (BUS, call.place.arn("events", f"event-bus/{BUS}")):
        raise AwsError("ResourceNotFoundException", f"Event bus {bus} does not exist.")


def find_rule(call: Call, name: str) -> Rule:
    """The rule of that name. Raises AwsError(ResourceNotFoundException)."""
    check_bus(call, call.get("EventBusName", BUS))
    rule = rules(call.world, call.place).get(name)
    if rule is None:
        raise AwsError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus {BUS}.")
    return rule


def put_rule(call: Call) -> Mapping[str, Any]:
    """Make or replace a rule, ENABLED unless told otherwise."""
    check_bus(call, call.get("EventBusName", BUS))
    name = call.members["Name"]
    pattern, schedule = call.get("EventPattern"), call.get("ScheduleExpression")
    if pattern is None and schedule is None:
        raise AwsError("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
    parsed = None if pattern is None else _parsed(pattern)
    if schedule is not None:
        _check_schedule(schedule)
    arn = call.place.arn("events", f"rule/{name}")
    described = {"Name": name, "Arn": arn, "EventBusName": BUS, "State": call.get("State", "ENABLED")}
    for member in ("EventPattern", "ScheduleExpression", "Description", "RoleArn"):
        if member in call.members:
            described[member] = call.members[member]
    old = rules(call.world, call.place).get(name)
    tags = {tag["Key"]: tag["Value"] for tag in call.get("Tags", [])}
    rules(call.world, call.place)[name] = {
        "described": described,
        "pattern": parsed,
        "targets": old["targets"] if old is not None else {},
        "tags": old["tags"] if old is not None else tags,
        "tagged": old["tagged"] if old is not None else call.now,
        "version": 0,
    }
    return {"RuleArn": arn}


def _parsed(pattern: str) -> dict[str, Any]:
    try:
        return parse(pattern)
    except InvalidPatternError as error:
        raise AwsError("InvalidEventPatternException", f"Event pattern is not valid. Reason: {error}") from None


def _check_schedule(text: str) -> None:
    """Rules take rate, singular for 1 alone, and cron in UTC, but no `at`."""
    refused = AwsError("ValidationException", "Parameter ScheduleExpression is not valid.")
    try:
        expression = parse_expression(text)
    except InvalidExpressionError:
        raise refused from None
    if isinstance(expression, At) or (text.startswith("rate") and not _SINGULAR.fullmatch(text)):
        raise refused


def describe_rule(call: Call) -> Mapping[str, Any]:
    """One rule."""
    rule: Mapping[str, Any] = find_rule(call, call.members["Name"])["described"]
    return rule


def switch(rule: Rule, *, on: bool) -> None:
    """EnableRule and DisableRule."""
    rule["described"]["State"] = "ENABLED" if on else "DISABLED"


def delete_rule(call: Call) -> Mapping[str, Any]:
    """A rule without targets goes; one that is not there is no error."""
    check_bus(call, call.get("EventBusName", BUS))
    rule = rules(call.world, call.place).get(call.members["Name"])
    if rule is not None and rule["targets"]:
        raise AwsError("ValidationException", "Rule can't be deleted since it has targets.")
    rules(call.world, call.place).pop(call.members["Name"], None)
    return {}


def list_rules(call: Call) -> Mapping[str, Any]:
    """Rules by the prefix of their name."""
    check_bus(call, call.get("EventBusName", BUS))
    prefix = call.get("NamePrefix", "")
    found = [
        rule["described"] for name, rule in sorted(rules(call.world, call.place).items()) if name.startswith(prefix)
    ]
    page, token = call.page(found, size=call.get("Limit", _PAGE), token=call.get("NextToken"))
    return {"Rules": page, "NextToken": token}


def list_event_buses(call: Call) -> Mapping[str, Any]:
    """The one bus there is."""
    bus = {"Name": BUS, "Arn": call.place.arn("events", f"event-bus/{BUS}")}
    return {"EventBuses": [bus] if BUS.startswith(call.get("NamePrefix", "")) else []}


def put_targets(call: Call) -> Mapping[str, Any]:
    """Targets added or replaced by their id, at most five a rule."""
    rule = find_rule(call, call.members["Rule"])
    for target in call.members["Targets"]:
        _check_target(target)
    failed = _busy(call, [target["Id"] for target in call.members["Targets"]])
    taken = call.members["Targets"][len(failed) :]
    merged = {**rule["targets"], **{target["Id"]: target for target in taken}}
    if len(merged) > _MAXIMUM_TARGETS:
        raise AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    rule["targets"] = merged
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


def _busy(call: Call, ids: Sequence[str]) -> list[dict[str, str]]:
    """The entries of the first targets that the fault plan lets fail.

    "This action can partially fail if too many requests are made at the same time" (API reference, PutTargets).
    """
    planned = call.fault("failures")
    code, reason = (planned.code, planned.reason) if planned is not None else ("", "")
    return [
        {
            "TargetId": each,
            "ErrorCode": code or "ConcurrentModificationException",
            "ErrorMessage": reason or "There is concurrent modification on a rule, target, archive, or replay.",
        }
        for each in ids[: planned.count if planned is not None else 0]
    ]


def _check_target(target: Mapping[str, Any]) -> None:
    arn = target["Arn"]
    words = arn.split(":")
    if not arn.startswith("arn:") or len(words) < 6:
        raise AwsError(
            "ValidationException", f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    needed = {"ecs": "EcsParameters", "batch": "BatchParameters"}.get(words[2])
    if needed is not None and needed not in target:
        raise AwsError("ValidationException", f"Parameter {needed} must be specified for target: {target['Id']}.")
    inputs = [member for member in ("Input", "InputPath", "InputTransformer") if member in target]
    if len(inputs) > 1:
        raise AwsError(
            "ValidationException",
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}.",
        )
    if "Input" in target:
        try:
            json.loads(target["Input"])
        except ValueError:
            raise AwsError("ValidationException", f"JSON syntax error in input for target {target['Id']}") from None


def remove_targets(call: Call) -> Mapping[str, Any]:
    """Targets off by their id; an unknown id is a failed entry."""
    rule = find_rule(call, call.members["Rule"])
    busy = _busy(call, call.members["Ids"])
    failed = busy + [
        {"TargetId": known, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": f"Target {known} does not exist."}
        for known in call.members["Ids"][len(busy) :]
        if rule["targets"].pop(known, None) is None
    ]
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


def list_targets_by_rule(call: Call) -> Mapping[str, Any]:
    """The targets of a rule."""
    targets = list(find_rule(call, call.members["Rule"])["targets"].values())
    page, token = call.page(targets, size=call.get("Limit", _PAGE), token=call.get("NextToken"))
    return {"Targets": page, "NextToken": token}


def list_rule_names_by_target(call: Call) -> Mapping[str, Any]:
    """The rules that have a target of that ARN."""
    check_bus(call, call.get("EventBusName", BUS))
    wanted = call.members["TargetArn"]
    found = [
        name
        for name, rule in sorted(rules(call.world, call.place).items())
        if any(target["Arn"] == wanted for target in rule["targets"].values())
    ]
    page, token = call.page(found, size=call.get("Limit", _PAGE), token=call.get("NextToken"))
    return {"RuleNames": page, "NextToken": token}


def test_event_pattern(call: Call) -> Mapping[str, Any]:
    """Whether an event matches a pattern."""
    pattern = _parsed(call.members["EventPattern"])
    try:
        event = json.loads(call.members["Event"])
    except ValueError:
        raise AwsError("ValidationException", "Parameter Event is not valid.") from None
    return {"Result": matches(pattern, event)}


def tag_resource(call: Call) -> Mapping[str, Any]:
    """Tags on a rule."""
    rule = _tagged_rule(call)
    rule["tags"] = {**rule["tags"], **{tag["Key"]: tag["Value"] for tag in call.members["Tags"]}}
    rule["tagged"] = call.now
    return {}


def untag_resource(call: Call) -> Mapping[str, Any]:
    """Tags off a rule."""
    rule = _tagged_rule(call)
    rule["tags"] = {key: value for key, value in rule["tags"].items() if key not in call.members["TagKeys"]}
    rule["tagged"] = call.now
    return {}


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """A rule's tags."""
    tags = _tagged_rule(call)["tags"]
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def _tagged_rule(call: Call) -> Rule:
    arn = call.members["ResourceARN"]
    prefix = call.place.arn("events", "rule/")
    rule = rules(call.world, call.place).get(arn.removeprefix(prefix)) if arn.startswith(prefix) else None
    if rule is None:
        raise AwsError("ResourceNotFoundException", f"Rule {arn.rpartition('/')[2]} does not exist on EventBus {BUS}.")
    return rule
