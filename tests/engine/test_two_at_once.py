"""Two reconcilers on one directory at the same time, their calls interleaved as a seed says: no run twice, none lost.

`RECONCILER_SEEDS` says how many interleavings are tried.
"""

import os
import random
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.aws.clients import Clients
from reconciler.aws.session import Aws
from reconciler.engine import Limits, Reconciler, Until
from reconciler.model import Health
from tests.engine.harness import REGION, WAIT, Directory, VirtualClock
from tests.engine.test_crashes import EXPECTED, STARTED, scenario

SEEDS = int(os.environ.get("RECONCILER_SEEDS", "20"))
NAMES = ("first", "second")
#: In real seconds; only a deadlock of the test itself lasts so long.
STUCK = 60.0


class Turns:
    """Lets one call through at a time, of the caller that the seed chooses, once every caller that is alive has one."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._condition = threading.Condition()
        self._waiting: dict[str, int] = dict.fromkeys(NAMES, 0)
        self._alive = set(NAMES)
        self._chosen = ""
        self._busy = False
        self.order: list[str] = []

    def take(self, name: str) -> None:
        with self._condition:
            self._waiting[name] += 1
            self._choose()
            assert self._condition.wait_for(lambda: self._chosen == name and not self._busy, STUCK)
            self._waiting[name] -= 1
            self._chosen, self._busy = "", True
            self.order.append(name)

    def give_back(self) -> None:
        with self._condition:
            self._busy = False
            self._choose()

    def leave(self, name: str) -> None:
        with self._condition:
            self._alive.discard(name)
            self._choose()

    def _choose(self) -> None:
        ready = sorted(name for name in self._alive if self._waiting[name])
        if not self._chosen and not self._busy and ready and len(ready) == len(self._alive):
            self._chosen = self._random.choice(ready)
        self._condition.notify_all()


class TurnAws(Aws):
    """A session whose calls wait for their turn."""

    def __init__(self, turns: Turns, name: str, **options: Any) -> None:
        super().__init__(**options)
        self._turns = turns
        self._name = name

    def _send(self, clients: Clients, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        self._turns.take(self._name)
        try:
            return super()._send(clients, action, members)
        finally:
            self._turns.give_back()


def together(directory: Directory, seed: int) -> tuple[dict[str, dict[str, Health | None]], list[str]]:
    """Let two wait for the directory's one-shots at once, and answer how each saw them end, and whose turns it were."""
    turns, ends = Turns(seed), dict[str, dict[str, Health | None]]()
    failures: list[BaseException] = []
    manifests = directory.manifests()

    def reconcile(name: str) -> None:
        clock = VirtualClock(directory.aws)
        try:
            with TurnAws(turns, name, environment=directory.aws.environment, region=REGION, clock=clock) as aws:
                reconciler = Reconciler(manifests=manifests, aws=aws, clock=clock, limits=Limits())
                report = reconciler.wait(Until.ONCE, WAIT)
            ends[name] = {job.name: job.health for job in report.jobs}
        except BaseException as failure:  # noqa: BLE001 - handed to the test's own thread
            failures.append(failure)
        finally:
            turns.leave(name)

    threads = [threading.Thread(target=reconcile, args=(name,), name=name) for name in NAMES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    directory.look()
    if failures:
        raise failures[0]
    return ends, turns.order


@pytest.mark.parametrize("seed", range(SEEDS))
def test_two_at_once_run_everything_once(directory: Directory, seed: int) -> None:
    scenario(directory)
    ends, order = together(directory, seed)
    assert ends == {"first": EXPECTED, "second": EXPECTED}
    assert sorted(directory.started().values()) == STARTED
    assert {*order} == {*NAMES}
