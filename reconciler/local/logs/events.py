"""CloudWatch Logs: putting, getting and filtering events.

Source: the documentation of PutLogEvents, GetLogEvents and FilterLogEvents in botocore's `logs` service model and the
user guide's "Filter pattern syntax" (the part for unstructured events).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.local.calls import AwsError, Call, Handler
from reconciler.local.logs.store import DAY, Event, append, find_group, find_stream, milliseconds, readable

_MAX_EVENTS = 10_000
_MAX_BYTES = 1_048_576
_EVENT_OVERHEAD = 26
_OLDEST = 14 * DAY
_NEWEST = 2 * 3_600_000
_NO_EVENT = "0" * 56


def put_log_events(call: Call) -> Mapping[str, Any]:
    """Add events; those too old, too new or past the retention are told, not stored."""
    _, group = find_group(call)
    stream = find_stream(call, group)
    events = [(event["timestamp"], event["message"]) for event in call.members["logEvents"]]
    _check_batch(events)
    now = milliseconds(call.now)
    too_old = sum(timestamp < now - _OLDEST for timestamp, _ in events)
    too_new = sum(timestamp > now + _NEWEST for timestamp, _ in events)
    retention = group["retention"]
    expired = sum(timestamp < now - retention * DAY for timestamp, _ in events) if retention else 0
    accepted = events[max(too_old, expired) : len(events) - too_new]
    append(stream, now, accepted)
    rejected = {}
    if too_new:
        rejected["tooNewLogEventStartIndex"] = len(events) - too_new
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old
    if expired > too_old:
        rejected["expiredLogEventEndIndex"] = expired
    return {"nextSequenceToken": "0" * 56, "rejectedLogEventsInfo": rejected or None}


def _check_batch(events: list[tuple[int, str]]) -> None:
    size = sum(len(message.encode()) + _EVENT_OVERHEAD for _, message in events)
    if size > _MAX_BYTES:
        raise AwsError("InvalidParameterException", f"Upload too large: {size} bytes exceeds limit of {_MAX_BYTES}")
    times = [timestamp for timestamp, _ in events]
    if times != sorted(times):
        raise AwsError(
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
        )
    if times and times[-1] - times[0] > DAY:
        raise AwsError(
            "InvalidParameterException",
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        )


def get_log_events(call: Call) -> Mapping[str, Any]:
    """One page of a stream; at an end the token that was given comes back."""
    _, group = find_group(call)
    stream = find_stream(call, group)
    events = [event for event in readable(call, group, stream) if _in_time(call, event)]
    limit = min(call.get("limit", _MAX_EVENTS), _MAX_EVENTS)
    forced = call.fault("page")
    if forced is not None:
        limit = min(limit, forced.count)
    token = call.get("nextToken")
    direction, position = _stream_token(token) if token else (None, _NO_EVENT)
    if direction == "f":
        page = _fitting([event for event in events if event[0] > position][:limit])
    elif direction == "b":
        page = _fitting_backwards([event for event in events if event[0] < position][-limit:])
    elif call.get("startFromHead", False):
        page = _fitting(events[:limit])
    else:
        page = _fitting_backwards(events[-limit:])
    forward = page[-1][0] if page else position
    backward = page[0][0] if page else position
    return {
        "events": [_told(event) for event in page],
        "nextForwardToken": f"f/{forward}/s",
        "nextBackwardToken": f"b/{backward}/s",
    }


def _stream_token(token: str) -> tuple[str, str]:
    found = re.fullmatch(r"([fb])/(\d{56})/s", token)
    if found is None:
        raise AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return found[1], found[2]


def _fitting(events: list[Event]) -> list[Event]:
    """As many from the head as fit into one answer of 1 MB."""
    size = 0
    for count, event in enumerate(events):
        size += len(event[2].encode()) + _EVENT_OVERHEAD
        if size > _MAX_BYTES:
            return events[:count]
    return events


def _fitting_backwards(events: list[Event]) -> list[Event]:
    return _fitting(events[::-1])[::-1]


def _in_time(call: Call, event: Event) -> bool:
    start, end = call.get("startTime"), call.get("endTime")
    return (start is None or event[1] >= start) and (end is None or event[1] < end)


def _told(event: Event) -> dict[str, Any]:
    return {"timestamp": event[1], "message": event[2], "ingestionTime": event[3]}


def filter_log_events(call: Call) -> Mapping[str, Any]:
    """Events of many streams in order of time, by names or prefix, time and pattern."""
    _, group = find_group(call)
    names, prefix = call.get("logStreamNames"), call.get("logStreamNamePrefix")
    if names is not None and prefix is not None:
        raise AwsError(
            "InvalidParameterException", "logStreamNamePrefix and logStreamNames are mutually exclusive parameters."
        )
    matches = _pattern(call.get("filterPattern", ""))
    missing = [name for name in names or () if name not in group["streams"]]
    if missing:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    found = sorted(
        (event[0], name, event)
        for name, stream in group["streams"].items()
        if (names is None or name in names) and name.startswith(prefix or "")
        for event in readable(call, group, stream)
        if _in_time(call, event) and matches(event[2])
    )
    page, token = call.page(found, size=call.get("limit", _MAX_EVENTS), token=call.get("nextToken"))
    fitting = _fitting([event for _, _, event in page])
    if len(fitting) < len(page):
        page, token = call.page(found, size=len(fitting), token=call.get("nextToken"))
    events = [{"logStreamName": name, "eventId": event[0], **_told(event)} for _, name, event in page]
    return {"events": events, "searchedLogStreams": [], "nextToken": token}


def _pattern(pattern: str) -> Callable[[str], bool]:
    """Terms all of which must appear, `?term` of which one must, `-term` which must not; quotes hold words together."""
    if pattern.lstrip().startswith(("{", "[", "%")):
        raise NotImplementedError(f"filter pattern {pattern!r}: only terms are known")
    terms = list(_terms(pattern))
    needed = [term for sign, term in terms if sign == ""]
    any_of = [term for sign, term in terms if sign == "?"]
    excluded = [term for sign, term in terms if sign == "-"]
    return lambda message: (
        all(term in message for term in needed)
        and (not any_of or any(term in message for term in any_of))
        and not any(term in message for term in excluded)
    )


def _terms(pattern: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r'([?-]?)(?:"([^"]*)"|(\S+))', pattern):
        yield found[1], found[2] or found[3] or ""


OPERATIONS: Mapping[str, Handler] = {
    "PutLogEvents": put_log_events,
    "GetLogEvents": get_log_events,
    "FilterLogEvents": filter_log_events,
}
