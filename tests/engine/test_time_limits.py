"""A run that goes on for too long is ended, whatever else keeps its job from going on; and that is on record once."""

from tests.engine.harness import Directory
from tests.engine.scheduled import passes, scheduled, slot_events

LIMIT = "activeDeadlineSeconds: 600"


def stops(directory: Directory) -> list[str]:
    """Answer why runs of the schedule were ended, as often as that is on record."""
    return [event["cause"] for event in slot_events(directory, "report") if event["event"] == "stopping"]


def test_a_task_that_takes_its_time_to_end_is_stopped_on_record_once(directory: Directory) -> None:
    directory.write(
        report=scheduled("report", 'cron: "0 * * * *"', outcome="runs forever; ignores SIGTERM", more=LIMIT)
    )
    directory.once()
    passes(directory, 4200, every=600)
    passes(directory, 60, every=5)
    assert directory.aws.calls.counts()["ecs:StopTask"] > 1
    assert stops(directory) == ["deadline of 600 s exceeded"]
