"""The schedule that a job becomes: its group, its Input, what AWS's limits make of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import Session

from reconciler.errors import ReconcilerError
from reconciler.kinds import run_task, schedule
from reconciler.kinds.schedule import Target, Whose, desired, group_name, owners_group
from reconciler.model import Engine, Job, Launch, Linked, RunKey, Schedule, Source

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/scheduler"
WHOSE = Whose(owner="me.prod", source="jobs.d/report.yaml", commit=None)


def trigger(**members: Any) -> Schedule:
    given: dict[str, Any] = {"syntax": "cron", "expression": "0 3 * * *", "event_bridge": {"roleArn": ROLE}} | members
    return Schedule(engine=Engine.EVENTBRIDGE, **given)


def spec(timing: Schedule, request: Any = None, **members: Any) -> dict[str, Any]:
    job = Job(
        name="report",
        declared_name="report",
        kind="EcsJob",
        source=Source(file="jobs.d/report.yaml", line=1),
        definition=Linked(reference="report:1"),
        spec={},
        trigger=timing,
    )
    target = Target(api="ecs:runTask", request=request or {"cluster": "default"})
    given: dict[str, Any] = {"partition": "aws", "suspended": False, "live": None, "now": NOW} | members
    return dict(desired(job, timing, target, WHOSE, **given).spec)


def test_a_schedule_is_sent_whole() -> None:
    assert spec(trigger()) == {
        "Name": "report",
        "GroupName": "reconciler-me.prod",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "UTC",
        "State": "ENABLED",
        "Description": "reconciler owner=me.prod job=report source=jobs.d/report.yaml",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask",
            "RoleArn": ROLE,
            "Input": '{"Cluster":"default"}',
            "RetryPolicy": {"MaximumEventAgeInSeconds": 300},
        },
    }


def test_every_setting_of_eventbridge_is_sent() -> None:
    settings = {
        "roleArn": ROLE,
        "groupName": "nightly",
        "flexibleTimeWindowMinutes": 5,
        "retryPolicy": {"MaximumRetryAttempts": 3},
        "deadLetterArn": "arn:aws:sqs:eu-west-1:123456789012:lost",
        "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1",
    }
    end = datetime(2027, 1, 1, tzinfo=UTC)
    found = spec(trigger(event_bridge=settings, end_date=end, starting_deadline_seconds=30), suspended=True)
    assert found["GroupName"] == "nightly"
    assert found["State"] == "DISABLED"
    assert found["EndDate"] == end
    assert found["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}
    assert found["KmsKeyArn"] == settings["kmsKeyArn"]
    assert found["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 3}
    assert found["Target"]["DeadLetterConfig"] == {"Arn": settings["deadLetterArn"]}


def test_a_rate_starts_on_the_epochs_grid() -> None:
    found = spec(trigger(syntax="rate", expression="25 minutes"))
    assert found["ScheduleExpression"] == "rate(25 minutes)"
    assert found["StartDate"].timestamp() % 1500 == 0
    assert 0 < (found["StartDate"] - NOW).total_seconds() <= 1500


def test_members_begin_with_a_capital_and_the_authors_own_keys_stay() -> None:
    request = {"containerOverrides": {"environment": [{"name": "a", "value": "b"}]}, "tags": {"team": "data"}}
    found = json.loads(spec(trigger(), request)["Target"]["Input"])
    assert found == {"ContainerOverrides": {"Environment": [{"Name": "a", "Value": "b"}]}, "Tags": {"team": "data"}}


@pytest.mark.parametrize(("service", "operation"), [("ecs", "RunTask"), ("batch", "SubmitJob")])
def test_every_map_of_the_request_is_known(service: str, operation: str) -> None:
    def maps(shape: Any, seen: tuple[str, ...] = ()) -> set[str]:
        found: set[str] = set()
        for name, member in shape.members.items():
            inner = member.member if member.type_name == "list" else member
            if inner.type_name == "map":
                found.add(name)
            elif inner.type_name == "structure" and inner.name not in seen:
                found |= maps(inner, (*seen, inner.name))
        return found

    shape = Session().get_service_model(service).operation_model(operation).input_shape
    assert maps(shape) - schedule.MAPS == set()


def test_an_owners_group_is_a_legal_name() -> None:
    assert owners_group("data.prod") == "reconciler-data.prod"
    long = owners_group("x" * 64)
    assert len(long) == 64
    assert long != owners_group("x" * 65)
    assert group_name(trigger(), "me") == "reconciler-me"


def test_more_than_ten_tasks_are_the_loops_business() -> None:
    key = RunKey(owner="me", job="report", trigger="slot:<aws.scheduler.scheduled-time>")
    launches = run_task.launches({"count": 11}, key, "default", "arn")
    with pytest.raises(ReconcilerError, match="at most 10 tasks a slot"):
        run_task.scheduled(launches)
    assert isinstance(launches[0], Launch)
