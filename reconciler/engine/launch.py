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
from reconciler.core import attempts, chronicle, run_steps, runs
from reconciler.core.attempts import Bounds, Resume, Start, Stop
from reconciler.core.memory import Attempt, Event, Memory, after
from reconciler.core.operations import Advance, Note
from reconciler.engine.claims import Claimed, announce, claim
from reconciler.engine.context import Context
from reconciler.engine.definitions import body
from reconciler.engine.journal import Journal
from reconciler.engine.memories import Unrecorded, is_one_shot, stream
from reconciler.engine.requests import run_request
from reconciler.engine.sending import Busy, Forgotten, Placed, Refusal, Until, place
from reconciler.errors import OutcomeUnknown, ReconcilerError, Throttled
from reconciler.model import Job, Launch, Launched, Revision, RunKey, Spec

#: So many of the tasks that a launch made are named in one line.
_NAMED = 3


class Postponed(ReconcilerError):
    """It does not run as it should, and the next look goes on from there; `error` is set where somebody has failed."""

    def __init__(self, message: str, *, error: str = "") -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    """A launch that was announced at an instant; `resumed`: it may have been sent before."""

    job: Job
    memory: Memory
    bounds: Bounds
    announced: str
    resumed: bool


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
        announced = self._now()
        memory = self._announce(job, claimed, decision, ready, announced)
        if memory.final or memory.last is None or memory.last.number != number or memory.last.placed:
            return "another loop is on it"
        sending = _Sending(
            job=job,
            memory=memory,
            bounds=operation.bounds,
            announced=announced,
            resumed=isinstance(decision, Resume),
        )
        return self._send(sending, ready.request, operation)

    def note(self, job: Job, operation: Note) -> str:
        """Claim a generation that will not be run, and record that its fate is not known unless it is."""
        name = stream(job.name, operation.generation, 0)
        memory = claim(self.journal, self.context.clock, name).memory
        if memory.final is None and not memory.attempts:
            self.journal.record(
                name, {"event": "finished", "state": "Unknown", "reason": operation.reason, "at": self._now()}
            )
        return operation.reason

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

    def _send(self, sending: _Sending, request: Spec, operation: Advance) -> str:
        job, attempt = sending.job, sending.memory.last
        assert attempt is not None
        backend = self.context.backends.runs[job.kind]
        key = self._key(sending.memory.stream, attempt.number)
        made: list[str] = []
        for launch in self.context.kind(job).launches(request, key, attempt.target, attempt.definition):
            if launch.key.part in attempt.launched_parts:
                continue
            placed = self._place(backend, launch, attempt, operation, resumed=sending.resumed)
            match placed:
                case Launched():
                    self._record(sending, launch, placed)
                    made += placed.ids
                case Refusal(reason=reason, error=error):
                    self._refused(sending, launch, reason, transient=False, settles=not backend.tokens)
                    raise error
                case Forgotten():
                    return self._give_up(sending.memory, attempt)
                case Busy(reason=reason):
                    raise Postponed(reason)
        more = f" and {len(made) - _NAMED} more" if len(made) > _NAMED else ""
        return f"attempt {attempt.number}: {', '.join(made[:_NAMED])}{more}"

    def _place(
        self, backend: RunBackend, launch: Launch, attempt: Attempt, operation: Advance, *, resumed: bool
    ) -> Placed:
        until = Until(seen_at=self.seen_at, expires=operation.expires)
        try:
            return place(self.context, backend, launch, attempt, until, resumed=resumed)
        except (OutcomeUnknown, Throttled) as error:
            raise Postponed("it is looked for, and sent again with the same token", error=str(error)) from error

    def _request(self, job: Job, operation: Advance, key: RunKey, revision: Revision) -> Spec:
        """Answer what is sent, looked up and checked before it is claimed: a fault here has changed nothing."""
        return run_request(self.context, job, body(self.context, job, revision), operation.bounds.main, key)

    def _record(self, sending: _Sending, launch: Launch, launched: Launched) -> None:
        """Put on record what a launch has made; of a part of it also that it is ended, at once.

        Whoever found the one without the other would take the part for the whole.
        """
        reasons = "; ".join(sorted({f"{failure.reason} {failure.detail}".strip() for failure in launched.failures}))
        if not launched.ids:
            self._nothing_made(sending, launch, launched, reasons)
        memory, number, cause = sending.memory, launch.key.attempt, f"{runs.PARTLY_PLACED}: {reasons}"
        event: Event = {
            "event": "launched",
            "attempt": number,
            "part": launch.key.part,
            "ids": list(launched.ids),
            "at": self._now(),
        }
        self.journal.record(memory.stream, event, *([self._stopping(number, cause)] if launched.failures else []))
        assert memory.last is not None
        line = chronicle.launched(trigger_of(memory.stream), memory.last, launched.ids)
        self.context.backends.history.append(sending.job.name, line)
        if launched.failures:
            self._end(sending.job, launch.target, launched.ids, cause)
            raise Postponed(cause, error=cause)

    def _nothing_made(self, sending: _Sending, launch: Launch, launched: Launched, reasons: str) -> NoReturn:
        transient = all(failure.transient for failure in launched.failures)
        told = self._refused(sending, launch, reasons, transient=transient, settles=True)
        if transient:
            lasting = run_steps.lasting_refusal(told.last, sending.bounds, self.context.clock.now())
            raise Postponed(f"{reasons}; it is sent again after a pause", error=lasting)
        raise ReconcilerError(f"nothing was started: {reasons}")

    def _refused(self, sending: _Sending, launch: Launch, reason: str, *, transient: bool, settles: bool) -> Memory:
        """Put a refusal on record, and answer what is known then; it `settles` what was made before if AWS would have
        told of that instead.

        In the history first: told twice it does no harm, and once it is recorded it is no longer told. Whoever dies
        between the two leaves a launch that is sent again, with its token.
        """
        job, memory = sending.job, sending.memory
        event: Event = {
            "event": "refused",
            "attempt": launch.key.attempt,
            "part": launch.key.part,
            "reason": reason,
            "transient": transient,
            "announced": sending.announced,
            "settles": settles,
            "at": self._now(),
        }
        if memory.last is not None and memory.last.refusal != reason and is_one_shot(memory.stream):
            line = chronicle.refused(trigger_of(memory.stream), memory.last, reason)
            self.context.backends.history.append(job.name, line)
        self.journal.record(memory.stream, event)
        return after(memory, event)

    def _give_up(self, memory: Memory, attempt: Attempt) -> str:
        events = attempts.unknown_launch(attempt, self.context.clock.now())
        self.journal.record(memory.stream, *events)
        return str(events[-1]["reason"])

    def _stop(self, job: Job, operation: Advance) -> str:
        assert isinstance(operation.decision, Stop)
        assert operation.memory is not None
        stop = operation.decision
        self.journal.record(operation.memory.stream, self._stopping(stop.attempt.number, stop.cause))
        self._end(job, stop.attempt.target, stop.ids, stop.cause)
        return f"{stop.cause}: {', '.join(stop.ids)}"

    def _stopping(self, attempt: int, cause: str) -> Event:
        return {"event": "stopping", "attempt": attempt, "cause": cause, "at": self._now()}

    def _end(self, job: Job, target: str, ids: Sequence[str], cause: str) -> None:
        """End tasks; that they are being ended is on record before."""
        for task in ids:
            self.context.backends.runs[job.kind].stop(task, target, reason=f"{runs.STOPPED_BY_US}{cause}")


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


def _number(decision: Start | Resume) -> int:
    return decision.attempt if isinstance(decision, Start) else decision.attempt.number


def trigger_of(stream: str) -> str:
    """Answer the trigger of a stream's run: `once/<job>/<generation>/<n>` is `once:<generation>/<n>`."""
    kind, _, rest = stream.split("/", 2)
    return f"{kind}:{rest}"
