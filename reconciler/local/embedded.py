"""`LocalAws`: the embedded AWS as a Python object, for `--local`, `reconcile local` and the tests alike."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconciler.local import furnish
from reconciler.local import seed as seeding
from reconciler.local import state as statefile
from reconciler.local.calls import AwsError, Place
from reconciler.local.dispatch import Crash, Dispatcher
from reconciler.local.fallthrough import Fallthrough
from reconciler.local.faults import CallLog, FaultPlan
from reconciler.local.iam import Policies
from reconciler.local.rate_limits import RateLimits
from reconciler.local.registry import services
from reconciler.local.server import LoopbackServer
from reconciler.local.world import DEFAULT_ACCOUNT, DEFAULT_REGION, MANUAL_START, ClockMode, World

_SAVE_EVERY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that was on AWS at a moment; equal ones mean that nothing has changed between them.

    How many identifiers were `drawn` by then is no difference by itself: a refused call may have drawn some.
    """

    content: str
    drawn: int = field(compare=False)


class LocalAws:
    """A world, its server and, where asked for, its state file; a context manager.

    `account` and `region` are those that callers without telling credentials get (the ones the manifests name);
    `clusters` are made beside what the `seed` (see `seed`) says, in a fresh world only. `clock` is `wall` for people
    and `manual` for tests. With `rate_limits`, who calls too often is throttled. `warnings` holds what went wrong at
    the start but did not stop it. Raises OSError where the port is taken or the state file cannot be written,
    `state.ForeignFileError` where it is somebody else's file, `seed.SeedError` on a bad seed.
    """

    def __init__(
        self,
        *,
        state: Path | None = None,
        account: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
        clock: ClockMode = "wall",
        start: float = MANUAL_START,
        seed: Mapping[str, Any] | None = None,
        clusters: Sequence[str] = (),
        port: int = 0,
        entropy: str = "reconciler",
        rate_limits: bool = False,
    ) -> None:
        self.world = World(
            services=services(), account=account, region=region, clock=clock, start=start, entropy=entropy
        )
        self._moto = Fallthrough(entropy)
        self.limits = RateLimits(enforced=rate_limits)
        self._dispatcher = Dispatcher(self.world, self._moto, self.limits)
        self._state = state
        self._seed = seeding.checked(seed)
        self._clusters = tuple(clusters)
        self._saved_changes = -1
        self._port = port
        self._server: LoopbackServer | None = None
        self._saver: threading.Thread | None = None
        self._stopping = threading.Event()
        self._clients: dict[tuple[str, str, str], Any] = {}
        self.warnings: list[str] = []
        self.fresh = True  # the world was made anew at the start, by the seed, not read from a state file

    # -- life -------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Load the state or make the seed's world, and answer."""
        self._server = LoopbackServer(self._dispatcher, self._port)
        try:
            self._fill()
            self.save()
        except BaseException:
            self._server.server_close()
            raise
        self._server.start()
        if self._state is not None:
            self._saver = threading.Thread(target=self._save_now_and_then, name="embedded-aws-state", daemon=True)
            self._saver.start()
        return self

    def stop(self) -> None:
        """Stop answering and save. Raises OSError where the state cannot be written."""
        self._stopping.set()
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if self._server is not None:
            self._server.stop()
        if self._saver is not None:
            self._saver.join()
        self.save()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def reset(self) -> None:
        """Forget everything, the plan and the log too, and make the seed's world again."""
        with self.lock():
            self._dispatcher.reset()
            self._fill_afresh()

    def _fill(self) -> None:
        saved = None
        if self._state is not None:
            try:
                saved = statefile.load(self._state)
            except statefile.UnreadableStateError as error:
                self.warnings.append(str(error))
        if saved is not None and self._state is not None:
            try:
                self.world.load(saved["world"])
                self._moto.load(saved["moto"])
                furnish.prepare(self.world, self.world.home, self._clusters)
            except (AwsError, KeyError, TypeError, ValueError, AttributeError) as error:
                self.warnings.append(str(statefile.put_aside(self._state, f"{type(error).__name__}: {error}")))
                self.world.reset()
                self._moto.reset()
                saved = None
        self.fresh = saved is None
        if saved is None:
            self._fill_afresh()

    def _fill_afresh(self) -> None:
        furnish.fill(self.world, self._seed, self._clusters)
        self._dispatcher.changes += 1

    def prepare(self, account: str, region: str, clusters: Sequence[str]) -> None:
        """See that an account and region have what every embedded AWS has, and these clusters."""
        with self.lock():
            furnish.prepare(self.world, Place(account, region), clusters)
            self._dispatcher.changes += 1

    # -- state ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the state file if anything may have changed since the last time."""
        if self._state is None:
            return
        with self.lock():
            changes = self._dispatcher.changes
            if changes == self._saved_changes:
                return
            statefile.save(self._state, self.world.dump(), self._moto.dump())
            self._saved_changes = changes

    def _save_now_and_then(self) -> None:
        while not self._stopping.wait(_SAVE_EVERY):
            self.save()

    def snapshot(self) -> Snapshot:
        """All that is on AWS at this moment, for `restore`."""
        with self.lock():
            content = [self.world.dump() | {"drawn": 0}, self._moto.dump()]
            return Snapshot(content=json.dumps(content), drawn=self.world.drawn)

    def restore(self, snapshot: Snapshot) -> None:
        """Let everything be as it was when the snapshot was taken, the time as well."""
        world, moto = json.loads(snapshot.content)
        with self.lock():
            self.world.load(world | {"drawn": snapshot.drawn})
            self._moto.load(moto)
            self._dispatcher.changes += 1

    # -- what callers need ------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the server's one lock: no call is answered meanwhile."""
        if self._server is None:
            yield
            return
        with self._server.lock:
            yield

    @property
    def server(self) -> LoopbackServer:
        """The running server. Raises RuntimeError before the start."""
        if self._server is None:
            raise RuntimeError("the embedded AWS is not started — use it in a `with`")
        return self._server

    @property
    def endpoint(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return self.server.url

    @property
    def token(self) -> str:
        """What the control endpoints want in the header `X-Local-Token`."""
        return self.server.token

    @property
    def account(self) -> str:
        """The account of callers without telling credentials."""
        return self.world.home.account

    @property
    def region(self) -> str:
        """The region it was started for."""
        return self.world.home.region

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead any AWS SDK or CLI here."""
        return environment(self.endpoint, self.account, self.region)

    def client(self, service: str, *, account: str | None = None, region: str | None = None) -> Any:
        """A boto3 client of any service, in any account and region; made once each."""
        key = (service, account or self.account, region or self.region)
        if key not in self._clients:
            import boto3
            from botocore.config import Config

            session: Any = boto3.session.Session(key[1], "local", region_name=key[2])
            self._clients[key] = session.client(
                service,
                endpoint_url=self.endpoint,
                config=Config(retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False),
            )
        return self._clients[key]

    def now(self) -> float:
        """The virtual time, epoch seconds."""
        with self.lock():
            return self.world.now()

    def advance(self, seconds: float) -> None:
        """Move the virtual time on; what becomes due on the way happens, in order."""
        with self.lock():
            self.world.advance(seconds)
            self._dispatcher.changes += 1

    def outcome(self, family: str, outcome: str, *, container: str | None = None, times: int | None = None) -> None:
        """Plan how the next tasks of a family (a glob) end (see `outcomes`). Raises ValueError on an unknown text."""
        self._control("outcome", family=family, outcome=outcome, container=container, times=times)

    def end(self, task: str, exit_code: int = 0, *, container: str | None = None, reason: str | None = None) -> None:
        """Let a running container of a task (ARN) end now: the named one, else the first essential one."""
        self._control("exit", task=task, exitCode=exit_code, container=container, reason=reason)

    def _control(self, control: str, **given: object) -> None:
        with self.lock():
            self.world.services["ecs"].controls[control](self.world, self.world.home, given)
            self._dispatcher.changes += 1

    @property
    def faults(self) -> FaultPlan:
        """The fault plan."""
        return self._dispatcher.faults

    @property
    def policies(self) -> Policies:
        """The policy table."""
        return self.world.policies

    @property
    def calls(self) -> CallLog:
        """The call log."""
        return self._dispatcher.calls

    @property
    def crashes(self) -> list[Crash]:
        """What was no documented answer of AWS; a test that leaves any here has failed."""
        return self._dispatcher.crashes


def environment(endpoint: str, account: str, region: str) -> dict[str, str]:
    """Variables that lead any AWS SDK or CLI to an embedded AWS."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
