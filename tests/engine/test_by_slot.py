"""`run JOB --slot INSTANT`: a start of the schedule that nobody made is made up for, once."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.slot_memory import slot_text
from reconciler.errors import Refused, UsageError
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Health, Run, RunState
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import passes, scheduled, scheduled_batch, slot_events, told
from tests.engine.test_pass import axes

HOURLY = 'cron: "0 * * * *"'


def now(directory: Directory) -> datetime:
    return datetime.fromtimestamp(directory.aws.now(), UTC)


def last_hour(directory: Directory, back: int = 0) -> datetime:
    return now(directory).replace(minute=0, second=0, microsecond=0) - timedelta(hours=back)


def run_slot(directory: Directory, slot: datetime, name: str = "report") -> Run:
    with directory.reconciler() as reconciler:
        job = next(job for job in directory.manifests().jobs if job.name == name)
        report = directory.watched(lambda: reconciler.operator.run(job, RunChanges(), slot))
    assert report.runs
    return report.runs[0]


def missed(directory: Directory, manifest: str) -> datetime:
    """Register a scheduled job, let hours pass without a loop, and answer a slot that nobody has started."""
    directory.write(report=manifest)
    passes(directory, 120)
    directory.aws.advance(5.5 * 3600)
    return last_hour(directory, 2)


def test_a_missed_slot_is_made_up_for_with_its_own_time_and_followed_by_passes(directory: Directory) -> None:
    slot = missed(directory, scheduled("report", HOURLY))
    run = run_slot(directory, slot)
    assert (run.trigger, run.state) == (f"slot:{slot_text(slot)}", RunState.PENDING)
    (task,) = directory.tasks.values()
    assert told(task)["RECONCILER_SCHEDULED_TIME"] == slot_text(slot)
    directory.aws.advance(60)
    assert axes(directory.once())["report"][1] is Health.SUCCEEDED


@pytest.mark.parametrize(
    "manifest", [scheduled("report", HOURLY), scheduled_batch("report", HOURLY)], ids=["ecs", "batch"]
)
@pytest.mark.parametrize("later", [0, 3600, 30 * 3600])
def test_a_slot_is_started_once_however_often_it_is_asked_for(directory: Directory, manifest: str, later: int) -> None:
    slot = missed(directory, manifest)
    run_slot(directory, slot)
    directory.aws.advance(later)
    with pytest.raises(Refused, match=rf"report: {slot_text(slot)} was started already, and (goes on|has succeeded)"):
        run_slot(directory, slot)


def test_a_slot_that_the_loop_started_is_not_started_again(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    passes(directory, 3720)
    with pytest.raises(Refused, match="was started already, and"):
        run_slot(directory, last_hour(directory))
    assert sum(directory.started().values()) == 1


def test_a_slot_is_not_started_again_however_much_has_happened_since(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    passes(directory, 3720)
    slot = last_hour(directory)
    passes(directory, 4 * 3600, every=1800)
    *_, renewed = (json.dumps(event) for event in slot_events(directory, "report") if event["event"] == "renewed")
    assert slot_text(slot) not in renewed
    for group, stream, message in (
        ("/reconciler/tests", "schedule/report", renewed),
        ("/reconciler/tests/runs", "report", "{}"),
    ):
        events = [{"timestamp": int(directory.aws.now() * 1000), "message": message}] * 500
        for _ in range(20):
            directory.aws.client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    with pytest.raises(Refused, match="was started already, and has succeeded"):
        run_slot(directory, slot)


def test_a_slot_from_before_what_the_history_keeps_is_not_started_since_nobody_knows(directory: Directory) -> None:
    slot = missed(directory, scheduled("report", HOURLY))
    before = directory.started()
    directory.aws.advance(91 * 24 * 3600)
    with pytest.raises(Refused) as refusal:
        run_slot(directory, slot)
    assert str(refusal.value) == (
        f"report: whether {slot_text(slot)} was started is not known, as the history is kept 90 days — "
        "`reconcile run report` launches another run"
    )
    assert directory.started() == before


def test_what_is_no_slot_is_wrong_usage(directory: Directory) -> None:
    slot = missed(directory, scheduled("report", HOURLY))
    directory.write(once=one_shot("once"))
    directory.once()
    with pytest.raises(UsageError) as wrong:
        run_slot(directory, slot + timedelta(minutes=5))
    assert str(wrong.value) == (
        f"--slot: report does not start at {slot_text(slot + timedelta(minutes=5))} — "
        f"it starts at {slot_text(slot)} and {slot_text(slot + timedelta(hours=1))}"
    )
    with pytest.raises(UsageError, match="has not come yet"):
        run_slot(directory, last_hour(directory, -1))
    with pytest.raises(UsageError, match="--slot: once has no schedule"):
        run_slot(directory, slot, "once")


def test_a_slot_is_waited_for_to_its_end(directory: Directory) -> None:
    slot = missed(directory, scheduled("report", HOURLY, outcome="exit 3 after 5s"))
    with directory.reconciler() as reconciler:
        job = next(job for job in directory.manifests().jobs if job.name == "report")
        _, ended = reconciler.operator.run_and_wait(job, RunChanges(), lambda _: None, flowing=False, slot=slot)
    assert (ended.run.state, ended.run.exit_code) == (RunState.FAILED, 3)
    with pytest.raises(Refused, match="was started already, and has failed"):
        run_slot(directory, slot)
