"""A pass that takes long, as the first of many jobs does, looks again before it launches anything."""

import pytest

from reconciler.errors import ExitCode
from reconciler.model import Action, Health, Status
from reconciler.reports.verdict import of_pass
from tests.engine.harness import Directory, Killed, Mortality, one_shot
from tests.engine.scheduled import scheduled

JOBS = 8


def write(directory: Directory) -> None:
    directory.write(**{f"job{number}": one_shot(f"job{number}") for number in range(JOBS)})


def test_what_took_long_to_register_is_launched_after_another_look(directory: Directory) -> None:
    write(directory)
    directory.aws.faults.add("ecs:RegisterTaskDefinition", "slow", seconds=60, times=None)
    report = directory.once()
    assert of_pass(report) is ExitCode.OK
    assert [(step.action, step.status) for step in report.steps if step.action is not Action.KEEP] == [
        *[(Action.CREATE, Status.DONE)] * JOBS,
        *[(Action.LAUNCH, Status.DONE)] * JOBS,
    ]
    assert {job.health for job in report.jobs} == {Health.PENDING}
    assert sorted(directory.started().values()) == [1] * JOBS


def test_what_takes_long_to_launch_is_launched_after_each_look_by_some(directory: Directory) -> None:
    write(directory)
    directory.aws.faults.add("ecs:RunTask", "slow", seconds=120, times=None)
    report = directory.once()
    assert of_pass(report) is ExitCode.OK
    assert [step.status for step in report.steps if step.action is Action.LAUNCH] == [Status.DONE] * JOBS
    assert sorted(directory.started().values()) == [1] * JOBS


def test_a_look_that_takes_long_itself_is_said_and_nothing_is_claimed(directory: Directory) -> None:
    write(directory)
    directory.aws.faults.add("logs:FilterLogEvents", "slow", seconds=400, times=None)
    report = directory.once()
    assert of_pass(report) is ExitCode.FAILED
    assert {step.error for step in report.steps if step.action is Action.LAUNCH} == {
        "AWS was looked at too long ago to launch on it; the next pass will"
    }
    assert "logs:CreateLogStream" not in directory.aws.calls.counts()
    directory.aws.faults.clear()
    directory.once()
    assert sorted(directory.started().values()) == [1] * JOBS


def test_what_was_begun_and_comes_too_late_to_be_finished_is_unknown(directory: Directory) -> None:
    directory.write(report=scheduled("report", run="{count: 25}", outcome="runs forever"))
    directory.once()
    directory.aws.advance(900)
    with pytest.raises(Killed):
        directory.once(Mortality(action="ecs:RunTask", call=3))
    directory.aws.advance(400)
    directory.once()
    (job,) = directory.once().jobs
    assert (job.health, job.message[:8]) == (Health.UNKNOWN, "unknown:")
