"""A one-shot that is edited while it runs: the new generation runs, and how the old one ended is on record as well."""

import pytest

from reconciler.model import Health, Run, RunState, Sync
from tests.engine.batch import batch_job
from tests.engine.harness import Directory, one_shot

HOUR = 3600


def edited(directory: Directory, outcome: str, *, times: int = 1, more: str = "") -> None:
    """Let a one-shot begin, and edit it so many times while it goes on."""
    directory.write(migrate=one_shot("migrate", outcome=outcome, more=more))
    directory.once()
    directory.aws.advance(60)
    for time in range(times):
        text = one_shot("migrate", outcome="exit 0 after 5s", more=more)
        directory.write(migrate=text.replace("app:1", f"app:{time + 2}"))
        directory.once()


def runs(directory: Directory) -> list[Run]:
    """Answer the runs of the one-shot, oldest first."""
    with directory.reconciler() as reconciler:
        report = reconciler.operator.runs(directory.manifests().jobs, since=None, limit=20)
    return [*reversed(report.runs or ())]


@pytest.mark.parametrize(("outcome", "state"), [("exit 0", RunState.SUCCEEDED), ("exit 3", RunState.FAILED)])
def test_how_it_ended_outlives_the_hour_that_ecs_remembers(directory: Directory, outcome: str, state: RunState) -> None:
    edited(directory, f"{outcome} after 10m")
    directory.aws.advance(1200)
    directory.once()
    directory.aws.advance(5 * HOUR)
    assert [run.state for run in runs(directory)] == [state, RunState.SUCCEEDED]


def test_it_is_looked_at_until_it_has_ended_and_not_again(directory: Directory) -> None:
    edited(directory, "exit 0 after 30m", times=2)
    directory.aws.advance(HOUR)
    directory.once()
    directory.aws.calls.clear()
    directory.once()
    assert not directory.aws.calls.counts().get("ecs:DescribeTasks")
    assert [run.state for run in runs(directory)] == [RunState.SUCCEEDED] * 3


def test_it_is_not_tried_again(directory: Directory) -> None:
    edited(directory, "exit 3 after 10m", more="backoffLimit: 2")
    for _ in range(4):
        directory.aws.advance(1200)
        directory.once()
    assert sum(directory.started().values()) == 2


def test_who_goes_back_to_it_finds_it_done(directory: Directory) -> None:
    edited(directory, "exit 0 after 10m")
    directory.aws.advance(1200)
    directory.once()
    directory.aws.advance(5 * HOUR)
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 10m"))
    assert [job.health for job in directory.once().jobs] == [Health.SUCCEEDED]
    assert sum(directory.started().values()) == 2


def test_a_main_container_of_another_name_now_does_not_decide(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 10m"))
    directory.once()
    directory.aws.advance(60)
    directory.write(migrate=one_shot("migrate").replace("name: app", "name: main"))
    directory.once()
    directory.aws.advance(1200)
    directory.once()
    directory.aws.advance(5 * HOUR)
    assert [run.state for run in runs(directory)] == [RunState.SUCCEEDED, RunState.SUCCEEDED]


def test_that_it_cannot_be_looked_at_keeps_nothing_else_from_being_done(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 10m", run="{cluster: other}"))
    directory.once()
    directory.write(migrate=one_shot("migrate"))
    directory.once()
    directory.aws.faults.add("ecs:DescribeTasks", "deny", times=None, where={"cluster": "other"})
    report = directory.wait()
    assert [(job.health, job.sync) for job in report.jobs] == [(Health.SUCCEEDED, Sync.IN_SYNC)]
    assert not report.problems


def test_a_job_that_has_become_another_kind_is_looked_up_where_it_ran(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 10m"))
    directory.once()
    directory.write(migrate=batch_job("migrate"))
    directory.wait()
    directory.aws.advance(1200)
    directory.once()
    directory.aws.advance(5 * HOUR)
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 10m"))
    assert [job.health for job in directory.once().jobs if job.kind == "EcsJob"] == [Health.SUCCEEDED]


def test_many_are_asked_for_together(directory: Directory) -> None:
    names = [f"job{number}" for number in range(12)]
    directory.write(**{name: one_shot(name, outcome="exit 0 after 30m") for name in names})
    directory.once()
    directory.write(**{name: one_shot(name).replace("app:1", "app:2") for name in names})
    directory.wait()
    directory.aws.calls.clear()
    directory.once()
    assert directory.aws.calls.counts()["ecs:DescribeTasks"] == 1
