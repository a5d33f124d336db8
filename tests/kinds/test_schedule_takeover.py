"""Schedules that somebody else made: which say the same as ours, and what a job must say to do the same."""

import json
from typing import Any

import pytest

from reconciler.kinds import schedule_target
from reconciler.kinds.schedule_takeover import as_ours
from reconciler.model import Settings

SUBMIT = "arn:aws:scheduler:::aws-sdk:batch:submitJob"
OVERRIDING = [{"SchedulingPriorityOverride": 0}, {"PropagateTags": False}]
SAYING = [*OVERRIDING, {"Parameters": {"tags": "x"}}, {"Parameters": {"input": ""}}]
NOTHING = [{"DependsOn": []}, {"Parameters": {}}, {"ContainerOverrides": {}}]


def schedule(**members: Any) -> dict[str, Any]:
    request = {"JobDefinition": "report", "JobQueue": "default", **members}
    target = {"Arn": SUBMIT, "Input": json.dumps(request), "RetryPolicy": {}}
    return {"ScheduleExpression": "cron(0 3 * * ? *)", "Target": target}


@pytest.mark.parametrize("members", SAYING, ids=str)
def test_what_another_request_says_is_another_start(members: Any) -> None:
    live = schedule(**members)
    assert as_ours(live, schedule())["Target"]["Input"] == live["Target"]["Input"]


@pytest.mark.parametrize("members", NOTHING, ids=str)
def test_what_says_nothing_is_the_same_start(members: Any) -> None:
    assert as_ours(schedule(**members), schedule())["Target"] == schedule()["Target"]


@pytest.mark.parametrize("members", OVERRIDING, ids=str)
def test_what_overrides_a_definition_is_imported(members: Any) -> None:
    started = schedule_target.by_schedule(schedule(**members)["Target"])
    assert started is not None
    assert started.run(Settings()) == {"jobQueue": "default", **schedule_target.decapitalised(members)}
