"""The steps of runs, of one-shots and of slots alike. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from reconciler.core import runs
from reconciler.core.attempts import Bounds, Decision, Finished, Resume, Start, Stop, Wait, said
from reconciler.core.memory import Attempt
from reconciler.core.operations import Advance, Note
from reconciler.model import Action, Health, Job, RunState, Status, Step

KIND: Final = "run"

#: What is said of a run in each state.
VERBS: Final[Mapping[RunState, str]] = {
    RunState.SUCCEEDED: "succeeded",
    RunState.FAILED: "failed",
    RunState.UNKNOWN: "unknown",
    RunState.PENDING: "pending",
    RunState.RUNNING: "running",
}
_HEALTHS: Final[Mapping[RunState, Health]] = {
    RunState.PENDING: Health.PENDING,
    RunState.RUNNING: Health.RUNNING,
    RunState.SUCCEEDED: Health.SUCCEEDED,
    RunState.FAILED: Health.FAILED,
    RunState.UNKNOWN: Health.UNKNOWN,
}


def health_of(state: RunState) -> Health:
    """Answer the health of a job whose last run is in this state."""
    return _HEALTHS[state]


def said_of(state: RunState, reason: str) -> str:
    """Say how a run went."""
    return f"{VERBS[state]}{f': {reason}' if reason else ''}"


def lasting_refusal(attempt: Attempt | None, bounds: Bounds, now: datetime) -> str:
    """Answer why AWS made nothing of an attempt, where waiting does not help, or has not helped in time; else nothing.

    It is sent again all the same: in time is what somebody waits for it, the job's start timeout.
    """
    if attempt is None or attempt.refused is None:
        return ""
    if not attempt.transient:
        return attempt.refusal
    limit, since = bounds.start_timeout, attempt.refused_since or attempt.refused
    if limit is None or now - since < limit:
        return ""
    return f"nothing was started within {limit.total_seconds():g} s: {attempt.refusal}"


def run_step(
    job: Job, name: str, action: Action, reason: str, *, operation: Advance | Note | None = None, error: str = ""
) -> Step:
    """Answer a step about a run of `job`; one with an error has failed."""
    return Step(
        action=action,
        kind=KIND,
        name=name,
        job=job.name,
        reason=reason,
        operation=operation,
        source=job.source,
        status=Status.FAILED if error else Status.PLANNED,
        error=error,
    )


def keeps_time(step: Step) -> bool:
    """Whether a step ends a run that went on for too long: it waits for nothing that keeps its job from going on.

    One that makes room for the next start waits with that.
    """
    match step.operation:
        case Advance(decision=Stop(cause=cause)):
            return cause != runs.REPLACED
        case _:
            return False


def told_of(decision: Decision) -> str:
    """Say in a few words what was decided about a run."""
    match decision:
        case Wait(reason=reason) | Finished(reason=reason):
            return reason
        case Stop(cause=cause):
            return cause
        case Start(attempt=number):
            return said(number)
        case Resume():
            return "launch was announced and not recorded"


def health_under(decision: Decision) -> Health:
    """Answer the health of a job about whose run this was decided."""
    match decision:
        case Wait(state=state) | Finished(state=state):
            return health_of(state)
        case Stop():
            return Health.RUNNING
        case Start() | Resume():
            return Health.PENDING
