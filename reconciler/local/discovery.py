"""Where an embedded AWS answers: the note that a running one leaves beside its state file, and how others reach it.

The note `<state file>.running` (mode 0600) holds the endpoint, the token of the control endpoints and the process id.
The lock `<state file>.lock` is held for as long as somebody uses the state file, so that two never write it.
"""

import fcntl
import json
import os
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.local.embedded import environment

_TIMEOUT: Final = 10.0
_WAIT_FOR_LOCK: Final = 30.0
_LOCK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An embedded AWS in another process; `throttles` where it refuses those who call too often."""

    endpoint: str
    token: str
    pid: int
    account: str
    region: str
    throttles: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead any AWS SDK or CLI there."""
        return environment(self.endpoint, self.account, self.region)

    def now(self) -> float:
        """The virtual time, epoch seconds."""
        return float(self._control("GET", "health")["now"])

    def advance(self, seconds: float) -> None:
        """Move the virtual time on."""
        self._control("POST", "advance", {"seconds": seconds})

    def prepare(self, account: str, region: str, clusters: tuple[str, ...]) -> None:
        """See that a place has what every embedded AWS has, and these clusters."""
        self._control("POST", "prepare", {"account": account, "region": region, "clusters": list(clusters)})

    def _control(self, method: str, name: str, told: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self.endpoint}/_local/{name}",
            method=method,
            data=json.dumps(told).encode() if told is not None else None,
            headers={"X-Local-Token": self.token},
        )
        # Never through a proxy: HTTP_PROXY would carry the token off this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_TIMEOUT) as answer:
            answered: dict[str, Any] = json.load(answer)
        return answered


def note_path(state: Path) -> Path:
    """Where the running one that keeps its state in `state` says where it answers."""
    return state.with_name(state.name + ".running")


def leave_note(state: Path, running: Running) -> None:
    """Say where it answers, for this user alone. Raises OSError."""
    path = note_path(state)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(running), file)


def find(state: Path) -> Running | None:
    """The running embedded AWS that keeps its state in that file, if it answers."""
    try:
        running = Running(**json.loads(note_path(state).read_text()))
        running.now()
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return running


class StateInUseError(OSError):
    """Somebody else uses the state file."""


@contextmanager
def state_lock(state: Path, *, wait: float = _WAIT_FOR_LOCK) -> Iterator[None]:
    """Use a state file alone; waits for another to finish. Raises StateInUseError after `wait` seconds."""
    state.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with state.with_name(state.name + ".lock").open("w") as lock:
        waited = 0.0
        while not _locked(lock.fileno()):
            if waited >= wait:
                raise StateInUseError(f"{state}: another embedded AWS uses this state file")
            time.sleep(_LOCK_EVERY)
            waited += _LOCK_EVERY
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
