"""Launch at most once: claim, announce, send, record.

The order of the writes is the proof. A stream is created before anything else, and only one caller can create it; a
`start` event says where the launch will be sent, and the first one that AWS took in is the one that everybody
follows; only then is the launch sent, with a token made from the run's key; then what it made is recorded. Whoever
dies between two of these leaves enough for the next to finish it or to say that it cannot be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from reconciler.aws.backends import RunBackend
from reconciler.core import attempts, run_steps, runs
from reconciler.core.attempts import Resume, Start, Stop
from reconciler.core.memory import Attempt, Memory
from reconciler.core.operations import Advance, Note
from reconciler.engine.claims import Claimed, announce, claim
from reconciler.engine.context import Context
from reconciler.engine.definitions import body
from reconciler.engine.journal import Journal
from reconciler.engine.memories import is_one_shot, stream, trigger_of
from reconciler.engine.recording import Announced, Recorder
from reconciler.engine.requests import run_request
from reconciler.engine.sending import Busy, Forgotten, Placed, Postponed, Refusal, Until, place
from reconciler.errors import OutcomeUnknown, ReconcilerError, Throttled
from reconciler.model import Job, Launch, Launched, Revision, RunKey, Spec

#: So many of the tasks that a launch made are named in one line.
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """What would be sent, looked up and checked before it is claimed; `target` is where a first launch goes."""

    revision: Revision
    request: Spec
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """Carries out what was decided about a run. `seen_at` is when AWS was looked at, `journal` where it is recorded."""

    context: Context
    seen_at: datetime
    journal: Journal

    def advance(self, job: Job, operation: Advance, revision: Revision | None) -> str:
        """Do what was decided and answer a line that says what came of it."""
        if isinstance(operation.decision, Stop):
            return self._stop(job, operation)
        if revision is None:
            raise ReconcilerError("there is no verified revision to run")
        if isinstance(operation.decision, Start):  # what was sent before is looked for, however late it is
            self._until(operation).check(self.context.clock.now())
        name, expected = self._name(job, operation), _number(operation.decision)
        ready = _Ready(
            revision=revision,
            request=self._request(job, operation, self._key(name, expected), revision),
            target=self._target(job) if isinstance(operation.decision, Start) else "",
        )
        claimed = self._claimed(operation, name)
        decision = attempts.decide(claimed.memory, {}, operation.bounds, self.context.clock.now())
        if not isinstance(decision, Start | Resume):
            return f"another loop is on it: {type(decision).__name__.lower()}"
        number = _number(decision)
        if number != expected:
            ready = replace(ready, request=self._request(job, operation, self._key(name, number), revision))
        at = self._now()
        memory = self._announce(job, claimed, decision, ready, at)
        if memory.final or memory.last is None or memory.last.number != number or memory.last.placed:
            return "another loop is on it"
        resumed = isinstance(decision, Resume)
        announced = Announced(job=job, memory=memory, bounds=operation.bounds, at=at, resumed=resumed)
        return self._send(announced, ready.request, operation)

    def note(self, job: Job, operation: Note) -> str:
        """Claim a generation that will not be run, and record that its fate is not known unless it is."""
        name = stream(job.name, operation.generation, 0)
        memory = claim(self.journal, self.context.clock, name).memory
        if memory.final is None and not memory.attempts:
            self.journal.record(
                name, {"event": "finished", "state": "Unknown", "reason": operation.reason, "at": self._now()}
            )
        return operation.reason

    @property
    def _recorder(self) -> Recorder:
        return Recorder(context=self.context, journal=self.journal)

    def _now(self) -> str:
        return self.context.clock.now().isoformat()

    def _definition(self, memory: Memory, revision: Revision) -> str:
        """Answer the revision to run: a retry uses that of the first attempt."""
        return memory.attempts[0].definition if memory.attempts else revision.arn

    def _name(self, job: Job, operation: Advance) -> str:
        if operation.memory is not None:
            return operation.memory.stream
        return operation.stream or stream(job.name, operation.generation, operation.n)

    def _claimed(self, operation: Advance, name: str) -> Claimed:
        """Answer what is remembered of the run; a one-shot's of which nothing was announced is claimed for that."""
        memory = operation.memory
        if memory is None or (is_one_shot(name) and not memory.attempts):
            return claim(self.journal, self.context.clock, name)
        return Claimed(memory=memory)

    def _announce(self, job: Job, claimed: Claimed, decision: Start | Resume, ready: _Ready, at: str) -> Memory:
        """Say that the launch is about to be sent, and answer what everybody has said by then.

        Who sends it again says so too: else the refusal of one would speak for what the other is about to make.
        """
        memory = claimed.memory
        match decision:
            case Resume(attempt=attempt):
                number, target, definition, parts = attempt.number, attempt.target, attempt.definition, attempt.parts
            case Start(attempt=number):
                kind, definition = self.context.kind(job), self._definition(memory, ready.revision)
                target = ready.target or self._target(job)
                parts = len(kind.launches(ready.request, self._key(memory.stream, number), target, definition))
        event = {
            "event": "start",
            "attempt": number,
            "target": target,
            "definition": definition,
            "parts": parts,
            "commit": str(self.context.commit or ""),
            "at": at,
        }
        return announce(self.journal, claimed, event)

    def _target(self, job: Job) -> str:
        return self.context.kind(job).target(job) or self.context.backends.runs[job.kind].default_target()

    def _key(self, stream: str, attempt: int) -> RunKey:
        """Answer the key of an attempt: its job is the one that the run was claimed as."""
        claimed_as, owner = stream.split("/")[1], self.context.settings.owner
        return RunKey(owner=owner, job=claimed_as, trigger=trigger_of(stream), attempt=attempt)

    def _send(self, announced: Announced, request: Spec, operation: Advance) -> str:
        job, attempt = announced.job, announced.attempt
        backend = self.context.backends.runs[job.kind]
        key = self._key(announced.memory.stream, attempt.number)
        made: list[str] = []
        for launch in self.context.kind(job).launches(request, key, attempt.target, attempt.definition):
            if launch.key.part in attempt.launched_parts:
                continue
            placed = self._place(backend, launch, attempt, operation, resumed=announced.resumed)
            match placed:
                case Launched():
                    self._take_note(announced, launch, placed)
                    made += placed.ids
                case Refusal(reason=reason, error=error):
                    self._recorder.refused(announced, launch, reason, transient=False, settles=not backend.tokens)
                    raise error
                case Forgotten():
                    return self._recorder.forgotten(announced)
                case Busy(reason=reason):
                    raise Postponed(reason)
        more = f" and {len(made) - _NAMED} more" if len(made) > _NAMED else ""
        return f"{attempts.said(attempt.number)}: {', '.join(made[:_NAMED])}{more}"

    def _place(
        self, backend: RunBackend, launch: Launch, attempt: Attempt, operation: Advance, *, resumed: bool
    ) -> Placed:
        try:
            return place(self.context, backend, launch, attempt, self._until(operation), resumed=resumed)
        except (OutcomeUnknown, Throttled) as error:
            raise Postponed("it is looked for, and sent again with the same token", error=str(error)) from error

    def _until(self, operation: Advance) -> Until:
        return Until(seen_at=self.seen_at, expires=operation.expires)

    def _request(self, job: Job, operation: Advance, key: RunKey, revision: Revision) -> Spec:
        """Answer what is sent, looked up and checked before it is claimed: a fault here has changed nothing."""
        return run_request(self.context, job, body(self.context, job, revision), operation.bounds.main, key)

    def _take_note(self, announced: Announced, launch: Launch, launched: Launched) -> None:
        """Record what AWS has answered. Raises Postponed where that is a part, which is ended, or nothing for now."""
        reasons = "; ".join(sorted({f"{failure.reason} {failure.detail}".strip() for failure in launched.failures}))
        if not launched.ids:
            self._nothing_made(announced, launch, launched, reasons)
        cause = f"{runs.PARTLY_PLACED}: {reasons}" if launched.failures else ""
        self._recorder.launched(announced, launch, launched.ids, ended_for=cause)
        if cause:
            self._end(announced.job, launch.target, launched.ids, cause)
            raise Postponed(cause, error=cause)

    def _nothing_made(self, announced: Announced, launch: Launch, launched: Launched, reasons: str) -> NoReturn:
        transient = all(failure.transient for failure in launched.failures)
        known = self._recorder.refused(announced, launch, reasons, transient=transient, settles=True)
        if transient:
            lasting = run_steps.lasting_refusal(known.last, announced.bounds, self.context.clock.now())
            raise Postponed(f"{reasons}; it is sent again after a pause", error=lasting)
        raise ReconcilerError(f"nothing was started: {reasons}")

    def _stop(self, job: Job, operation: Advance) -> str:
        assert isinstance(operation.decision, Stop)
        assert operation.memory is not None
        stop = operation.decision
        if not stop.attempt.stopping:  # a task may take for ever to end, and every pass asks again
            self._recorder.stopping(operation.memory, stop.attempt.number, stop.cause)
        self._end(job, stop.attempt.target, stop.ids, stop.cause)
        return f"{stop.cause}: {', '.join(stop.ids)}"

    def _end(self, job: Job, target: str, ids: Sequence[str], cause: str) -> None:
        """End tasks; that they are being ended is on record before."""
        for task in ids:
            self.context.backends.runs[job.kind].stop(task, target, reason=f"{runs.STOPPED_BY_US}{cause}")


def _number(decision: Start | Resume) -> int:
    return decision.attempt if isinstance(decision, Start) else decision.attempt.number
