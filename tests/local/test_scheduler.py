"""EventBridge Scheduler: groups and schedules as they are made, changed, read and refused.

Sources are named with each test: "botocore" is the documentation in its `scheduler` service model, "placebo" are
cloud-custodian's recordings of real answers (test_eb_scheduler). Where nothing public proves a behaviour or a text, the
test's name says `assumed`. When schedules fire is in test_scheduler_firing.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

ROLE = "arn:aws:iam::123456789012:role/scheduler"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:inbox"
CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/default"
FAMILY = "arn:aws:ecs:us-east-1:123456789012:task-definition/work"
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def scheduler(aws: LocalAws) -> Any:
    return aws.client("scheduler")


def schedule(name: Any = "nightly", **members: Any) -> Any:
    return {
        "Name": name,
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target(),
    } | members


def target(arn: Any = QUEUE, **members: Any) -> Any:
    return {"Arn": arn, "RoleArn": ROLE} | members


def body(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refusal(call: Any, code: Any = "ValidationException", **members: Any) -> Any:
    with pytest.raises(ClientError) as refused:
        call(**members)
    error = refused.value.response["Error"]
    assert error["Code"] == code
    return error["Message"]


# -- groups ------------------------------------------------------------------------------------------------------------


@pytest.mark.gap(14)
def test_there_is_a_default_group_that_stays(scheduler: Any) -> None:
    """botocore CreateSchedule.GroupName: the default group; moto deletes it when asked."""
    assert scheduler.get_schedule_group(Name="default")["State"] == "ACTIVE"
    refusal(scheduler.delete_schedule_group, Name="default")


@pytest.mark.gap(14)
def test_a_group_of_a_name_that_is_taken_is_a_conflict_and_harms_nothing(scheduler: Any) -> None:
    """botocore CreateScheduleGroup: ConflictException. moto replaces the group and loses its schedules."""
    scheduler.create_schedule_group(Name="jobs")
    scheduler.create_schedule(**schedule(GroupName="jobs"))
    refusal(scheduler.create_schedule_group, "ConflictException", Name="jobs")
    assert [found["Name"] for found in scheduler.list_schedules(GroupName="jobs")["Schedules"]] == ["nightly"]


@pytest.mark.gap(14)
def test_a_deleted_group_is_deleting_before_it_is_gone_with_its_schedules(aws: LocalAws, scheduler: Any) -> None:
    """botocore DeleteScheduleGroup: "it remains in a DELETING state until all of its … schedules are deleted"."""
    scheduler.create_schedule_group(Name="jobs")
    scheduler.create_schedule(**schedule(GroupName="jobs"))
    scheduler.delete_schedule_group(Name="jobs")
    assert scheduler.get_schedule_group(Name="jobs")["State"] == "DELETING"
    assert scheduler.get_schedule(GroupName="jobs", Name="nightly")["State"] == "ENABLED"
    refusal(scheduler.create_schedule_group, "ConflictException", Name="jobs")
    refusal(scheduler.create_schedule, "ConflictException", **schedule("other", GroupName="jobs"))
    aws.advance(30)
    refusal(scheduler.get_schedule_group, "ResourceNotFoundException", Name="jobs")
    refusal(scheduler.get_schedule, "ResourceNotFoundException", GroupName="jobs", Name="nightly")
    scheduler.create_schedule_group(Name="jobs")


@pytest.mark.gap(11)
def test_a_group_that_is_not_there_is_not_found(scheduler: Any) -> None:
    """botocore: ResourceNotFoundException. moto raises a KeyError."""
    refusal(scheduler.get_schedule_group, "ResourceNotFoundException", Name="none")
    refusal(scheduler.delete_schedule_group, "ResourceNotFoundException", Name="none")
    refusal(scheduler.create_schedule, "ResourceNotFoundException", **schedule(GroupName="none"))
    refusal(scheduler.list_schedules, "ResourceNotFoundException", GroupName="none")


def test_groups_are_listed_by_prefix_and_in_pages(scheduler: Any) -> None:
    """botocore ListScheduleGroups."""
    for number in range(3):
        scheduler.create_schedule_group(Name=f"jobs-{number}")
    first = scheduler.list_schedule_groups(NamePrefix="jobs", MaxResults=2)
    second = scheduler.list_schedule_groups(NamePrefix="jobs", MaxResults=2, NextToken=first["NextToken"])
    names = [[group["Name"] for group in page["ScheduleGroups"]] for page in (first, second)]
    assert names == [["jobs-0", "jobs-1"], ["jobs-2"]]
    assert "NextToken" not in second


@pytest.mark.gap(15)
def test_groups_have_tags_and_schedules_have_not(aws: LocalAws, scheduler: Any) -> None:
    """botocore TagResource: "You can only assign tags to schedule groups". moto tags schedules, and indexes neither."""
    made = scheduler.create_schedule_group(Name="jobs", Tags=[{"Key": "team", "Value": "data"}])
    arn = made["ScheduleGroupArn"]
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "prod"}])
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "prod"}]
    index = aws.client("resourcegroupstaggingapi")
    found = index.get_resources(ResourceTypeFilters=["scheduler:schedule-group"])["ResourceTagMappingList"]
    assert found == [{"ResourceARN": arn, "Tags": [{"Key": "stage", "Value": "prod"}]}]
    schedule_arn = scheduler.create_schedule(**schedule())["ScheduleArn"]
    refusal(scheduler.tag_resource, ResourceArn=schedule_arn, Tags=[{"Key": "a", "Value": "b"}])


# -- schedules ---------------------------------------------------------------------------------------------------------


@pytest.mark.gap(4)
def test_a_plain_schedule_comes_back_with_the_fills_that_recordings_show(aws: LocalAws, scheduler: Any) -> None:
    """placebo test_eb_scheduler, and real answers of 2024 and 2026. moto leaves ActionAfterCompletion out."""
    arn = scheduler.create_schedule(**schedule())["ScheduleArn"]
    assert arn == "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"
    assert body(scheduler.get_schedule(Name="nightly")) == {
        "Arn": arn,
        "Name": "nightly",
        "GroupName": "default",
        "State": "ENABLED",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "NONE",
        "CreationDate": START,
        "LastModificationDate": START,
        "Target": {
            "Arn": QUEUE,
            "RoleArn": ROLE,
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        },
    }


@pytest.mark.gap(4)
def test_each_half_of_a_retry_policy_is_filled_alone(scheduler: Any) -> None:
    """Terraform's schedule.go; an explicit 0 stays. moto fills only a policy that is wholly missing."""
    scheduler.create_schedule(**schedule(Target=target(RetryPolicy={"MaximumRetryAttempts": 0})))
    seen = scheduler.get_schedule(Name="nightly")["Target"]["RetryPolicy"]
    assert seen == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 0}


