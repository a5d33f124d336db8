"""What is to be done about a claimed run, from what is remembered of it and what AWS tells of its tasks. Pure.

The rules, from the contract:
* an attempt is followed by another only after its tasks were seen to have ended, and never after Unknown;
* a launch that was announced but never recorded is looked for, and repeated with the same token for 55 minutes;
* an answer that made nothing is repeated with the same token, after a pause; while somebody else may have sent the
  launch as well, as one that was announced and never recorded;
* a task that AWS does not list is waited for during five minutes after its launch, then it is Unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.core import run_ends, runs
from reconciler.core.memory import Attempt, Event, Memory, after
from reconciler.model import Execution, RunState

#: How long DescribeTasks may not know a new task yet (eventual consistency, RunTask's documentation).
PROPAGATION = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)
#: A run that was ended for one of these is not tried again, whoever has ended it.
_FINAL = frozenset({runs.REPLACED, runs.ASKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the job says about its runs; `inessential` are the containers whose end says nothing of them."""

    main: str | None = None
    inessential: frozenset[str] = frozenset()
    backoff_limit: int = 0
    start_timeout: timedelta | None = None
    deadline: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Announce and send a new attempt."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Look for what an announced attempt made, and send again what made nothing."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """End the attempt's tasks for `cause`."""

    attempt: Attempt
    ids: tuple[str, ...]
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing to do yet; `until` is the earliest instant at which there will be, if time alone decides."""

    state: RunState
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Nothing more will happen."""

    state: RunState
    reason: str


Decision = Start | Resume | Stop | Wait | Finished


def settle(memory: Memory, executions: Mapping[str, Execution], bounds: Bounds, now: datetime) -> tuple[Event, ...]:
    """Answer the events that what AWS tells now adds to the memory: an attempt's end, and the run's."""
    if memory.final is not None or memory.last is None:
        return ()
    attempt, events = memory.last, []
    executions = {task: runs.marked(execution, bounds.inessential) for task, execution in executions.items()}
    if attempt.ended is None and (ended := _end(attempt, executions, bounds, now)):
        events.append(ended)
        attempt = after(memory, ended).attempts[-1]
    if attempt.ended is not None and (finished := _finish(attempt, bounds, now)):
        events.append(finished)
    return tuple(events)


def decide(memory: Memory, executions: Mapping[str, Execution], bounds: Bounds, now: datetime) -> Decision:
    """Answer what to do about a run whose memory has been settled."""
    attempt = memory.last
    if memory.final is not None:
        return Finished(state=memory.final, reason=memory.reason)
    if attempt is None:
        return Start(attempt=0)
    if attempt.ended is not None:
        return _after_pause(
            (attempt.ended_at or now) + pause(attempt.number),
            now,
            Start(attempt=attempt.number + 1),
            f"{said(attempt.number)} failed: {attempt.reason}",
        )
    if attempt.refused is not None:
        in_doubt = attempt.ids or attempt.open
        retry = Resume(attempt=attempt) if in_doubt else Start(attempt=attempt.number)
        return _after_pause(attempt.refused + pause(attempt.refusals - 1), now, retry, attempt.refusal)
    if not attempt.placed and not attempt.stopping:
        return Resume(attempt=attempt)
    return _overdue(attempt, executions, bounds, now) or _follow(attempt, executions)


def said(number: int) -> str:
    """Name an attempt to people, who count from one as the lines of runs do; keys and JSON count from zero."""
    return f"attempt {number + 1}"


def pause(failures: int) -> timedelta:
    """Answer how long to wait after the failure of this number (from 0): 10 s, 20 s, 40 s … ten minutes."""
    return min(FIRST_PAUSE * (1 << min(max(failures, 0), 10)), LONGEST_PAUSE)


def _after_pause(due: datetime, now: datetime, then: Decision, reason: str) -> Decision:
    return (
        then
        if now >= due
        else Wait(state=RunState.PENDING, reason=f"{reason}; tries again at {due:%H:%M:%S}Z", until=due)
    )


