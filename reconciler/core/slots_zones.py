"""Local time and UTC: which instant a wall clock's time is, and when the clocks change. Pure.

Local times are naive here, as a person reads them off a wall. Two things make them differ from instants: where clocks
go forward some local times do not exist, and where they go back some happen twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: No zone of this century has changed its clocks forth and back within so short a time (the shortest: Ramadan).
_STEP: Final = timedelta(days=7)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The instant at which clocks show `after` in place of `before`, both naive."""

    instant: datetime
    before: datetime
    after: datetime


def instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Answer when a local time is, in UTC: the first of two occurrences, None where it does not exist.

    Between the two occurrences of a repeated time the offset falls, across a gap it rises (PEP 495).
    """
    aware = local.replace(tzinfo=zone, fold=0)
    offset, later = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    assert offset is not None
    assert later is not None
    if offset < later:
        return None
    return (local - offset).replace(tzinfo=UTC)


def is_repeated(local: datetime, zone: ZoneInfo) -> bool:
    """Answer whether a local time happens twice."""
    aware = local.replace(tzinfo=zone, fold=0)
    offset, later = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    return offset is not None and later is not None and offset > later


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Answer what clocks show at an instant."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def latest_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Answer a local time not before any that clocks have shown up to an instant.

    While an hour repeats itself that is later than what they show: they were there already.
    """
    aware = moment.astimezone(zone)
    shown = aware.replace(tzinfo=None, fold=0)
    if not aware.fold:
        return shown
    first, second = aware.replace(fold=0).utcoffset(), aware.utcoffset()
    assert first is not None
    assert second is not None
    return shown + (first - second)


def transitions(zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Transition]:
    """Yield the changes of the clocks in (after, until], in order."""
    start = after.astimezone(UTC).replace(microsecond=0)
    while start < until:
        end = min(start + _STEP, until.astimezone(UTC))
        if _offset(start, zone) != _offset(end, zone):
            moment = _bisect(zone, start, end)
            yield Transition(
                instant=moment,
                before=wall(moment - _SECOND, zone) + _SECOND,
                after=wall(moment, zone),
            )
        start = end


def _bisect(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """Answer the first second in (start, end] with the offset of the end."""
    before = _offset(start, zone)
    while end - start > _SECOND:
        middle = start + (end - start) // _SECOND // 2 * _SECOND
        if _offset(middle, zone) == before:
            start = middle
        else:
            end = middle
    return end


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
