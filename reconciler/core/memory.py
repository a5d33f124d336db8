"""What the ledger remembers of one run: the events of its stream, read back into attempts.

The stream's existence is the claim. Its events, in the order in which AWS took them in:

    start     {"attempt", "target", "definition", "parts", "commit", "at"}   a launch is about to be sent, or sent again
    launched  {"attempt", "part", "ids", "at"}                               its tasks or job
    refused   {"attempt", "part", "reason", "transient", "announced",        a definite answer that made nothing, to
               "settles", "at"}                                                the launch that was announced then
    stopping  {"attempt", "cause", "at"}                                     we ended it, and why
    ended     {"attempt", "state", "exitCode", "reason", "at", …}            how the attempt went (see `run_ends`)
    finished  {"state", "reason", "at"}                                      how the run went; nothing follows
    assumed   {"state", "at"}                                                what a person recorded, over all the rest
    retried   {"at"}                                                         a person wants the next number to be run

The first `start` of an attempt since its last refusal decides where everybody looks for it and sends it: two loops
that disagree about the cluster still ask the same one. Everybody who sends it announces that, and a refusal speaks for
the launch that it answers; where it `settles`, AWS would have told of what others had made, so it speaks as well for
all that were announced so long before that they were sent by then, or never will be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final

from reconciler.core import event_shapes, run_ends
from reconciler.model import ContainerEnd, RunState

Event = Mapping[str, Any]

#: What was announced so long ago was sent, or never will be: a launch rests on a look at AWS half as old at most.
SETTLED: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a run. `started` is when its launch was announced, `parts` how many calls it takes.

    `refused` is when AWS last made nothing of it, `refused_since` when it first did since it last made something.

    `open` are the instants at which launches were announced whose answer nobody has recorded.

    `began` and `stopped` are when its tasks did, as AWS told at their end.
    """

    number: int
    started: datetime
    target: str
    definition: str
    parts: int = 1
    commit: str = ""
    ids: tuple[str, ...] = ()
    launched_parts: frozenset[int] = frozenset()
    launched: datetime | None = None
    refusals: int = 0
    refused: datetime | None = None
    refused_since: datetime | None = None
    refusal: str = ""
    transient: bool = False
    stopping: str = ""
    ended: RunState | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    reason: str = ""
    began: datetime | None = None
    stopped: datetime | None = None
    containers: tuple[ContainerEnd, ...] = ()
    open: tuple[datetime, ...] = ()

    @property
    def doubtful_since(self) -> datetime:
        """Since when it may be that tasks exist of which nobody has recorded anything."""
        return self.started if self.ids else min(self.open, default=self.started)

    @property
    def placed(self) -> bool:
        """Whether every call of the attempt has been answered with its tasks."""
        return len(self.launched_parts) >= self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One claimed run: `n` counts the retries that people asked for, `final` is set when nothing more will happen.

    `attempts` are in the order of their numbers, in whatever order they are told.

    `retried` is when a person asked for the next number.
    """

    stream: str
    generation: str
    n: int
    claimed: datetime
    attempts: tuple[Attempt, ...] = ()
    final: RunState | None = None
    assumed: bool = False
    reason: str = ""
    retried: datetime | None = None

    @property
    def last(self) -> Attempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def going(self) -> bool:
        """Whether something of it was sent, or is about to be, and is not known to have ended."""
        last = self.last
        return self.final is None and last is not None and last.ended is None and last.refused is None


def remember(stream: str, generation: str, n: int, claimed: datetime, events: Sequence[Event]) -> Memory:
    """Read a stream's events, in the order of their arrival, into what is known of the run."""
    known = Memory(stream=stream, generation=generation, n=n, claimed=claimed)
    return reduce(after, map(event_shapes.readable, events), known)


