"""The world of the embedded AWS: all its state, its virtual clock and what is due to happen.

How a service is added
    1. A module with a table `OPERATIONS = {"RunTask": run_task, …}` of handlers (see `calls`), and, in the service's
       main module, `SERVICE = Service(name="ecs", operations=…, …)`.
    2. Its name in `registry.MODULES`.
    State goes into `call.store` (or `world.store(service, place)`): a dict of JSON values only, since the state file is
    that dict; no objects, no tuples, no closures.
    What shall happen later is `world.schedule(place, "ecs", "advance-task", at, task=arn)`: at that virtual instant
    `SERVICE.due["advance-task"](world, place, {"task": arn})` is called, before any later call is answered.
    Events go out through `world.emit`; a call to another service, whoever answers it, is `world.invoke`.

Time
    `manual`: stands still until `advance` is called. `wall`: the host's clock plus what `advance` added; whatever has
    become due is done when the next request arrives, before it is handled. Looking never moves time.
"""

import hashlib
import heapq
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from reconciler.local.calls import Place, Principal, Service
from reconciler.local.iam import Policies

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
MANUAL_START = 1767225600.0
"""2026-01-01T00:00:00Z, where a manual clock starts unless told otherwise."""

ClockMode = Literal["manual", "wall"]
Invoke = Callable[[str, str, Mapping[str, Any], Place, Principal], dict[str, Any]]


class World:
    """Everything the embedded AWS knows, keyed by service and place, on one virtual clock.

    Not thread-safe by itself: whoever calls it holds the one lock of the server.
    """

    def __init__(
        self,
        *,
        services: Sequence[Service],
        account: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
        clock: ClockMode = "manual",
        start: float = MANUAL_START,
        entropy: str = "reconciler",
    ) -> None:
        self.home = Place(account, region)
        self.services = {service.name: service for service in services}
        self.clock: ClockMode = clock
        self.entropy = entropy
        self.invoker: Invoke | None = None
        self.policies = Policies()
        self._start = start
        self.reset()

    def reset(self) -> None:
        """Forget everything; a manual clock goes back to its start, a wall clock to the host's time."""
        self.stores: dict[str, dict[str, dict[str, Any]]] = {}
        self.drawn = 0
        self._requests = 0
        self._due: list[list[Any]] = []
        self._ordinal = 0
        self._offset = 0.0
        self._manual = self._start
        self._pinned: float | None = None

    # -- state ------------------------------------------------------------------------------------------------------

    def store(self, service: str, place: Place) -> dict[str, Any]:
        """The state of one service in one account and region: a dict of JSON values, empty at first."""
        return self.stores.setdefault(service, {}).setdefault(f"{place.account}/{place.region}", {})

    def places(self, service: str) -> tuple[Place, ...]:
        """Where the service holds any state."""
        return tuple(Place(*key.split("/", 1)) for key in self.stores.get(service, {}))

    # -- time -------------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """The virtual time in epoch seconds."""
        if self._pinned is not None:
            return self._pinned
        return self._manual if self.clock == "manual" else time.time() + self._offset

    def schedule(self, place: Place, service: str, action: str, at: float, **arguments: object) -> None:
        """Let `service`'s due action happen at the instant `at`; equal instants keep the order of scheduling."""
        if action not in self.services[service].due:
            raise KeyError(f"{service} has no due action {action!r}")
        self._ordinal += 1
        heapq.heappush(self._due, [at, self._ordinal, service, action, place.account, place.region, arguments])

    def advance(self, seconds: float) -> None:
        """Move the virtual time on and do, in order and each at its own instant, what becomes due on the way."""
        if seconds < 0:
            raise ValueError(f"advance: time only goes forward (expected seconds >= 0, got {seconds})")
        target = self.now() + seconds
        self._run_until(target)
        if self.clock == "manual":
            self._manual = target
        else:
            self._offset += seconds

    def run_due(self) -> None:
        """Do what has become due by now (a wall clock moves on its own; a manual one has nothing left)."""
        self._run_until(self.now())

    def next_due(self) -> float | None:
        """The instant of the earliest thing that is due to happen."""
        return self._due[0][0] if self._due else None

    def _run_until(self, target: float) -> None:
        while self._due and self._due[0][0] <= target:
            at, _, service, action, account, region, arguments = heapq.heappop(self._due)
            outer, self._pinned = self._pinned, max(at, self._pinned or at)
            try:
                self.services[service].due[action](self, Place(account, region), arguments)
            finally:
                self._pinned = outer

    # -- chance -----------------------------------------------------------------------------------------------------

    def hex_id(self, length: int = 32) -> str:
        """A new identifier of lower-case hex digits; the same in every world in which as many were made before."""
        self.drawn += 1
        digits = ""
        while len(digits) < length:
            digits += hashlib.sha256(f"{self.entropy}/{self.drawn}/{len(digits)}".encode()).hexdigest()
        return digits[:length]

    def uuid(self) -> str:
        """A new identifier in the dashed form."""
        return _dashed(self.hex_id())

    def request_id(self) -> str:
        """What a request is called in its answer: kept nowhere, so that asking leaves the world as it was."""
        self._requests += 1
        return _dashed(hashlib.sha256(f"{self.entropy}/request/{self._requests}".encode()).hexdigest()[:32])

    def shuffled(self, items: Sequence[Any]) -> list[Any]:
        """The items in an arbitrary but repeatable order, for answers whose order AWS does not promise."""
        order = list(items)
        random.Random(self.hex_id()).shuffle(order)  # noqa: S311 - chance for tests, not for secrets
        return order

    # -- others -----------------------------------------------------------------------------------------------------

    def emit(
        self, place: Place, *, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        """Tell every listener of a state change, in EventBridge's envelope (user guide, "Events: structure")."""
        event = {
            "version": "0",
            "id": self.uuid(),
            "detail-type": detail_type,
            "source": source,
            "account": place.account,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now())),
            "region": place.region,
            "resources": list(resources),
            "detail": dict(detail),
        }
        for service in self.services.values():
            if service.listener is not None:
                service.listener(self, place, event)

    def invoke(
        self, service: str, operation: str, members: Mapping[str, Any], place: Place, principal: Principal | None = None
    ) -> dict[str, Any]:
        """Call an operation of any service, ours or moto's, from the inside: no fault plan, no call log.

        Raises `AwsError` as the service would answer. Without a principal the account's root calls, whom no policy
        holds.
        """
        if self.invoker is None:
            raise RuntimeError("world: no server answers calls yet")
        root = Principal(place.account, f"arn:{place.partition}:iam::{place.account}:root", place.account)
        return self.invoker(service, operation, members, place, principal or root)

    # -- the state file's view --------------------------------------------------------------------------------------

    def dump(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "stores": self.stores,
            "due": self._due,
            "ordinal": self._ordinal,
            "drawn": self.drawn,
            "offset": self._offset,
            "manual": self._manual,
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over what `dump` gave; actions of services that no longer exist are an error (KeyError)."""
        for entry in dumped["due"]:
            if entry[3] not in self.services[entry[2]].due:
                raise KeyError(f"{entry[2]} has no due action {entry[3]!r}")
        self.stores = dict(dumped["stores"])
        self._due = [list(entry) for entry in dumped["due"]]
        heapq.heapify(self._due)
        self._ordinal = int(dumped["ordinal"])
        self.drawn = int(dumped["drawn"])
        self._offset = float(dumped["offset"])
        self._manual = float(dumped["manual"])


def _dashed(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
