"""What CreateSchedule and UpdateSchedule refuse beyond the service model's own constraints.

Texts that people measured: "Invalid Schedule Expression …" (localstack #9284), "The StartDate you specify cannot be
earlier than 5 minutes ago." (getmoto/moto #8172; UpdateSchedule as well), "… is not a supported service for a target"
(aws/aws-sdk-net discussion #3134), "You must provide an input to set this target for your schedule" and "… API is not
supported" (measured in 2026 by a linter's authors). The other texts are of our wording.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.local.calls import Call
from reconciler.local.expressions import At, InvalidExpressionError, parse, zone
from reconciler.local.scheduler.store import invalid

UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
BACKDATED_SECONDS = 300.0
MAXIMUM_INPUT = 256 * 1024

_TEMPLATED = frozenset(
    (
        "codebuild",
        "codepipeline",
        "ecs",
        "events",
        "firehose",
        "inspector",
        "kinesis",
        "lambda",
        "sagemaker",
        "sns",
        "sqs",
        "states",
    )
)
"""User guide, "Using templated targets"."""
_READS = re.compile(r"(get|describe|list|poll|receive|search|scan|query|select|read|batchGet)", re.IGNORECASE)
"""User guide, "Using universal targets": "Unsupported read-only API actions" begin with get, describe, list …."""
_TASK_DEFINITION = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:task-definition/[A-Za-z0-9_-]+(:\d+)?")
_QUEUE = re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?")


def check(call: Call) -> None:
    """Refuse the first fault of a schedule. Raises AwsError(ValidationException)."""
    for fault in _faults(call):
        raise invalid(fault)


def _faults(call: Call) -> Iterator[str]:
    yield from _times(call)
    window = call.members["FlexibleTimeWindow"]
    if window["Mode"] == "FLEXIBLE" and "MaximumWindowInMinutes" not in window:
        yield "MaximumWindowInMinutes must be provided when FlexibleTimeWindow.Mode is FLEXIBLE."
    if window["Mode"] == "OFF" and "MaximumWindowInMinutes" in window:
        yield "MaximumWindowInMinutes must not be provided when FlexibleTimeWindow.Mode is OFF."
    yield from _target(call.members["Target"])


def _times(call: Call) -> Iterator[str]:
    text, zone_name = call.members["ScheduleExpression"], call.get("ScheduleExpressionTimezone", "UTC")
    try:
        expression = parse(text)
    except InvalidExpressionError:
        yield f"Invalid Schedule Expression {text}."
        return
    try:
        there = zone(zone_name)
    except InvalidExpressionError:
        yield f"Invalid ScheduleExpressionTimezone {zone_name}."
        return
    if isinstance(expression, At):
        if expression.instant(there) < call.now:
            yield f"Invalid Schedule Expression {text}. The time must not be in the past."
        return
    start, end = call.get("StartDate"), call.get("EndDate")
    if start is not None and start < call.now - BACKDATED_SECONDS:
        yield "The StartDate you specify cannot be earlier than 5 minutes ago."
    if end is not None and end <= max(call.now, start or 0.0):
        yield "The EndDate you specify must be in the future, and after the StartDate."


def _target(target: Mapping[str, Any]) -> Iterator[str]:
    arn = target["Arn"]
    words = arn.split(":")
    if len(target.get("Input", "").encode()) > MAXIMUM_INPUT:
        yield f"Input must have at most {MAXIMUM_INPUT} bytes."
    if not arn.startswith("arn:") or len(words) < 6:
        yield f"Provided Arn is not in correct format: {arn}"
    elif arn.startswith(UNIVERSAL):
        yield from _universal(arn.removeprefix(UNIVERSAL), target)
    elif words[2] not in _TEMPLATED:
        yield f"{words[2]} is not a supported service for a target."
    if "EcsParameters" in target:
        yield from _ecs(arn, target["EcsParameters"])
    elif len(words) > 2 and words[2] == "ecs":
        yield "EcsParameters must be provided for an ECS target."
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
    if dead_letters is not None and (not _QUEUE.fullmatch(dead_letters) or dead_letters.endswith(".fifo")):
        yield f"DeadLetterConfig.Arn {dead_letters} is not the ARN of a standard SQS queue."
    fifo = len(words) > 2 and words[2] == "sqs" and arn.endswith(".fifo")
    if fifo and "MessageGroupId" not in target.get("SqsParameters", {}):
        yield "MessageGroupId must be provided for a FIFO queue."


def _universal(named: str, target: Mapping[str, Any]) -> Iterator[str]:
    service, _, operation = named.partition(":")
    if not re.fullmatch(r"[a-z0-9]+", service) or not re.fullmatch(r"[a-z][A-Za-z0-9]+", operation):
        yield f"{named} is not a supported API."
    elif _READS.match(operation):
        yield f"{operation} API is not supported."
    elif "Input" not in target:
        yield "You must provide an input to set this target for your schedule."


def _ecs(arn: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster/.+", arn):
        yield "EcsParameters are for targets that are ECS clusters."
    if not _TASK_DEFINITION.fullmatch(parameters["TaskDefinitionArn"]):
        yield f"TaskDefinitionArn {parameters['TaskDefinitionArn']} is not the ARN of a task definition."
    if "LaunchType" in parameters and parameters.get("CapacityProviderStrategy"):
        yield "LaunchType and CapacityProviderStrategy must not be provided together."
