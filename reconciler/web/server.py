"""The server: uvicorn in a thread of its own, that slow and many clients cannot wear down."""

import asyncio
import threading
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.web.address import Address
from reconciler.web.guard import LONGEST_HEAD

#: Seconds that a client has, from connecting to the last byte of its answer.
PATIENCE: Final = 10.0
_MOST_AT_ONCE: Final = 64
_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class _Impatient(H11Protocol):
    """Hangs up on whoever is not done in time: who connects and does not ask, asks slowly, or reads slowly."""

    patience = PATIENCE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._limit = self.loop.call_later(self.patience, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limit.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        begun: object = self.cycle
        if begun is None and not self.transport.is_closing():
            self.transport.write(_LATE)
            self.transport.close()
        else:
            self.transport.abort()


class Server:
    """Serves an application until closed; the address is taken when it is made."""

    def __init__(self, app: ASGIApp, address: Address, *, patience: float = PATIENCE) -> None:
        self._socket = address.bind()
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=type("Impatient", (_Impatient,), {"patience": patience}),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="reconciler-web", daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.server_state.connections)

    def close(self) -> None:
        """Stop answering, and wait for that."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
