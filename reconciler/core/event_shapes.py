"""Whether an event of the ledger or the history can be read: others may write into our streams, and do it otherwise.

An event that is not as its name says becomes `unreadable`, with its slot where it has one: it may have told of a
launch, so a run that has one is Unknown and is not launched again by itself. A member that no event has is passed over,
and so is a name that is not known: a later version may write both.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from reconciler.model import RunState

Event = Mapping[str, Any]
UNREADABLE: Final = "unreadable"
#: More calls, attempts or missed slots than any run has.
_MOST: Final = 1_000_000
#: As an event may spell them.
_STATES: Final = frozenset(state.value for state in RunState)
Test = Callable[[Any], bool]


def readable(event: Event) -> Event:
    """Answer the event itself where it is as its name says, else an `unreadable` one."""
    name = event.get("event", "")
    if not isinstance(name, str):
        return {"event": UNREADABLE}
    shape = _SHAPES.get(name)
    if shape is None:
        return event
    needed, may = shape
    fits = all(test(event.get(member)) for member, test in needed.items()) and all(
        member not in event or test(event[member]) for member, test in may.items()
    )
    return event if fits else {"event": UNREADABLE, **({"slot": event["slot"]} if _text(event.get("slot")) else {})}


def is_line(line: Event) -> bool:
    """Answer whether a line of the history can be read; one that cannot tells nothing."""
    return (
        readable({**line, "attempt": line.get("attempt", 0)}).get("event") != UNREADABLE
        and (line.get("at") is None or _instant(line["at"]))
        and (line.get("ids") is None or _texts(line["ids"]))
    )


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _code(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_MOST < value < _MOST


def _state(value: Any) -> bool:
    return isinstance(value, str) and value in _STATES


def _instant(value: Any) -> bool:
    """Whether it is an instant with its offset; one without could not be compared."""
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _blank_or_instant(value: Any) -> bool:
    return value == "" or _instant(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _ends(value: Any) -> bool:
    return isinstance(value, Sequence) and all(
        isinstance(each, Mapping)
        and _text(each.get("name"))
        and (each.get("exitCode") is None or _code(each["exitCode"]))
        for each in value
    )


def _runs(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(told, list | tuple) and all(isinstance(event, Mapping) for event in told) for told in value.values()
    )


def _skip(value: Any) -> bool:
    return isinstance(value, Mapping) and ("missed" not in value or _number(value["missed"]))


def _maybe(test: Test) -> Test:
    return lambda value: value is None or test(value)


_ENDED: Final[Mapping[str, Test]] = {
    "exitCode": _maybe(_code),
    "started": _maybe(_blank_or_instant),
    "stopped": _maybe(_blank_or_instant),
    "containers": _maybe(_ends),
    "slot": _text,
}
_WHOLE: Final[tuple[Mapping[str, Test], Mapping[str, Test]]] = (
    {"schedule": _mapping, "since": _instant},
    {"at": _instant, "runs": _maybe(_runs), "skipped": _maybe(_skip), "commit": _text},
)
#: The ledger's events by name: the members that must be there, and those that may.
_SHAPES: Final[Mapping[str, tuple[Mapping[str, Test], Mapping[str, Test]]]] = {
    "start": (
        {"attempt": _number, "target": _text, "definition": _text, "at": _instant},
        {"parts": _number, "commit": _text, "slot": _text},
    ),
    "launched": ({"attempt": _number, "ids": _texts, "at": _instant}, {"part": _number, "slot": _text}),
    "refused": (
        {"attempt": _number, "at": _instant},
        {"part": _number, "slot": _text, "announced": _instant},
    ),
    "stopping": ({"attempt": _number}, {"at": _instant, "slot": _text}),
    "ended": ({"attempt": _number, "state": _state, "at": _instant}, _ENDED),
    "finished": ({"state": _state}, {"at": _instant, "slot": _text}),
    "assumed": ({"state": _state}, {"at": _instant, "slot": _text}),
    "retried": ({"at": _instant}, {}),
    "skipped": ({}, {"slot": _text, "missed": _number, "at": _instant}),
    "stands": _WHOLE,
    "renewed": _WHOLE,
}
