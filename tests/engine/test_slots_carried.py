"""Runs of schedules that go on for longer than a pass reads back: what is carried over tells them as they were."""

import json

import pytest

from reconciler.model import Action, Health, Sync
from tests.engine.harness import Directory
from tests.engine.scheduled import passes, scheduled
from tests.engine.test_pass import axes, did

#: So far apart that what was carried over before the run has just gone out of sight when it is written again.
EVERY = 700
HOUR = 3600
AT_TWO = 'cron: "16 2 * * *"'


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("20m", id="a pass reads back into the first attempt"),
        pytest.param("5s", id="a pass reads back to between the attempts"),
    ],
)
def test_a_retry_that_goes_on_for_hours_is_followed_to_its_end(directory: Directory, first: str) -> None:
    directory.write(report=scheduled("report", AT_TWO, outcome=f"exit 3 after {first}", more="backoffLimit: 1"))
    directory.once()
    passes(directory, 12 * EVERY, EVERY)
    directory.aws.outcome("report", "exit 0 after 8h")
    passes(directory, 4 * EVERY, EVERY)
    hours = [passes(directory, 5 * EVERY, EVERY) for _ in range(7)]
    assert [axes(report)["report"] for report in hours] == [(Sync.IN_SYNC, Health.RUNNING)] * 7
    assert not [step for report in hours for step in report.steps if step.action is Action.LAUNCH]
    assert axes(passes(directory, 10 * EVERY, EVERY)) == {"report": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert sum(directory.started().values()) == 2


def test_a_schedule_stands_however_much_others_have_written_into_its_stream(directory: Directory) -> None:
    directory.write(report=scheduled("report", AT_TWO))
    directory.once()
    logs, now = directory.aws.client("logs"), int(directory.aws.now() * 1000)
    lines = [{"timestamp": now + number, "message": "not ours"} for number in range(1500)]
    logs.put_log_events(logGroupName="/reconciler/tests", logStreamName="schedule/report", logEvents=lines)
    directory.aws.advance(7 * HOUR)
    assert did(directory.once()) == []


def test_a_run_of_which_more_is_told_than_an_event_may_hold_is_followed_all_the_same(directory: Directory) -> None:
    directory.write(report=scheduled("report", AT_TWO, outcome="exit 0 after 20h"))
    directory.once()
    passes(directory, 12 * EVERY, EVERY)
    now = int(directory.aws.now() * 1000)
    told = {"event": "of a later version", "attempt": 0, "said": "x" * 2000, "slot": "2026-01-01T02:16:00Z"}
    lines = [{"timestamp": now + n, "message": json.dumps({**told, "n": n})} for n in range(600)]
    for part in (lines[:300], lines[300:]):
        directory.aws.client("logs").put_log_events(
            logGroupName="/reconciler/tests", logStreamName="schedule/report", logEvents=part
        )
    for hours in (3, 3, 3):
        directory.aws.advance(hours * HOUR)
        assert axes(directory.once()) == {"report": (Sync.IN_SYNC, Health.RUNNING)}
