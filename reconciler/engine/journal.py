"""Where a run's events are written: the ledger, or, for a run that only this process follows, its own memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from reconciler.aws.ledger import Claim, StreamRecord
from reconciler.clock import Clock


class Journal(Protocol):
    """Claim, record, read; see :class:`reconciler.aws.ledger.Ledger`."""

    def claim(self, stream: str) -> Claim | None:
        """Create a stream, or answer None where it exists."""
        ...

    def record(self, stream: str, *events: Mapping[str, Any]) -> datetime:
        """Add events to a stream, all or none, and answer when they were taken in."""
        ...

    def read_one(self, stream: str, created: datetime | None = None) -> StreamRecord | None:
        """Answer a stream as it stands; whoever knows when it was `created` says so."""
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

    def record(self, stream: str, *events: Mapping[str, Any]) -> datetime:
        """Add events to a stream."""
        known = self._streams[stream]
        self._streams[stream] = StreamRecord(created=known.created, events=(*known.events, *events))
        return self._clock.now()

    def read_one(self, stream: str, created: datetime | None = None) -> StreamRecord | None:  # noqa: ARG002 - known here
        """Answer a stream as it stands."""
        return self._streams.get(stream)
