"""ECS tasks: how they live and end on the virtual clock, and what they log.

Sources: botocore's documentation of RunTask, StopTask, ListTasks, DescribeTasks and of Task's members; the developer
guide's "Task lifecycle" and "Stopped task error codes". How long a step takes is the embedded AWS's own choice.
"""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import FARGATE, container, refusal, subnet

LOGS: dict[str, Any] = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "job"},
}


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
