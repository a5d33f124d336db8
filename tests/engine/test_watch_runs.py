"""The runs that a loop tells: those that the history knows, and never read twice."""

from datetime import timedelta

from reconciler.engine.watch_events import RunsSeen, Said
from reconciler.engine.watch_runs import SPAN
from reconciler.model import Run, RunState
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import BY_EVENTBRIDGE, scheduled
from tests.engine.test_watch import on_demand
from tests.engine.watching import Theatre, theatre


def seen(stage: Theatre) -> list[tuple[Run, ...]]:
    return [event.runs for event in stage.told if isinstance(event, RunsSeen)]


def read_whole(directory: Directory) -> tuple[Run, ...]:
    with directory.reconciler() as reconciler:
        return reconciler.operator.runs(directory.manifests().jobs, since=SPAN, limit=1000).runs or ()


def test_what_is_told_bit_by_bit_is_what_the_history_says(directory: Directory) -> None:
    directory.write(
        often=scheduled("often", 'cron: "*/10 * * * *"', outcome="exit 0 after 20s"),
        flaky=one_shot("flaky", outcome="exit 1 after 5s", more="backoffLimit: 1"),
        aws=scheduled("aws", 'cron: "*/15 * * * *"', engine=BY_EVENTBRIDGE),
    )
    stage = theatre(directory, interval=120, runs=1000)
    stage.run(1450)
    assert seen(stage)[-1] == read_whole(directory)
    assert {(run.job, run.state) for run in seen(stage)[-1]} >= {
        ("often", RunState.SUCCEEDED),
        ("flaky", RunState.FAILED),
        ("aws", RunState.SUCCEEDED),
    }
    assert {run.state for runs in seen(stage) for run in runs} >= {RunState.PENDING, RunState.RUNNING}


def test_the_history_is_read_whole_once(directory: Directory) -> None:
    directory.write(often=scheduled("often", 'cron: "0 * * * *"'))
    stage = theatre(directory, interval=3600, runs=1000)
    begin = directory.aws.now()
    stage.run(3 * 3600 + 100)
    times = [
        record.members["startTime"] / 1000 - record.time
        for record in directory.aws.calls.named("logs:FilterLogEvents")
        if record.members.get("logGroupName") == "/reconciler/tests/runs" and not record.members.get("filterPattern")
    ]
    assert len(seen(stage)[-1]) == 3
    assert times[0] == -SPAN.total_seconds()
    assert all(-2.1 * 3600 < since < 0 for since in times[1:]), times
    assert begin


def test_no_more_runs_are_told_than_are_wanted_and_none_of_what_is_gone(directory: Directory) -> None:
    directory.write(often=scheduled("often", "rate: 3 minutes"), other=on_demand("other"))
    stage = theatre(directory, interval=600, runs=2)
    stage.script.at(700, lambda: directory.remove("often"))
    stage.run(800)
    assert max(map(len, seen(stage))) == 2
    assert all(earlier.created >= later.created for earlier, later in zip(*two(stage), strict=False))  # type: ignore[operator]
    assert seen(stage)[-1] == ()


def two(stage: Theatre) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    runs = next(runs for runs in reversed(seen(stage)) if len(runs) == 2)
    return runs, runs[1:]


def test_what_is_older_than_two_days_is_told_no_more(directory: Directory) -> None:
    directory.write(early=one_shot("early"), late=on_demand("late"))
    stage = theatre(directory, interval=6 * 3600, runs=100)
    stage.script.at(SPAN.total_seconds() + 7200, lambda: directory.write(late=one_shot("late")))
    stage.run((SPAN + timedelta(hours=3)).total_seconds())
    assert [run.job for run in seen(stage)[-1]] == ["late"]


def test_that_they_are_not_known_is_said_once(directory: Directory) -> None:
    directory.write(often=scheduled("often", "rate: 3 minutes"))
    stage = theatre(directory, interval=60, runs=1000)
    group = {"logGroupName": "/reconciler/tests/runs"}
    stage.script.at(300, lambda: directory.aws.faults.add("logs:FilterLogEvents", "deny", times=None, where=group))
    stage.script.at(1500, directory.aws.faults.clear)
    stage.run(2000)
    said = [event.message for event in stage.told if isinstance(event, Said)]
    assert [message[:31] for message in said] == ["the newest runs are not known: "]
    assert len(seen(stage)[-1]) > 9
