"""Which task and job definitions EventBridge starts: the targets of its rules and of its Scheduler's schedules."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.aws.concurrent import all_of
from reconciler.aws.session import Aws
from reconciler.errors import NotFound

#: The member of a universal target's Input that names the definition, in either spelling of its first letter.
_INPUT_MEMBERS: Final = ("TaskDefinition", "taskDefinition", "JobDefinition", "jobDefinition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A definition, by ARN, `name:revision` or bare name, and who uses it."""

    reference: str
    user: str


def of_rules(aws: Aws) -> Iterator[Use]:
    """Answer the definitions that EventBridge rules start, on every bus of the account."""
    buses = [bus["Name"] for answer in aws.pages("events:ListEventBuses") for bus in answer.get("EventBuses", ())]
    rules = [
        (bus, rule["Name"])
        for bus in buses
        for answer in aws.pages("events:ListRules", EventBusName=bus)
        for rule in answer.get("Rules", ())
    ]
    for uses in all_of(lambda rule: list(_of_rule(aws, *rule)), rules):
        yield from uses


def _of_rule(aws: Aws, bus: str, rule: str) -> Iterator[Use]:
    try:
        for answer in aws.pages("events:ListTargetsByRule", Rule=rule, EventBusName=bus):
            for target in answer.get("Targets", ()):
                reference = (target.get("EcsParameters") or {}).get("TaskDefinitionArn") or (
                    target.get("BatchParameters") or {}
                ).get("JobDefinition")
                if reference:
                    yield Use(reference=reference, user=f"rule {rule}")
    except NotFound:
        return  # deleted since it was listed


def of_schedules(aws: Aws) -> Iterator[Use]:
    """Answer the definitions that schedules of EventBridge Scheduler start, in every group."""
    schedules = [
        (schedule["GroupName"], schedule["Name"])
        for answer in aws.pages("scheduler:ListSchedules", MaxResults=100)
        for schedule in answer.get("Schedules", ())
        if _may_start_a_job(str((schedule.get("Target") or {}).get("Arn", "")))
    ]
    for uses in all_of(lambda schedule: list(_of_schedule(aws, *schedule)), schedules):
        yield from uses


def _may_start_a_job(target_arn: str) -> bool:
    return ":ecs:" in target_arn or ":aws-sdk:ecs" in target_arn or ":aws-sdk:batch" in target_arn


def _of_schedule(aws: Aws, group: str, name: str) -> Iterator[Use]:
    try:
        target = aws.call("scheduler:GetSchedule", GroupName=group, Name=name).get("Target") or {}
    except NotFound:
        return  # deleted since it was listed
    reference = (target.get("EcsParameters") or {}).get("TaskDefinitionArn") or _named_in(target.get("Input"))
    if reference:
        yield Use(reference=reference, user=f"schedule {group}/{name}")


def _named_in(text: str | None) -> str | None:
    try:
        request: Any = json.loads(text or "null")
    except ValueError:
        return None
    if not isinstance(request, Mapping):
        return None
    return next((str(request[member]) for member in _INPUT_MEMBERS if request.get(member)), None)
