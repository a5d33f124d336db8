"""`--listen`: puts the server beside the loop."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.cli.watch_surroundings import Process
from reconciler.clock import Clock
from reconciler.errors import CredentialsExpired, Refused, UsageError
from reconciler.model import Run, Settings

if TYPE_CHECKING:
    from reconciler.aws.session import Aws
    from reconciler.engine.run_logs import LogsSeen
    from reconciler.engine.watch_events import Told

#: What the extra `web` installs.
_PACKAGES: Final = ("starlette", "uvicorn", "prometheus_client")


class Listening:
    """The server and what it shows; hears what the loop tells. Raises UsageError before anything listens."""

    def __init__(
        self, listen: str, token_file: Path | None, *, clock: Clock, process: Process, interval: float
    ) -> None:
        if any(find_spec(package) is None for package in _PACKAGES):
            raise UsageError("--listen: the web server is not installed", hint="pip install 'reconciler[web]'")
        from reconciler.web.address import Address, read_token
        from reconciler.web.app import Sources, application
        from reconciler.web.logs import Logs
        from reconciler.web.metrics import Metrics
        from reconciler.web.server import Server
        from reconciler.web.state import State

        address = Address.parse(listen)
        token = read_token(token_file, address)
        state = State(now=clock.now, present=process.presentable, interval=interval)
        logs = Logs(read=_Reader(process), scrub=process.scrub, now=clock.now)
        sources = Sources(state=state, metrics=Metrics(), logs=logs)
        hosts: set[str] = set()
        self._server = Server(application(sources, hosts=None if token else hosts, token=token), address)
        hosts |= address.names(self._server.port)
        self._listeners = (state, sources.metrics, logs)
        self._closing = (self._server.close, logs.close)
        self.url = f"http://{address.bracketed}:{self._server.port}/"

    def __call__(self, told: "Told") -> None:
        """Take note of what the loop tells."""
        for listener in self._listeners:
            listener(told)

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def close(self) -> None:
        """Stop answering."""
        for close in self._closing:
            close()


class _Reader:
    """Reads logs with a session of its own, which only its one caller's thread uses."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._aws: Aws | None = None
        self._settings: Settings | None = None

    def __call__(self, run: Run, last: int) -> "LogsSeen":
        """Answer the last lines of a run. Raises ReconcilerError."""
        from reconciler.engine import Limits, Reconciler

        manifests = self._process.manifests
        if manifests is None:
            raise Refused("no manifest could be read yet")
        aws = self._session(manifests.settings)
        try:
            reconciler = Reconciler(manifests=manifests, aws=aws, clock=aws.clock, limits=Limits())
            return reconciler.operator.logs_of(run, last=last)
        except (CredentialsExpired, UsageError):
            self._close()
            raise

    def _session(self, settings: Settings) -> "Aws":
        if self._aws is None or settings != self._settings:
            self._close()
            self._aws, self._settings = self._process.reading_session(settings), settings
        return self._aws

    def _close(self) -> None:
        if self._aws is not None:
            self._aws.close()
            self._aws = None
