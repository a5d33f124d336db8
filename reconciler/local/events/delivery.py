"""Events on their way from a rule to its targets: SQS queues, log groups, SNS topics, ECS and Batch.

Sources: the EventBridge user guide, "Event bus targets" and "Input transformation"; `startedBy` of a task that a rule
started is `events-rule/<rule>`, cut to 36 characters (seen in public task descriptions).
Of our choosing: an event is delivered at the instant it happens, once; one that its target refuses goes to the target's
dead-letter queue at once, without other attempts. A log group takes nothing without a resource policy that lets
events.amazonaws.com write into it (guide, "CloudWatch Logs permissions"); each event has a stream of its own there.
"""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Place
from reconciler.local.events.patterns import matches
from reconciler.local.logs import store as logs_store
from reconciler.local.logs.policies import may_write
from reconciler.local.scheduler.dead_letters import send

if TYPE_CHECKING:
    from reconciler.local.world import World

_STARTED_BY = 36
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")


def hear(world: "World", place: Place, event: Mapping[str, Any]) -> None:
    """Let an event be delivered to the targets of every rule that waits for it, after what happens now is done."""
    for name, rule in world.store("events", place).get("rules", {}).items():
        pattern = rule["pattern"]
        if pattern is not None and rule["described"]["State"] != "DISABLED" and matches(pattern, event):
            hand_over(world, place, name, event)


def hand_over(world: "World", place: Place, rule: str, event: Mapping[str, Any]) -> None:
    """Let an event be delivered to all targets of one rule."""
    for target in world.store("events", place)["rules"][rule]["targets"].values():
        world.schedule(place, "events", "deliver", world.now(), rule=rule, target=target, event=dict(event))


def deliver(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """Give one event to one target."""
    target, event = arguments["target"], arguments["event"]
    try:
        _deliver(world, place, arguments["rule"], target, event)
    except AwsError as error:
        queue = target.get("DeadLetterConfig", {}).get("Arn")
        if queue is not None:
            _bury(world, place, queue, arguments, error)


def _deliver(world: "World", place: Place, rule: str, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    arn: str = target["Arn"]
    text = given(target, event)
    words = arn.split(":")
    there = Place(words[4], words[3])
    match words[2]:
        case "sqs":
            send(world, arn, {"MessageBody": text, **target.get("SqsParameters", {})})
        case "logs":
            group = arn.partition(":log-group:")[2].removesuffix(":*")
            source = place.arn("events", f"rule/{rule}")
            if not may_write(world, there, service="events.amazonaws.com", source_arn=source, group=group):
                raise AwsError(
                    "AccessDeniedException", f"no resource policy lets events.amazonaws.com write to {group}"
                )
            if not logs_store.write(world, there, group, event["id"], [text]):
                raise AwsError("ResourceNotFoundException", f"the log group {group} does not exist")
        case "sns":
            world.invoke("sns", "Publish", {"TopicArn": arn, "Message": text}, there)
        case "ecs":
            world.invoke("ecs", "RunTask", _run_task(rule, target), there)
        case "batch":
            world.invoke("batch", "SubmitJob", _submit_job(target), there)
        case service:
            raise AwsError("NotImplemented", f"the embedded AWS does not invoke targets of {service}")


def given(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """What a target is given of an event: its Input, the part at InputPath, the filled template, or all of it."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(at_path(event, target["InputPath"]))
    if "InputTransformer" in target:
        paths = target["InputTransformer"].get("InputPathsMap", {})
        values = {name: at_path(event, path) for name, path in paths.items()}
        return _PLACEHOLDER.sub(
            lambda found: _inserted(values[found[1]]) if found[1] in values else found[0],
            target["InputTransformer"]["InputTemplate"],
        )
    return json.dumps(event)


def _inserted(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def at_path(event: Mapping[str, Any], path: str) -> Any:
    """The part of an event at a path in dot notation (`$.detail.lastStatus`); None where there is none."""
    found: Any = event
    for name in path.removeprefix("$").strip(".").split("."):
        if name:
            found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _run_task(rule: str, target: Mapping[str, Any]) -> dict[str, Any]:
    parameters = target["EcsParameters"]
    copied = {
        "TaskDefinitionArn": "taskDefinition",
        "TaskCount": "count",
        "LaunchType": "launchType",
        "PlatformVersion": "platformVersion",
        "Group": "group",
        "CapacityProviderStrategy": "capacityProviderStrategy",
        "EnableECSManagedTags": "enableECSManagedTags",
        "EnableExecuteCommand": "enableExecuteCommand",
        "PropagateTags": "propagateTags",
        "ReferenceId": "referenceId",
    }
    request = {theirs: parameters[ours] for ours, theirs in copied.items() if ours in parameters}
    network = parameters.get("NetworkConfiguration", {}).get("awsvpcConfiguration")
    if network is not None:
        lowered = {name[:1].lower() + name[1:]: value for name, value in network.items()}
        request["networkConfiguration"] = {"awsvpcConfiguration": lowered}
    request["tags"] = [{"key": tag["Key"], "value": tag["Value"]} for tag in parameters.get("Tags", [])]
    if "Input" in target:
        request["overrides"] = json.loads(target["Input"])
    return {**request, "cluster": target["Arn"], "startedBy": f"events-rule/{rule}"[:_STARTED_BY]}


def _submit_job(target: Mapping[str, Any]) -> dict[str, Any]:
    parameters = target["BatchParameters"]
    request = {
        "jobQueue": target["Arn"],
        "jobName": parameters["JobName"],
        "jobDefinition": parameters["JobDefinition"],
    }
    if "ArrayProperties" in parameters:
        request["arrayProperties"] = {"size": parameters["ArrayProperties"]["Size"]}
    if "RetryStrategy" in parameters:
        request["retryStrategy"] = {"attempts": parameters["RetryStrategy"]["Attempts"]}
    if "Input" in target:
        overrides = json.loads(target["Input"])
        lowered = {name[:1].lower() + name[1:]: value for name, value in overrides.items()}
        request.update({name: lowered[name] for name in ("parameters", "containerOverrides") if name in lowered})
    return request


def _bury(world: "World", place: Place, queue: str, arguments: Mapping[str, Any], error: AwsError) -> None:
    """Send what could not be delivered to the dead-letter queue, with the attributes that the user guide names."""
    told = {
        "RULE_ARN": place.arn("events", f"rule/{arguments['rule']}"),
        "TARGET_ARN": arguments["target"]["Arn"],
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message or error.code,
        "RETRY_ATTEMPTS": "0",
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    try:
        send(world, queue, {"MessageBody": json.dumps(arguments["event"]), "MessageAttributes": attributes})
    except AwsError as lost:
        world.store("events", place).setdefault("lost", []).append([world.now(), queue, lost.code])
