"""Where the containers of Batch jobs write, attempt by attempt."""

from typing import Any

from reconciler.aws.log_streams import LogStream, of_job
from reconciler.aws.run_logs import RunLogs
from reconciler.aws.session import Aws
from reconciler.local import LocalAws

NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
REGION = "us-east-1"


def submit(caller: Aws, outcome: str, *, attempts: int = 1, **container: Any) -> str:
    properties = {
        "image": "app:1",
        "resourceRequirements": NEEDS,
        "environment": [{"name": "LOCAL_OUTCOME", "value": outcome}],
        **container,
    }
    caller.call(
        "batch:RegisterJobDefinition", jobDefinitionName="report", type="container", containerProperties=properties
    )
    retries = {"attempts": attempts}
    answer = caller.call(
        "batch:SubmitJob", jobName="x", jobQueue="default", jobDefinition="report", retryStrategy=retries
    )
    return str(answer["jobId"])


def detail(caller: Aws, job_id: str) -> dict[str, Any]:
    (job,) = caller.call("batch:DescribeJobs", jobs=[job_id])["jobs"]
    return dict(job)


def lines(caller: Aws, streams: tuple[LogStream, ...]) -> list[tuple[str, str]]:
    return [(each.container, event.message) for each in streams for event in RunLogs(caller).read(each, last=1)]


def test_a_job_that_waits_has_written_nothing(caller: Aws) -> None:
    job = detail(caller, submit(caller, "exit 0"))
    assert of_job(job, REGION) == (
        LogStream(container="container", group="/aws/batch/job", unreadable="it has not started"),
    )


def test_every_attempt_is_read_the_newest_last(caller: Aws, aws: LocalAws) -> None:
    job_id = submit(caller, "exit 3, then exit 4, then exit 0", attempts=3)
    aws.advance(60)
    streams = of_job(detail(caller, job_id), REGION)
    assert lines(caller, streams) == [
        ("container (attempt 1)", "ended with exit code 3"),
        ("container (attempt 2)", "ended with exit code 4"),
        ("container", "ended with exit code 0"),
    ]


def test_between_two_attempts_the_last_one_is_the_newest(caller: Aws, aws: LocalAws) -> None:
    job_id = submit(caller, "exit 3, then runs forever", attempts=2)
    aws.advance(14)
    assert lines(caller, of_job(detail(caller, job_id), REGION)) == [("container", "ended with exit code 3")]


def test_an_attempt_that_runs_is_the_newest(caller: Aws, aws: LocalAws) -> None:
    job_id = submit(caller, "exit 3, then runs forever; log at work", attempts=2)
    aws.advance(30)
    assert lines(caller, of_job(detail(caller, job_id), REGION)) == [
        ("container (attempt 1)", "ended with exit code 3"),
        ("container", "at work"),
    ]


def test_an_attempt_that_never_started_has_no_stream(caller: Aws, aws: LocalAws) -> None:
    job_id = submit(caller, "cannot pull, then exit 0", attempts=2)
    aws.advance(60)
    assert [stream.container for stream in of_job(detail(caller, job_id), REGION)] == ["container"]


def test_a_group_of_ones_own_and_another_driver_are_told(caller: Aws, aws: LocalAws) -> None:
    aws.client("logs").create_log_group(logGroupName="/jobs/report")
    options = {"awslogs-group": "/jobs/report", "awslogs-stream-prefix": "job"}
    own = submit(caller, "exit 0", logConfiguration={"logDriver": "awslogs", "options": options})
    splunk = submit(caller, "exit 0", logConfiguration={"logDriver": "splunk"})
    aws.advance(60)
    (stream,) = of_job(detail(caller, own), REGION)
    assert (stream.group, stream.stream.startswith("job/")) == ("/jobs/report", True)
    (unreadable,) = of_job(detail(caller, splunk), REGION)
    assert unreadable.unreadable == "it writes with the log driver splunk, not to CloudWatch"


def test_the_containers_of_a_task_are_told_by_name() -> None:
    containers = [{"name": "app", "logStreamName": "s/app/2"}, {"name": "side", "logStreamName": "s/side/2"}]
    earlier = [{"name": "app", "logStreamName": "s/app/1"}, {"name": "side"}]
    job = {
        "jobId": "1",
        "ecsProperties": {"taskProperties": [{"containers": containers}]},
        "attempts": [{"container": {}, "taskProperties": [{"containers": earlier}]}],
    }
    assert [(stream.container, stream.stream) for stream in of_job(job, REGION)] == [
        ("app (attempt 1)", "s/app/1"),
        ("app", "s/app/2"),
        ("side", "s/side/2"),
    ]