@pytest.mark.gap(4)
def test_an_ecs_target_is_filled(scheduler: Any) -> None:
    """botocore EcsParameters.TaskCount: 1 by default; weight and base are no boxed integers."""
    parameters = {"TaskDefinitionArn": FAMILY, "CapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}
    scheduler.create_schedule(**schedule(Target=target(CLUSTER, EcsParameters=parameters)))
    assert scheduler.get_schedule(Name="nightly")["Target"]["EcsParameters"] == {
        "TaskDefinitionArn": FAMILY,
        "TaskCount": 1,
        "CapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 0, "base": 0}],
    }


@pytest.mark.gap(14)
def test_an_update_resets_what_it_leaves_out(aws: LocalAws, scheduler: Any) -> None:
    """botocore UpdateSchedule: "that field will be set to its system-default value". moto forgets the State."""
    scheduler.create_schedule(
        **schedule(
            Description="old",
            State="DISABLED",
            ScheduleExpressionTimezone="Europe/Paris",
            ActionAfterCompletion="DELETE",
            StartDate=datetime(2026, 2, 1, tzinfo=UTC),
            EndDate=datetime(2026, 3, 1, tzinfo=UTC),
            FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
            Target=target(Input="x", RetryPolicy={"MaximumRetryAttempts": 3}),
        )
    )
    aws.advance(60)
    scheduler.update_schedule(**schedule(ActionAfterCompletion="NONE"))
    seen = body(scheduler.get_schedule(Name="nightly"))
    assert {"Description", "StartDate", "EndDate"}.isdisjoint(seen)
    assert (seen["State"], seen["ScheduleExpressionTimezone"]) == ("ENABLED", "UTC")
    assert (seen["ActionAfterCompletion"], seen["FlexibleTimeWindow"]) == ("NONE", {"Mode": "OFF"})
    assert set(seen["Target"]) == {"Arn", "RoleArn", "RetryPolicy"}
    assert (seen["CreationDate"], seen["LastModificationDate"].minute) == (START, 1)
    scheduler.update_schedule(**schedule(ActionAfterCompletion="DELETE"))
    assert scheduler.get_schedule(Name="nightly")["ActionAfterCompletion"] == "DELETE"
    refusal(scheduler.update_schedule, "ResourceNotFoundException", **schedule("none"))


def test_a_name_that_is_taken_is_a_conflict(scheduler: Any) -> None:
    """botocore CreateSchedule: ConflictException; names are unique in their group."""
    scheduler.create_schedule(**schedule())
    refusal(scheduler.create_schedule, "ConflictException", **schedule())
    scheduler.create_schedule_group(Name="jobs")
    scheduler.create_schedule(**schedule(GroupName="jobs"))


@pytest.mark.gap(2)
def test_a_request_may_be_repeated_with_its_token(scheduler: Any) -> None:
    """botocore ClientToken: idempotency. In moto the repetition of a create is a conflict, of a delete not found."""
    first = scheduler.create_schedule(**schedule(ClientToken="t-1"))
    assert body(scheduler.create_schedule(**schedule(ClientToken="t-1"))) == body(first)
    changed = schedule(ClientToken="t-1", Description="other")
    refusal(scheduler.create_schedule, "ConflictException", **changed)
    for _ in range(2):
        scheduler.delete_schedule(Name="nightly", ClientToken="t-2")
    refusal(scheduler.get_schedule, "ResourceNotFoundException", Name="nightly")
    refusal(scheduler.delete_schedule, "ResourceNotFoundException", Name="nightly", ClientToken="t-3")
    for _ in range(2):
        scheduler.create_schedule_group(Name="jobs", ClientToken="t-4")
    for _ in range(2):
        scheduler.delete_schedule_group(Name="jobs", ClientToken="t-5")


def test_a_token_is_forgotten_after_a_day_assumed(aws: LocalAws, scheduler: Any) -> None:
    """That it is remembered is documented, for how long is not."""
    scheduler.create_schedule(**schedule(ClientToken="t-1", State="DISABLED"))
    aws.advance(86400)
    refusal(scheduler.create_schedule, "ConflictException", **schedule(ClientToken="t-1", State="DISABLED"))


def test_schedules_are_listed_by_group_prefix_and_state_in_pages(scheduler: Any) -> None:
    """botocore ListSchedules: a summary without the target's details, at most 100 a page."""
    scheduler.create_schedule_group(Name="jobs")
    for number in range(3):
        scheduler.create_schedule(**schedule(f"night-{number}", GroupName="jobs"))
    scheduler.create_schedule(**schedule("day", State="DISABLED", Target=target(Input="x")))

    def listed(**asked: Any) -> Any:
        pages = scheduler.get_paginator("list_schedules").paginate(**asked, PaginationConfig={"PageSize": 2})
        return sorted(found["Name"] for page in pages for found in page["Schedules"])

    assert listed() == ["day", "night-0", "night-1", "night-2"]
    assert listed(GroupName="default") == ["day"]
    assert listed(NamePrefix="night-") == ["night-0", "night-1", "night-2"]
    assert listed(State="DISABLED") == ["day"]
    (summary,) = scheduler.list_schedules(State="DISABLED")["Schedules"]
    assert summary["Target"] == {"Arn": QUEUE}
    assert set(summary) == {"Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate", "Target"}


@pytest.mark.gap(9)
def test_a_lagging_list_sees_the_past(aws: LocalAws, scheduler: Any) -> None:
    """Lists promise no read-after-write: on demand they show what was a while ago."""
    scheduler.create_schedule(**schedule("old"))
    aws.advance(60)
    scheduler.create_schedule(**schedule("new"))
    scheduler.delete_schedule(Name="old")
    aws.faults.add("scheduler:ListSchedules", "lag", seconds=30)
    assert [found["Name"] for found in scheduler.list_schedules()["Schedules"]] == ["old"]
    assert [found["Name"] for found in scheduler.list_schedules()["Schedules"]] == ["new"]


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        {"Name": "n" * 65},
        {"Name": "a b"},
        {"Name": "a/b"},
        {"Description": "d" * 513},
        {"State": "PAUSED"},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
        {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}},
        {"ScheduleExpressionTimezone": "Mars/Olympus"},
        {"EndDate": datetime(2025, 12, 31, tzinfo=UTC)},
        {"StartDate": datetime(2026, 3, 1, tzinfo=UTC), "EndDate": datetime(2026, 2, 1, tzinfo=UTC)},
        {"Target": {"Arn": QUEUE, "RoleArn": "scheduler"}},
        {"Target": target("nowhere")},
        {"Target": target(RetryPolicy={"MaximumRetryAttempts": 186})},
        {"Target": target(Input="x" * 257 * 1024)},
        {"Target": target(DeadLetterConfig={"Arn": CLUSTER})},
        {"Target": target(CLUSTER)},
        {"Target": target(EcsParameters={"TaskDefinitionArn": FAMILY})},
        {"Target": target(CLUSTER, EcsParameters={"TaskDefinitionArn": "work"})},
        {"Target": target(CLUSTER, EcsParameters={"TaskDefinitionArn": FAMILY, "TaskCount": 11})},
        {
            "Target": target(
                CLUSTER,
                EcsParameters={
                    "TaskDefinitionArn": FAMILY,
                    "LaunchType": "FARGATE",
                    "CapacityProviderStrategy": [{"capacityProvider": "FARGATE"}],
                },
            )
        },
    ],
    ids=lambda members: str(members)[:70],
)
def test_a_schedule_beyond_the_documented_limits_is_refused(scheduler: Any, members: Any) -> None:
    """botocore's documentation and constraints of each member. moto validates nothing of this."""
    with pytest.raises(ClientError) as refused:
        scheduler.create_schedule(**schedule(**members))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.gap(12)
