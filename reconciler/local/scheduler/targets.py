"""How a schedule's target is invoked: templated ECS, SQS and SNS targets, and universal targets of any service.

Sources: the Scheduler user guide, "Using templated targets", "Using universal targets" (Input is the request in the
members' spelling of the SDK for Java: `JobName`) and "Adding context attributes". `startedBy` of a task that Scheduler
launched is `chronos-schedule/<name>`, cut to 36 characters (seen in many public task descriptions).
Assumed: a RunTask that answers 200 with failures counts as delivered; a member in another spelling is refused.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local import models
from reconciler.local.calls import AwsError, Place, Principal
from reconciler.local.expressions import iso
from reconciler.local.scheduler.checks import UNIVERSAL
from reconciler.local.scheduler.dead_letters import role_session, send

if TYPE_CHECKING:
    from reconciler.local.world import World

_STARTED_BY = 36
_SERVICES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
"""Names of the SDK for Java that are not botocore's."""


def payload(world: "World", place: Place, target: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """What the target is given: its Input with the context words filled in, or Scheduler's own notification."""
    told = {**words, "scheduled-time": iso(words["scheduled-time"])}
    text: str | None = target.get("Input")
    if text is None:
        notification = {
            "version": "0",
            "id": world.uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": place.account,
            "time": told["scheduled-time"],
            "region": place.region,
            "resources": [told["schedule-arn"]],
            "detail": "{}",
        }
        return json.dumps(notification)
    for word, value in told.items():
        text = text.replace(f"<aws.scheduler.{word}>", str(value))
    return text


def deliver(world: "World", place: Place, schedule_arn: str, target: Mapping[str, Any], sent: str) -> None:
    """Invoke the target. Raises AwsError as it refuses."""
    arn: str = target["Arn"]
    principal = role_session(place, target["RoleArn"])
    if arn.startswith(UNIVERSAL):
        service, _, operation = arn.removeprefix(UNIVERSAL).partition(":")
        _universal(world, place, principal, _SERVICES.get(service, service), operation, sent)
        return
    words = arn.split(":")
    match words[2]:
        case "ecs":
            there = Place(words[4], words[3])
            world.invoke("ecs", "RunTask", _run_task(schedule_arn, target, sent), there, principal)
        case "sqs":
            send(world, arn, {"MessageBody": sent, **target.get("SqsParameters", {})}, principal)
        case "sns":
            world.invoke("sns", "Publish", {"TopicArn": arn, "Message": sent}, Place(words[4], words[3]), principal)
        case service:
            raise AwsError("NotImplemented", f"the embedded AWS does not invoke targets of {service}")


def _universal(world: "World", place: Place, principal: Principal, service: str, operation: str, sent: str) -> None:
    name = operation[:1].upper() + operation[1:]
    model = models.operation_model(service, name)
    if model is None:
        raise AwsError("ValidationException", f"{service}:{operation} is not a supported API")
    try:
        members = json.loads(sent)
    except ValueError as error:
        raise AwsError("ValidationException", f"Input is not JSON: {error}") from None
    world.invoke(service, name, _respelt(model.input_shape, members), place, principal)


def _respelt(shape: Any, value: Any) -> Any:
    """Members in the model's spelling, out of the SDK for Java's, which begins each with a capital."""
    kind = shape.type_name if shape is not None else None
    if kind == "structure" and isinstance(value, dict):
        known = {name[:1].upper() + name[1:]: name for name in shape.members}
        for name in value:
            if name not in known:
                raise AwsError("ValidationException", f"Input has the unknown member {name}")
        return {known[name]: _respelt(shape.members[known[name]], item) for name, item in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_respelt(shape.member, item) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {name: _respelt(shape.value, item) for name, item in value.items()}
    return value


_COPIED = {
    "TaskDefinitionArn": "taskDefinition",
    "TaskCount": "count",
    "LaunchType": "launchType",
    "PlatformVersion": "platformVersion",
    "Group": "group",
    "CapacityProviderStrategy": "capacityProviderStrategy",
    "EnableECSManagedTags": "enableECSManagedTags",
    "EnableExecuteCommand": "enableExecuteCommand",
    "PlacementConstraints": "placementConstraints",
    "PlacementStrategy": "placementStrategy",
    "PropagateTags": "propagateTags",
    "ReferenceId": "referenceId",
    "Tags": "tags",
}
"""EcsParameters' members that RunTask has under another name."""


def _run_task(schedule_arn: str, target: Mapping[str, Any], sent: str) -> dict[str, Any]:
    parameters = target["EcsParameters"]
    request = {theirs: parameters[ours] for ours, theirs in _COPIED.items() if ours in parameters}
    network = parameters.get("NetworkConfiguration", {}).get("awsvpcConfiguration")
    if network is not None:
        lowered = {name[:1].lower() + name[1:]: value for name, value in network.items()}
        request["networkConfiguration"] = {"awsvpcConfiguration": lowered}
    if "Input" in target:
        try:
            request["overrides"] = json.loads(sent)
        except ValueError as error:
            raise AwsError("ValidationException", f"Input is not JSON: {error}") from None
    started_by = f"chronos-schedule/{schedule_arn.rpartition('/')[2]}"[:_STARTED_BY]
    return {**request, "cluster": target["Arn"], "startedBy": started_by}
