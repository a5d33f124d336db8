"""Engine reconciler: each pass starts what is due, once."""

from datetime import UTC, datetime

from reconciler.model import Action, Health, Status, Sync
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import passes, scheduled, slot_events, starts
from tests.engine.test_pass import axes, did


def test_a_schedule_stands_from_the_first_pass_on_and_then_every_slot_is_started_once(directory: Directory) -> None:
    directory.write(report=scheduled("report"))
    first = directory.once()
    assert did(first) == [(Action.CREATE, "report", Status.DONE), (Action.CREATE, "report", Status.DONE)]
    assert did(directory.once()) == []
    passes(directory, 3600)
    assert starts(directory) == {
        ("report", "2026-01-01T00:15:00Z"): 1,
        ("report", "2026-01-01T00:30:00Z"): 1,
        ("report", "2026-01-01T00:45:00Z"): 1,
        ("report", "2026-01-01T01:00:00Z"): 1,
    }