@pytest.mark.parametrize(
    "text", ["every day", "cron(0 3 * * *)", "rate(0 minutes)", "at(2026-01-01T03:00)", "cron(nope)"]
)
def test_an_expression_that_means_nothing_is_refused(scheduler: Any, text: Any) -> None:
    """localstack #9284 quotes the text; all of the grammar is in test_expressions. moto takes anything."""
    message = refusal(scheduler.create_schedule, **schedule(ScheduleExpression=text))
    assert message.startswith(f"Invalid Schedule Expression {text}")


@pytest.mark.gap(12)
def test_a_one_time_schedule_in_the_past_is_refused(aws: LocalAws, scheduler: Any) -> None:
    """DefangLabs/pulumi-defang #425: "AWS rejects a fire time in the past at create"."""
    refusal(scheduler.create_schedule, **schedule(ScheduleExpression="at(2025-12-31T23:59:59)"))
    scheduler.create_schedule(**schedule(ScheduleExpression="at(2026-01-01T00:00:00)"))
    # 00:30 in Paris is 23:30 of the day before in UTC.
    members = schedule("paris", ScheduleExpression="at(2026-01-01T00:30:00)", ScheduleExpressionTimezone="Europe/Paris")
    refusal(scheduler.create_schedule, **members)


def test_a_start_date_may_not_be_over_five_minutes_ago_not_even_in_an_update(aws: LocalAws, scheduler: Any) -> None:
    """getmoto/moto #8172 quotes the text; that UpdateSchedule refuses it as well was measured in public in 2026."""
    late, allowed = datetime(2025, 12, 31, 23, 54, 59, tzinfo=UTC), datetime(2025, 12, 31, 23, 55, tzinfo=UTC)
    text = "The StartDate you specify cannot be earlier than 5 minutes ago."
    assert refusal(scheduler.create_schedule, **schedule(StartDate=late)) == text
    scheduler.create_schedule(**schedule(StartDate=allowed))
    aws.advance(60)
    assert refusal(scheduler.update_schedule, **schedule(StartDate=allowed)) == text
    # Ignored for one-time schedules, so not looked at (botocore StartDate).
    scheduler.create_schedule(**schedule("once", ScheduleExpression="at(2026-02-01T00:00:00)", StartDate=late))


