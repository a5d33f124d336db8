"""What must be remembered, in the log group `/reconciler/<owner>`: claim, record, read.

CloudWatch Logs refuses to create a stream twice, so a stream is a claim that only one caller can make; its events are
the record. The group never expires. How soon a new stream or event is listed is nowhere promised: what is read may be
believed when it says that something happened, never when it does not; then the claim decides.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.aws import instants, log_events
from reconciler.aws.log_events import LogEvent
from reconciler.aws.session import Aws
from reconciler.errors import AlreadyExists, NotFound

Event = Mapping[str, Any]

#: What CreateLogStream takes for a name (service model).
_LONGEST_NAME: Final = 512
_FORBIDDEN: Final = frozenset(":*")
#: So many lines are read back of a stream at a time.
_PAGE: Final = 1000
#: Events carry our clock, streams AWS's: how much older than its stream an event may seem.
_MARGIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A stream that this caller alone has created, and when, by AWS's clock."""

    stream: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRecord:
    """A claimed stream: when it was made, by AWS's clock, and its events in the order in which AWS took them in."""

    created: datetime
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """The lines of one stream, in the order in which they were read, and the events in them."""

    lines: Mapping[LogEvent, None]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read under a prefix, and when."""

    records: Mapping[str, StreamRecord]
    streams: Mapping[str, _Lines]
    read: datetime


class Ledger:
    """The memory of one owner; safe to use from several threads.

    What is read again and has not changed is the very same object as before.
    """

    def __init__(self, aws: Aws, *, owner: str) -> None:
        self._aws = aws
        self._group = f"/reconciler/{owner}"
        self._lock = threading.Lock()
        self._last = 0
        self._known: dict[str, _Known] = {}

    def claim(self, stream: str) -> Claim | None:
        """Create `stream`; None where it exists already, whoever made it.

        None is also the answer where a first try took effect without being answered: the claim is then nobody's, and
        whoever finds it without a record proceeds as after a crash. Raises ValueError on a name that AWS would refuse.
        """
        if not 0 < len(stream) <= _LONGEST_NAME or _FORBIDDEN & set(stream):
            raise ValueError(f"ledger stream {stream!r}: expected 1 to {_LONGEST_NAME} characters without ':' and '*'")
        try:
            answer = self._create(stream)
        except AlreadyExists:
            return None
        return Claim(stream=stream, created=log_events.answered(self._aws, answer))

    def record(self, stream: str, *events: Event) -> datetime:
        """Add events to a claimed stream, in their order: all or none of what one call may hold.

        Answers when AWS had taken them in, by its clock. Raises NotFound where it was never claimed.
        """
        taken_in = self._aws.clock.now()
        for part in log_events.batches((self._timestamp(), message(event)) for event in events):
            taken_in = log_events.put(self._aws, self._group, stream, part)
        return taken_in

    def read(self, prefix: str) -> Mapping[str, StreamRecord]:
        """Answer every stream whose name begins with `prefix` and that has an event: one call where there are not many.

        A claim without a record is missing, as one that is not listed yet. A stream counts as created at its first
        event. What this object has read before is not read again, only what has come since.
        """
        with self._lock:
            known = self._known.get(prefix)
        now = self._aws.clock.now()
        since = known.read - _MARGIN if known is not None else None
        try:
            found = list(log_events.search(self._aws, self._group, prefix=prefix, since=since))
        except NotFound:
            return {}
        before = known.records if known is not None else {}
        streams = _merged(known.streams if known is not None else {}, found)
        records = {name: _record(told, before.get(name)) for name, told in sorted(streams.items())}
        with self._lock:
            self._known[prefix] = _Known(records=records, streams=streams, read=now)
        return records

    def read_one(self, stream: str, created: datetime | None = None) -> StreamRecord | None:
        """Answer one stream as AWS has it now, or None where it does not exist.

        When it was `created` is looked up where the caller does not know; one that is not listed yet counts as created
        at its first event, or just now.
        """
        try:
            events = list(log_events.read(self._aws, self._group, stream))
        except NotFound:
            return None
        return StreamRecord(created=created or self._created(stream, events), events=_parsed(events))

    def _created(self, stream: str, events: Iterable[LogEvent]) -> datetime:
        answer = self._aws.call(
            "logs:DescribeLogStreams", logGroupName=self._group, logStreamNamePrefix=stream, limit=1
        )
        listed = next((each for each in answer.get("logStreams", ()) if each["logStreamName"] == stream), None)
        if listed is not None:
            return instants.from_milliseconds(listed["creationTime"])
        return min((event.ingested for event in events), default=self._aws.clock.now())

    def recent(self, prefix: str, since: datetime) -> Mapping[str, tuple[Event, ...]]:
        """Answer what streams whose names begin with `prefix` were told since an instant; the silent are left out."""
        by_stream: dict[str, list[LogEvent]] = {}
        try:
            for event in log_events.search(self._aws, self._group, prefix=prefix, since=since):
                by_stream.setdefault(event.stream, []).append(event)
        except NotFound:
            return {}
        return {name: _parsed(events) for name, events in sorted(by_stream.items())}

    def newest(self, stream: str, back_to: Callable[[Event], bool]) -> tuple[Event, ...]:
        """Answer the newest events of a stream as AWS has them now, back to one that `back_to` is content with.

        All of them where there is no such event; none where there is no stream.
        """
        found: list[LogEvent] = []
        with contextlib.suppress(NotFound):
            for page in log_events.backwards(self._aws, self._group, stream, page=_PAGE):
                found[:0] = page
                if any(back_to(event) for event in _parsed(page)):
                    break
        return _parsed(found)

    def append(self, stream: str, *events: Event) -> datetime:
        """Add events to a stream that is nobody's claim, as :meth:`record`: it is made where it does not exist."""
        try:
            return self.record(stream, *events)
        except NotFound:
            self.claim(stream)
            return self.record(stream, *events)

    def _create(self, stream: str) -> Mapping[str, Any]:
        try:
            return self._aws.call("logs:CreateLogStream", logGroupName=self._group, logStreamName=stream)
        except NotFound:
            self._create_group()
            return self._aws.call("logs:CreateLogStream", logGroupName=self._group, logStreamName=stream)

    def _create_group(self) -> None:
        try:
            self._aws.call("logs:CreateLogGroup", logGroupName=self._group)
        except AlreadyExists:
            return

    def _timestamp(self) -> int:
        """Answer now, later than any timestamp before: events of one millisecond have no order."""
        with self._lock:
            self._last = max(instants.milliseconds(self._aws.clock.now()), self._last + 1)
            return self._last


