"""What the conformance suite stands on: the embedded AWS, a real account, or bare moto to show what it gets wrong.

pytest tests/local                          the embedded AWS
pytest tests/local --aws-profile NAME       a real account: only the tests that take `cloud`; they clean up
pytest tests/local -m gap --bare-moto       moto 5.2.5 as it is: every one of these tests must fail
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import define
from .conformance import Cloud, container, service_role


@pytest.fixture(autouse=True)
def as_another_process_meets_it(through_the_socket: None) -> None:
    """The server is what these tests are about."""


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """The embedded AWS, unless a real account was asked for."""
    profile = request.config.getoption("--aws-profile")
    if profile:
        import boto3

        session = boto3.session.Session(profile_name=profile)
        client: Any = session.client
        cloud = Cloud(client, time.sleep)
    else:
        aws = request.getfixturevalue("aws")
        cloud = Cloud(aws.client, aws.advance)
    yield cloud
    cloud.tidy()


@pytest.fixture
def run(aws: LocalAws) -> Callable[..., dict[str, Any]]:
    """Register and run a task on the default cluster (EC2, bridge): the answer of RunTask."""

    def run(outcome: str | None = None, **members: Any) -> dict[str, Any]:
        ecs = aws.client("ecs")
        definition = members.pop("definition", {"containerDefinitions": [container()]})
        family = members.pop("family", "job")
        if outcome is not None:
            aws.outcome(family, outcome, times=members.get("count", 1))
        ecs.register_task_definition(family=family, **definition)
        answer: dict[str, Any] = ecs.run_task(**{"cluster": "default", "taskDefinition": family, **members})
        return answer

    return run


@pytest.fixture
def task(aws: LocalAws) -> Callable[[str], Mapping[str, Any]]:
    """A task as it is now, by its ARN."""

    def task(arn: str) -> Mapping[str, Any]:
        (found,) = aws.client("ecs").describe_tasks(tasks=[arn], include=["TAGS"])["tasks"]
        described: Mapping[str, Any] = found
        return described

    return task


@pytest.fixture
def batch(aws: LocalAws) -> Any:
    """A Batch client with the queue `jobs` and the definition `work`."""
    client = aws.client("batch")
    client.create_compute_environment(computeEnvironmentName="machines", type="UNMANAGED", **service_role(aws))
    order = [{"order": 1, "computeEnvironment": "machines"}]
    client.create_job_queue(jobQueueName="jobs", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    define(client)
    return client
