"""Batch jobs: submitted, running through their states, listed, ended.

Sources are named with each test: "botocore" is the documentation in its `batch` service model, "guide" the Batch user
guide (job_states.md, array_jobs.md, job_retries.md, job_timeouts.md, service_limits.md), reasons are quoted from public
issues and logs. How long a job stays in each state is of the embedded AWS's choosing. Where nothing public proves a
behaviour or a text, the test's name says `assumed`.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

from .conformance import service_role

NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
START = 1767225600000
LIFE = ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING"]


@pytest.fixture
def batch(aws: LocalAws) -> Any:
    """A Batch client with the queue `jobs` and the definition `work`."""
    client = aws.client("batch")
    client.create_compute_environment(computeEnvironmentName="machines", type="UNMANAGED", **service_role(aws))
    order = [{"order": 1, "computeEnvironment": "machines"}]
    client.create_job_queue(jobQueueName="jobs", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    define(client)
    return client


def define(client: Any, name: Any = "work", **members: Any) -> Any:
    container = {"image": "i:1", "command": ["run", "Ref::what"], "resourceRequirements": NEEDS}
    container.update(members.pop("containerProperties", {}))
    return client.register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=container, **members
    )["jobDefinitionArn"]


def submit(client: Any, outcome: Any = "exit 0 after 10s", *, name: Any = "job", **members: Any) -> Any:
    variables = [{"name": "LOCAL_OUTCOME", "value": outcome}]
    members = {"jobQueue": "jobs", "jobDefinition": "work"} | members
    return client.submit_job(jobName=name, containerOverrides={"environment": variables}, **members)["jobId"]


def detail(client: Any, job_id: Any) -> Any:
    (found,) = client.describe_jobs(jobs=[job_id])["jobs"]
    return found


def listed(client: Any, **asked: Any) -> Any:
    return [found["jobId"] for found in client.list_jobs(**{"jobQueue": "jobs"} | asked)["jobSummaryList"]]


def refusal(call: Any, **members: Any) -> Any:
    with pytest.raises(ClientError) as refused:
        call(**members)
    assert refused.value.response["Error"]["Code"] == "ClientException"
    message = refused.value.response["Error"]["Message"]
    return message.removeprefix("Error executing request, Exception : ").rpartition(", RequestId: ")[0]


def states(aws: LocalAws, client: Any, job_id: Any, seconds: Any) -> Any:
    """The states a job goes through, looked at every second."""
    seen = [detail(client, job_id)["status"]]
    for _ in range(seconds):
        aws.advance(1)
        status = detail(client, job_id)["status"]
        if status != seen[-1]:
            seen.append(status)
    return seen


# -- one job -----------------------------------------------------------------------------------------------------------


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


# -- retries and timeouts ----------------------------------------------------------------------------------------------


@pytest.mark.gap(7)
def test_a_failed_job_is_tried_again_as_often_as_its_strategy_says(aws: LocalAws, batch: Any) -> None:
    """botocore RetryStrategy.attempts: "the number of times to move a job to the RUNNABLE status". moto ignores it."""
    job_id = submit(batch, "exit 1 after 4s, then exit 0 after 4s", retryStrategy={"attempts": 3})
    assert states(aws, batch, job_id, 40) == [*LIFE, *LIFE[1:], "SUCCEEDED"]
    seen = detail(batch, job_id)
    assert [attempt["container"]["exitCode"] for attempt in seen["attempts"]] == [1, 0]
    assert len({attempt["container"]["logStreamName"] for attempt in seen["attempts"]}) == 2
    exhausted = submit(batch, "exit 1", retryStrategy={"attempts": 3})
    aws.advance(120)
    assert len(detail(batch, exhausted)["attempts"]) == 3
    assert detail(batch, exhausted)["status"] == "FAILED"


@pytest.mark.parametrize(
    ("rules", "attempts"),
    [
        ([{"onExitCode": "3", "action": "EXIT"}], 1),
        ([{"onExitCode": "4*", "action": "EXIT"}], 3),
        ([{"onExitCode": "3", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}], 3),
        ([{"onStatusReason": "Essential*", "action": "exit"}], 1),
        ([{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}], 1),
        ([{"onExitCode": "3", "onStatusReason": "Host*", "action": "EXIT"}], 3),
    ],
)
def test_the_first_rule_on_exit_that_matches_decides(aws: LocalAws, batch: Any, rules: Any, attempts: Any) -> None:
    """botocore EvaluateOnExit: all conditions of a rule; RetryStrategy: "If none … match, then the job is retried"."""
    job_id = submit(batch, "exit 3 after 1s", retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    aws.advance(120)
    assert len(detail(batch, job_id)["attempts"]) == attempts


@pytest.mark.gap(7)
def test_a_timeout_ends_an_attempt_and_it_is_not_tried_again(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.timeout: "If a job is terminated due to a timeout, it isn't retried"; 137 as people see."""
    job_id = submit(batch, "runs forever", timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    aws.advance(65)
    assert detail(batch, job_id)["status"] == "RUNNING"
    aws.advance(1)
    seen = detail(batch, job_id)
    assert (seen["status"], seen["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert (seen["container"]["exitCode"], len(seen["attempts"])) == (137, 1)


def test_strategy_and_timeout_come_from_the_definition_unless_the_call_says_otherwise(
    aws: LocalAws, batch: Any
) -> None:
    """botocore SubmitJob: retryStrategy and timeout "override" those of the definition."""
    define(batch, "careful", retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 90})
    plain = detail(batch, submit(batch, jobDefinition="careful"))
    assert plain["retryStrategy"] == {"attempts": 2, "evaluateOnExit": []}
    assert plain["timeout"] == {"attemptDurationSeconds": 90}
    told = detail(batch, submit(batch, jobDefinition="careful", timeout={"attemptDurationSeconds": 60}))
    assert told["timeout"] == {"attemptDurationSeconds": 60}
    assert detail(batch, submit(batch))["retryStrategy"] == {"attempts": 1, "evaluateOnExit": []}


# -- SubmitJob ---------------------------------------------------------------------------------------------------------


def test_a_submission_has_no_token_so_twice_is_two_jobs(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJobRequest has no token member."""
    assert submit(batch) != submit(batch)
    assert len(listed(batch, jobStatus="SUBMITTED")) == 2


def test_a_bare_name_means_the_newest_active_revision(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.jobDefinition: "If the revision is not specified, then the latest active revision is used"."""
    second, third = define(batch), define(batch)
    batch.deregister_job_definition(jobDefinition=third)
    assert detail(batch, submit(batch))["jobDefinition"] == second
    assert detail(batch, submit(batch, jobDefinition=second))["jobDefinition"] == second
    assert detail(batch, submit(batch, jobDefinition=second.rpartition(":")[0]))["jobDefinition"] == second


@pytest.mark.gap(13)
def test_an_inactive_definition_is_refused(aws: LocalAws, batch: Any) -> None:
    """AlexsLemonade/refinebio #2887 quotes the text. moto submits INACTIVE definitions."""
    batch.deregister_job_definition(jobDefinition="work:1")
    for name in ("work:1", "work", "none"):
        text = refusal(batch.submit_job, jobName="job", jobQueue="jobs", jobDefinition=name)
        assert text == f"JobDefinition name {name} does not exist or is not in ACTIVE status"


@pytest.mark.gap(13)
def test_a_queue_that_is_disabled_or_not_there_is_refused_assumed(aws: LocalAws, batch: Any) -> None:
    """botocore JobQueueDetail.state: DISABLED, "new jobs can't be added to the queue"; the text is assumed."""
    batch.update_job_queue(jobQueue="jobs", state="DISABLED")
    for queue in ("jobs", "none"):
        assert refusal(batch.submit_job, jobName="job", jobQueue=queue, jobDefinition="work").startswith("JobQueue")


def test_jobs_in_a_disabled_queue_can_finish(aws: LocalAws, batch: Any) -> None:
    """botocore JobQueueDetail.state: "jobs already in the queue can finish"."""
    job_id = submit(batch)
    batch.update_job_queue(jobQueue="jobs", state="DISABLED")
    aws.advance(60)
    assert detail(batch, job_id)["status"] == "SUCCEEDED"


def test_overrides_change_the_job_and_not_the_definition(aws: LocalAws, batch: Any) -> None:
    """botocore ContainerOverrides: variables are added or replaced, resources by type, the command whole."""
    define(batch, "shaped", containerProperties={"environment": [{"name": "A", "value": "1"}]}, parameters={"p": "1"})
    job_id = batch.submit_job(
        jobName="job",
        jobQueue="jobs",
        jobDefinition="shaped",
        parameters={"q": "2"},
        containerOverrides={
            "command": ["other"],
            "environment": [{"name": "A", "value": "2"}, {"name": "B", "value": "3"}],
            "resourceRequirements": [{"type": "MEMORY", "value": "4096"}],
        },
        tags={"team": "data"},
        propagateTags=True,
        schedulingPriorityOverride=5,
    )["jobId"]
    seen = detail(batch, job_id)
    assert seen["container"]["command"] == ["other"]
    assert seen["container"]["environment"] == [{"name": "A", "value": "2"}, {"name": "B", "value": "3"}]
    assert seen["container"]["resourceRequirements"] == [NEEDS[0], {"type": "MEMORY", "value": "4096"}]
    assert seen["parameters"] == {"p": "1", "q": "2"}
    assert (seen["tags"], seen["propagateTags"], seen["schedulingPriority"]) == ({"team": "data"}, True, 5)
    assert batch.list_tags_for_resource(resourceArn=seen["jobArn"])["tags"] == {"team": "data"}


def test_overrides_that_are_too_long_fail_the_job(aws: LocalAws, batch: Any) -> None:
    """A status reason that people see: "Container Overrides length must be at most 8192"."""
    job_id = batch.submit_job(
        jobName="job", jobQueue="jobs", jobDefinition="work", containerOverrides={"command": ["x" * 9000]}
    )["jobId"]
    aws.advance(60)
    seen = detail(batch, job_id)
    assert (seen["status"], seen["statusReason"]) == ("FAILED", "Container Overrides length must be at most 8192")


def test_containers_of_a_task_are_overridden_by_name(aws: LocalAws, batch: Any) -> None:
    """botocore TaskContainerOverrides.name. moto knows no ecsProperties."""
    containers = [{"name": "main", "image": "i:1"}, {"name": "side", "image": "i:2", "essential": False}]
    batch.register_job_definition(
        jobDefinitionName="pair", type="container", ecsProperties={"taskProperties": [{"containers": containers}]}
    )
    given = {"jobName": "job", "jobQueue": "jobs", "jobDefinition": "pair"}
    variables = [{"name": "LOCAL_OUTCOME", "value": "exit 4 after 1s"}]

    def overriding(name: Any) -> Any:
        return {"taskProperties": [{"containers": [{"name": name, "environment": variables}]}]}

    job_id = batch.submit_job(**given, ecsPropertiesOverride=overriding("main"))["jobId"]
    aws.advance(60)
    seen = detail(batch, job_id)
    assert seen["container"] == {}
    main = seen["ecsProperties"]["taskProperties"][0]["containers"][0]
    assert (seen["status"], main["name"], main["exitCode"]) == ("FAILED", "main", 4)
    refusal(batch.submit_job, **given, ecsPropertiesOverride=overriding("none"))
    refusal(batch.submit_job, **given, containerOverrides={"command": ["x"]})


@pytest.mark.parametrize(
    "members",
    [
        {"jobName": "-job"},
        {"jobName": "j" * 129},
        {"jobName": "bad name"},
        {"retryStrategy": {"attempts": 11}},
        {"timeout": {"attemptDurationSeconds": 10}},
        {"arrayProperties": {"size": 1}},
        {"arrayProperties": {"size": 10001}},
        {"schedulingPriorityOverride": -1},
        {"tags": {"aws:x": "1"}},
        {"shareIdentifier": "team"},
        {"containerOverrides": {"command": [""]}},
        {"containerOverrides": {"command": ["x" * 31 * 1024]}},
        {"dependsOn": [{"jobId": "none"}]},
        {"dependsOn": [{"type": "SEQUENTIAL"}]},
        {"dependsOn": [{"jobId": "none"}] * 21},
    ],
    ids=lambda members: str(members)[:60],
)
def test_a_submission_beyond_the_documented_limits_is_refused(aws: LocalAws, batch: Any, members: Any) -> None:
    """botocore SubmitJob; guide service_limits.md: 30 KiB, 20 dependencies, arrays of 2 to 10,000."""
    refusal(batch.submit_job, **{"jobName": "job", "jobQueue": "jobs", "jobDefinition": "work"} | members)


def test_a_fair_share_queue_wants_a_share_identifier(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.shareIdentifier: needed if, and only if, the queue has a scheduling policy."""
    batch.create_job_queue(
        jobQueueName="fair",
        priority=1,
        schedulingPolicyArn="arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "machines"}],
    )
    refusal(batch.submit_job, jobName="job", jobQueue="fair", jobDefinition="work")
    job_id = submit(batch, jobQueue="fair", shareIdentifier="team")
    assert detail(batch, job_id)["shareIdentifier"] == "team"
    filters = [{"name": "SHARE_IDENTIFIER", "values": ["team"]}]
    assert listed(batch, jobQueue="fair", filters=filters, jobStatus="SUBMITTED") == [job_id]
    assert listed(batch, jobQueue="fair", filters=filters, jobStatus="RUNNING") == []


# -- dependencies and arrays -------------------------------------------------------------------------------------------


@pytest.mark.gap(7)
def test_a_job_waits_in_pending_for_those_it_depends_on(aws: LocalAws, batch: Any) -> None:
    """guide job_states.md: "If there are dependencies, the job is moved to PENDING". moto does not look at them."""
    first = submit(batch, "exit 0 after 100s")
    second = submit(batch, dependsOn=[{"jobId": first}])
    aws.advance(60)
    assert detail(batch, second)["status"] == "PENDING"
    aws.advance(47)
    assert (detail(batch, first)["status"], detail(batch, second)["status"]) == ("SUCCEEDED", "RUNNABLE")


def test_a_job_fails_with_the_one_it_depends_on(aws: LocalAws, batch: Any) -> None:
    """A status reason that people see: "Dependent Job failed"."""
    first = submit(batch, "exit 1")
    second = submit(batch, dependsOn=[{"jobId": first}])
    third = submit(batch, dependsOn=[{"jobId": second}])
    aws.advance(60)
    for job_id in (second, third):
        seen = detail(batch, job_id)
        assert (seen["status"], seen["statusReason"], seen["attempts"]) == ("FAILED", "Dependent Job failed", [])


@pytest.mark.gap(7)
def test_an_array_has_children_and_ends_with_the_last(aws: LocalAws, batch: Any) -> None:
    """guide array_jobs.md: children are `id:index`; the parent is PENDING meanwhile; statusSummary counts them."""
    parent = submit(batch, arrayProperties={"size": 3})
    aws.advance(10)
    seen = detail(batch, parent)
    empty = dict.fromkeys(("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"), 0)
    assert seen["status"] == "PENDING"
    assert seen["arrayProperties"] == {"size": 3, "statusSummary": {**empty, "RUNNING": 3}}
    assert listed(batch, jobStatus="PENDING") == [parent]
    child = detail(batch, f"{parent}:1")
    assert (child["status"], child["arrayProperties"]) == ("RUNNING", {"index": 1})
    asked = {"arrayJobId": parent}
    assert [found["jobId"] for found in batch.list_jobs(**asked)["jobSummaryList"]] == [
        f"{parent}:{index}" for index in range(3)
    ]
    aws.advance(60)
    assert detail(batch, parent)["status"] == "SUCCEEDED"
    assert detail(batch, parent)["arrayProperties"]["statusSummary"] == {**empty, "SUCCEEDED": 3}
    assert batch.list_jobs(**asked)["jobSummaryList"] == []


def test_an_array_fails_with_any_of_its_children(aws: LocalAws, batch: Any) -> None:
    """A status reason that people see: "Array Child Job failed"."""
    parent = submit(batch, "exit 1", arrayProperties={"size": 2})
    aws.advance(60)
    seen = detail(batch, parent)
    assert (seen["status"], seen["statusReason"]) == ("FAILED", "Array Child Job failed")


def test_a_sequential_array_runs_one_child_after_the_other(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.dependsOn: SEQUENTIAL, "each child array job completes sequentially, starting at index 0"."""
    parent = submit(batch, arrayProperties={"size": 3}, dependsOn=[{"type": "SEQUENTIAL"}])
    aws.advance(10)
    statuses = [detail(batch, f"{parent}:{index}")["status"] for index in range(3)]
    assert statuses == ["RUNNING", "PENDING", "PENDING"]
    aws.advance(100)
    started = [detail(batch, f"{parent}:{index}")["startedAt"] for index in range(3)]
    assert started == sorted(set(started))
    assert detail(batch, parent)["status"] == "SUCCEEDED"


def test_children_of_two_arrays_depend_index_by_index(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.dependsOn: N_TO_N."""
    first = submit(batch, arrayProperties={"size": 2}, dependsOn=[{"type": "SEQUENTIAL"}])
    second = submit(batch, arrayProperties={"size": 2}, dependsOn=[{"jobId": first, "type": "N_TO_N"}])
    refusal(
        batch.submit_job,
        jobName="job",
        jobQueue="jobs",
        jobDefinition="work",
        arrayProperties={"size": 3},
        dependsOn=[{"jobId": first, "type": "N_TO_N"}],
    )
    aws.advance(23)
    assert detail(batch, f"{first}:0")["status"] == "SUCCEEDED"
    assert [detail(batch, f"{second}:{index}")["status"] for index in range(2)] == ["RUNNING", "PENDING"]
    aws.advance(60)
    assert detail(batch, second)["status"] == "SUCCEEDED"


# -- lists -------------------------------------------------------------------------------------------------------------


@pytest.mark.gap(5)
def test_a_list_holds_running_jobs_unless_told_otherwise(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.jobStatus: "If you don't specify a status, only RUNNING jobs are returned". moto gives all."""
    done = submit(batch)
    aws.advance(60)
    running = submit(batch, "runs forever")
    aws.advance(60)
    waiting = submit(batch)
    assert listed(batch) == [running]
    assert listed(batch, jobStatus="SUCCEEDED") == [done]
    assert listed(batch, jobStatus="SUBMITTED") == [waiting]


@pytest.mark.gap(5)
def test_a_filter_looks_at_every_status_newest_first(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.filters: jobStatus is ignored; JOB_NAME in any case, `*` at its end; newest first."""
    first = submit(batch, name="Night-1")
    aws.advance(60)
    second = submit(batch, name="night-12")
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["night-1"]}], jobStatus="FAILED") == [first]
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["NIGHT-*"]}]) == [second, first]
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["ight"]}]) == []


@pytest.mark.gap(5)
def test_jobs_are_found_by_definition_and_by_time(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.filters: JOB_DEFINITION by name (any revision, `*`) or ARN; BEFORE_ and AFTER_CREATED_AT."""
    first = submit(batch)
    second_revision = define(batch)
    aws.advance(60)
    second = submit(batch)

    def found(name: Any, value: Any) -> Any:
        return listed(batch, filters=[{"name": name, "values": [value]}])

    assert found("JOB_DEFINITION", "work") == found("JOB_DEFINITION", "wo*") == [second, first]
    assert found("JOB_DEFINITION", second_revision) == [second]
    assert found("JOB_DEFINITION", "WORK") == []
    assert found("BEFORE_CREATED_AT", str(START + 1)) == [first]
    assert found("AFTER_CREATED_AT", str(START)) == [second]
    filters = [{"name": "JOB_NAME", "values": ["x"]}, {"name": "JOB_DEFINITION", "values": ["x"]}]
    refusal(batch.list_jobs, jobQueue="jobs", filters=filters)
    refusal(batch.list_jobs, jobQueue="jobs", filters=[{"name": "COLOUR", "values": ["x"]}])


@pytest.mark.gap(6)
def test_lists_come_in_pages(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.maxResults: with filters at most 100 a page. moto ignores it."""
    jobs = {submit(batch) for _ in range(101)}
    asked = {"jobQueue": "jobs", "filters": [{"name": "JOB_NAME", "values": ["*"]}]}
    first = batch.list_jobs(**asked, maxResults=1000)
    second = batch.list_jobs(**asked, nextToken=first["nextToken"])
    assert [len(page["jobSummaryList"]) for page in (first, second)] == [100, 1]
    aws.faults.add("batch:ListJobs", "page", count=7, times=None)
    pages = batch.get_paginator("list_jobs").paginate(jobQueue="jobs", jobStatus="SUBMITTED")
    assert {found["jobId"] for page in pages for found in page["jobSummaryList"]} == jobs
    assert aws.calls.counts()["batch:ListJobs"] == 2 + 15


@pytest.mark.gap(9)
def test_a_lagging_list_sees_the_past(aws: LocalAws, batch: Any) -> None:
    """Lists promise no read-after-write: on demand they show what was a while ago."""
    first = submit(batch, "runs forever")
    aws.advance(60)
    submit(batch)
    batch.terminate_job(jobId=first, reason="enough")
    aws.advance(10)
    aws.faults.add("batch:ListJobs", "lag", seconds=30, times=2)
    assert listed(batch) == [first]
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["*"]}]) == [first]
    assert listed(batch, jobStatus="FAILED") == [first]


def test_what_is_listed_must_be_one_thing(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs: "You must specify only one of" queue, array and multi-node job."""
    parent = submit(batch, arrayProperties={"size": 2})
    refusal(batch.list_jobs)
    refusal(batch.list_jobs, jobQueue="jobs", arrayJobId=parent)
    refusal(batch.list_jobs, jobQueue="none")


def test_a_hundred_jobs_are_described_at_once_and_unknown_ones_left_out(aws: LocalAws, batch: Any) -> None:
    """botocore DescribeJobs.jobs; the text of the refusal is quoted in a public script."""
    job_id = submit(batch)
    assert [found["jobId"] for found in batch.describe_jobs(jobs=["none", job_id])["jobs"]] == [job_id]
    assert refusal(batch.describe_jobs, jobs=[job_id] * 101) == "Maximum number of jobs supported is 100"


def test_a_finished_job_is_forgotten_after_seven_days(aws: LocalAws, batch: Any) -> None:
    """guide job_states.md: SUCCEEDED and FAILED jobs are kept "at least 7 days". moto keeps them for ever."""
    job_id, parent = submit(batch), submit(batch, arrayProperties={"size": 2})
    aws.advance(7 * 86400)
    assert detail(batch, job_id)["status"] == "SUCCEEDED"
    aws.advance(60)
    assert batch.describe_jobs(jobs=[job_id, parent, f"{parent}:0"])["jobs"] == []


# -- the end by hand ---------------------------------------------------------------------------------------------------


@pytest.mark.gap(7)
def test_cancelling_ends_what_does_not_run_yet(aws: LocalAws, batch: Any) -> None:
    """botocore CancelJob: SUBMITTED, PENDING and RUNNABLE jobs are cancelled. In moto the status stays."""
    job_id = submit(batch)
    batch.cancel_job(jobId=job_id, reason="no longer wanted")
    seen = detail(batch, job_id)
    assert (seen["status"], seen["statusReason"], seen["isCancelled"]) == ("FAILED", "no longer wanted", True)
    aws.advance(60)
    assert detail(batch, job_id)["attempts"] == []


def test_cancelling_a_running_job_succeeds_and_changes_nothing(aws: LocalAws, batch: Any) -> None:
    """botocore CancelJob: "the API operation still succeeds, even if no job is cancelled"."""
    job_id = submit(batch)
    aws.advance(10)
    batch.cancel_job(jobId=job_id, reason="no longer wanted")
    aws.advance(60)
    assert detail(batch, job_id)["status"] == "SUCCEEDED"
    batch.cancel_job(jobId=job_id, reason="no longer wanted")
    assert detail(batch, job_id)["status"] == "SUCCEEDED"


def test_cancelling_a_pending_job_waits_for_those_it_depends_on(aws: LocalAws, batch: Any) -> None:
    """botocore CancelJob: "A PENDING job is cancelled after all dependency jobs are completed"."""
    first = submit(batch, "exit 0 after 100s")
    second = submit(batch, dependsOn=[{"jobId": first}])
    aws.advance(10)
    batch.cancel_job(jobId=second, reason="no longer wanted")
    assert detail(batch, second)["status"] == "PENDING"
    aws.advance(100)
    assert (detail(batch, second)["status"], detail(batch, second)["statusReason"]) == ("FAILED", "no longer wanted")


def test_terminating_ends_a_job_in_whatever_state_and_it_is_not_tried_again(aws: LocalAws, batch: Any) -> None:
    """botocore TerminateJob; exit code 137 after the kill."""
    waiting = submit(batch)
    running = submit(batch, "runs forever", retryStrategy={"attempts": 3})
    aws.advance(5)
    starting = submit(batch, "runs forever; starts after 60s")
    aws.advance(5)
    for job_id in (waiting, running, starting):
        batch.terminate_job(jobId=job_id, reason="enough")
    assert detail(batch, running)["status"] == "RUNNING"
    aws.advance(60)
    for job_id in (running, starting):
        seen = detail(batch, job_id)
        assert (seen["status"], seen["statusReason"], seen["isTerminated"]) == ("FAILED", "enough", True)
    assert detail(batch, running)["container"]["exitCode"] == 137
    assert len(detail(batch, running)["attempts"]) == 1


@pytest.mark.gap(7)
@pytest.mark.parametrize("verb", ["cancel_job", "terminate_job"])
def test_ending_an_array_ends_its_children(aws: LocalAws, batch: Any, verb: Any) -> None:
    """botocore CancelJob: "Batch attempts to cancel all child jobs. The array parent job is cancelled when …"."""
    parent = submit(batch, "never starts", arrayProperties={"size": 3})
    aws.advance(60)
    getattr(batch, verb)(jobId=parent, reason="enough")
    aws.advance(60)
    for job_id in (parent, *(f"{parent}:{index}" for index in range(3))):
        assert (detail(batch, job_id)["status"], detail(batch, job_id)["statusReason"]) == ("FAILED", "enough")


def test_ending_an_unknown_job_is_refused_assumed(aws: LocalAws, batch: Any) -> None:
    """botocore: ClientException for "an identifier that's not valid"; that an unknown id counts as such is assumed."""
    refusal(batch.cancel_job, jobId="none", reason="x")
    refusal(batch.terminate_job, jobId="none", reason="x")


def test_other_accounts_and_regions_see_nothing(aws: LocalAws, batch: Any) -> None:
    """Queues and jobs belong to an account and a region."""
    job_id = submit(batch)
    for elsewhere in ({"region": "eu-west-1"}, {"account": "999999999999"}):
        client = aws.client("batch", **elsewhere)
        assert client.describe_jobs(jobs=[job_id])["jobs"] == []
        assert client.describe_job_queues(jobQueues=["jobs"])["jobQueues"] == []
