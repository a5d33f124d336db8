"""`--listen`: puts the server beside the loop."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.clock import Clock
from reconciler.errors import UsageError
from reconciler.model import Report

if TYPE_CHECKING:
    from reconciler.engine.watch_events import Told

_PACKAGES = ("starlette", "uvicorn", "prometheus_client")


class Listening:
    """The server, its state and its metrics; hears what the loop tells. Raises UsageError before anything listens."""

    def __init__(
        self,
        listen: str,
        token_file: Path | None,
        *,
        clock: Clock,
        present: Callable[[Report], Report],
        interval: float,
    ) -> None:
        if any(find_spec(package) is None for package in _PACKAGES):
            raise UsageError("--listen: the web server is not installed", hint="pip install 'reconciler[web]'")
        from reconciler.web.address import Address, read_token
        from reconciler.web.app import application
        from reconciler.web.metrics import Metrics
        from reconciler.web.server import Server
        from reconciler.web.state import State

        address = Address.parse(listen)
        token = read_token(token_file, address)
        self._state = State(now=clock.now, present=present, interval=interval)
        self._metrics = Metrics()
        hosts: set[str] = set()
        self._server = Server(
            application(self._state, self._metrics, hosts=None if token else hosts, token=token), address
        )
        self.port = self._server.port
        names = {"localhost", "127.0.0.1", "[::1]", address.host}
        hosts |= {f"{name}:{self.port}" for name in names} | (names if self.port == 80 else set())

    def __call__(self, told: "Told") -> None:
        """Take note of what the loop tells."""
        self._state(told)
        self._metrics(told)

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.close()
