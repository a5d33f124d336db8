"""`run JOB --slot INSTANT`: a start of the schedule that nobody made, made up for by hand.

It has the slot's own key: whoever starts the slot as well, a loop, EventBridge or another person, asks with the same
token (for Batch: the same claim), and AWS starts it once. Where AWS has forgotten the token, what the ledger and the
history tell of the slot decides. Passes then follow the run as any other of its schedule.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.aws.ledger import Claim, StreamRecord
from reconciler.core import chronicle, run_keys, run_views, slots
from reconciler.core.slot_memory import run_name, slot_text
from reconciler.engine.context import Context
from reconciler.engine.journal import OwnJournal
from reconciler.engine.memories import recall
from reconciler.engine.run_journal import RunJournal
from reconciler.errors import Refused, UsageError
from reconciler.model import Job, Run, Schedule

_INSTANT = timedelta(microseconds=1)


class SlotJournal(OwnJournal):
    """The journal of a slot's run: the schedule's, and this process's memory, as a listing may lag behind."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.clock)
        self._shared = RunJournal(context.backends.ledger, context.clock)

    def claim(self, stream: str) -> Claim | None:
        """Begin a run; nothing is written before its launch is answered."""
        self._shared.claim(stream)
        return super().claim(stream)

    def record(self, stream: str, *events: Mapping[str, Any]) -> datetime:
        """Add events."""
        self._shared.record(stream, *events)
        return super().record(stream, *events)


def check(context: Context, job: Job, instant: datetime) -> str:
    """Answer the name of a slot's run.

    Raises UsageError where it is no slot; Refused where it was started already, or where that cannot be known.
    """
    slot = instant.astimezone(UTC)
    if not isinstance(job.trigger, Schedule):
        raise UsageError(f"--slot: {job.name} has no schedule", hint=f"`reconcile run {job.name}` launches it")
    if slot not in slots.instants(job.trigger, slot - _INSTANT, slot):
        raise UsageError(f"--slot: {job.name} does not start at {slot_text(slot)}", hint=_neighbours(job.trigger, slot))
    if slot > context.clock.now():
        raise UsageError(f"--slot: {slot_text(slot)} has not come yet", hint=f"`reconcile run {job.name}` launches now")
    name, another = run_name(job.name, slot), f"`reconcile run {job.name}` launches another run"
    started = _started(context, job, slot, name)
    if started is not None:
        raise Refused(f"{job.name}: {slot_text(slot)} was started already, and {_standing(started)}", hint=another)
    kept = context.settings.history_retention_days
    if context.clock.now() - slot > timedelta(days=kept):
        unknown = f"whether {slot_text(slot)} was started is not known, as the history is kept {kept} days"
        raise Refused(f"{job.name}: {unknown}", hint=another)
    return name


def _started(context: Context, job: Job, slot: datetime, name: str) -> Run | None:
    trigger = run_keys.slot_trigger(slot_text(slot))
    record: StreamRecord | None = RunJournal(context.backends.ledger, context.clock).read_one(name)
    last = recall(name, record).last if record is not None else None
    if last is not None and (last.ids or last.refused is None):
        return run_views.of_attempt(job.name, trigger, last, {})
    lines = context.backends.history.read_all(slot, containing=trigger).get(job.name, ())
    return next((run for run in chronicle.runs(job.name, lines) if run.trigger == trigger), None)


def _standing(run: Run) -> str:
    return f"has {run.state.lower()}" if run.state.finished else "goes on"


def _neighbours(schedule: Schedule, slot: datetime) -> str:
    before, after = slots.last_start(schedule, slot), slots.next_starts(schedule, slot, 1)
    around = [slot_text(each) for each in (*([before] if before else []), *after)]
    return f"it starts at {' and '.join(around)}" if around else "it never starts"
