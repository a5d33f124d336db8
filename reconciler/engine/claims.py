"""Whose a run is: its maker's alone for ten seconds, then anybody's who finds that nothing of it was announced.

The maker announces its launch at once. Where AWS has taken that in within five seconds of the moment before the claim
was sent, nobody else can have announced one before, and nothing has to be read back to know it. This rests on clocks
and not on reading: everybody's runs behind AWS's, never ahead of it (it is set by a Date header that has travelled),
the span is between a reading of it and a later Date of AWS's, and five seconds are left for all that is inexact.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reconciler.aws.ledger import StreamRecord
from reconciler.clock import Clock
from reconciler.core.memory import Event, Memory, after
from reconciler.engine.journal import Journal
from reconciler.engine.memories import recall
from reconciler.errors import ReconcilerError

#: So old is a claim without a record when somebody else goes on with it.
ALONE: Final = timedelta(seconds=10)
#: What was announced within so long of its claim was announced before all that others have.
PROMPT: Final = timedelta(seconds=5)
#: Whoever waits for a claim looks again after so long, then after twice as long each time: most are announced at once.
_FIRST_PAUSE: Final = timedelta(seconds=0.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What is remembered of a run; `began` is the moment before its claim was sent, where it is this caller's."""

    memory: Memory
    began: datetime | None = None


def claim(journal: Journal, clock: Clock, stream: str) -> Claimed:
    """Claim a run, or answer what has come to be said of it, at the latest when its maker has had it long enough."""
    began = clock.now()
    made = journal.claim(stream)
    if made is not None:
        return Claimed(memory=recall(stream, StreamRecord(created=made.created)), began=began)
    record, pause = _read(journal, stream), _FIRST_PAUSE
    until = min(record.created, clock.now()) + ALONE
    while not record.events and (rest := until - clock.now()) > timedelta():
        clock.sleep(min(pause, rest).total_seconds())
        record, pause = _read(journal, stream, record.created), pause * 2
    return Claimed(memory=recall(stream, record))


def announce(journal: Journal, claimed: Claimed, start: Event) -> Memory:
    """Say that a launch is about to be sent, and answer what everybody has said by then; the first decides."""
    memory = claimed.memory
    taken_in = journal.record(memory.stream, start)
    if claimed.began is not None and taken_in - claimed.began <= PROMPT:
        return after(memory, start)
    return recall(memory.stream, _read(journal, memory.stream, memory.claimed))


def _read(journal: Journal, stream: str, created: datetime | None = None) -> StreamRecord:
    record = journal.read_one(stream, created)
    if record is None:
        raise ReconcilerError(f"the ledger's stream {stream} was claimed and cannot be read")
    return record