@pytest.mark.gap(12)
def test_batch_is_no_templated_target(scheduler: Any) -> None:
    """aws/aws-sdk-net discussion #3134 quotes the text."""
    queue = "arn:aws:batch:us-east-1:123456789012:job-queue/jobs"
    message = refusal(scheduler.create_schedule, **schedule(Target=target(queue)))
    assert message == "batch is not a supported service for a target."


@pytest.mark.gap(12)
@pytest.mark.parametrize(
    ("members", "text"),
    [
        (
            {"arn": "arn:aws:scheduler:us-east-1:123456789012:aws-sdk:batch:submitJob", "Input": "{}"},
            "scheduler is not a supported service for a target.",
        ),
        (
            {"arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob"},
            "You must provide an input to set this target for your schedule.",
        ),
        (
            {"arn": "arn:aws:scheduler:::aws-sdk:batch:describeJobs", "Input": "{}"},
            "describeJobs API is not supported.",
        ),
    ],
)
def test_a_universal_target_is_checked(scheduler: Any, members: Any, text: Any) -> None:
    """User guide "Using universal targets"; the texts were measured in public in 2026 (the full stops are assumed)."""
    assert refusal(scheduler.create_schedule, **schedule(Target=target(**members))) == text


@pytest.mark.gap(18)
def test_a_policy_asks_for_the_schedule_and_for_passing_its_role(aws: LocalAws, scheduler: Any) -> None:
    """User guide "Identity-based policies": scheduler:CreateSchedule on the schedule, iam:PassRole on the role."""
    statement = {"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": "*"}
    aws.policies.put("123456789012", [statement])
    message = refusal(scheduler.create_schedule, "AccessDeniedException", **schedule())
    assert f"is not authorized to perform: iam:PassRole on resource: {ROLE}" in message
    aws.policies.put("123456789012", [statement, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE}])
    scheduler.create_schedule(**schedule())
