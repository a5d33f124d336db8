"""Batch's compute environments and queues, as far as jobs need them.

Source: botocore's documentation of each operation. Texts of refusals are assumed, so are the instant transitions.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

from .conformance import service_role

ORDER = [{"order": 1, "computeEnvironment": "machines"}]


@pytest.fixture
def batch(aws: LocalAws) -> Any:
    client = aws.client("batch")
    client.create_compute_environment(
        computeEnvironmentName="machines", type="UNMANAGED", tags={"team": "data"}, **service_role(aws)
    )
    client.create_job_queue(jobQueueName="jobs", priority=1, computeEnvironmentOrder=ORDER)
    return client


def refused(call: Any, **members: Any) -> Any:
    with pytest.raises(ClientError) as error:
        call(**members)
    assert error.value.response["Error"]["Code"] == "ClientException"


@pytest.mark.gap(11)
def test_a_queue_is_enabled_and_valid_without_being_told(aws: LocalAws, batch: Any) -> None:
    """CreateJobQueue.state: ENABLED by default. moto demands an explicit state."""
    (queue,) = batch.describe_job_queues(jobQueues=["jobs"])["jobQueues"]
    assert queue == {
        "jobQueueName": "jobs",
        "jobQueueArn": "arn:aws:batch:us-east-1:123456789012:job-queue/jobs",
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": 1,
        "computeEnvironmentOrder": [
            {
                "order": 1,
                "computeEnvironment": "arn:aws:batch:us-east-1:123456789012:compute-environment/machines",
            }
        ],
        "tags": {},
    }


def test_an_environment_is_enabled_and_has_batchs_own_role(aws: LocalAws, batch: Any) -> None:
    """CreateComputeEnvironment.serviceRole: the service-linked role by default. moto demands a role."""
    (environment,) = batch.describe_compute_environments(computeEnvironments=["machines"])["computeEnvironments"]
    assert (environment["state"], environment["status"], environment["tags"]) == ("ENABLED", "VALID", {"team": "data"})
    assert environment["serviceRole"].endswith(":role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")


def test_things_go_once_they_are_disabled_and_unused(aws: LocalAws, batch: Any) -> None:
    """DeleteJobQueue: "You must first disable submissions"; an environment must be out of every queue."""
    refused(batch.delete_job_queue, jobQueue="jobs")
    batch.update_compute_environment(computeEnvironment="machines", state="DISABLED")
    refused(batch.delete_compute_environment, computeEnvironment="machines")
    batch.update_job_queue(jobQueue="jobs", state="DISABLED")
    batch.delete_job_queue(jobQueue="jobs")
    batch.delete_compute_environment(computeEnvironment="machines")
    assert batch.describe_job_queues(jobQueues=["jobs"])["jobQueues"] == []
    assert batch.describe_compute_environments(computeEnvironments=["machines"])["computeEnvironments"] == []


def test_queues_come_in_pages(aws: LocalAws, batch: Any) -> None:
    """DescribeJobQueues.maxResults: 1 to 100. moto ignores it."""
    for number in range(4):
        batch.create_job_queue(jobQueueName=f"jobs-{number}", priority=1, computeEnvironmentOrder=ORDER)
    pages = list(batch.get_paginator("describe_job_queues").paginate(PaginationConfig={"PageSize": 2}))
    assert all(len(page["jobQueues"]) <= 2 for page in pages)
    names = {queue["jobQueueName"] for page in pages for queue in page["jobQueues"]}
    assert {"jobs", "jobs-0", "jobs-1", "jobs-2", "jobs-3"} <= names


def test_what_cannot_be_is_refused(aws: LocalAws, batch: Any) -> None:
    """Names are unique; environments must be there; Fargate has no instance settings."""
    refused(batch.create_job_queue, jobQueueName="jobs", priority=1, computeEnvironmentOrder=ORDER)
    refused(batch.create_job_queue, jobQueueName="more", priority=1, computeEnvironmentOrder=[])
    unknown = [{"order": 1, "computeEnvironment": "none"}]
    refused(batch.create_job_queue, jobQueueName="more", priority=1, computeEnvironmentOrder=unknown)
    refused(batch.update_job_queue, jobQueue="none", state="DISABLED")
    fargate = {"type": "FARGATE", "maxvCpus": 4, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    create = batch.create_compute_environment
    refused(create, computeEnvironmentName="fargate", type="MANAGED")
    refused(create, computeEnvironmentName="fargate", type="MANAGED", computeResources={**fargate, "minvCpus": 1})
    create(computeEnvironmentName="fargate", type="MANAGED", computeResources=fargate)
