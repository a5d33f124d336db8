"""`run JOB`: one launch by hand of the revision in force, followed by this process alone if anybody follows it.

The run has a random id of its own, so nobody else can claim it and no claim is needed: its events are kept in this
process's memory. The token is made from the id, so whatever the SDK repeats starts nothing twice. A slot's run is the
exception (see `by_slot`).
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconciler.core import attempts, run_views, runs
from reconciler.core.attempts import Bounds, Finished, Start, Wait
from reconciler.core.memory import Memory, after
from reconciler.core.operations import Advance
from reconciler.engine.by_slot import SlotJournal
from reconciler.engine.context import Context
from reconciler.engine.in_force import in_force
from reconciler.engine.journal import OwnJournal
from reconciler.engine.launch import Launcher
from reconciler.engine.memories import Unrecorded, recall, trigger_of
from reconciler.engine.recording import record_ends
from reconciler.engine.sending import Postponed
from reconciler.errors import OutcomeUnknown, ReconcilerError, Throttled
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Execution, Job, Linked, Revision, Run

#: What Batch says of an attempt that its `timeout` has ended (user guide, "Job timeouts").
_TIMED_OUT_BY_AWS: Final = "attempt duration exceeded timeout"
_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run that can be launched: the job as this run has it, linked to the revision in force."""

    job: Job
    revision: Revision
    bounds: Bounds
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run by hand went; `timed_out` where its deadline or start timeout ended it."""

    run: Run
    timed_out: bool = False


def prepare(context: Context, job: Job, changes: RunChanges) -> Prepared:
    """Look up what a run of `job` uses and lay `changes` over its run section; nothing is launched yet.

    Raises Refused where no revision is in force, UsageError for changes that the kind has not got.
    """
    found = in_force(context, job)
    definition = found.revision.spec or {}
    kind = context.kind(job)
    edited = replace(kind.changed(job, definition, changes), definition=Linked(reference=found.revision.arn))
    return Prepared(
        job=edited, revision=found.revision, bounds=kind.bounds(edited, definition), warnings=found.warnings
    )


class ManualRun:
    """A run by hand: launched by the first look, moved on by every other; `slot` names the run of one, where it is."""

    def __init__(self, context: Context, prepared: Prepared, slot: str | None = None) -> None:
        self._context = context
        self._prepared = prepared
        self._journal = OwnJournal(context.clock) if slot is None else SlotJournal(context)
        self._stream = slot or f"manual/{prepared.job.name}/{secrets.token_hex(_ID_BYTES)}"
        self._executions: dict[str, Execution] = {}
        self._asked = context.clock.now()
        self._journal.claim(self._stream)

    @property
    def run(self) -> Run:
        """The run as it was when last looked at: its newest attempt."""
        memory, trigger = self._memory, trigger_of(self._stream)
        if memory.last is None:
            return Run(job=self._prepared.job.name, trigger=trigger)
        main = self._prepared.bounds.main
        return run_views.of_attempt(self._prepared.job.name, trigger, memory.last, self._executions, main)

    @property
    def ended(self) -> Ended | None:
        """How it went, once nothing more will happen."""
        memory = self._memory
        if memory.final is None or memory.last is None:
            return None
        cause, run = memory.last.stopping, replace(self.run, state=memory.final)
        by_us = cause.startswith((runs.START_TIMEOUT, runs.DEADLINE))
        return Ended(run=run, timed_out=by_us or _TIMED_OUT_BY_AWS in run.reason)

    def launch(self) -> None:
        """Start it, once. Raises ReconcilerError where nothing was started.

        An answer that was lost is looked for once: whoever does not wait has no later look.
        """
        try:
            self._advance_or_look_again()
        except (Postponed, OutcomeUnknown, Throttled) as passing:
            raise self._not_started(passing) from passing

    def _advance_or_look_again(self) -> None:
        try:
            self._advance()
        except (Postponed, OutcomeUnknown, Throttled):
            if not self._is_lost:
                raise
            self._advance()

    def _not_started(self, passing: ReconcilerError) -> ReconcilerError:
        """Answer what somebody is told who does not wait: a part is being stopped, it may have started, it has not."""
        last = self._memory.last
        if last is not None and last.ids:
            return ReconcilerError(_said(passing))
        if self._is_lost:
            hint = f"it may have started: `reconcile runs {self._prepared.job.name}` shows what is going on"
            return ReconcilerError(_said(passing), hint=hint)
        return ReconcilerError(f"nothing was started: {self.run.reason}", hint="--wait tries again")

    @property
    def _is_lost(self) -> bool:
        """Whether a launch was sent and what it made is not known."""
        last = self._memory.last
        return last is not None and not last.ids and last.refused is None

    def look(self) -> bool:
        """See how it stands, do what is due, and answer whether it has ended.

        Capacity that lacks, throttling and lost answers are waited out until the start timeout. Raises ReconcilerError
        where nothing can be started.
        """
        try:
            self._advance()
        except (Postponed, OutcomeUnknown, Throttled) as passing:
            self._give_up_on(passing)
        return self.ended is not None

    @property
    def _memory(self) -> Memory:
        record = self._journal.read_one(self._stream)
        assert record is not None
        return recall(self._stream, record)

    def _advance(self) -> None:
        now = self._context.clock.now()
        memory = self._settled(now)
        decision = attempts.decide(memory, self._executions, self._prepared.bounds, now)
        if isinstance(decision, Finished | Wait):
            return
        if isinstance(decision, Start):
            self._executions = {}
        operation = Advance(
            generation=memory.generation, n=0, decision=decision, bounds=self._prepared.bounds, memory=memory
        )
        launcher = Launcher(context=self._context, seen_at=now, journal=self._journal)
        launcher.advance(self._prepared.job, operation, self._prepared.revision)

    def _settled(self, now: datetime) -> Memory:
        memory, job = self._memory, self._prepared.job
        last = memory.last
        if last is not None and last.ids and last.ended is None:
            found = self._context.backends.runs[job.kind].describe(last.ids, last.target)
            self._executions |= found
            events = attempts.settle(memory, found, self._prepared.bounds, now)
            ending = Unrecorded(job=job.name, memory=memory, events=events, executions=found)
            record_ends(self._context, [ending] if events else [], self._journal)
            for event in events:
                memory = after(memory, event)
        return memory

    def _give_up_on(self, passing: ReconcilerError) -> None:
        """Raise what keeps the run from being placed once the start timeout has passed."""
        memory, limit = self._memory, self._prepared.bounds.start_timeout
        placed = memory.last is not None and bool(memory.last.ids)
        if placed or limit is None or self._context.clock.now() - self._asked < limit:
            return
        reason = self.run.reason or _said(passing)
        waited = int(limit / timedelta(seconds=1))
        raise ReconcilerError(f"nothing was started within {waited} s: {reason}")


def _said(passing: ReconcilerError) -> str:
    """Answer what AWS said, where a launch was postponed for it."""
    return (passing.error if isinstance(passing, Postponed) else "") or passing.message
