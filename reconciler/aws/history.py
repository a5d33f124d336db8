"""What happened, for people: the log group `/reconciler/<owner>/runs`, a stream for each job, kept for some time.

Nothing is decided by it; the ledger is what decides.
"""

import contextlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from reconciler.aws import ledger, log_events
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

    def append(self, job: str, event: Event, *, at: datetime | None = None) -> bool:
        """Add an event that happened `at` (default: now); False where it is too old to be kept."""
        when = at if at is not None else self._aws.clock.now()
        message = json.dumps(
            {"at": when.isoformat(), **event}, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
        )
        self._prepare()
        try:
            self._put(job, message, log_events.milliseconds(when))
        except Rejected as refusal:
            if refusal.operation != "PutLogEvents" or "LogEvent" not in refusal.code:
                raise
            return False
        return True

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

    def _put(self, job: str, message: str, at_milliseconds: int) -> None:
        try:
            log_events.put(self._aws, self._group, job, message, at_milliseconds)
        except NotFound:
            with contextlib.suppress(AlreadyExists):
                self._aws.call("logs:CreateLogStream", logGroupName=self._group, logStreamName=job)
            log_events.put(self._aws, self._group, job, message, at_milliseconds)


def _parsed(event: LogEvent) -> Event | None:
    parsed = ledger.parse(event.message)
    return None if parsed is None else {"at": event.at.isoformat(), **parsed}
