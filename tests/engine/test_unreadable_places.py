"""A cluster or queue that the caller may not look at is the failure of the jobs there, and keeps no other from running."""

from collections.abc import Callable

import pytest

from reconciler.errors import AwsCallError, OutcomeUnknown
from reconciler.model import Health, Sync
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import passes, scheduled, starts
from tests.engine.test_pass import axes

ELSEWHERE = "{cluster: other}"
UNREADABLE = (Sync.ERROR, Health.UNKNOWN)


def broken(directory: Directory, action: str, effect: str, **options: str) -> None:
    """Let every call of an action about the other cluster meet an effect of the fault plan."""
    directory.aws.faults.add(action, effect, times=None, where={"cluster": "other"}, **options)


@pytest.mark.parametrize(
    "options", [{"effect": "deny"}, {"effect": "error", "code": "InvalidParameterException", "reason": "no cluster"}]
)
def test_schedules_elsewhere_are_started(directory: Directory, options: dict[str, str]) -> None:
    directory.write(good=scheduled("good"), bad=scheduled("bad", run=ELSEWHERE))
    broken(directory, "ecs:ListTasks", **options)
    report = passes(directory, 960, every=60)
    assert axes(report) == {"bad": UNREADABLE, "good": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert starts(directory) == {("good", "2026-01-01T00:15:00Z"): 1}
    assert [step.error[:10] for step in report.steps if step.job == "bad"] == ["ListTasks:"]


def test_one_shots_elsewhere_are_launched_and_what_ran_there_goes_on(directory: Directory) -> None:
    directory.write(bad=one_shot("bad", outcome="exit 0 after 10m", run=ELSEWHERE))
    directory.once()
    directory.write(good=one_shot("good"))
    broken(directory, "ecs:DescribeTasks", "deny")
    assert axes(passes(directory, 1200, every=300)) == {"bad": UNREADABLE, "good": (Sync.IN_SYNC, Health.SUCCEEDED)}
    directory.aws.faults.clear()
    assert axes(directory.once())["bad"] == (Sync.IN_SYNC, Health.SUCCEEDED)


@pytest.mark.parametrize(
    ("text", "action"), [(scheduled, "ecs:ListTasks"), (one_shot, "ecs:DescribeTasks")], ids=["schedule", "one-shot"]
)
def test_an_answer_that_does_not_come_ends_the_pass(
    directory: Directory, text: Callable[..., str], action: str
) -> None:
    directory.write(bad=text("bad", run=ELSEWHERE))
    directory.once()
    broken(directory, action, "server_error")
    with pytest.raises(AwsCallError) as met:
        directory.once()
    assert isinstance(met.value, OutcomeUnknown)
