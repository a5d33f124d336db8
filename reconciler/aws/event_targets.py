"""What EventBridge starts: the targets of its rules and of its Scheduler's schedules that run a task or a job."""

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
    """A definition, by ARN, `name:revision` or bare name, and who uses it: a `schedule`, `group/name`, or None."""

    reference: str
    user: str
    schedule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTarget:
    """A rule as ListRules tells it, and one of its targets as ListTargetsByRule does."""

    rule: Mapping[str, Any]
    target: Mapping[str, Any]

    @property
    def definition(self) -> str:
        """The definition that the target starts; nothing where it starts none."""
        task, job = self.target.get("EcsParameters") or {}, self.target.get("BatchParameters") or {}
        return str(task.get("TaskDefinitionArn") or job.get("JobDefinition") or "")


def of_rules(aws: Aws) -> Iterator[Use]:
    """Answer the definitions that EventBridge rules start, on every bus of the account."""
    for found in rule_targets(aws):
        if found.definition:
            yield Use(reference=found.definition, user=f"rule {found.rule['Name']}")


def rule_targets(aws: Aws) -> Iterator[RuleTarget]:
    """Answer every target of every rule, on every bus of the account."""
    buses = [bus["Name"] for answer in aws.pages("events:ListEventBuses") for bus in answer.get("EventBuses", ())]
    rules = [
        rule | {"EventBusName": bus}
        for bus in buses
        for answer in aws.pages("events:ListRules", EventBusName=bus)
        for rule in answer.get("Rules", ())
    ]
    for targets in all_of(lambda rule: list(_of_rule(aws, rule)), rules):
        yield from targets


def _of_rule(aws: Aws, rule: Mapping[str, Any]) -> Iterator[RuleTarget]:
    try:
        for answer in aws.pages("events:ListTargetsByRule", Rule=rule["Name"], EventBusName=rule["EventBusName"]):
            for target in answer.get("Targets", ()):
                yield RuleTarget(rule=rule, target=target)
    except NotFound:
        return  # deleted since it was listed


def of_schedules(aws: Aws) -> Iterator[Use]:
    """Answer the definitions that schedules of EventBridge Scheduler start, in every group."""
    for schedule in schedules(aws):
        target = schedule.get("Target") or {}
        reference = (target.get("EcsParameters") or {}).get("TaskDefinitionArn") or _named_in(target.get("Input"))
        if reference:
            name = f"{schedule['GroupName']}/{schedule['Name']}"
            yield Use(reference=reference, user=f"schedule {name}", schedule=name)


def schedules(aws: Aws) -> Iterator[Mapping[str, Any]]:
    """Answer every schedule whose target may start a task or a job, as GetSchedule tells it."""
    listed = [
        (schedule["GroupName"], schedule["Name"])
        for answer in aws.pages("scheduler:ListSchedules", MaxResults=100)
        for schedule in answer.get("Schedules", ())
        if _may_start_a_job(str((schedule.get("Target") or {}).get("Arn", "")))
    ]
    yield from filter(None, all_of(lambda key: _schedule(aws, *key), listed))


def _may_start_a_job(target_arn: str) -> bool:
    return ":ecs:" in target_arn or ":aws-sdk:ecs" in target_arn or ":aws-sdk:batch" in target_arn


def _schedule(aws: Aws, group: str, name: str) -> Mapping[str, Any] | None:
    try:
        return aws.call("scheduler:GetSchedule", GroupName=group, Name=name)
    except NotFound:
        return None  # deleted since it was listed


def _named_in(text: str | None) -> str | None:
    try:
        request: Any = json.loads(text or "null")
    except ValueError:
        return None
    if not isinstance(request, Mapping):
        return None
    return next((str(request[member]) for member in _INPUT_MEMBERS if request.get(member)), None)
