"""The one-shots of which it may no longer be possible to know whether they were launched, or how they ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tests.proof.laboratory import Laboratory, Start

#: For so long what was announced and not recorded is found again, or sent again with its token.
COVERED: Final = timedelta(minutes=55)
#: Batch tells of its jobs for seven days.
_BY_BATCH: Final = frozenset({"crunch", "array"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """The newest attempt of a one-shot on ECS, as the ledger tells of it."""

    job: str
    announced: datetime
    #: Whether every call that sends it was answered, and the answer recorded.
    placed: bool
    ended: bool


def in_doubt(laboratory: Laboratory, *, events_kept: bool) -> set[str]:
    """Answer the one-shots that were announced too long ago, of which no end is on record.

    Where `events_kept` tell how a task ended, only those of which not every task is on record.
    """
    return {
        attempt.job
        for attempt in _attempts(laboratory)
        if not attempt.ended
        and not (events_kept and attempt.placed)
        and laboratory.now() - attempt.announced >= COVERED
    }


@dataclass(slots=True, kw_only=True)
class Doubt:
    """The one-shots that were ever in doubt, and what had been started of them `before` they were."""

    laboratory: Laboratory
    jobs: set[str] = field(default_factory=set)
    before: dict[Start, int] = field(default_factory=dict)

    def look(self) -> None:
        """Take note of those that are in doubt now; for whenever time has passed."""
        for job in in_doubt(self.laboratory, events_kept=True) - self.jobs:
            self.jobs.add(job)
            self.before |= {start: count for start, count in self.laboratory.starts().items() if start.job == job}


def _attempts(laboratory: Laboratory) -> Iterator[_Attempt]:
    for stream, events in laboratory.ledger().items():
        kind, job, *_ = stream.split("/")
        numbers = [event["attempt"] for event in events if event["event"] == "start"]
        if kind != "once" or job in _BY_BATCH or not numbers:
            continue
        newest: dict[str, list[Mapping[str, Any]]] = {}
        for event in events:
            if event.get("attempt") == max(numbers):
                newest.setdefault(event["event"], []).append(event)
        first = newest["start"][0]
        yield _Attempt(
            job=job,
            announced=datetime.fromisoformat(first["at"]),
            placed=len({event["part"] for event in newest.get("launched", ())}) >= first["parts"],
            ended="ended" in newest,
        )
