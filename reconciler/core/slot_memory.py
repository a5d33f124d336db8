"""What the ledger remembers of a schedule: since when it stands, which slots were started, which were skipped. Pure.

All of it is in one stream for each job, `schedule/<job>`. Its events, in the order in which AWS took them in:

    stands   {"schedule", "since", "commit", "runs", "skipped", "at"}   from now on this schedule counts; {}: none does
    renewed  the same, written again so that nobody has to read far back; counts for the schedule that stands
    skipped  {"slot", "missed", "reason", "at"}                         a slot that nobody starts any more
    …        {"slot", …}                                                an event of a run, as :mod:`memory` has them

`runs` carries the events of runs that are not finished and of the newest one. A pass reads the last hours alone; where
it finds neither `stands` nor `renewed` there, it reads back to the last one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, Final

from reconciler.core import event_shapes
from reconciler.core.memory import Event, Memory, after
from reconciler.model import Spec

#: How far back a pass reads, and when what stands is written again: several passes fall in between.
READ_BACK: Final = timedelta(hours=6)
RENEW_AFTER: Final = timedelta(hours=2)
#: CloudWatch Logs takes events of a mebibyte (PutLogEvents). What stands is not said again where it would not fit, by a
#: run that was tried for weeks or has thousands of tasks: it is read back from where it was said before.
_LARGEST: Final = 900_000
#: The events that say all there is to know before them.
_WHOLE: Final = frozenset({"stands", "renewed"})
_SLOT: Final = "%Y-%m-%dT%H:%M:%SZ"
_SLOT_TEXT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A schedule as a pass first saw it, and when that was: nothing from before is ever started; {} where none is."""

    schedule: Spec
    since: datetime
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The newest slot that is not started any more, how many were missed with it, and why."""

    slot: datetime
    missed: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMemory:
    """What is known of one job's schedule; `runs` in the order of their slots, `log` all that was read.

    `told` are the events of each run, by its slot, in the order of their arrival, each once.
    """

    job: str
    standing: Standing | None = None
    renewed: datetime | None = None
    skipped: Skipped | None = None
    runs: tuple[Memory, ...] = ()
    log: tuple[Event, ...] = field(default=(), repr=False)
    told: Mapping[str, Sequence[Event]] = field(default_factory=dict, repr=False)

    @property
    def counts(self) -> bool:
        """Whether a schedule stands."""
        return self.standing is not None and bool(self.standing.schedule)

    @property
    def newest(self) -> datetime | None:
        """The newest slot whose fate is known: started, or skipped."""
        known = [slot_of(run) for run in self.runs[-1:]] + ([self.skipped.slot] if self.skipped else [])
        return max(known, default=None)

    @property
    def last(self) -> Memory | None:
        """The run of the newest slot that was started."""
        return self.runs[-1] if self.runs else None

    def run(self, slot: str) -> Memory | None:
        """Answer the run of a slot, as :func:`slot_text` names it."""
        return next((run for run in self.runs if run.generation == slot), None)


def slot_text(slot: datetime) -> str:
    """Answer a slot as it stands in triggers, tokens and events: RFC 3339, UTC."""
    return slot.astimezone(UTC).strftime(_SLOT)


def slot_from(text: str) -> datetime | None:
    """Answer the slot of such a text; None for any other."""
    if _SLOT_TEXT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def slot_of(run: Memory) -> datetime:
    """Answer the slot that a run was started for."""
    slot = slot_from(run.generation)
    assert slot is not None, run.stream
    return slot


def stream(job: str) -> str:
    """Name the ledger stream of a job's schedule."""
    return f"schedule/{job}"


def run_name(job: str, slot: datetime) -> str:
    """Name a slot's run, in the form that the streams of other runs have."""
    return f"slot/{job}/{slot_text(slot)}"


