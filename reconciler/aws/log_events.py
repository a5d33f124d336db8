"""Events of CloudWatch Logs: put some, read a stream, read on where one stopped, search many streams."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconciler.aws.instants import from_milliseconds, milliseconds
from reconciler.aws.session import Aws
from reconciler.aws.wire import http_date
from reconciler.errors import NotFound, Rejected

#: What one call may hold (PutLogEvents): the milliseconds of a day, so many events, and so many bytes, for each event
#: those of its text and some more.
_DAY: Final = 86_400_000
_MOST_EVENTS: Final = 10_000
_MOST_BYTES: Final = 1_048_576
_BYTES_OF_AN_EVENT: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One line: when its writer says it happened, when AWS took it in, and the text.

    `id` is AWS's, where the line was found by a search: two writers may say the same in the same millisecond.
    """

    stream: str
    at: datetime
    ingested: datetime
    message: str
    id: str = ""


def put(aws: Aws, group: str, stream: str, lines: Sequence[tuple[int, str]]) -> datetime:
    """Add what one call may hold (:func:`batches`), each event with when it happened in AWS's number.

    Answers when AWS had taken them in, by its clock. Raises NotFound where the group or stream is not there, Rejected
    where an event is too old for AWS to keep (14 days, or the group's retention), which AWS answers with success.
    """
    answer = aws.call(
        "logs:PutLogEvents",
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": at, "message": message} for at, message in sorted(lines, key=_first)],
    )
    refused = sorted(
        member for member, value in (answer.get("rejectedLogEventsInfo") or {}).items() if value is not None
    )
    if refused:
        raise Rejected(f"{group} {stream}: the event was not kept", operation="PutLogEvents", code=", ".join(refused))
    return answered(aws, answer)


def answered(aws: Aws, answer: Mapping[str, Any]) -> datetime:
    """Answer when AWS gave an answer: its Date, to the second, or now where it has none that can be read."""
    return http_date(answer["ResponseMetadata"]["HTTPHeaders"].get("date")) or aws.clock.now()


def batches(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Split events, in the order in which they happened, into those that one call may hold."""
    part: list[tuple[int, str]] = []
    size = 0
    for line in sorted(lines, key=_first):
        more = len(line[1].encode()) + _BYTES_OF_AN_EVENT
        if part and (line[0] - part[0][0] >= _DAY or len(part) == _MOST_EVENTS or size + more > _MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += more
    if part:
        yield part


def read(aws: Aws, group: str, stream: str, *, since: datetime | None = None) -> Iterator[LogEvent]:
    """Answer a stream's events from the oldest on. Raises NotFound that names the group or stream."""
    members = _members(group, stream, since)
    for events, _ in _pages(aws, members, "nextForwardToken"):
        yield from events


def read_on(
    aws: Aws, group: str, stream: str, *, token: str | None, since: datetime | None = None
) -> tuple[tuple[LogEvent, ...], str | None]:
    """Answer the events behind `token` (None: from the oldest on), and the token behind these.

    Raises NotFound as :func:`read`.
    """
    members = _members(group, stream, since)
    found: list[LogEvent] = []
    behind = token
    for events, behind in _pages(aws, {**members, "nextToken": token} if token else members, "nextForwardToken"):  # noqa: B007
        found += events
    return tuple(found), behind


def newest(aws: Aws, group: str, stream: str, limit: int, *, since: datetime | None = None) -> tuple[LogEvent, ...]:
    """Answer the last `limit` events of a stream, oldest first. Raises NotFound as :func:`read`."""
    found: list[LogEvent] = []
    for events in backwards(aws, group, stream, page=min(limit, _MOST_EVENTS), since=since):
        found[:0] = events
        if len(found) >= limit:
            break
    return tuple(found[-limit:])


def backwards(
    aws: Aws, group: str, stream: str, *, page: int, since: datetime | None = None
) -> Iterator[Sequence[LogEvent]]:
    """Answer a stream's events from the newest on, at most `page` at once, each page in order of time.

    Raises NotFound as :func:`read`.
    """
    members = {**_members(group, stream, since), "startFromHead": False, "limit": page}
    for events, _ in _pages(aws, members, "nextBackwardToken"):
        yield events


def search(
    aws: Aws, group: str, *, prefix: str = "", since: datetime | None = None, containing: str = ""
) -> Iterator[LogEvent]:
    """Answer the events of every stream whose name begins with `prefix`, those that contain a text, in order of time.

    Raises NotFound where there is no such group.
    """
    members: dict[str, Any] = {"logGroupName": group}
    if prefix:
        members["logStreamNamePrefix"] = prefix
    if since is not None:
        members["startTime"] = milliseconds(since)
    if containing:
        members["filterPattern"] = f'"{containing}"'
    for answer in aws.pages("logs:FilterLogEvents", **members):
        for event in answer.get("events", ()):
            yield _event(str(event["logStreamName"]), event)


def _first(line: tuple[int, str]) -> int:
    return line[0]


def _members(group: str, stream: str, since: datetime | None) -> dict[str, Any]:
    members: dict[str, Any] = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
    return members if since is None else {**members, "startTime": milliseconds(since)}


def _pages(aws: Aws, members: dict[str, Any], direction: str) -> Iterator[tuple[list[LogEvent], str]]:
    """Answer page after page with the token behind it; the end is where the token that was sent comes back."""
    stream = str(members["logStreamName"])
    while True:
        try:
            answer = aws.call("logs:GetLogEvents", **members)
        except NotFound as error:
            what = f"group {members['logGroupName']}" if "group" in error.detail else f"stream {stream}"
            raise NotFound(f"log {what} does not exist", operation=error.operation, code=error.code) from None
        token = str(answer[direction])
        yield [_event(stream, event) for event in answer.get("events", ())], token
        if token == members.get("nextToken"):
            return
        members = {**members, "nextToken": token}


def _event(stream: str, event: dict[str, Any]) -> LogEvent:
    return LogEvent(
        stream=stream,
        at=from_milliseconds(event["timestamp"]),
        ingested=from_milliseconds(event.get("ingestionTime", event["timestamp"])),
        message=str(event["message"]),
        id=str(event.get("eventId", "")),
    )
