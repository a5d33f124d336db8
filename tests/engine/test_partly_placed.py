"""A call that AWS places in part: nothing is added to it, what was started is stopped, and the attempt has failed."""

import contextlib

import pytest

from reconciler.model import Health
from tests.engine.harness import Directory, Killed, Mortality, one_shot

CAUSE = "partly placed: RESOURCE:MEMORY no container instance has as much of it free"
#: The ledger's and the history's writes of a launch: announced, launched, told; then the tasks are stopped.
CALLS = [
    ("ecs:RunTask", 1),
    ("logs:PutLogEvents", 2),
    ("logs:PutLogEvents", 3),
    ("logs:PutLogEvents", 4),
    ("logs:PutLogEvents", 5),
    ("ecs:StopTask", 1),
    ("ecs:StopTask", 2),
]


def partly(directory: Directory, more: str = "") -> None:
    directory.write(lone=one_shot("lone", outcome="exit 0 after 60s", run="{count: 3}", more=more))
    directory.aws.faults.add("ecs:RunTask", "failures", count=1, reason="RESOURCE:MEMORY")


def by_attempt(directory: Directory) -> list[int]:
    return [count for _, count in sorted(directory.started().items())]


def test_what_was_started_is_stopped_and_the_attempt_has_failed(directory: Directory) -> None:
    partly(directory)
    report = directory.wait()
    assert [(job.health, job.message) for job in report.jobs] == [
        (Health.FAILED, f"failed: reconciler: {CAUSE}"),
    ]
    assert by_attempt(directory) == [2]


def test_it_is_tried_again_as_any_attempt_that_has_failed(directory: Directory) -> None:
    partly(directory, "backoffLimit: 1")
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert by_attempt(directory) == [2, 3]


def test_the_answer_to_a_repeated_token_tells_no_failures(directory: Directory) -> None:
    partly(directory)
    directory.aws.faults.add("ecs:RunTask", "drop_after")
    assert [(job.health, job.message) for job in directory.wait().jobs] == [
        (Health.FAILED, "failed: reconciler: partly placed: there are 2 of 3"),
    ]
    assert by_attempt(directory) == [2]


def test_what_is_not_listed_yet_is_no_failure(directory: Directory) -> None:
    """A list may lag behind: its token tells all that a launch has made."""
    directory.write(lone=one_shot("lone", run="{count: 3}"))
    with contextlib.suppress(Killed):
        directory.once(Mortality(action="ecs:RunTask", call=1, after=True))
    directory.aws.faults.add("ecs:DescribeTasks", "failures", count=2, reason="MISSING")
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert by_attempt(directory) == [3]


@pytest.mark.parametrize(("action", "call"), CALLS)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("restart", [1.0, 600.0, 3000.0])
def test_whenever_it_is_killed_a_part_is_never_taken_for_the_whole(
    directory: Directory, action: str, call: int, after: bool, restart: float
) -> None:
    partly(directory)
    with contextlib.suppress(Killed):
        directory.wait(Mortality(action=action, call=call, after=after))
    directory.look()
    directory.aws.advance(restart)
    report = directory.wait()
    assert [job.health for job in report.jobs] == [Health.FAILED]
    assert list(directory.started().values()) == [2]
    assert {task["lastStatus"] for task in directory.tasks.values()} == {"STOPPED"}
