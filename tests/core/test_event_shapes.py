"""Events that others wrote, or wrote otherwise: never a crash, and what may have been launched is Unknown."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from reconciler.core import chronicle
from reconciler.core.memory import remember
from reconciler.core.slot_memory import remember_slots
from reconciler.model import RunState
from tests.fuzz.mutations import mutated

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT = NOW.isoformat()
START = {"event": "start", "attempt": 0, "target": "default", "definition": "arn:1", "parts": 1, "commit": "", "at": AT}
LAUNCHED = {"event": "launched", "attempt": 0, "part": 0, "ids": ["arn:task/1"], "at": AT}
ENDED: dict[str, Any] = {
    "event": "ended",
    "attempt": 0,
    "state": "Succeeded",
    "exitCode": 0,
    "reason": "",
    "at": AT,
    "started": AT,
    "stopped": AT,
    "containers": [{"name": "main", "exitCode": 0, "essential": True}],
}
FINISHED = {"event": "finished", "state": "Succeeded", "reason": "", "at": AT}
REFUSED: dict[str, Any] = {
    "event": "refused",
    "attempt": 0,
    "part": 0,
    "reason": "no",
    "transient": False,
    "at": AT,
    "announced": AT,
    "settles": True,
}
RUN = [START, REFUSED, START, LAUNCHED, {"event": "stopping", "attempt": 0, "cause": "x", "at": AT}, ENDED, FINISHED]
SLOT = "2026-01-01T00:00:00Z"
STANDS: dict[str, Any] = {
    "event": "stands",
    "schedule": {"cron": "* * * * *"},
    "since": AT,
    "commit": "",
    "at": AT,
    "runs": {SLOT: [START, LAUNCHED]},
    "skipped": {"slot": SLOT, "missed": 1, "reason": "late"},
}
SCHEDULE = [STANDS, *({**event, "slot": SLOT} for event in RUN), {"event": "skipped", "slot": SLOT, "missed": 2}]
HISTORY = [{**event, "trigger": "manual:1"} for event in (LAUNCHED, REFUSED, ENDED)]


def test_no_event_crashes_whoever_reads_it() -> None:
    for seed in range(1500):
        chance = Random(seed)
        remember("once/a/g1-x/0", "g1-x", 0, NOW, _among(chance, RUN))
        remember_slots("a", _among(chance, SCHEDULE))
        chronicle.runs("a", _among(chance, HISTORY))


def _among(chance: Random, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    number = chance.randrange(len(events))
    told = mutated(chance, events[number])
    return [*events[:number], *([told] if isinstance(told, dict) else []), *events[number + 1 :]]


def test_a_run_with_an_event_that_cannot_be_read_is_unknown_and_stays_so() -> None:
    memory = remember("once/a/g1-x/0", "g1-x", 0, NOW, [START, {**LAUNCHED, "ids": "arn:task/1"}])
    assert (memory.final, memory.reason) == (RunState.UNKNOWN, "its record in the ledger cannot be read")


def test_what_is_recorded_whole_counts_in_spite_of_a_strangers_event_after_it() -> None:
    memory = remember("once/a/g1-x/0", "g1-x", 0, NOW, [START, LAUNCHED, ENDED, FINISHED, {"event": 7}, {"at": AT}])
    assert memory.final is RunState.SUCCEEDED


def test_names_and_members_of_a_later_version_are_passed_over() -> None:
    memory = remember("once/a/g1-x/0", "g1-x", 0, NOW, [{**START, "new": [1]}, {"event": "blessed"}, LAUNCHED])
    assert memory.final is None
    assert memory.last is not None
    assert memory.last.ids == ("arn:task/1",)


def test_a_line_of_the_history_that_cannot_be_read_is_passed_over() -> None:
    runs = chronicle.runs("a", [HISTORY[0], {**HISTORY[2], "at": "yesterday"}])
    assert [run.state for run in runs] == [RunState.PENDING]
