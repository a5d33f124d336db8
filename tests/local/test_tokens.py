"""RunTask's clientToken. Source: the developer guide's "Ensuring idempotency" and botocore, RunTask.clientToken."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

from .conformance import container

pytestmark = pytest.mark.gap(2)


def register(aws: LocalAws) -> None:
    aws.client("ecs").register_task_definition(family="job", containerDefinitions=[container()])


def run(aws: LocalAws, token: str = "t", **members: Any) -> Any:
    answer = aws.client("ecs").run_task(**{"taskDefinition": "job", "clientToken": token, **members})
    return [task["taskArn"] for task in answer["tasks"]]


def test_the_same_call_twice_makes_one_task(aws: LocalAws) -> None:
    register(aws)
    assert run(aws) == run(aws)
    assert len(aws.client("ecs").list_tasks()["taskArns"]) == 1


def test_a_lost_answer_and_the_sdks_retry_make_one_task(aws: LocalAws) -> None:
    """The SDK sends the token it made itself again: the reason the token is there."""
    import boto3
    from botocore.config import Config

    register(aws)
    aws.faults.add("ecs:RunTask", "drop_after")
    ecs = boto3.session.Session("123456789012", "x", region_name="us-east-1").client(
        "ecs", endpoint_url=aws.endpoint, config=Config(retries={"mode": "standard", "total_max_attempts": 2})
    )
    (task,) = ecs.run_task(taskDefinition="job")["tasks"]
    ecs.close()
    assert aws.calls.counts()["ecs:RunTask"] == 2
    assert aws.client("ecs").list_tasks()["taskArns"] == [task["taskArn"]]


def test_another_request_with_the_token_is_refused_with_what_exists(aws: LocalAws) -> None:
    register(aws)
    arns = run(aws, count=2)
    with pytest.raises(ClientError) as told:
        run(aws, count=1)
    assert told.value.response["Error"]["Code"] == "ConflictException"
    response: dict[str, Any] = {**told.value.response}
    assert response["resourceIds"] == arns


def test_another_started_by_is_another_request_and_what_exists_is_named_assumed(aws: LocalAws) -> None:
    """The guide's "parameters" of a request are taken to include startedBy; no page lists them."""
    register(aws)
    arns = run(aws, startedBy="rc/eventbridge")
    with pytest.raises(ClientError) as told:
        run(aws, startedBy="rc/loop")
    response: dict[str, Any] = {**told.value.response}
    assert (response["Error"]["Code"], response["resourceIds"]) == ("ConflictException", arns)


def test_the_token_belongs_to_one_cluster(aws: LocalAws) -> None:
    register(aws)
    aws.client("ecs").create_cluster(clusterName="other")
    aws.world.store("ecs", aws.world.home)["clusters"]["other"]["instances"] = 1
    assert run(aws) != run(aws, cluster="other")


def test_a_stopped_task_comes_back_by_arn_and_statuses(aws: LocalAws) -> None:
    register(aws)
    (arn,) = run(aws)
    aws.advance(60)
    (task,) = aws.client("ecs").run_task(taskDefinition="job", clientToken="t")["tasks"]
    assert task == {
        "taskArn": arn,
        "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/default",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
    }


def test_the_token_is_forgotten_an_hour_after_the_last_task_stopped(aws: LocalAws) -> None:
    register(aws)
    first = run(aws)
    aws.advance(20 + 3599)
    assert run(aws) == first
    aws.advance(1)
    assert run(aws) != first


def test_the_token_is_forgotten_after_a_day_though_the_task_runs_on(aws: LocalAws) -> None:
    register(aws)
    aws.outcome("job", "runs forever")
    first = run(aws)
    aws.advance(86_399)
    assert run(aws) == first
    aws.advance(1)
    assert run(aws) != first


def test_assumed_a_call_that_placed_nothing_uses_up_no_token(aws: LocalAws) -> None:
    """If it does, the repeated call answers no tasks again: the run stays unstarted and is reported so."""
    register(aws)
    aws.faults.add("ecs:RunTask", "failures")
    assert run(aws) == []
    assert len(run(aws)) == 1
