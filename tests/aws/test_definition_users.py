"""Who uses a revision: whatever would break, or still run it, when it is gone."""

from typing import Any

import pytest

from reconciler.aws.session import Aws
from reconciler.aws.task_definitions import TaskDefinitions
from reconciler.errors import CredentialsExpired
from reconciler.local import LocalAws
from reconciler.model import Revision

ROLE = "arn:aws:iam::123456789012:role/starts"
CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/jobs"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


@pytest.fixture
def revisions(caller: Aws) -> list[Revision]:
    caller.call("ecs:CreateCluster", clusterName="jobs")
    backend = TaskDefinitions(caller)
    found = []
    for _ in range(3):
        answer = caller.call(
            "ecs:RegisterTaskDefinition",
            family="a",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "main", "image": "app:1"}],
        )
        revision = backend.describe(answer["taskDefinition"]["taskDefinitionArn"])
        assert revision is not None
        found.append(revision)
    return found


def users(caller: Aws, revisions: list[Revision]) -> dict[int, str]:
    told = TaskDefinitions(caller).users(revisions)
    return {revision.number: told[revision.arn] for revision in revisions if revision.arn in told}


def test_nothing_uses_what_nothing_names(caller: Aws, revisions: list[Revision]) -> None:
    assert users(caller, revisions) == {}


def test_without_a_question_nothing_is_asked(caller: Aws) -> None:
    assert TaskDefinitions(caller).users([]) == {}
    assert caller.calls == {}


def test_a_running_task_uses_its_revision(caller: Aws, aws: LocalAws, revisions: list[Revision]) -> None:
    subnet = aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    task = caller.call(
        "ecs:RunTask",
        cluster="jobs",
        taskDefinition="a:2",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
    )["tasks"][0]["taskArn"]
    assert users(caller, revisions) == {2: f"task {task.rpartition('/')[2]}"}
    aws.advance(600)
    assert users(caller, revisions) == {}


def test_a_service_uses_the_revision_that_it_deploys(caller: Aws, revisions: list[Revision]) -> None:
    caller.call("ecs:CreateService", cluster="jobs", serviceName="web", taskDefinition="a:1", desiredCount=1)
    caller.call("ecs:UpdateService", cluster="jobs", service="web", taskDefinition="a:3")
    assert users(caller, revisions)[3] == "service web"


def test_a_rule_uses_the_revision_that_its_target_names(caller: Aws, aws: LocalAws, revisions: list[Revision]) -> None:
    rule(aws, "nightly", {"TaskDefinitionArn": revisions[0].arn, "TaskCount": 1})
    assert users(caller, revisions) == {1: "rule nightly"}


def test_a_rule_that_names_a_family_uses_its_newest_revision(
    caller: Aws, aws: LocalAws, revisions: list[Revision]
) -> None:
    rule(aws, "nightly", {"TaskDefinitionArn": revisions[0].arn.rpartition(":")[0], "TaskCount": 1})
    assert users(caller, revisions) == {3: "rule nightly"}
    assert users(caller, revisions[:2]) == {}


def test_what_a_family_stands_for_is_asked_once_and_unread_counts_as_used(
    caller: Aws, aws: LocalAws, revisions: list[Revision]
) -> None:
    for name in ("hourly", "nightly"):
        rule(aws, name, {"TaskDefinitionArn": revisions[0].arn.rpartition(":")[0], "TaskCount": 1})
    before = caller.calls
    assert users(caller, revisions) == {3: "rule hourly"}
    assert (caller.calls - before)["ecs:DescribeTaskDefinition"] == 1
    aws.faults.add("ecs:DescribeTaskDefinition", "deny", times=None)
    assert set(users(caller, revisions).values()) == {
        "perhaps something: DescribeTaskDefinition: ecs:DescribeTaskDefinition is not allowed on * for "
        "arn:aws:iam::123456789012:user/local (AccessDeniedException)"
    }


def rule(aws: LocalAws, name: str, ecs: dict[str, Any]) -> None:
    events = aws.client("events")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": CLUSTER, "RoleArn": ROLE, "EcsParameters": ecs}])


def schedule(aws: LocalAws, target: dict[str, Any]) -> None:
    aws.client("iam").create_role(
        RoleName="starts",
        AssumeRolePolicyDocument=(
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
            '"Principal":{"Service":"scheduler.amazonaws.com"}}]}'
        ),
    )
    aws.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"RoleArn": ROLE, **target},
    )


def test_a_schedule_uses_the_revision_that_its_target_names(
    caller: Aws, aws: LocalAws, revisions: list[Revision]
) -> None:
    schedule(aws, {"Arn": CLUSTER, "EcsParameters": {"TaskDefinitionArn": revisions[1].arn}})
    assert users(caller, revisions) == {2: "schedule default/nightly"}


def test_a_universal_target_uses_the_revision_in_its_input(
    caller: Aws, aws: LocalAws, revisions: list[Revision]
) -> None:
    request = f'{{"Cluster": "jobs", "TaskDefinition": "{revisions[1].arn}"}}'
    schedule(aws, {"Arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask", "Input": request})
    assert users(caller, revisions) == {2: "schedule default/nightly"}


@pytest.mark.parametrize(
    "call", ["ecs:ListClusters", "ecs:ListServices", "events:ListRules", "scheduler:ListSchedules"]
)
def test_what_cannot_be_read_counts_as_used(caller: Aws, aws: LocalAws, revisions: list[Revision], call: str) -> None:
    aws.faults.add(call, "error", code="AccessDeniedException", reason="no", times=None)
    told = users(caller, revisions)
    operation = call.partition(":")[2]
    why = f"perhaps something: {operation}: {call} is not allowed: no (AccessDeniedException)"
    assert told == {1: why, 2: why, 3: why}


def test_expired_credentials_stop_the_question(caller: Aws, aws: LocalAws, revisions: list[Revision]) -> None:
    aws.faults.add("ecs:ListClusters", "expired")
    with pytest.raises(CredentialsExpired):
        users(caller, revisions)
