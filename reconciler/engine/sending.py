"""Send one call that starts something, such that it happens at most once.

Where AWS knows tokens (RunTask), a call may be repeated for as long as AWS remembers what it made. Where it knows none
(SubmitJob), every submission is claimed in the ledger, sent once, and looked up by its deterministic name whenever it
is not certain that nothing came of it.
"""

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconciler.aws.backends import RunBackend
from reconciler.core import run_keys
from reconciler.core.memory import SETTLED, Attempt
from reconciler.engine.context import Context
from reconciler.errors import AwsCallError, Conflict, CredentialsExpired, OutcomeUnknown, ReconcilerError
from reconciler.model import Failure, Launch, Launched

#: A launch that rests on an older look at AWS than this is left to the next pass.
FRESH: Final = timedelta(minutes=5)
#: The event on a submission's claim that lets the next one be made at once: AWS has certainly made nothing of it.
_MADE_NOTHING: Final = "refused"


class Postponed(ReconcilerError):
    """It does not run as it should, and the next look goes on from there; `error` is set where somebody has failed."""

    def __init__(self, message: str, *, error: str = "") -> None:
        super().__init__(message)
        self.error = error


class Stale(Postponed):
    """The look at AWS that a launch rests on has grown too old, and nothing but a new one is wanted."""

    SAID: Final = "AWS was looked at too long ago to launch on it; the next pass will"

    def __init__(self) -> None:
        super().__init__(self.SAID, error=self.SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """AWS answered, and certainly made nothing."""

    reason: str
    error: AwsCallError


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What the launch made, if anything, can no longer be found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Somebody else may be sending it at this moment."""

    reason: str


Placed = Launched | Refusal | Forgotten | Busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """Until when a launch may be sent: it rests on a look at AWS, and a slot has a deadline."""

    seen_at: datetime
    expires: datetime | None = None

    def check(self, now: datetime) -> None:
        """Raise Stale, or ReconcilerError where it is too late for good."""
        if now - self.seen_at > FRESH:
            raise Stale
        if self.expires is not None and now > self.expires:
            raise ReconcilerError(f"it is not started after {self.expires:%H:%M:%S}Z (startingDeadlineSeconds)")


def place(
    context: Context, backend: RunBackend, launch: Launch, attempt: Attempt, until: Until, *, resumed: bool
) -> Placed:
    """Send `launch`, or find what an earlier sending of it made. `resumed`: it may have been sent before.

    Where only a part of it is found, its token asks for all that the first sending made: a list may lag behind.

    Raises ReconcilerError where it is too late for a launch, and what AWS raises where it is not
    certain that nothing was made.
    """
    found = _found(backend, launch, attempt.target) if resumed else ()
    if len(found) >= launch.size:
        return Launched(ids=found)
    now = context.clock.now()
    if resumed and (
        now - attempt.doubtful_since >= backend.recall or (until.expires is not None and now > until.expires)
    ):
        return Forgotten()
    until.check(now)
    if backend.tokens:
        return _send(backend, launch, found, resumed=resumed)
    return _submit(context, backend, launch, until)


def _send(backend: RunBackend, launch: Launch, found: tuple[str, ...] = (), *, resumed: bool) -> Placed:
    try:
        return _counted(launch, found, backend.launch(launch))
    except Conflict as conflict:
        if not conflict.resource_ids:
            raise
        return Launched(ids=conflict.resource_ids)
    except (OutcomeUnknown, CredentialsExpired):
        raise
    except AwsCallError as error:
        if resumed or error.repeated:
            raise
        return Refusal(reason=str(error), error=error)


def _counted(launch: Launch, found: tuple[str, ...], answer: Launched) -> Launched:
    """Answer what a launch has made, with what was found of it; an answer to a repeated token tells no failures."""
    ids = (*found, *(each for each in answer.ids if each not in found))
    if not ids or answer.failures or len(ids) >= launch.size:
        return replace(answer, ids=ids)
    return Launched(ids=ids, failures=(Failure(reason=f"there are {len(ids)} of {launch.size}"),))


def _submit(context: Context, backend: RunBackend, launch: Launch, until: Until) -> Placed:
    for n in itertools.count():
        stream = f"batch/{run_keys.run_hash(launch.key)}/{n}"
        claimed = context.backends.ledger.claim(stream) is not None
        if found := _found(backend, launch, launch.target):
            return Launched(ids=found)
        if claimed:
            return _submit_once(context, backend, launch, stream, until)
        record = context.backends.ledger.read_one(stream)
        if record is not None and any(event.get("event") == _MADE_NOTHING for event in record.events):
            continue
        if record is None or context.clock.now() - record.created < SETTLED:
            return Busy(reason="its submission was claimed less than ten minutes ago and is not listed yet")
    raise AssertionError("the numbers never end")


def _submit_once(context: Context, backend: RunBackend, launch: Launch, stream: str, until: Until) -> Placed:
    until.check(context.clock.now())
    try:
        placed = _send(backend, launch, resumed=False)
    except OutcomeUnknown:
        if found := _found(backend, launch, launch.target):
            return Launched(ids=found)
        raise
    if isinstance(placed, Refusal) or (isinstance(placed, Launched) and not placed.ids):
        context.backends.ledger.record(stream, {"event": _MADE_NOTHING, "at": context.clock.now().isoformat()})
    return placed


def _found(backend: RunBackend, launch: Launch, target: str) -> tuple[str, ...]:
    """Answer what AWS lists of a launch that was sent before."""
    return tuple(execution.id for execution in backend.find(launch.key, target))
