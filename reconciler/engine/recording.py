"""What came of a launch, written down: in the run's journal, which decides, and in the history, which people read.

What only the history tells is written first, since a line that it holds twice does no harm and one that it lacks is
lost; what AWS was made to start is in the journal first, since it must be found whatever happens next.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core import attempts, chronicle
from reconciler.core.attempts import Bounds
from reconciler.core.memory import Attempt, Event, Memory, after
from reconciler.engine.context import Context
from reconciler.engine.journal import Journal
from reconciler.engine.memories import Unrecorded, is_one_shot, trigger_of
from reconciler.model import Job, Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A launch that was announced at an instant; `resumed`: it may have been sent before."""

    job: Job
    memory: Memory
    bounds: Bounds
    at: str
    resumed: bool

    @property
    def attempt(self) -> Attempt:
        """The attempt that it is the launch of."""
        assert self.memory.last is not None
        return self.memory.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Writes down what became of the launches of a run that `journal` holds."""

    context: Context
    journal: Journal

    def launched(self, announced: Announced, launch: Launch, ids: Sequence[str], *, ended_for: str = "") -> None:
        """Put on record what a launch has made; of a part of it also why it is ended, in the same write.

        Whoever found the one without the other would take the part for the whole.
        """
        number = launch.key.attempt
        event: Event = {
            "event": "launched",
            "attempt": number,
            "part": launch.key.part,
            "ids": list(ids),
            "at": self._now(),
        }
        ending = [self._stopping(number, ended_for)] if ended_for else []
        self.journal.record(announced.memory.stream, event, *ending)
        line = chronicle.launched(trigger_of(announced.memory.stream), announced.attempt, ids)
        self.context.backends.history.append(announced.job.name, line)

    def refused(self, announced: Announced, launch: Launch, reason: str, *, transient: bool, settles: bool) -> Memory:
        """Put a refusal on record, and answer what is known then.

        It `settles` what was made before if AWS would have told of that instead. Once it is recorded it is no longer
        told, so the history comes first; whoever dies between the two leaves a launch that is sent again, with its
        token.
        """
        memory = announced.memory
        event: Event = {
            "event": "refused",
            "attempt": launch.key.attempt,
            "part": launch.key.part,
            "reason": reason,
            "transient": transient,
            "announced": announced.at,
            "settles": settles,
            "at": self._now(),
        }
        if announced.attempt.refusal != reason and is_one_shot(memory.stream):
            line = chronicle.refused(trigger_of(memory.stream), announced.attempt, reason)
            self.context.backends.history.append(announced.job.name, line)
        self.journal.record(memory.stream, event)
        return after(memory, event)

    def stopping(self, memory: Memory, attempt: int, cause: str) -> None:
        """Put on record that the tasks of an attempt are about to be ended, and why."""
        self.journal.record(memory.stream, self._stopping(attempt, cause))

    def forgotten(self, announced: Announced) -> str:
        """Put on record that what a launch made can no longer be known, and answer a line that says so."""
        events = attempts.unknown_launch(announced.attempt, self.context.clock.now())
        self.journal.record(announced.memory.stream, *events)
        return str(events[-1]["reason"])

    def _stopping(self, attempt: int, cause: str) -> Event:
        return {"event": "stopping", "attempt": attempt, "cause": cause, "at": self._now()}

    def _now(self) -> str:
        return self.context.clock.now().isoformat()


def record_ends(context: Context, unrecorded: Sequence[Unrecorded], journal: Journal) -> None:
    """Write down the ends of runs that were seen for the first time: in the history, then in their journal.

    In this order, since a line that the history holds twice is harmless, and one that it lacks is lost.
    """
    for ending in unrecorded:
        trigger, last = trigger_of(ending.memory.stream), ending.memory.last
        if last is not None:
            ends = [chronicle.ended(trigger, last, event) for event in ending.events if event["event"] == "ended"]
            context.backends.history.append_all(ending.job, [(line, None) for line in ends])
        journal.record(ending.memory.stream, *ending.events)