def _end(attempt: Attempt, executions: Mapping[str, Execution], bounds: Bounds, now: datetime) -> Event | None:
    if not attempt.ids or not (attempt.placed or attempt.stopping):
        return None
    known = [executions[task] for task in attempt.ids if task in executions]
    missing = len(known) < len(attempt.ids)
    if missing and now - (attempt.launched or attempt.started) < PROPAGATION:
        return None
    states = [runs.outcome(execution, bounds.main) for execution in known]
    if any(not state.finished for state in states):
        return None
    if missing:
        states.append(RunState.UNKNOWN)
    state = RunState.FAILED if attempt.stopping else runs.combined(states)
    return {
        "event": "ended",
        "attempt": attempt.number,
        "state": state.value,
        "at": now.isoformat(),
        **run_ends.times(known),
        **_why(attempt, known, states, bounds),
    }


def _why(attempt: Attempt, known: list[Execution], states: list[RunState], bounds: Bounds) -> Event:
    telling = next(
        (execution for execution, state in zip(known, states, strict=False) if state is not RunState.SUCCEEDED),
        known[0] if known else None,
    )
    if telling is None:
        return {"exitCode": None, "reason": "AWS no longer knows its tasks, and no end was recorded"}
    reason = runs.explanation(telling, bounds.main)
    if len(known) < len(attempt.ids):
        reason = f"{len(attempt.ids) - len(known)} of {len(attempt.ids)} tasks are no longer known to AWS"
    return {
        "exitCode": runs.exit_code(telling, bounds.main),
        "reason": f"{attempt.stopping}: {reason}" if attempt.stopping and attempt.stopping not in reason else reason,
        "containers": run_ends.written(telling.containers),
    }


def _finish(attempt: Attempt, bounds: Bounds, now: datetime) -> Event | None:
    final = attempt.stopping in _FINAL or any(f"{runs.STOPPED_BY_US}{cause}" in attempt.reason for cause in _FINAL)
    retried = attempt.ended is RunState.FAILED and attempt.number < bounds.backoff_limit and not final
    if retried or attempt.ended is None:
        return None
    return {"event": "finished", "state": attempt.ended.value, "reason": attempt.reason, "at": now.isoformat()}


def _overdue(attempt: Attempt, executions: Mapping[str, Execution], bounds: Bounds, now: datetime) -> Stop | None:
    if attempt.stopping:
        return None
    going = [executions[task] for task in attempt.ids if task in executions and not executions[task].state.finished]
    for execution in going:
        since = execution.waiting_since
        if bounds.start_timeout is not None and since is not None and now - since > bounds.start_timeout:
            cause = f"{runs.START_TIMEOUT} after {_seconds(bounds.start_timeout)} s"
            return Stop(attempt=attempt, ids=tuple(other.id for other in going), cause=cause)
        if bounds.deadline is not None and execution.started is not None and now - execution.started > bounds.deadline:
            cause = f"{runs.DEADLINE} of {_seconds(bounds.deadline)} s exceeded"
            return Stop(attempt=attempt, ids=tuple(other.id for other in going), cause=cause)
    return None


def _follow(attempt: Attempt, executions: Mapping[str, Execution]) -> Decision:
    known = [executions[task] for task in attempt.ids if task in executions]
    going = [execution for execution in known if not execution.state.finished]
    if attempt.stopping and going:
        return Stop(attempt=attempt, ids=tuple(execution.id for execution in going), cause=attempt.stopping)
    running = any(execution.state is RunState.RUNNING for execution in going)
    state = RunState.RUNNING if running else RunState.PENDING
    statuses = sorted({_standing(execution) for execution in going}) or ["launched"]
    return Wait(state=state, reason=f"{said(attempt.number)} is {', '.join(statuses)}")


def _standing(execution: Execution) -> str:
    return f"{execution.status} ({execution.reason})" if execution.reason else execution.status


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def unknown_launch(attempt: Attempt, now: datetime) -> tuple[Event, ...]:
    """Answer the events for a launch that was announced too long ago to be repeated, and of which nothing is found."""
    reason = "a launch was announced and never recorded; its tasks, if any, are no longer known"
    ended = {"event": "ended", "attempt": attempt.number, "state": "Unknown", "reason": reason, "at": now.isoformat()}
    return (ended, {"event": "finished", "state": "Unknown", "reason": reason, "at": now.isoformat()})


def seconds(value: int | None) -> timedelta | None:
    """Answer a manifest's number of seconds as a span."""
    return timedelta(seconds=value) if value is not None else None
