"""SubmitJob: which definition and queue, what is overridden, what is refused; sources: `batch_jobs`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import NEEDS, define, detail, listed, refusal, submit


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
