"""Which slot a run was started for, where no record says so: EventBridge started it, or a pass that died. Pure.

What a run was told (`RECONCILER_RUN`) is believed only together with its startedBy or its job's name, which nobody else
gives: that of the slot's own key, or that of every run which EventBridge starts for the job.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from reconciler.core import run_keys, slots
from reconciler.core.memory import Event
from reconciler.core.slot_memory import SlotMemory, slot_from, slot_text
from reconciler.model import Execution, RunKey, Schedule

#: Answers the startedBy or job name of a key.
KeyText = Callable[[RunKey], str]

#: A run that was told nothing began at most so long after its slot.
_LATE: Final = timedelta(hours=1)


def slot_key(
    execution: Execution, owner: str, names: Sequence[str], schedule: Schedule, key_text: KeyText
) -> RunKey | None:
    """Answer the key of a slot's run; None where the execution is no slot's of a job of these names."""
    part = _part(execution)
    for name in names:
        for trigger, attempt in _candidates(execution, schedule):
            key = RunKey(owner=owner, job=name, trigger=trigger, attempt=attempt, part=part)
            by_eventbridge = attempt == 0 and key_text(run_keys.by_eventbridge(key)) == execution.key_text
            if by_eventbridge or key_text(key) == execution.key_text:
                return key
    return None


def adopted(memory: SlotMemory, found: Iterable[tuple[RunKey, Execution]], parts: Callable[[], int]) -> Iterator[Event]:
    """Answer the events of launches that happened and that the memory lacks; `parts` is how many calls one takes."""
    known = {each for run in memory.runs for attempt in run.attempts for each in attempt.ids}
    missing = [(key, execution) for key, execution in found if execution.id not in known]
    for (trigger, number), launched in groupby(sorted(missing, key=_order), key=lambda pair: _order(pair)[:2]):
        together = list(launched)
        slot = run_keys.slot_of(trigger)
        assert slot is not None
        run = memory.run(slot)
        if run is not None and (run.final is not None or (run.last is not None and run.last.number > number)):
            continue
        if run is None or run.last is None or run.last.number < number:
            first = together[0][1]
            yield {
                "event": "start",
                "slot": slot,
                "attempt": number,
                "target": first.target,
                "definition": first.definition,
                "parts": parts(),
                "at": _at(first, slot),
            }
        for part, executions in groupby(together, key=lambda pair: pair[0].part):
            tasks = [execution for _, execution in executions]
            yield {
                "event": "launched",
                "slot": slot,
                "attempt": number,
                "part": part,
                "ids": [task.id for task in tasks],
                "at": _at(tasks[0], slot),
            }


def _candidates(execution: Execution, schedule: Schedule) -> Iterator[tuple[str, int]]:
    told = execution.told.get("RECONCILER_RUN", "")
    if slot_from(run_keys.slot_of(told) or "") is not None:
        attempt = execution.told.get("RECONCILER_ATTEMPT", "0")
        yield told, int(attempt) if attempt.isdecimal() else 0
    elif not told and execution.created is not None:
        due = slots.due(schedule, execution.created - _LATE, execution.created, _LATE)
        if due.instant is not None:
            yield run_keys.slot_trigger(slot_text(due.instant)), 0


def _part(execution: Execution) -> int:
    last = execution.key_text.rpartition("/")[2]
    return int(last) if "/" in execution.key_text and last.isdecimal() else 0


def _order(pair: tuple[RunKey, Execution]) -> tuple[str, int, int, str]:
    key, execution = pair
    return key.trigger, key.attempt, key.part, execution.id


def _at(execution: Execution, slot: str) -> str:
    when = execution.created or slot_from(slot)
    assert when is not None
    return when.isoformat()