def remember_slots(job: str, events: Iterable[Event]) -> SlotMemory:
    """Read a stream's events, in the order of their arrival."""
    log = tuple(event_shapes.readable(event) for event in events)
    standing: Standing | None = None
    renewed: datetime | None = None
    skipped: Skipped | None = None
    runs: dict[str, list[Event]] = {}
    for event in log:
        kind = event.get("event")
        if kind in _WHOLE:
            known = standing
            standing = _standing(standing, event)
            if kind == "stands" or known is None or known.schedule == event.get("schedule"):
                renewed = _instant(event.get("at")) or renewed
            for slot, carried in (event.get("runs") or {}).items():
                if slot_from(slot) is not None:
                    runs[slot] = _merged(map(event_shapes.readable, carried), runs.get(slot, ()))
            skipped = _newer(skipped, event.get("skipped"))
        elif kind == "skipped":
            skipped = _newer(skipped, event)
        elif slot_from(str(event.get("slot", ""))) is not None:
            runs[event["slot"]] = _merged(runs.get(event["slot"], ()), [event])
    return SlotMemory(
        job=job,
        standing=standing,
        renewed=renewed,
        skipped=skipped,
        runs=tuple(_run(job, slot, told) for slot, told in sorted(runs.items())),
        log=log,
        told=runs,
    )


def extended(memory: SlotMemory, events: Iterable[Event]) -> SlotMemory:
    """Answer what is known once `events` have happened as well."""
    more = tuple(events)
    return remember_slots(memory.job, (*memory.log, *more)) if more else memory


def is_whole(event: Event) -> bool:
    """Answer whether nothing before this event needs to be read."""
    return event_shapes.readable(event).get("event", "") in _WHOLE


def stands(schedule: Spec, commit: str, memory: SlotMemory, now: datetime) -> Event:
    """Answer the event that lets a schedule count from now on; the same one, of a job that was renamed, goes on."""
    known = memory.standing
    since = known.since if known is not None and known.schedule == schedule else now
    return {"event": "stands", **_whole(memory, Standing(schedule=schedule, since=since, commit=commit), now)}


def ends(commit: str, memory: SlotMemory, now: datetime) -> Event:
    """Answer the event that lets a job's schedule count no more: one that comes back counts from then on."""
    return {"event": "stands", **_whole(memory, Standing(schedule={}, since=now, commit=commit), now)}


def renewal(memory: SlotMemory, now: datetime) -> Event | None:
    """Answer the event that says again what stands, when it is time to and it fits; it changes nothing."""
    if memory.standing is None or (memory.renewed is not None and now - memory.renewed < RENEW_AFTER):
        return None
    event = {"event": "renewed", **_whole(memory, memory.standing, now)}
    return event if len(str(event)) <= _LARGEST else None


def _whole(memory: SlotMemory, standing: Standing, now: datetime) -> Event:
    carried = [run for run in memory.runs if run.final is None or run is memory.last]
    return {
        "schedule": dict(standing.schedule),
        "since": standing.since.isoformat(),
        "commit": standing.commit,
        "runs": {run.generation: list(memory.told[run.generation]) for run in carried},
        "skipped": _told(memory.skipped),
        "at": now.isoformat(),
    }


def _standing(known: Standing | None, event: Event) -> Standing | None:
    """Answer what stands after an event: the first who says so counts; a renewal of something else does not."""
    schedule = event.get("schedule")
    since = _instant(event.get("since"))
    if not isinstance(schedule, Mapping) or since is None:
        return known
    if known is not None and (known.schedule == schedule or event.get("event") == "renewed"):
        return known
    return Standing(schedule=schedule, since=since, commit=str(event.get("commit") or ""))


def _newer(known: Skipped | None, told: Any) -> Skipped | None:
    slot = slot_from(str(told.get("slot", ""))) if isinstance(told, Mapping) else None
    if slot is None or (known is not None and known.slot >= slot):
        return known
    return Skipped(slot=slot, missed=int(told.get("missed", 1)), reason=str(told.get("reason", "")))


def _told(skipped: Skipped | None) -> Event | None:
    if skipped is None:
        return None
    return {"slot": slot_text(skipped.slot), "missed": skipped.missed, "reason": skipped.reason}


def _merged(first: Iterable[Event], then: Iterable[Event]) -> list[Event]:
    """Answer the events of both, each once."""
    found = list(first)
    found += [event for event in then if event not in found]
    return found


def _run(job: str, slot: str, events: Sequence[Event]) -> Memory:
    """Answer what events say of a slot's run; each was found readable, or said that it is not."""
    claimed = next((at for event in events if (at := _instant(event.get("at")))), None)
    when = slot_from(slot)
    assert when is not None
    run = Memory(stream=run_name(job, when), generation=slot, n=0, claimed=claimed or when)
    return reduce(after, events, run)


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
