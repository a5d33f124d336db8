"""Batch jobs from their submission to their end; sources: `batch_jobs`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import LIFE, START, define, detail, states, submit


@pytest.mark.gap(7)
def test_a_job_goes_through_its_states_with_the_clock_and_not_by_being_looked_at(aws: LocalAws, batch: Any) -> None:
    """guide job_states.md. In moto a job has SUCCEEDED before SubmitJob answers."""
    job_id = submit(batch)
    for _ in range(10):
        assert detail(batch, job_id)["status"] == "SUBMITTED"
    assert states(aws, batch, job_id, 20) == [*LIFE, "SUCCEEDED"]


@pytest.mark.gap(7)
def test_a_finished_job_tells_its_exit_code_times_and_log_stream(aws: LocalAws, batch: Any) -> None:
    """botocore JobDetail, AttemptDetail: milliseconds. moto's DescribeJobs has no exit code."""
    job_id = submit(batch, "exit 3 after 10s")
    aws.advance(60)
    seen = detail(batch, job_id)
    stream = f"work/default/{seen['container']['taskArn'].rpartition('/')[2]}"
    assert (seen["status"], seen["statusReason"]) == ("FAILED", "Essential container in task exited")
    assert (seen["createdAt"], seen["startedAt"], seen["stoppedAt"]) == (START, START + 6000, START + 16000)
    assert (seen["container"]["exitCode"], seen["container"]["logStreamName"]) == (3, stream)
    (attempt,) = seen["attempts"]
    assert attempt["container"]["exitCode"] == 3
    assert attempt["container"]["logStreamName"] == stream
    assert (attempt["startedAt"], attempt["stoppedAt"]) == (START + 6000, START + 16000)


@pytest.mark.gap(17)
def test_a_job_writes_a_log_stream(aws: LocalAws, batch: Any) -> None:
    """guide: logs go to the group /aws/batch/job, to a stream named by definition and task. moto writes none."""
    job_id = submit(batch, "exit 0 after 10s; log half way after 5s", parameters={"what": "report"})
    aws.advance(60)
    stream = detail(batch, job_id)["container"]["logStreamName"]
    events = aws.client("logs").get_log_events(logGroupName="/aws/batch/job", logStreamName=stream, startFromHead=True)[
        "events"
    ]
    assert [(event["timestamp"] - START, event["message"]) for event in events] == [
        (6000, "attempt 1 of job: run report"),
        (11000, "half way"),
        (16000, "ended with exit code 0"),
    ]


@pytest.mark.gap(17)
def test_a_job_logs_to_the_group_of_its_configuration(aws: LocalAws, batch: Any) -> None:
    """guide using_awslogs: awslogs-group and awslogs-stream-prefix; a missing group stops the container."""
    options = {"awslogs-group": "/jobs", "awslogs-stream-prefix": "night"}
    logging = {"logConfiguration": {"logDriver": "awslogs", "options": options}}
    define(batch, "logging", containerProperties=logging)
    lost = submit(batch, jobDefinition="logging")
    aws.advance(60)
    assert detail(batch, lost)["status"] == "FAILED"
    assert detail(batch, lost)["container"]["reason"].startswith("CannotStartContainerError: ")
    aws.client("logs").create_log_group(logGroupName="/jobs")
    found = submit(batch, jobDefinition="logging")
    aws.advance(60)
    assert detail(batch, found)["container"]["logStreamName"].startswith("night/default/")


@pytest.mark.gap(7)
def test_a_job_without_a_place_stays_runnable(aws: LocalAws, batch: Any) -> None:
    """botocore JobDetail.statusReason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY; guide "Jobs stuck in RUNNABLE"."""
    stuck, explained = submit(batch, "never starts"), submit(batch, "capacity unavailable")
    aws.advance(86400)
    assert [detail(batch, job_id)["status"] for job_id in (stuck, explained)] == ["RUNNABLE", "RUNNABLE"]
    assert "statusReason" not in detail(batch, stuck)
    assert detail(batch, explained)["statusReason"].startswith("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")


def test_a_job_waits_while_no_environment_is_enabled(aws: LocalAws, batch: Any) -> None:
    """botocore ComputeEnvironmentDetail.state: DISABLED, "the scheduler doesn't attempt to place jobs"."""
    batch.update_compute_environment(computeEnvironment="machines", state="DISABLED")
    job_id = submit(batch)
    aws.advance(3600)
    assert detail(batch, job_id)["status"] == "RUNNABLE"
    batch.update_compute_environment(computeEnvironment="machines", state="ENABLED")
    aws.advance(60)
    assert detail(batch, job_id)["status"] == "SUCCEEDED"


@pytest.mark.gap(7)
@pytest.mark.parametrize(
    ("outcome", "reason", "container"),
    [
        ("cannot pull", "Task failed to start", {"reason": "CannotPullContainerError: failed to resolve ref i:1"}),
        (
            "out of memory after 5s",
            "Essential container in task exited",
            {"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"},
        ),
        ("host terminated after 5s", "Host EC2 (instance i-", {}),
    ],
)
def test_a_job_fails_for_the_reasons_that_people_see(
    aws: LocalAws, batch: Any, outcome: Any, reason: Any, container: Any
) -> None:
    """Reasons quoted from public issues and logs; "Host EC2 (instance i-…) terminated." is in the guide's example."""
    job_id = submit(batch, outcome)
    aws.advance(60)
    seen = detail(batch, job_id)
    assert seen["status"] == "FAILED"
    assert seen["statusReason"].startswith(reason)
    assert seen["container"].get("exitCode") == container.get("exitCode")
    assert seen["container"].get("reason", "").startswith(container.get("reason", ""))


def test_a_control_call_plans_how_jobs_of_a_name_end(aws: LocalAws, batch: Any) -> None:
    """The embedded AWS's own: `/_local/batch/outcome`."""
    plan = aws.world.services["batch"].controls["outcome"]
    with aws.lock():
        plan(aws.world, aws.world.home, {"jobName": "night-*", "outcome": "exit 9", "times": 1})
    first, second, other = (submit(batch, name=name) for name in ("night-a", "night-b", "day"))
    aws.advance(60)
    codes = [detail(batch, job_id)["container"]["exitCode"] for job_id in (first, second, other)]
    assert codes == [9, 0, 0]


def test_other_accounts_and_regions_see_nothing(aws: LocalAws, batch: Any) -> None:
    """Queues and jobs belong to an account and a region."""
    job_id = submit(batch)
    for elsewhere in ({"region": "eu-west-1"}, {"account": "999999999999"}):
        client = aws.client("batch", **elsewhere)
        assert client.describe_jobs(jobs=[job_id])["jobs"] == []
        assert client.describe_job_queues(jobQueues=["jobs"])["jobQueues"] == []
