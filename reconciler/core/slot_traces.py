"""Starts by EventBridge Scheduler that nothing tells of: it says nowhere whether one has failed. Pure."""

from datetime import datetime, timedelta

from reconciler.core import slots
from reconciler.core.attempts import PROPAGATION
from reconciler.core.slot_memory import SlotMemory, slot_text
from reconciler.model import Engine, Schedule


def lost(schedule: Schedule, memory: SlotMemory, now: datetime) -> str:
    """Name the newest slot that AWS should have started and of which nothing is known; nothing if there is none.

    Only a slot whose start can no longer be under way counts, and only since the schedule stands.
    """
    if schedule.engine is not Engine.EVENTBRIDGE or memory.standing is None:
        return ""
    window = timedelta(minutes=int(schedule.event_bridge.get("flexibleTimeWindowMinutes") or 0))
    deadline = timedelta(seconds=schedule.starting_deadline_seconds)
    slot = slots.last_start(schedule, now - deadline - window - PROPAGATION)
    known = memory.newest if memory.newest is not None else memory.standing.since
    if slot is None or slot <= max(known, memory.standing.since):
        return ""
    return (
        f"{slot_text(slot)} left no trace: EventBridge could not start it (see its role and dead-letter queue), or it "
        "ended while no pass came by (spec.history.events keeps that)"
    )
