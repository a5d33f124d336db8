"""What happened, for people: the log group `/reconciler/<owner>/runs`, a stream for each job, kept for some time.

Nothing is decided by it; the ledger is what decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from reconciler.aws import instants, ledger, log_events
from reconciler.aws.log_events import LogEvent
from reconciler.aws.log_groups import LogGroups
from reconciler.aws.session import Aws
from reconciler.errors import AlreadyExists, NotFound, Rejected

Event = Mapping[str, Any]
_DEFAULT_LIMIT: Final = 100
#: DescribeLogStreams gives at most so many.
_PAGE: Final = 50


class History:
    """The launches and ends of every job of one owner. Each event that is read has `at`, when it happened."""

    def __init__(self, aws: Aws, *, owner: str, retention_days: int) -> None:
        self._aws = aws
        self._group = f"/reconciler/{owner}/runs"
        self._retention_days = retention_days
        self._prepared = False
        self._streams: set[str] = set()
        self._are_new = False

    def append(self, job: str, event: Event) -> bool:
        """Add an event that happened now; False where it is too old to be kept."""
        return self.append_all(job, [(event, None)])

    def append_all(self, job: str, events: Iterable[tuple[Event, datetime | None]]) -> bool:
        """Add events, each with when it happened (None: now); False where one of them is too old to be kept."""
        now = self._aws.clock.now()
        lines = [_line(event, at if at is not None else now) for event, at in events]
        if not lines:
            return True
        self._prepare()
        kept = True
        for part in log_events.batches(lines):
            try:
                self._put(job, part)
            except Rejected as refusal:
                if refusal.operation != "PutLogEvents" or "LogEvent" not in refusal.code:
                    raise
                kept = False
        return kept

    def read(self, job: str, *, since: datetime | None = None, limit: int = _DEFAULT_LIMIT) -> tuple[Event, ...]:
        """Answer a job's newest events, oldest first; none where nothing was ever recorded."""
        try:
            events = log_events.newest(self._aws, self._group, job, limit, since=since)
        except NotFound:
            return ()
        return tuple(parsed for event in events if (parsed := _parsed(event)) is not None)

    def read_all(self, since: datetime, *, containing: str = "") -> Mapping[str, tuple[Event, ...]]:
        """Answer every job's events since an instant, oldest first, in one search; only those with a text in them."""
        found: dict[str, list[Event]] = {}
        try:
            for event in log_events.search(self._aws, self._group, since=since, containing=containing):
                if (parsed := _parsed(event)) is not None:
                    found.setdefault(event.stream, []).append(parsed)
        except NotFound:
            return {}
        return {job: tuple(events) for job, events in sorted(found.items())}

    def jobs(self) -> frozenset[str]:
        """Name every job that anything is recorded of."""
        try:
            answers = list(self._aws.pages("logs:DescribeLogStreams", logGroupName=self._group, limit=_PAGE))
        except NotFound:
            return frozenset()
        return frozenset(str(stream["logStreamName"]) for answer in answers for stream in answer.get("logStreams", ()))

    def _prepare(self) -> None:
        """See once that the group is there, with the retention that the settings want."""
        if self._prepared:
            return
        groups = LogGroups(self._aws)
        if groups.observe([self._group]).get(self._group) != self._retention_days:
            groups.make(self._group, self._retention_days)
        self._prepared = True

    def _put(self, job: str, lines: Sequence[tuple[int, str]]) -> None:
        """Add to a job's stream, which is made before where that of the last job was new: new jobs come together."""
        if self._are_new and job not in self._streams:
            self._make(job)
        try:
            log_events.put(self._aws, self._group, job, lines)
        except NotFound:
            self._make(job)
            log_events.put(self._aws, self._group, job, lines)
        self._streams.add(job)

    def _make(self, job: str) -> None:
        try:
            self._aws.call("logs:CreateLogStream", logGroupName=self._group, logStreamName=job)
            self._are_new = True
        except AlreadyExists:
            self._are_new = False


def _line(event: Event, at: datetime) -> tuple[int, str]:
    return instants.milliseconds(at), ledger.message({"at": at.isoformat(), **event})


def _parsed(event: LogEvent) -> Event | None:
    parsed = ledger.parse(event.message)
    return None if parsed is None else {"at": event.at.isoformat(), **parsed}
