"""Two reconcilers at work on one account at the same time, their calls interleaved as a seed says."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from reconciler.aws.clients import Clients
from reconciler.aws.session import Aws
from reconciler.engine import Reconciler
from reconciler.model import Report
from tests.engine.harness import REGION, VirtualClock
from tests.proof.laboratory import Laboratory

NAMES = ("first", "second")
#: In real seconds; only a deadlock of the test itself lasts so long.
_STUCK = 120.0


class Turns:
    """Lets one call through at a time, of the caller that the seed chooses, once every caller that is alive has one."""

    def __init__(self) -> None:
        self._random = random.Random()
        self._condition = threading.Condition()
        self._waiting: set[str] = set()
        self._alive: set[str] = set()
        self._chosen = ""
        self.order: list[str] = []

    def begin(self, seed: int) -> None:
        """Start afresh; whose turns they were is forgotten."""
        self._random.seed(seed)
        self._alive = set()
        self.order = []

    def join(self, names: tuple[str, ...]) -> None:
        """Let these take turns from now on."""
        with self._condition:
            self._alive |= {*names}

    def leave(self, name: str) -> None:
        """Let the others go on without this one."""
        with self._condition:
            self._alive.discard(name)
            self._choose()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait until it is this one's turn, and have it for as long as the block lasts."""
        with self._condition:
            self._waiting.add(name)
            self._choose()
            assert self._condition.wait_for(lambda: self._chosen == name, _STUCK)
            self._waiting.discard(name)
            self.order.append(name)
        try:
            yield
        finally:
            with self._condition:
                self._chosen = ""
                self._choose()

    def _choose(self) -> None:
        if not self._chosen and self._alive and self._waiting >= self._alive:
            self._chosen = self._random.choice(sorted(self._alive))
        self._condition.notify_all()


class TurnAws(Aws):
    """A session whose calls wait for their turn."""

    def __init__(self, turns: Turns, name: str, **options: Any) -> None:
        super().__init__(**options)
        self._turns = turns
        self._name = name

    def _send(self, clients: Clients, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        with self._turns.turn(self._name):
            return super()._send(clients, action, members)


@dataclass(slots=True, kw_only=True)
class Pair:
    """Two sessions that take turns."""

    turns: Turns
    sessions: Mapping[str, Aws]

    @classmethod
    @contextmanager
    def opened(cls, laboratory: Laboratory) -> Iterator["Pair"]:
        """Answer a pair on one embedded AWS."""
        aws, turns = laboratory.aws, Turns()
        with ExitStack() as stack:
            sessions = {
                name: stack.enter_context(
                    TurnAws(turns, name, environment=aws.environment, region=REGION, clock=VirtualClock(aws))
                )
                for name in NAMES
            }
            for name, session in sessions.items():  # who one is, is asked once in the life of a process
                turns.begin(0)
                turns.join((name,))
                assert session.account
            yield cls(turns=turns, sessions=sessions)

    def at_once(self, reconcilers: Mapping[str, Reconciler], act: Callable[[Reconciler], Report]) -> dict[str, Report]:
        """Let both do something at the same time, and answer what each reports; raises what one of them raised."""
        failures: list[BaseException] = []
        reports: dict[str, Report] = {}

        def work(name: str) -> None:
            try:
                reports[name] = act(reconcilers[name])
            except BaseException as failure:  # noqa: BLE001 - handed to the test's own thread
                failures.append(failure)
            finally:
                self.turns.leave(name)

        self.turns.join(NAMES)
        threads = [threading.Thread(target=work, args=(name,), name=name) for name in NAMES]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return reports
