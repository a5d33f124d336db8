"""ECS tasks: what runs, and what is refused; others that use a definition.

Sources: botocore's documentation of RunTask, StopTask, ListTasks, DescribeTasks and of Task's members; the developer
guide's "Task lifecycle" and "Stopped task error codes". How long a step takes is the embedded AWS's own choice.
"""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import FARGATE, container, refusal, subnet


@pytest.mark.gap(11)
def test_fargate_runs_with_task_level_memory_and_without_security_groups(aws: LocalAws, run: Any) -> None:
    """moto: TypeError, KeyError. Both are the commonest shapes of a request."""
    bare = {"name": "main", "image": "public.ecr.aws/docker/library/busybox:1"}
    network = {"awsvpcConfiguration": {"subnets": [subnet(aws)]}}
    definition = {"containerDefinitions": [bare], **FARGATE}
    assert run(definition=definition, launchType="FARGATE", networkConfiguration=network)["failures"] == []


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "inactive definition": ({}, ("ClientException", "TaskDefinition is inactive")),
    "unknown definition": ({"taskDefinition": "nobody"}, ("ClientException", "TaskDefinition not found.")),
    "unknown container": (
        {"overrides": {"containerOverrides": [{"name": "other"}]}},
        ("InvalidParameterException", "Override for container named other is not a container in the TaskDefinition."),
    ),
    "eleven": ({"count": 11}, ("InvalidParameterException", "count should be between 1 and 10.")),
    "not for Fargate": (
        {"launchType": "FARGATE"},
        ("InvalidParameterException", "Task definition does not support launch_type FARGATE."),
    ),
    "type and strategy": (
        {"launchType": "FARGATE", "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        ("InvalidParameterException", "Specify either Launch Type or Capacity Provider Strategy, but not both."),
    ),
    "a provider that the cluster lacks": (
        {"capacityProviderStrategy": [{"capacityProvider": "mine"}]},
        (
            "InvalidParameterException",
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated with "
            "the cluster. Associate the capacity provider with the cluster and try again.",
        ),
    ),
    "started by a space": (
        {"startedBy": "a b"},
        (
            "InvalidParameterException",
            "startedBy should be 1 to 128 letters, numbers, hyphens, forward slashes and underscores.",
        ),
    ),
    "overrides too long": (
        {"overrides": {"containerOverrides": [{"name": "main", "command": ["x" * 9000]}]}},
        ("InvalidParameterException", "Overrides can have at most 8192 characters, got 9055."),
    ),
}


@pytest.mark.gap(13)
@pytest.mark.parametrize("case", [case for case in REFUSED if case not in ("unknown definition", "type and strategy")])
def test_a_run_that_cannot_be_is_refused(aws: LocalAws, case: str) -> None:
    """botocore, RunTask; texts of the count, startedBy and length cases are assumed, the others are reported."""
    _refused(aws, case)


@pytest.mark.parametrize("case", ["unknown definition", "type and strategy"])
def test_a_run_that_moto_refuses_too(aws: LocalAws, case: str) -> None:
    _refused(aws, case)


def _refused(aws: LocalAws, case: str) -> None:
    ecs = aws.client("ecs")
    arn = ecs.register_task_definition(family="job", containerDefinitions=[container()])["taskDefinition"]
    if case == "inactive definition":
        ecs.deregister_task_definition(taskDefinition=arn["taskDefinitionArn"])
    members, told = REFUSED[case]
    request = {"cluster": "default", "taskDefinition": arn["taskDefinitionArn"], **members}
    assert refusal(ecs.run_task, **request) == told


@pytest.mark.gap(13)
def test_a_deleted_cluster_runs_nothing(aws: LocalAws) -> None:
    """botocore, DeleteCluster: the cluster transitions to INACTIVE."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="gone")
    assert ecs.delete_cluster(cluster="gone")["cluster"]["status"] == "INACTIVE"
    ecs.register_task_definition(family="job", containerDefinitions=[container()])
    told = refusal(ecs.run_task, cluster="gone", taskDefinition="job")
    assert told == ("ClusterNotFoundException", "Cluster not found.")


@pytest.mark.gap(13)
def test_making_a_cluster_again_returns_it_as_it_is(aws: LocalAws) -> None:
    """Developer guide; moto replaces the cluster and its tags."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="jobs", tags=[{"key": "team", "value": "data"}])
    assert ecs.create_cluster(clusterName="jobs")["cluster"]["tags"] == [{"key": "team", "value": "data"}]


