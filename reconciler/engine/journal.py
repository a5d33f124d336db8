"""Where a run's events are written: the ledger, or, for a run that only this process follows, its own memory."""

from collections.abc import Mapping
from typing import Any, Protocol

from reconciler.aws.ledger import Claim, StreamRecord
from reconciler.clock import Clock


class Journal(Protocol):
    """Claim, record, read; see :class:`reconciler.aws.ledger.Ledger`."""

    def claim(self, stream: str) -> Claim | None:
        """Create a stream, or answer None where it exists."""
        ...

    def record(self, stream: str, event: Mapping[str, Any]) -> None:
        """Add an event to a stream."""
        ...

    def read_one(self, stream: str) -> StreamRecord | None:
        """Answer a stream as it stands."""
        ...


class OwnJournal:
    """The journal of a run that nobody else can know of: a manual one, whose key is random."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._streams: dict[str, StreamRecord] = {}

    def claim(self, stream: str) -> Claim | None:
        """Create a stream, or answer None where it exists."""
        if stream in self._streams:
            return None
        self._streams[stream] = StreamRecord(created=self._clock.now())
        return Claim(stream=stream, created=self._clock.now())

    def record(self, stream: str, event: Mapping[str, Any]) -> None:
        """Add an event to a stream."""
        known = self._streams[stream]
        self._streams[stream] = StreamRecord(created=known.created, events=(*known.events, event))

    def read_one(self, stream: str) -> StreamRecord | None:
        """Answer a stream as it stands."""
        return self._streams.get(stream)