def after(memory: Memory, event: Event) -> Memory:
    """Answer what is known once `event` has happened; an event of an unknown name, from a later version, is ignored."""
    match event.get("event"):
        case "finished" if memory.assumed:
            return memory
        case "finished" | "assumed":
            return replace(
                memory,
                final=RunState(event["state"]),
                assumed=event["event"] == "assumed",
                reason=str(event.get("reason", "")),
            )
        case event_shapes.UNREADABLE if memory.final is None:
            return replace(memory, final=RunState.UNKNOWN, reason="its record in the ledger cannot be read")
        case "retried":
            return replace(memory, retried=_instant(event))
        case "start":
            return _started(memory, event)
        case "launched" | "refused" | "stopping" | "ended":
            return replace(memory, attempts=tuple(_advanced(memory.attempts, event)))
        case _:
            return memory


def _started(memory: Memory, event: Event) -> Memory:
    number = int(event["attempt"])
    attempt = Attempt(
        number=number,
        started=_instant(event),
        target=str(event["target"]),
        definition=str(event["definition"]),
        parts=int(event.get("parts", 1)),
        commit=str(event.get("commit", "")),
        open=(_instant(event),),
    )
    earlier = next((known for known in memory.attempts if known.number == number), None)
    if earlier is None:
        return replace(memory, attempts=tuple(sorted((*memory.attempts, attempt), key=_by_number)))
    if earlier.refused is None or earlier.ids or earlier.open:
        known = replace(earlier, open=(*earlier.open, *attempt.open))
        return replace(memory, attempts=tuple(known if each is earlier else each for each in memory.attempts))
    again = replace(
        attempt,
        refusals=earlier.refusals,
        refused_since=earlier.refused_since,
        refusal=earlier.refusal,
        transient=earlier.transient,
    )
    return replace(memory, attempts=tuple(again if each is earlier else each for each in memory.attempts))


def _by_number(attempt: Attempt) -> int:
    return attempt.number


def _advanced(attempts: Iterable[Attempt], event: Event) -> Iterable[Attempt]:
    for attempt in attempts:
        yield _with(attempt, event) if attempt.number == event["attempt"] else attempt


def _with(attempt: Attempt, event: Event) -> Attempt:
    match event["event"]:
        case "launched":
            part = int(event.get("part", 0))
            ids = (*attempt.ids, *(each for each in event["ids"] if each not in attempt.ids))
            if part in attempt.launched_parts:
                return replace(attempt, ids=ids)  # told twice, or listed later than the others
            return replace(
                attempt,
                ids=ids,
                launched_parts=attempt.launched_parts | {part},
                launched=attempt.launched or _instant(event),
                refused=None,
                refused_since=None,
            )
        case "refused" if int(event.get("part", 0)) in attempt.launched_parts:  # another loop has launched it meanwhile
            return replace(attempt, open=_unanswered(attempt.open, event))
        case "refused":
            return replace(
                attempt,
                refusals=attempt.refusals + 1,
                refused=_instant(event),
                refused_since=attempt.refused_since or _instant(event),
                refusal=str(event.get("reason", "")),
                transient=bool(event.get("transient")),
                open=_unanswered(attempt.open, event),
            )
        case "stopping":
            return replace(attempt, stopping=attempt.stopping or str(event.get("cause", "")))
        case _:
            return replace(
                attempt,
                ended=RunState(event["state"]),
                ended_at=_instant(event),
                exit_code=event.get("exitCode"),
                reason=str(event.get("reason", "")),
                began=run_ends.started(event),
                stopped=run_ends.stopped(event),
                containers=run_ends.containers(event),
            )


def _unanswered(announced: Sequence[datetime], refusal: Event) -> tuple[datetime, ...]:
    """Answer the announcements that a refusal says nothing of; those of earlier versions speak for all."""
    if "announced" not in refusal:
        return ()
    left = list(announced)
    mine = datetime.fromisoformat(str(refusal["announced"]))
    if mine in left:
        left.remove(mine)
    if refusal.get("settles"):
        left = [instant for instant in left if _instant(refusal) - instant < SETTLED]
    return tuple(left)


def _instant(event: Event) -> datetime:
    return datetime.fromisoformat(str(event["at"]))
