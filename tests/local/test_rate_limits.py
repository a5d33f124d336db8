"""The embedded AWS's request throttling, on its own clock."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws
from reconciler.local.connection import connected
from reconciler.local.discovery import Running, leave_note


def register(aws: LocalAws, account: str | None = None) -> None:
    aws.client("ecs", account=account).register_task_definition(
        family="f", containerDefinitions=[{"name": "main", "image": "app:1", "memory": 64}]
    )


def refused(aws: LocalAws) -> str:
    with pytest.raises(ClientError) as caught:
        register(aws)
    return str(caught.value.response["Error"]["Code"])


def test_twenty_registrations_at_once_then_one_a_second(aws: LocalAws) -> None:
    aws.limits.enforced = True
    for _ in range(20):
        register(aws)
    assert [refused(aws), refused(aws)] == ["ThrottlingException", "ThrottlingException"]
    aws.advance(1)
    register(aws)
    assert refused(aws) == "ThrottlingException"
    aws.advance(3600)
    for _ in range(20):
        register(aws)
    assert refused(aws) == "ThrottlingException"


def test_operations_of_one_bucket_share_it_and_accounts_do_not(aws: LocalAws) -> None:
    aws.limits.enforced = True
    for _ in range(20):
        register(aws)
    with pytest.raises(ClientError, match="Rate exceeded"):
        aws.client("ecs").deregister_task_definition(taskDefinition="f:1")
    register(aws, account="222222222222")
    aws.client("ecs").describe_task_definition(taskDefinition="f:1")


def test_it_is_off_unless_it_is_asked_for(aws: LocalAws) -> None:
    for _ in range(30):
        register(aws)
    with LocalAws(clock="manual", rate_limits=True) as other:
        other.limits.enforced = False
        other.reset()
        assert other.limits.enforced


@pytest.mark.parametrize("throttles", [True, False])
def test_a_command_learns_whether_the_running_one_throttles(tmp_path: Path, throttles: bool) -> None:
    state = tmp_path / "local.json"
    with LocalAws(clock="manual", state=state, rate_limits=throttles) as aws:
        note = Running(
            endpoint=aws.endpoint,
            token=aws.token,
            pid=0,
            account=aws.account,
            region=aws.region,
            throttles=aws.limits.enforced,
        )
        leave_note(state, note)
        with connected(state=state) as connection:
            assert connection.throttles is throttles
