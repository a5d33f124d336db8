"""The state file: one story over several starts, and files that cannot be read."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from reconciler.local import LocalAws
from reconciler.local.state import ForeignFileError

from .conformance import FARGATE, container


def start(state: Path, **options: Any) -> Any:
    return LocalAws(state=state, **{"clock": "manual", **options})


def register(aws: LocalAws, family: str = "f", **members: Any) -> Any:
    return aws.client("ecs").register_task_definition(family=family, containerDefinitions=[container()], **members)


def test_everything_of_ours_survives_a_restart_and_the_clock_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with start(state) as aws:
        register(aws)
        aws.outcome("f", "exit 5 after 40s")
        arn = aws.client("ecs").run_task(taskDefinition="f", clientToken="t")["tasks"][0]["taskArn"]
        aws.client("logs").create_log_stream(logGroupName="/ecs", logStreamName="claim")
        aws.advance(30)
        before = aws.now()
    with start(state) as aws:
        assert aws.now() == before
        (task,) = aws.client("ecs").describe_tasks(tasks=[arn])["tasks"]
        assert task["lastStatus"] == "RUNNING"
        aws.advance(30)
        (task,) = aws.client("ecs").describe_tasks(tasks=[arn])["tasks"]
        assert (task["lastStatus"], task["containers"][0]["exitCode"]) == ("STOPPED", 5)
        repeated = aws.client("ecs").run_task(taskDefinition="f", clientToken="t")["tasks"]
        assert [again["taskArn"] for again in repeated] == [arn]
        assert register(aws)["taskDefinition"]["revision"] == 2
        (told,) = aws.client("logs").describe_log_streams(logGroupName="/ecs", logStreamNamePrefix="claim")[
            "logStreams"
        ]
        assert told["logStreamName"] == "claim"


def test_what_moto_holds_is_made_again_with_the_same_identifiers(tmp_path: Path) -> None:
    """moto cannot be dumped: its mutating calls are repeated under the same seeds. Messages of queues are forgotten."""
    state = tmp_path / "state.json"
    with start(state) as aws:
        aws.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
        queue = aws.client("sqs").create_queue(QueueName="events")["QueueUrl"].rpartition("/")[2]
        secret = aws.client("secretsmanager").create_secret(Name="db", SecretString="x")["ARN"]
    with start(state) as aws:
        assert aws.client("secretsmanager").describe_secret(SecretId="db")["ARN"] == secret
        assert aws.client("iam").get_role(RoleName="worker")["Role"]["Arn"].endswith(":role/worker")
        assert aws.client("sqs").list_queues()["QueueUrls"][0].rpartition("/")[2] == queue


def test_two_in_one_process_do_not_see_each_others_moto() -> None:
    """moto's state is one per process: the one that calls takes it over."""
    with LocalAws(clock="manual") as one, LocalAws(clock="manual") as other:
        one.client("iam").create_role(RoleName="of-one", AssumeRolePolicyDocument="{}")
        assert other.client("iam").list_roles()["Roles"] == []
        assert [role["RoleName"] for role in one.client("iam").list_roles()["Roles"]] == ["of-one"]


def test_the_file_is_private_and_replaced_in_one_step(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with start(state) as aws:
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        first = state.stat().st_ino
        register(aws)
        aws.save()
        assert state.stat().st_ino != first
        assert sorted(path.name for path in tmp_path.iterdir()) == ["state.json"]


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with start(state) as aws:
        first = state.stat().st_ino
        aws.client("ecs").list_clusters()
        aws.save()
        assert state.stat().st_ino == first


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"format":1,"wor', "damaged: Unterminated string starting at: line 1 column 13 (char 12)"),
        ('{"format":99}', "written by format 99, this is format 1"),
        ('{"format":1,"world":{},"moto":[]}', "KeyError: 'due'"),
    ],
)
def test_a_damaged_file_is_put_aside_with_a_message_and_a_fresh_start(tmp_path: Path, content: Any, why: Any) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    with start(state) as aws:
        assert aws.warnings == [
            f"{state}: cannot be used ({why}); starting afresh, the old file is kept as state.json.unreadable-1"
        ]
        assert aws.client("ecs").list_clusters()["clusterArns"] != []
    assert (tmp_path / "state.json.unreadable-1").read_text() == content
    assert json.loads(state.read_text())["format"] == 1


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "README.md"
    state.write_text("# mine\n")
    with pytest.raises(ForeignFileError, match="this is not a state file of the embedded AWS; it was left as it is"):
        start(state).start()
    assert state.read_text() == "# mine\n"


def test_a_wall_clock_does_what_became_due_meanwhile(tmp_path: Path) -> None:
    """A private embedded AWS of one command ends its tasks by the time of the next."""
    state = tmp_path / "state.json"
    with start(state, clock="wall") as aws:
        before = time.time()
        register(aws, networkMode="bridge")
        aws.outcome("f", "starts after 1ms; exit 0 after 1ms")
        arn = aws.client("ecs").run_task(taskDefinition="f")["tasks"][0]["taskArn"]
        assert aws.now() >= before
    saved = json.loads(state.read_text())
    saved["world"]["offset"] = 60.0
    state.write_text(json.dumps(saved, separators=(",", ":")))
    with start(state, clock="wall") as aws:
        (task,) = aws.client("ecs").describe_tasks(tasks=[arn])["tasks"]
        assert task["lastStatus"] == "STOPPED"


def test_the_default_world_has_what_a_first_try_needs(aws: LocalAws) -> None:
    """A cluster with Fargate and instances, a default VPC, a log group."""
    (cluster,) = aws.client("ecs").describe_clusters(clusters=["default"])["clusters"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cluster["registeredContainerInstancesCount"] == 2
    (vpc,) = aws.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert aws.client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"] != []
    assert [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]] == ["/ecs"]


def test_identifiers_are_the_same_in_worlds_that_were_asked_the_same() -> None:
    told = []
    for _ in range(2):
        with LocalAws(clock="manual") as aws:
            vpc = aws.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
            register(aws, **FARGATE)
            told.append((vpc, aws.world.hex_id()))
    assert told[0] == told[1]


def test_a_snapshot_brings_everything_back_and_tells_changes_apart(aws: LocalAws) -> None:
    register(aws)
    before, then = aws.snapshot(), aws.now()
    aws.client("ecs").list_task_definitions()
    assert aws.snapshot() == before, "looking changes nothing"
    register(aws)
    aws.client("ecs").run_task(taskDefinition="f")
    aws.advance(90)
    assert aws.snapshot() != before
    aws.restore(before)
    assert (aws.snapshot(), aws.now()) == (before, then)
    assert aws.client("ecs").list_tasks()["taskArns"] == []
    assert register(aws)["taskDefinition"]["revision"] == 2
