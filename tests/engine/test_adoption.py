"""A definition that somebody else registered is taken over, and never is its one-shot launched for that."""

import contextlib

import pytest

from reconciler.model import Health, Sync
from tests.engine.harness import Directory, Killed, Mortality, one_shot
from tests.engine.test_pass import axes

UNKNOWN = {"legacy": (Sync.IN_SYNC, Health.UNKNOWN)}


@pytest.fixture
def legacy(directory: Directory) -> Directory:
    """A directory whose only one-shot says what is registered already, but for its outcome."""
    members = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    role, containers = "arn:aws:iam::123456789012:role/exec", [{"name": "app", "image": "app:1"}]
    directory.aws.client("ecs").register_task_definition(
        family="legacy", executionRoleArn=role, containerDefinitions=containers, **members
    )
    directory.write(legacy=one_shot("legacy", more="adopt: true"))
    return directory


def test_an_adopted_one_shot_is_not_launched(legacy: Directory) -> None:
    assert axes(legacy.wait()) == UNKNOWN
    assert axes(legacy.wait()) == UNKNOWN
    assert not legacy.started()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "action", ["logs:CreateLogStream", "logs:PutLogEvents", "ecs:RegisterTaskDefinition", "ecs:TagResource"]
)
def test_nor_when_the_adopting_pass_is_killed_on_its_way(legacy: Directory, action: str, after: bool) -> None:
    """What is ours and has no record would be launched: so it is on record before it is ours."""
    with contextlib.suppress(Killed):  # a call that AWS refuses, for want of the group, has no "after"
        legacy.once(Mortality(action=action, call=1, after=after))
    assert axes(legacy.wait()) == UNKNOWN
    assert not legacy.started()


def test_nor_when_it_was_suspended_meanwhile(legacy: Directory) -> None:
    legacy.write(legacy=one_shot("legacy", more="adopt: true\n          suspend: true"))
    assert axes(legacy.wait()) == {"legacy": (Sync.IN_SYNC, Health.SUSPENDED)}
    legacy.write(legacy=one_shot("legacy"))
    assert axes(legacy.wait()) == UNKNOWN
    assert not legacy.started()
