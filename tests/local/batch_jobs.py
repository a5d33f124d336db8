"""What the tests of Batch jobs do over and over: define, submit, look.

Sources are named with each test: "botocore" is the documentation in its `batch` service model, "guide" the Batch user
guide (job_states.md, array_jobs.md, job_retries.md, job_timeouts.md, service_limits.md), reasons are quoted from public
issues and logs. How long a job stays in each state is of the embedded AWS's choosing. Where nothing public proves a
behaviour or a text, the test's name says `assumed`.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
START = 1767225600000
LIFE = ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING"]


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