def _merged(known: Mapping[str, _Lines], found: Iterable[LogEvent]) -> Mapping[str, _Lines]:
    """Add lines to those that are known, by stream."""
    news: dict[str, dict[LogEvent, None]] = {}
    for line in found:
        if line.stream not in known or line not in known[line.stream].lines:
            news.setdefault(line.stream, {})[line] = None
    merged = dict(known)
    for name, more in news.items():
        lines = dict.fromkeys((*(known[name].lines if name in known else ()), *more))
        merged[name] = _Lines(lines=lines, events=_parsed(lines))
    return merged


def _record(told: _Lines, before: StreamRecord | None) -> StreamRecord:
    """Answer a stream's record, the very one as before where nothing has come since."""
    if before is not None and before.events is told.events:
        return before
    created = before.created if before is not None else min(line.ingested for line in told.lines)
    return StreamRecord(created=created, events=told.events)


def message(event: Event) -> str:
    """Answer the text of an event; :func:`parse` reads it back."""
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _parsed(events: Iterable[LogEvent]) -> tuple[Event, ...]:
    """Read the events back in the order in which AWS took them in; a line that is not ours is passed over."""
    ordered = sorted(events, key=lambda event: event.ingested)
    return tuple(parsed for event in ordered if (parsed := parse(event.message)) is not None)


def parse(text: str) -> Event | None:
    """Read one line of ours; None for anything but a JSON object."""
    try:
        event = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
