"""EventBridge Scheduler fires: when, with which payload, and what happens when its target refuses.

Sources are named with each test: "guide" is the Scheduler user guide, "botocore" the documentation in its `scheduler`
service model. moto never fires at all. Where nothing public proves a behaviour, the test's name says `assumed`.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import service_role

ROLE = "arn:aws:iam::123456789012:role/scheduler"
CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/default"
FAMILY = "arn:aws:ecs:us-east-1:123456789012:task-definition/work"
SUBMIT = "arn:aws:scheduler:::aws-sdk:batch:submitJob"
RUN = "arn:aws:scheduler:::aws-sdk:ecs:runTask"
SEND = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
ONCE = "at(2026-01-01T03:00:00)"


class Inbox:
    """A queue, and what has come into it since the last look."""

    def __init__(self, aws: LocalAws, name: Any) -> None:
        self._sqs = aws.client("sqs")
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def messages(self) -> Any:
        found = []
        while answer := self._sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in answer:
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            found += answer
        return found

    def bodies(self) -> Any:
        return [message["Body"] for message in self.messages()]


@pytest.fixture
def scheduler(aws: LocalAws) -> Any:
    return aws.client("scheduler")


@pytest.fixture
def inbox(aws: LocalAws) -> Any:
    return Inbox(aws, "inbox")


def create(
    scheduler: Any,
    expression: Any,
    arn: Any,
    name: Any = "nightly",
    *,
    given: Any = "<aws.scheduler.scheduled-time>",
    **members: Any,
) -> Any:
    target = {"Arn": arn, "RoleArn": ROLE} | members.pop("Target", {})
    if given is not None:
        target["Input"] = given if isinstance(given, str) else json.dumps(given)
    members = {"FlexibleTimeWindow": {"Mode": "OFF"}} | members
    return scheduler.create_schedule(Name=name, ScheduleExpression=expression, Target=target, **members)


def times(inbox: Any) -> Any:
    """The scheduled times that came, without the date of the day."""
    return [body.removeprefix("2026-01-") for body in inbox.bodies()]


# -- when --------------------------------------------------------------------------------------------------------------


@pytest.mark.gap(14)
def test_a_cron_schedule_fires_at_its_times_and_not_before(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Cron-based schedules"."""
    create(scheduler, "cron(0 3 * * ? *)", inbox.arn)
    aws.advance(3 * 3600 - 1)
    assert times(inbox) == []
    aws.advance(1)
    assert times(inbox) == ["01T03:00:00Z"]
    aws.advance(2 * 86400)
    assert times(inbox) == ["02T03:00:00Z", "03T03:00:00Z"]