@pytest.mark.gap(11)
def test_ec2_without_an_instance_is_a_refusal_not_a_crash(aws: LocalAws) -> None:
    """reported text; moto raises a bare Exception."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="empty")
    ecs.register_task_definition(family="job", containerDefinitions=[container()])
    told = refusal(ecs.run_task, cluster="empty", taskDefinition="job", launchType="EC2")
    assert told == ("InvalidParameterException", "No Container Instances were found in your cluster.")


NETWORKS: dict[str, tuple[dict[str, Any] | None, str]] = {
    "none": (None, "Network Configuration must be provided when networkMode 'awsvpc' is specified."),
    "no subnet": ({"awsvpcConfiguration": {"subnets": []}}, "subnets can not be empty."),
    "unknown subnet": (
        {"awsvpcConfiguration": {"subnets": ["subnet-0"]}},
        "Error retrieving subnet information for [subnet-0]: The subnet ID 'subnet-0' does not exist "
        "(ErrorCode: InvalidSubnetID.NotFound)",
    ),
}


@pytest.mark.parametrize("case", NETWORKS)
def test_a_network_that_cannot_be_is_refused(aws: LocalAws, case: str) -> None:
    """reported texts, as moto quotes them for services."""
    ecs = aws.client("ecs")
    ecs.register_task_definition(family="job", containerDefinitions=[container()], **FARGATE)
    network, message = NETWORKS[case]
    members = {"networkConfiguration": network} if network else {}
    told = refusal(ecs.run_task, taskDefinition="job", launchType="FARGATE", **members)
    assert told == ("InvalidParameterException", message)


@pytest.mark.gap(13)
def test_tags_of_the_definition_can_be_propagated(aws: LocalAws, run: Any, task: Any) -> None:
    """botocore, RunTask.propagateTags and enableECSManagedTags."""
    ecs = aws.client("ecs")
    ecs.register_task_definition(
        family="tagged", containerDefinitions=[container()], tags=[{"key": "owner", "value": "us"}]
    )
    own = [{"key": "own", "value": "1"}]
    answer = ecs.run_task(taskDefinition="tagged", propagateTags="TASK_DEFINITION", tags=own, enableECSManagedTags=True)
    assert {tag["key"]: tag["value"] for tag in task(answer["tasks"][0]["taskArn"])["tags"]} == {
        "owner": "us",
        "own": "1",
        "aws:ecs:clusterName": "default",
    }


def test_no_capacity_is_a_failure_in_an_answer_of_200(aws: LocalAws, run: Any) -> None:
    """Developer guide, "API failures messages"."""
    answer = run("capacity unavailable")
    reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone"
    assert answer["tasks"] == []
    assert [failure["reason"] for failure in answer["failures"]] == [reason]


def test_some_of_several_may_fail(aws: LocalAws, run: Any) -> None:
    """botocore, RunTaskResponse.failures."""
    aws.faults.add("ecs:RunTask", "failures", count=1, reason="RESOURCE:MEMORY")
    answer = run(count=3)
    assert (len(answer["tasks"]), [failure["reason"] for failure in answer["failures"]]) == (2, ["RESOURCE:MEMORY"])


def test_a_spot_strategy_names_its_provider(aws: LocalAws, run: Any, task: Any) -> None:
    """botocore, Task.capacityProviderName."""
    network = {"awsvpcConfiguration": {"subnets": [subnet(aws)]}}
    definition = {"containerDefinitions": [container()], **FARGATE}
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    answer = run(definition=definition, capacityProviderStrategy=strategy, networkConfiguration=network)
    (started,) = answer["tasks"]
    assert (started["launchType"], started["capacityProviderName"]) == ("FARGATE", "FARGATE_SPOT")


def test_a_service_says_which_revision_it_uses(aws: LocalAws) -> None:
    """botocore, Service.taskDefinition."""
    ecs = aws.client("ecs")
    arn = ecs.register_task_definition(family="web", containerDefinitions=[container()])["taskDefinition"]
    arn = arn["taskDefinitionArn"]
    ecs.create_service(serviceName="web", taskDefinition="web", desiredCount=1)
    (listed,) = ecs.list_services()["serviceArns"]
    (service,) = ecs.describe_services(services=[listed])["services"]
    assert service["taskDefinition"] == arn
    ecs.deregister_task_definition(taskDefinition=arn)
    ecs.delete_task_definitions(taskDefinitions=[arn])
    aws.advance(3600)
    assert ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"] == "DELETE_IN_PROGRESS"
