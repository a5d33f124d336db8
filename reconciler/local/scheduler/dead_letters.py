"""The dead-letter queue of a schedule: what could not be delivered, with the attributes that tell why.

Source: the Scheduler user guide, "Configuring a dead-letter queue": the message is the target's payload, its attributes
are ERROR_CODE, ERROR_MESSAGE, EXECUTION_ID, EXHAUSTED_RETRY_CONDITION, IS_PAYLOAD_TRUNCATED, RETRY_ATTEMPTS,
SCHEDULE_ARN, SCHEDULED_TIME and TARGET_ARN.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Place, Principal
from reconciler.local.expressions import iso

if TYPE_CHECKING:
    from reconciler.local.world import World


def role_session(place: Place, role: str) -> Principal:
    """Scheduler, having taken on a schedule's role."""
    name = role.rpartition("/")[2]
    account = role.split(":")[4]
    return Principal(account, f"arn:{place.partition}:sts::{account}:assumed-role/{name}/scheduler", account)


def send(world: "World", arn: str, members: Mapping[str, Any], principal: Principal | None = None) -> None:
    """Send a message to the queue of an ARN. Raises AwsError as SQS would answer."""
    region, account, name = arn.split(":")[3:6]
    place = Place(account, region)
    asked = {"QueueName": name, "QueueOwnerAWSAccountId": account}
    url = world.invoke("sqs", "GetQueueUrl", asked, place)["QueueUrl"]
    world.invoke("sqs", "SendMessage", {"QueueUrl": url, **members}, place, principal)


def bury(
    world: "World",
    place: Place,
    invocation: Mapping[str, Any],
    *,
    execution: str,
    sent: str,
    error: AwsError,
    condition: str,
) -> None:
    """Send an undeliverable payload to the schedule's dead-letter queue; without one, or if it is gone, it is lost."""
    queue = invocation["target"].get("DeadLetterConfig", {}).get("Arn")
    if queue is None:
        return
    told = {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message or error.code,
        "EXECUTION_ID": execution,
        "EXHAUSTED_RETRY_CONDITION": condition,
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(invocation["attempt"] - 1),
        "SCHEDULED_TIME": iso(invocation["time"]),
        "SCHEDULE_ARN": invocation["arn"],
        "TARGET_ARN": invocation["target"]["Arn"],
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    try:
        send(
            world,
            queue,
            {"MessageBody": sent, "MessageAttributes": attributes},
            role_session(place, invocation["target"]["RoleArn"]),
        )
    except AwsError as lost:
        world.store("scheduler", place).setdefault("lost", []).append([world.now(), queue, lost.code])
