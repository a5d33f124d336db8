"""What EventBridge Scheduler writes where a request leaves a member out.

A table of its own, never the reconciler's rules. Sources, by the letters of each row: S a real GetSchedule answer
(cloud-custodian's placebo recordings test_eb_scheduler, others of 2024 and 2026), D botocore's documentation,
T Terraform's AWS provider (internal/service/scheduler/schedule.go). What is not here stays absent.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple


class Fill(NamedTuple):
    """`member` of every structure at `below` (`[]`: of each element) gets `value`."""

    below: str
    member: str
    value: Any
    source: str


FILLS: tuple[Fill, ...] = (
    Fill("", "GroupName", "default", "S; D GroupName"),
    Fill("", "State", "ENABLED", "S three answers"),
    Fill("", "ScheduleExpressionTimezone", "UTC", "S three answers"),
    Fill("", "ActionAfterCompletion", "NONE", "S three answers"),
    Fill("Target", "RetryPolicy", {}, "S three answers"),
    Fill("Target.RetryPolicy", "MaximumEventAgeInSeconds", 86400, "S; T each half is filled alone"),
    Fill("Target.RetryPolicy", "MaximumRetryAttempts", 185, "S; T each half is filled alone"),
    Fill("Target.EcsParameters", "TaskCount", 1, "D EcsParameters.TaskCount: The default is 1; T"),
    Fill("Target.EcsParameters.CapacityProviderStrategy[]", "weight", 0, "D not a boxed integer; T"),
    Fill("Target.EcsParameters.CapacityProviderStrategy[]", "base", 0, "D the default value of 0 is used; T"),
)


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """The schedule as GetSchedule shows it, less ARN and dates."""
    described = deepcopy({name: value for name, value in members.items() if name != "ClientToken"})
    for fill in FILLS:
        for structure in _structures(described, fill.below):
            structure.setdefault(fill.member, deepcopy(fill.value))
    return described


def _structures(value: Any, path: str) -> Iterator[dict[str, Any]]:
    if not path:
        yield value
        return
    head, _, rest = path.partition(".")
    inner = value.get(head.removesuffix("[]"))
    if inner is None:
        return
    for item in inner if head.endswith("[]") else [inner]:
        yield from _structures(item, rest)
