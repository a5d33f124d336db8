"""The journal of every run that a pass launches: one-shots in streams of their own, slots in their schedule's.

A slot needs no claim: its token is memory enough while it may be started (see `docs/schedules.md`), and where AWS knows
no token every submission is claimed anyway. So the announcement of a slot's first launch is written together with what
came of it, in `schedule/<job>`; whoever dies in between has announced nothing, and the slot is still due.
"""

import threading
from datetime import datetime

from reconciler.aws.ledger import Claim, Ledger, StreamRecord
from reconciler.clock import Clock
from reconciler.core import slot_memory
from reconciler.core.memory import Event
from reconciler.core.slot_memory import is_whole, remember_slots

_SLOT = "slot/"


class RunJournal:
    """Claim, record, read; names that begin with `slot/` are the runs of slots. Safe to use from several threads."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, list[Event]] = {}

    def claim(self, stream: str) -> Claim | None:
        """Create a stream, or answer None where it exists; a slot's run begins unwritten."""
        if not stream.startswith(_SLOT):
            return self._ledger.claim(stream)
        with self._lock:
            self._held[stream] = []
        return Claim(stream=stream, created=self._clock.now())

    def record(self, stream: str, *events: Event) -> datetime:
        """Add events; the announcement that begins a slot's run is held back until what follows it."""
        if not stream.startswith(_SLOT):
            return self._ledger.record(stream, *events)
        job, slot = _parts(stream)
        with self._lock:
            held = self._held.get(stream)
            if held == [] and [event["event"] for event in events] == ["start"]:
                held += events
                return self._clock.now()
            self._held.pop(stream, None)
        told = ({**each, "slot": slot} for each in (*(held or ()), *events))
        return self._ledger.append(slot_memory.stream(job), *told)

    def read_one(self, stream: str, created: datetime | None = None) -> StreamRecord | None:
        """Answer a stream as it stands, and what is held back of it."""
        if not stream.startswith(_SLOT):
            return self._ledger.read_one(stream, created)
        with self._lock:
            held = self._held.get(stream)
        if held is not None:
            return StreamRecord(created=self._clock.now(), events=tuple(held))
        job, slot = _parts(stream)
        memory = remember_slots(job, newest(self._ledger, job))
        run = memory.run(slot)
        if run is None:
            return None
        return StreamRecord(created=run.claimed, events=tuple(memory.told[slot]))


def newest(ledger: Ledger, job: str) -> tuple[Event, ...]:
    """Answer a schedule's newest events, back to one before which nothing needs to be known."""
    return ledger.newest(slot_memory.stream(job), is_whole)


def _parts(stream: str) -> tuple[str, str]:
    _, job, slot = stream.split("/")
    return job, slot