def test_a_cron_schedule_follows_its_time_zone(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Time zones": the scheduled time is told in UTC."""
    create(scheduler, "cron(0 3 * * ? *)", inbox.arn, ScheduleExpressionTimezone="Europe/Paris")
    aws.advance(86400)
    assert times(inbox) == ["01T02:00:00Z"]


def test_a_rate_begins_at_once_without_a_start_date(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Rate-based schedules": without a StartDate "your schedule starts … immediately"."""
    aws.advance(7)
    create(scheduler, "rate(5 minutes)", inbox.arn)
    aws.advance(600)
    assert times(inbox) == ["01T00:00:07Z", "01T00:05:07Z", "01T00:10:07Z"]


def test_a_rate_is_counted_from_its_start_date(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Rate-based schedules"; the StartDate may lie up to five minutes back."""
    aws.advance(130)
    create(scheduler, "rate(5 minutes)", inbox.arn, StartDate=datetime(2026, 1, 1, tzinfo=UTC))
    create(scheduler, "rate(5 minutes)", inbox.arn, "later", StartDate=datetime(2026, 1, 1, 0, 6, tzinfo=UTC))
    aws.advance(600)
    assert sorted(times(inbox)) == ["01T00:05:00Z", "01T00:06:00Z", "01T00:10:00Z", "01T00:11:00Z"]


def test_a_rate_keeps_counting_from_a_start_date_that_has_passed_assumed(
    aws: LocalAws, scheduler: Any, inbox: Any
) -> None:
    """No page says what a rate counts from once its StartDate lies behind. Were it false, starts would leave the grid."""
    create(scheduler, "rate(25 minutes)", inbox.arn, StartDate=datetime(2026, 1, 1, 0, 20, tzinfo=UTC))
    aws.advance(7200)
    assert times(inbox) == ["01T00:20:00Z", "01T00:45:00Z", "01T01:10:00Z", "01T01:35:00Z", "01T02:00:00Z"]


def test_a_schedule_fires_between_its_dates(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """botocore StartDate, EndDate."""
    create(
        scheduler,
        "cron(0 * * * ? *)",
        inbox.arn,
        StartDate=datetime(2026, 1, 1, 2, tzinfo=UTC),
        EndDate=datetime(2026, 1, 1, 3, 30, tzinfo=UTC),
    )
    aws.advance(86400)
    assert times(inbox) == ["01T02:00:00Z", "01T03:00:00Z"]
    assert scheduler.get_schedule(Name="nightly")["State"] == "ENABLED"


@pytest.mark.gap(14)
def test_a_one_time_schedule_fires_once_and_stays(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "One-time schedules": without DELETE it stays, and counts to the quota."""
    create(scheduler, ONCE, inbox.arn)
    aws.advance(2 * 86400)
    assert times(inbox) == ["01T03:00:00Z"]
    assert scheduler.get_schedule(Name="nightly")["State"] == "ENABLED"


@pytest.mark.gap(14)
def test_a_finished_schedule_deletes_itself_when_told_to(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Deleting a schedule": ActionAfterCompletion DELETE, after its last invocation."""
    create(scheduler, ONCE, inbox.arn, ActionAfterCompletion="DELETE")
    end = datetime(2026, 1, 1, 2, tzinfo=UTC)
    create(scheduler, "cron(0 * * * ? *)", inbox.arn, "hourly", ActionAfterCompletion="DELETE", EndDate=end)
    aws.advance(3 * 3600 - 1)
    assert [found["Name"] for found in scheduler.list_schedules()["Schedules"]] == ["nightly"]
    aws.advance(1)
    assert scheduler.list_schedules()["Schedules"] == []
    assert sorted(times(inbox)) == ["01T01:00:00Z", "01T02:00:00Z", "01T03:00:00Z"]


def test_a_disabled_schedule_does_not_fire_and_one_that_is_enabled_again_does_not_catch_up(
    aws: LocalAws, scheduler: Any, inbox: Any
) -> None:
    """guide "Managing a schedule's state"."""
    create(scheduler, "cron(0 * * * ? *)", inbox.arn, State="DISABLED")
    aws.advance(5 * 3600)
    changed = scheduler.get_schedule(Name="nightly")
    scheduler.update_schedule(
        **{name: changed[name] for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
    )
    aws.advance(3600)
    assert times(inbox) == ["01T06:00:00Z"]


def test_a_changed_or_deleted_schedule_does_not_fire_as_it_was(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """botocore UpdateSchedule "overrides the existing schedule"."""
    create(scheduler, ONCE, inbox.arn)
    target = {"Arn": inbox.arn, "RoleArn": ROLE, "Input": "new"}
    scheduler.update_schedule(
        Name="nightly", ScheduleExpression=ONCE, FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    create(scheduler, ONCE, inbox.arn, "gone")
    scheduler.delete_schedule(Name="gone")
    aws.advance(86400)
    assert inbox.bodies() == ["new"]


def test_schedules_of_a_group_that_is_being_deleted_still_fire(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """botocore DeleteScheduleGroup: "might continue to invoke their targets until …"."""
    scheduler.create_schedule_group(Name="jobs")
    create(scheduler, "at(2026-01-01T00:00:20)", inbox.arn, GroupName="jobs")
    create(scheduler, "at(2026-01-01T00:00:40)", inbox.arn, "later", GroupName="jobs")
    scheduler.delete_schedule_group(Name="jobs")
    aws.advance(60)
    assert times(inbox) == ["01T00:00:20Z"]


def test_a_flexible_window_delays_and_the_scheduled_time_stays(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Configuring flexible time windows"; which place in the window is taken is arbitrary, but repeatable."""
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    for number in range(20):
        create(scheduler, ONCE, inbox.arn, f"s-{number}", FlexibleTimeWindow=window)
    aws.advance(3 * 3600 + 60)
    early = len(inbox.messages())
    aws.advance(14 * 60)
    rest = inbox.bodies()
    assert 0 <= early < 10
    assert early + len(rest) == 20
    assert set(rest) == {"2026-01-01T03:00:00Z"}


# -- what --------------------------------------------------------------------------------------------------------------


@pytest.mark.gap(14)
def test_context_words_are_filled_in_anywhere_in_the_input(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Adding context attributes"."""
    words = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number", "unknown")
    text = json.dumps({word: f"x <aws.scheduler.{word}> y" for word in words})
    arn = create(scheduler, ONCE, inbox.arn, given=text)["ScheduleArn"]
    aws.advance(86400)
    (body,) = inbox.bodies()
    seen = {word: value.removeprefix("x ").removesuffix(" y") for word, value in json.loads(body).items()}
    assert (seen["schedule-arn"], seen["scheduled-time"]) == (arn, "2026-01-01T03:00:00Z")
    assert (seen["attempt-number"], seen["unknown"]) == ("1", "<aws.scheduler.unknown>")
    assert len(seen["execution-id"]) == 16


def test_a_target_without_input_gets_a_notification(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """botocore Target.Input: "EventBridge Scheduler delivers a default notification"; its form as in the guide."""
    arn = create(scheduler, ONCE, inbox.arn, given=None)["ScheduleArn"]
    aws.advance(86400)
    (body,) = inbox.bodies()
    told = json.loads(body)
    assert {name: told[name] for name in ("source", "detail-type", "time", "resources", "detail")} == {
        "source": "aws.scheduler",
        "detail-type": "Scheduled Event",
        "time": "2026-01-01T03:00:00Z",
        "resources": [arn],
        "detail": "{}",
    }


def test_a_universal_target_sends_a_message(aws: LocalAws, scheduler: Any, inbox: Any) -> None:
    """guide "Adding context attributes": its example sends to SQS by the universal target."""
    given = {"QueueUrl": inbox.url, "MessageBody": "at <aws.scheduler.scheduled-time>"}
    create(scheduler, ONCE, SEND, given=given)
    aws.advance(86400)
    assert inbox.bodies() == ["at 2026-01-01T03:00:00Z"]


@pytest.mark.gap(14)
def test_a_universal_target_submits_a_batch_job(aws: LocalAws, scheduler: Any) -> None:
    """guide "Using universal targets"; Terraform's eventbridge module has the members in this spelling."""
    batch = aws.client("batch")
    batch.create_compute_environment(computeEnvironmentName="machines", type="UNMANAGED", **service_role(aws))
    order = [{"order": 1, "computeEnvironment": "machines"}]
    batch.create_job_queue(jobQueueName="jobs", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    container = {"image": "i:1", "resourceRequirements": needs}
    batch.register_job_definition(jobDefinitionName="work", type="container", containerProperties=container)
    slot = [{"Name": "SLOT", "Value": "<aws.scheduler.scheduled-time>"}]
    given = {
        "JobName": "nightly",
        "JobQueue": "jobs",
        "JobDefinition": "work:1",
        "Parameters": {"lower": "kept"},
        "ContainerOverrides": {"Environment": slot},
        "RetryStrategy": {"Attempts": 2},
    }
    create(scheduler, ONCE, SUBMIT, given=given)
    aws.advance(86400)
    filters = [{"name": "JOB_NAME", "values": ["nightly"]}]
    (found,) = batch.list_jobs(jobQueue="jobs", filters=filters)["jobSummaryList"]
    (job,) = batch.describe_jobs(jobs=[found["jobId"]])["jobs"]
    assert job["createdAt"] == 1767225600000 + 3 * 3600 * 1000
    assert job["container"]["environment"] == [{"name": "SLOT", "value": "2026-01-01T03:00:00Z"}]
    assert (job["parameters"], job["retryStrategy"]["attempts"]) == ({"lower": "kept"}, 2)


@pytest.fixture
def ecs(aws: LocalAws) -> Any:
    """An ECS client with the family `work`."""
    client = aws.client("ecs")
    client.register_task_definition(
        family="work",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "i:1", "command": ["run"]}],
    )
    return client


@pytest.fixture
def subnet(aws: LocalAws) -> Any:
    return aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]


def tasks(ecs: Any) -> Any:
    arns = [arn for status in ("RUNNING", "STOPPED") for arn in ecs.list_tasks(desiredStatus=status)["taskArns"]]
    return ecs.describe_tasks(tasks=arns, include=["TAGS"])["tasks"] if arns else []


@pytest.mark.gap(14)
def test_a_templated_ecs_target_runs_tasks(aws: LocalAws, scheduler: Any, ecs: Any, subnet: Any) -> None:
    """guide "Using templated targets"; startedBy as seen in public descriptions of such tasks: cut to 36 characters."""
    parameters = {
        "TaskDefinitionArn": FAMILY,
        "TaskCount": 2,
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": [subnet]}},
        "Tags": [{"key": "team", "value": "data"}],
    }
    overrides = {"containerOverrides": [{"name": "main", "command": ["at", "<aws.scheduler.scheduled-time>"]}]}
    name = "a-rather-long-name-of-a-schedule"
    create(scheduler, ONCE, CLUSTER, name, given=overrides, Target={"EcsParameters": parameters})
    aws.advance(3 * 3600 + 5)
    found = tasks(ecs)
    assert len(found) == 2
    for task in found:
        assert task["startedBy"] == "chronos-schedule/a-rather-long-name-"
        assert task["taskDefinitionArn"] == f"{FAMILY}:1"
        assert task["overrides"]["containerOverrides"][0]["command"] == ["at", "2026-01-01T03:00:00Z"]
        assert task["tags"] == [{"key": "team", "value": "data"}]


def run_input(subnet: Any) -> Any:
    return {
        "Cluster": "default",
        "TaskDefinition": "work",
        "LaunchType": "FARGATE",
        "ClientToken": "slot-<aws.scheduler.scheduled-time>",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [subnet]}},
    }


def test_a_universal_ecs_target_runs_a_task(aws: LocalAws, scheduler: Any, ecs: Any, subnet: Any) -> None:
    """guide "Using universal targets": the SDK's spelling (`AwsvpcConfiguration`)."""
    create(scheduler, ONCE, RUN, given=run_input(subnet))
    aws.advance(3 * 3600 + 5)
    assert len(tasks(ecs)) == 1


def test_the_scheduled_time_is_filled_in_everywhere_in_a_universal_targets_input_assumed(
    aws: LocalAws, scheduler: Any, ecs: Any, subnet: Any
) -> None:
    """AWS's own example fills it into SQS's MessageBody; that members of RunTask are no exception is assumed."""
    word = "<aws.scheduler.scheduled-time>"
    told = {"Name": "main", "Environment": [{"Name": "SLOT", "Value": word}]}
    given = {**run_input(subnet), "Overrides": {"ContainerOverrides": [told]}}
    create(scheduler, "cron(0 3 * * ? *)", RUN, given=given)
    aws.advance(86400 + 3 * 3600 + 5)
    found = [task["overrides"]["containerOverrides"][0]["environment"][0]["value"] for task in tasks(ecs)]
    assert "2026-01-02T03:00:00Z" in found, "each start has its own token"
    assert word not in found


def test_an_attempt_whose_answer_was_lost_runs_no_second_task_with_a_token(
    aws: LocalAws, scheduler: Any, ecs: Any, subnet: Any
) -> None:
    """RunTask's clientToken (ECS developer guide, "Ensuring idempotency") holds for Scheduler's own retries too."""
    plan = aws.world.services["scheduler"].controls["failure"]
    with aws.lock():
        plan(aws.world, aws.world.home, {"name": "nightly", "times": 2, "moment": "after"})
    create(scheduler, ONCE, RUN, given=run_input(subnet))
    aws.advance(3 * 3600 + 600)
    assert len(tasks(ecs)) == 1


def test_a_member_in_another_spelling_is_refused_assumed(aws: LocalAws, scheduler: Any, ecs: Any) -> None:
    """Public examples all begin members with a capital; that others are refused is assumed."""
    create(scheduler, ONCE, RUN, given={"cluster": "default", "taskDefinition": "work"})
    aws.advance(86400)
    assert tasks(ecs) == []


# -- refusals ----------------------------------------------------------------------------------------------------------


def attributes(message: Any) -> Any:
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


@pytest.mark.gap(14)
def test_a_target_that_refuses_is_tried_again_and_ends_in_the_dead_letter_queue(aws: LocalAws, scheduler: Any) -> None:
    """botocore RetryPolicy; guide "Configuring a dead-letter queue": the payload, with these attributes."""
    dead = Inbox(aws, "dead")
    given = {"QueueUrl": dead.url.replace("dead", "none"), "MessageBody": "attempt <aws.scheduler.attempt-number>"}
    letters = {"DeadLetterConfig": {"Arn": dead.arn}, "RetryPolicy": {"MaximumRetryAttempts": 2}}
    arn = create(scheduler, ONCE, SEND, given=given, Target=letters)["ScheduleArn"]
    aws.advance(3 * 3600)
    assert dead.messages() == []
    aws.advance(600)
    (message,) = dead.messages()
    assert json.loads(message["Body"])["MessageBody"] == "attempt 3"
    noted = aws.world.services["scheduler"].controls["invocations"](aws.world, aws.world.home, {"name": "nightly"})
    assert [(entry["attempt"], entry["at"] - entry["time"]) for entry in noted["invocations"]] == [
        (1, 0),
        (2, 30),
        (3, 90),
    ]
    told = attributes(message)
    assert "NonExistentQueue" in told.pop("ERROR_CODE")
    assert told.pop("ERROR_MESSAGE")
    assert len(told.pop("EXECUTION_ID")) == 16
    assert told == {
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "2",
        "SCHEDULED_TIME": "2026-01-01T03:00:00Z",
        "SCHEDULE_ARN": arn,
        "TARGET_ARN": SEND,
    }


def test_retries_go_on_with_the_policy_of_when_they_began_assumed(aws: LocalAws, scheduler: Any) -> None:
    """UpdateSchedule tells nothing of a start that is under way. Were it false, a revision might go too early."""
    dead = Inbox(aws, "dead")
    given = {"QueueUrl": dead.url.replace("dead", "none"), "MessageBody": "old"}
    letters = {"DeadLetterConfig": {"Arn": dead.arn}, "RetryPolicy": {"MaximumRetryAttempts": 2}}
    create(scheduler, ONCE, SEND, given=given, Target=letters)
    aws.advance(3 * 3600 + 10)
    scheduler.update_schedule(
        Name="nightly",
        ScheduleExpression="at(2026-02-01T03:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": SEND, "RoleArn": ROLE, "Input": "{}", "RetryPolicy": {"MaximumRetryAttempts": 0}},
    )
    aws.advance(600)
    (message,) = dead.messages()
    told = attributes(message)
    assert (json.loads(message["Body"])["MessageBody"], told["RETRY_ATTEMPTS"]) == ("old", "2")


def test_attempts_end_with_the_age_of_the_event(aws: LocalAws, scheduler: Any) -> None:
    """botocore RetryPolicy: "or until the duration of the MaximumEventAgeInSeconds is reached"."""
    dead = Inbox(aws, "dead")
    policy = {"RetryPolicy": {"MaximumEventAgeInSeconds": 60}, "DeadLetterConfig": {"Arn": dead.arn}}
    create(scheduler, ONCE, dead.arn.replace("dead", "none"), Target=policy)
    aws.advance(3 * 3600 + 61)
    (message,) = dead.messages()
    assert attributes(message)["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"


def test_a_one_time_schedule_deletes_itself_only_after_its_last_attempt_assumed(aws: LocalAws, scheduler: Any) -> None:
    """guide "Deleting a schedule": "after its last invocation"; that attempts belong to it is assumed."""
    policy = {"RetryPolicy": {"MaximumRetryAttempts": 1}}
    create(scheduler, ONCE, "arn:aws:sqs:us-east-1:123456789012:none", Target=policy, ActionAfterCompletion="DELETE")
    aws.advance(3 * 3600)
    assert [found["Name"] for found in scheduler.list_schedules()["Schedules"]] == ["nightly"]
    aws.advance(60)
    assert scheduler.list_schedules()["Schedules"] == []
