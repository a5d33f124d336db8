"""ECS tasks: how they are run, live, end, are found and stopped, on the virtual clock.

Sources: botocore's documentation of RunTask, StopTask, ListTasks, DescribeTasks and of Task's members; the developer
guide's "Task lifecycle" and "Stopped task error codes". How long a step takes is the embedded AWS's own choice.
"""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import FARGATE, container, refusal

LOGS: dict[str, Any] = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "job"},
}


def subnet(aws: LocalAws) -> Any:
    return aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]


@pytest.mark.gap(7)
def test_a_task_lives_by_the_clock_and_not_by_being_looked_at(aws: LocalAws, run: Any, task: Any) -> None:
    arn = run("exit 3 after 40s")["tasks"][0]["taskArn"]
    for _ in range(20):
        assert task(arn)["lastStatus"] == "PENDING"
    aws.advance(10)
    assert task(arn)["lastStatus"] == "RUNNING"
    aws.advance(39)
    assert task(arn)["lastStatus"] == "RUNNING"
    aws.advance(1)
    assert (task(arn)["lastStatus"], task(arn)["desiredStatus"]) == ("DEPROVISIONING", "STOPPED")
    aws.advance(5)
    ended = task(arn)
    assert (ended["lastStatus"], ended["stopCode"], ended["stoppedReason"]) == (
        "STOPPED",
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert ended["containers"][0]["exitCode"] == 3
    ticks = [
        ended[name].timestamp() - ended["createdAt"].timestamp() for name in ("startedAt", "stoppingAt", "stoppedAt")
    ]
    assert ticks == [10, 50, 55]


@pytest.mark.gap(7)
def test_an_awsvpc_task_begins_with_its_network(aws: LocalAws, run: Any, task: Any) -> None:
    """Developer guide: PROVISIONING is where the elastic network interface is made."""
    network = {"awsvpcConfiguration": {"subnets": [subnet(aws)]}}
    definition = {"containerDefinitions": [container()], **FARGATE}
    answer = run(definition=definition, launchType="FARGATE", networkConfiguration=network)
    arn = answer["tasks"][0]["taskArn"]
    assert task(arn)["lastStatus"] == "PROVISIONING"
    aws.advance(2)
    assert task(arn)["lastStatus"] == "PENDING"
    assert (task(arn)["cpu"], task(arn)["memory"], task(arn)["launchType"]) == ("256", "512", "FARGATE")
    assert task(arn)["attachments"][0]["type"] == "ElasticNetworkInterface"


@pytest.mark.gap(7)
def test_all_containers_are_told_with_their_own_codes(aws: LocalAws, run: Any, task: Any) -> None:
    """An essential container that ends takes the others with it: SIGTERM, 143."""
    both = {"containerDefinitions": [container("main"), container("sidecar", essential=False)]}
    arn = run(definition=both)["tasks"][0]["taskArn"]
    aws.advance(60)
    told = {item["name"]: (item["lastStatus"], item["exitCode"]) for item in task(arn)["containers"]}
    assert told == {"main": ("STOPPED", 0), "sidecar": ("STOPPED", 143)}


@pytest.mark.gap(7)
def test_a_container_waits_for_those_it_depends_on(aws: LocalAws, run: Any, task: Any) -> None:
    """botocore, ContainerDependency: SUCCESS waits for exit code 0."""
    waits = [{"containerName": "first", "condition": "SUCCESS"}]
    containers = [container("first", essential=False), container("main", dependsOn=waits)]
    aws.outcome("job", "exit 0 after 20s", container="first")
    arn = run(definition={"containerDefinitions": containers})["tasks"][0]["taskArn"]
    aws.advance(20)
    assert [item["lastStatus"] for item in task(arn)["containers"]] == ["RUNNING", "PENDING"]
    aws.advance(10)
    assert [item["lastStatus"] for item in task(arn)["containers"]] == ["STOPPED", "RUNNING"]


@pytest.mark.gap(7)
@pytest.mark.parametrize(
    ("outcome", "code", "reason", "exit_code"),
    [
        ("cannot pull", "TaskFailedToStart", "CannotPullContainerError: pull image manifest", None),
        ("cannot initialize", "TaskFailedToStart", "ResourceInitializationError: unable to pull secrets", None),
        ("out of memory", "EssentialContainerExited", "Essential container in task exited", 137),
        ("spot interruption", "SpotInterruption", "Your Spot Task was interrupted.", 143),
        ("host terminated", "TerminationNotice", "Host EC2 (instance ", 143),
    ],
)
def test_a_task_ends_in_every_documented_way(
    aws: LocalAws, run: Any, task: Any, outcome: Any, code: Any, reason: Any, exit_code: Any
) -> None:
    """Developer guide, "Amazon ECS stopped tasks error messages" and botocore's TaskStopCode."""
    arn = run(outcome)["tasks"][0]["taskArn"]
    aws.advance(60)
    ended = task(arn)
    assert (ended["lastStatus"], ended["stopCode"]) == ("STOPPED", code)
    assert ended["stoppedReason"].startswith(reason)
    assert ended["containers"][0].get("exitCode") == exit_code


@pytest.mark.gap(7)
def test_a_task_that_never_starts_stays_pending(aws: LocalAws, run: Any, task: Any) -> None:
    arn = run("never starts")["tasks"][0]["taskArn"]
    aws.advance(86_400)
    assert task(arn)["lastStatus"] == "PENDING"


def test_a_manifest_can_say_how_its_container_ends(aws: LocalAws, run: Any, task: Any) -> None:
    by_variable = {"containerDefinitions": [container(environment=[{"name": "LOCAL_OUTCOME", "value": "exit 7"}])]}
    by_label = {"containerDefinitions": [container(dockerLabels={"local.outcome": "exit 8"})]}
    arns = [run(definition=definition)["tasks"][0]["taskArn"] for definition in (by_variable, by_label)]
    aws.advance(60)
    assert [task(arn)["containers"][0]["exitCode"] for arn in arns] == [7, 8]
    override = {"containerOverrides": [{"name": "main", "environment": [{"name": "LOCAL_OUTCOME", "value": "exit 9"}]}]}
    arn = run(definition=by_variable, overrides=override)["tasks"][0]["taskArn"]
    aws.advance(60)
    assert task(arn)["containers"][0]["exitCode"] == 9


def test_an_outcome_that_says_nothing_is_refused(aws: LocalAws, run: Any) -> None:
    definition = {"containerDefinitions": [container(dockerLabels={"local.outcome": "explode"})]}
    aws.client("ecs").register_task_definition(family="job", **definition)
    assert refusal(aws.client("ecs").run_task, taskDefinition="job") == (
        "InvalidParameterException",
        "outcome: 'explode' (expected such as 'exit 3 after 40s', see reconciler.local.outcomes)",
    )


@pytest.mark.gap(7)
def test_a_stopped_task_is_seen_for_an_hour_and_then_missing(aws: LocalAws, run: Any, task: Any) -> None:
    """botocore, DescribeTasks: "Stopped tasks … for at least one hour". Exactly one hour is assumed."""
    arn = run()["tasks"][0]["taskArn"]
    aws.advance(20 + 3599)
    assert task(arn)["lastStatus"] == "STOPPED"
    aws.advance(1)
    answer = aws.client("ecs").describe_tasks(tasks=[arn])
    assert (answer["tasks"], answer["failures"]) == ([], [{"arn": arn, "reason": "MISSING"}])


# -- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.gap(5)
def test_a_list_without_a_status_has_what_shall_run(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.desiredStatus: "The default status filter is RUNNING"."""
    arn = run()["tasks"][0]["taskArn"]
    ecs = aws.client("ecs")
    assert ecs.list_tasks()["taskArns"] == [arn]
    aws.advance(60)
    assert ecs.list_tasks()["taskArns"] == []
    assert ecs.list_tasks(desiredStatus="STOPPED")["taskArns"] == [arn]


@pytest.mark.gap(5)
def test_started_by_must_be_the_only_filter(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.startedBy: "When you specify startedBy as the filter, it must be the only filter"."""
    arn = run(startedBy="rc/1/2")["tasks"][0]["taskArn"]
    run(startedBy="rc/1/3")
    ecs = aws.client("ecs")
    assert ecs.list_tasks(startedBy="rc/1/2")["taskArns"] == [arn]
    assert refusal(ecs.list_tasks, startedBy="rc/1/2", family="job")[0] == "InvalidParameterException"


@pytest.mark.gap(5)
def test_assumed_started_by_goes_with_a_desired_status(aws: LocalAws, run: Any) -> None:
    """The documentation leaves open whether the status is a filter; if it is, finished runs are found by family."""
    arn = run(startedBy="rc/1/2")["tasks"][0]["taskArn"]
    aws.advance(60)
    assert aws.client("ecs").list_tasks(startedBy="rc/1/2", desiredStatus="STOPPED")["taskArns"] == [arn]


@pytest.mark.gap(5)
def test_a_family_finds_tasks_of_its_inactive_revisions(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.family."""
    answer = run()["tasks"][0]
    aws.client("ecs").deregister_task_definition(taskDefinition=answer["taskDefinitionArn"])
    assert aws.client("ecs").list_tasks(family="job")["taskArns"] == [answer["taskArn"]]


@pytest.mark.gap(6)
def test_tasks_come_in_pages(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.maxResults and nextToken."""
    arns = {task["taskArn"] for task in run(count=3)["tasks"]}
    pages = list(aws.client("ecs").get_paginator("list_tasks").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["taskArns"]) for page in pages] == [2, 1]
    assert {arn for page in pages for arn in page["taskArns"]} == arns


@pytest.mark.gap(13)
def test_a_task_is_only_found_in_its_cluster(aws: LocalAws, run: Any) -> None:
    """botocore, DescribeTasks.cluster; the failure's reason is documented as MISSING in "API failures messages"."""
    arn = run()["tasks"][0]["taskArn"]
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="default2")
    assert ecs.describe_tasks(cluster="default2", tasks=[arn])["failures"][0]["reason"] == "MISSING"
    assert ecs.list_tasks(cluster="default2")["taskArns"] == []


def test_at_most_a_hundred_tasks_are_described_at_once(aws: LocalAws) -> None:
    """botocore, DescribeTasks.tasks: "A list of up to 100 task IDs"."""
    ecs = aws.client("ecs")
    assert refusal(ecs.describe_tasks, tasks=["0" * 32] * 101)[0] == "InvalidParameterException"
    assert refusal(ecs.describe_tasks, tasks=[]) == ("InvalidParameterException", "Tasks cannot be empty.")


def test_the_waiter_ends_when_the_task_has_stopped(aws: LocalAws, run: Any) -> None:
    """botocore's waiter tasks_stopped."""
    arn = run()["tasks"][0]["taskArn"]
    aws.advance(60)
    aws.client("ecs").get_waiter("tasks_stopped").wait(tasks=[arn])


# -- stopping ---------------------------------------------------------------------------------------------------------


@pytest.mark.gap(21)
def test_stopping_a_task_deletes_its_tags(aws: LocalAws, run: Any, task: Any) -> None:
    """botocore, StopTask: "Any tags associated with the task will be deleted"."""
    arn = run("runs forever", tags=[{"key": "job", "value": "report"}])["tasks"][0]["taskArn"]
    assert task(arn)["tags"] == [{"key": "job", "value": "report"}]
    aws.client("ecs").stop_task(task=arn)
    assert task(arn)["tags"] == []


@pytest.mark.gap(7)
@pytest.mark.parametrize(
    ("outcome", "seconds", "code"), [("runs forever", 1, 143), ("runs forever; ignores SIGTERM", 30, 137)]
)
def test_a_stopped_container_obeys_sigterm_or_is_killed(
    aws: LocalAws, run: Any, task: Any, outcome: Any, seconds: Any, code: Any
) -> None:
    """botocore, StopTask: "SIGTERM value and a default 30-second timeout, after which the SIGKILL value is sent"."""
    arn = run(outcome)["tasks"][0]["taskArn"]
    aws.advance(10)
    answer = aws.client("ecs").stop_task(task=arn, reason="enough")["task"]
    assert (answer["desiredStatus"], answer["stopCode"], answer["stoppedReason"]) == (
        "STOPPED",
        "UserInitiated",
        "enough",
    )
    aws.advance(seconds)
    assert task(arn)["containers"][0]["exitCode"] == code
    aws.advance(5)
    assert task(arn)["lastStatus"] == "STOPPED"


@pytest.mark.gap(7)
def test_a_task_stopped_before_it_started_has_no_exit_code(aws: LocalAws, run: Any, task: Any) -> None:
    arn = run()["tasks"][0]["taskArn"]
    aws.client("ecs").stop_task(task=arn)
    aws.advance(60)
    assert (task(arn)["lastStatus"], "exitCode" in task(arn)["containers"][0]) == ("STOPPED", False)
    assert "startedAt" not in task(arn)


@pytest.mark.gap(7)
def test_stopping_again_changes_nothing(aws: LocalAws, run: Any, task: Any) -> None:
    """assumed: nothing public tells; the first reason is the one that is true."""
    arn = run("runs forever")["tasks"][0]["taskArn"]
    for reason in ("first", "second"):
        aws.client("ecs").stop_task(task=arn, reason=reason)
    assert task(arn)["stoppedReason"] == "first"


@pytest.mark.gap(11)
def test_stopping_an_unknown_task_is_a_refusal_not_a_crash(aws: LocalAws, run: Any) -> None:
    """reported text; moto raises a bare Exception, which its server answers with 500."""
    run()
    told = refusal(aws.client("ecs").stop_task, task="0" * 32)
    assert told == ("InvalidParameterException", "The referenced task was not found.")


# -- running ----------------------------------------------------------------------------------------------------------


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


# -- logs -------------------------------------------------------------------------------------------------------------


@pytest.mark.gap(17)
def test_a_container_writes_into_its_stream(aws: LocalAws, run: Any) -> None:
    """Developer guide, awslogs-stream-prefix: `prefix-name/container-name/ecs-task-id`."""
    definition = {"containerDefinitions": [container(logConfiguration=LOGS)]}
    answer = run("log hello; log later after 3s; exit 0 after 5s", definition=definition)
    task_id = answer["tasks"][0]["taskArn"].rpartition("/")[2]
    aws.advance(60)
    events = aws.client("logs").get_log_events(logGroupName="/ecs", logStreamName=f"job/main/{task_id}")["events"]
    start = 1767225600000 + 10_000
    assert [(event["timestamp"] - start, event["message"]) for event in events] == [(0, "hello"), (3000, "later")]


@pytest.mark.gap(17)
def test_a_container_without_its_log_group_does_not_start(aws: LocalAws, run: Any, task: Any) -> None:
    """reported: ResourceInitializationError … The specified log group does not exist."""
    log = {**LOGS, "options": LOGS["options"] | {"awslogs-group": "/missing"}}
    arn = run(definition={"containerDefinitions": [container(logConfiguration=log)]})["tasks"][0]["taskArn"]
    aws.advance(60)
    assert task(arn)["stopCode"] == "TaskFailedToStart"
    assert "The specified log group does not exist." in task(arn)["stoppedReason"]


# -- others who use a definition --------------------------------------------------------------------------------------


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
