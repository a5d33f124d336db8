"""What `--local` gives a command: the embedded AWS that runs already, else one of its own for as long as it lasts.

Both keep their state in the same file, so that one command goes on where the one before it ended.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.local import state as statefile
from reconciler.local.discovery import StateInUseError, find, state_lock
from reconciler.local.embedded import LocalAws, environment
from reconciler.local.server import PortTakenError
from reconciler.local.world import DEFAULT_ACCOUNT, DEFAULT_REGION

_VARIABLE: Final = "RECONCILER_LOCAL_STATE"


def default_state() -> Path:
    """Where the state is kept unless told otherwise: RECONCILER_LOCAL_STATE, else below the user's state directory."""
    told = os.environ.get(_VARIABLE)
    if told:
        return Path(told)
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "reconciler" / "local.json"


class EmbeddedClock:
    """The embedded AWS's time; sleeping on it moves that time on at once, so that nobody waits for a pretended task."""

    def __init__(self, now: Callable[[], float], advance: Callable[[float], None]) -> None:
        self._now = now
        self._advance = advance
        self._ahead = now() - time.time()

    def now(self) -> datetime:
        """The virtual instant, aware, in UTC."""
        return datetime.fromtimestamp(time.time() + self._ahead, UTC)

    def synchronise(self, instant: datetime) -> timedelta:
        """How far `instant` is from this clock, which is AWS's already and stays as it is."""
        return instant - self.now()

    def sleep(self, seconds: float) -> None:
        """Let the virtual time pass."""
        self._advance(max(seconds, 0.0))
        self._ahead = self._now() - time.time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An embedded AWS that answers: where, for which account and region, and its clock; whether it throttles."""

    endpoint: str
    account: str
    region: str
    clock: EmbeddedClock
    warnings: tuple[str, ...] = ()
    throttles: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead any AWS SDK or CLI there, into that account and region."""
        return environment(self.endpoint, self.account, self.region)


@contextmanager
def connected(
    *, state: Path, account: str | None = None, region: str | None = None, clusters: Sequence[str] = ()
) -> Iterator[Connection]:
    """The running embedded AWS of that state file, else a private one, prepared for what the manifests name.

    Raises UsageError in one line where the state file is in use, cannot be written or is somebody else's.
    """
    running = find(state)
    if running is not None:
        account, region = account or running.account, region or running.region
        running.prepare(account, region, tuple(clusters))
        clock = EmbeddedClock(running.now, running.advance)
        yield Connection(
            endpoint=running.endpoint, account=account, region=region, clock=clock, throttles=running.throttles
        )
        return
    with ExitStack() as held:
        with usage_errors(state):
            held.enter_context(state_lock(state))
            aws = LocalAws(
                state=state, account=account or DEFAULT_ACCOUNT, region=region or DEFAULT_REGION, clusters=clusters
            ).start()
        try:
            yield Connection(
                endpoint=aws.endpoint,
                account=aws.account,
                region=aws.region,
                clock=EmbeddedClock(aws.now, aws.advance),
                warnings=tuple(aws.warnings),
            )
        finally:
            with usage_errors(state):
                aws.stop()


@contextmanager
def usage_errors(state: Path) -> Iterator[None]:
    """Turn what can be wrong with a state file into one line of usage error."""
    try:
        yield
    except StateInUseError as error:
        raise UsageError(str(error), hint="end the other one, or give this one a --state of its own") from None
    except statefile.ForeignFileError as error:
        raise UsageError(str(error), hint="name another file with --state") from None
    except PortTakenError:
        raise
    except OSError as error:
        raise UsageError(
            f"{state}: the state cannot be kept there ({error.strerror or error})",
            hint="name another file with --state",
        ) from None
