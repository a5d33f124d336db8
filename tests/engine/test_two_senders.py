"""Two loops that send the same launch: what one of them is refused says nothing of what the other one is answered."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from reconciler.model import Health
from tests.engine.harness import Directory, Killed, Mortality, one_shot

#: Longer than AWS remembers a token, and what it started.
DAY = 90_000.0


@dataclass(slots=True, kw_only=True)
class Overtaken(Mortality):
    """Lets somebody else act before the first call of an action, and is killed after it."""

    act: Callable[[], object] | None = None

    def passing(self, action: str) -> None:
        Mortality.passing(self, action)
        act, self.act = (self.act, None) if action == self.action else (None, self.act)
        if act is not None:
            act()


def overtaken(directory: Directory) -> None:
    """Let a loop that is about to launch be overtaken by another one, which AWS refuses, and die having launched."""
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    with contextlib.suppress(Killed):
        directory.once(Overtaken(action="ecs:RunTask", call=1, after=True, act=directory.once))
    directory.look()
    assert list(directory.started().values()) == [1]


@pytest.mark.parametrize("restart", [1.0, 3000.0])
def test_what_the_other_has_launched_is_found(directory: Directory, restart: float) -> None:
    directory.write(lone=one_shot("lone"))
    overtaken(directory)
    directory.aws.advance(restart)
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert list(directory.started().values()) == [1]


@pytest.mark.parametrize("restart", [4200.0, DAY])
def test_what_the_other_has_launched_and_aws_forgot_is_unknown(directory: Directory, restart: float) -> None:
    directory.write(lone=one_shot("lone"))
    overtaken(directory)
    directory.aws.advance(restart)
    assert [job.health for job in directory.wait().jobs] == [Health.UNKNOWN]
    assert list(directory.started().values()) == [1]


def test_a_refusal_long_after_the_other_announced_its_launch_speaks_for_both(directory: Directory) -> None:
    """The other one sends within five minutes or never; had it sent, the same token would have found its task."""
    directory.write(lone=one_shot("lone"))
    with contextlib.suppress(Killed):
        directory.once(Mortality(action="ecs:RunTask", call=1))
    directory.aws.advance(1200)
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    directory.once()
    directory.aws.advance(DAY)
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert list(directory.started().values()) == [1]


def test_capacity_may_be_missing_for_a_day(directory: Directory) -> None:
    directory.write(lone=one_shot("lone"))
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    directory.once()
    directory.aws.advance(DAY)
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert list(directory.started().values()) == [1]


def test_two_that_disagree_about_the_cluster_send_to_the_one_that_was_announced_first(directory: Directory) -> None:
    """With `rerunOn: key` another cluster is the same run: whose token is one in each cluster, not in both."""
    key = "once: {key: a, rerunOn: key}"
    directory.write(lone=one_shot("lone").replace("once: {}", key))

    def elsewhere() -> None:
        directory.write(lone=one_shot("lone", run="{cluster: other}").replace("once: {}", key))
        directory.once()

    directory.once(Overtaken(action="logs:PutLogEvents", act=elsewhere))
    directory.look()
    assert [name.partition("/")[0] for name in directory.tasks] == ["other"]
