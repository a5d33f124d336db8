"""The loopback server: HTTP/1.1 with keep-alive, one lock, 127.0.0.1 only, nothing for browsers.

Control endpoints live under `/_local/` and want the header `X-Local-Token`. A request with an Origin header, or for a
Host that is not the loopback's, is refused: no web page may reach the embedded AWS through a visitor's browser.
"""

import contextlib
import hmac
import io
import os
import secrets
import signal
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reconciler.local import control
from reconciler.local.dispatch import Dispatcher, Dropped
from reconciler.local.peers import pid_of_connection
from reconciler.local.wire import Answer, Request

HOST = "127.0.0.1"
TOKEN_HEADER = "X-Local-Token"  # noqa: S105 - a header's name
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class PortTakenError(OSError):
    """Another program listens on the port."""


class _Handler(BaseHTTPRequestHandler):
    """One connection of one client."""

    protocol_version = "HTTP/1.1"
    server: "LoopbackServer"
    wbufsize = -1  # one packet for head and body
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else b""
        if "chunked" in headers.get("transfer-encoding", ""):
            body = self._read_chunks()
        request = Request(method=self.command, path=path, query=query, headers=headers, body=body)
        if not _is_local(headers):
            self._send(Answer(status=403, body=b"only programs on this machine may call the embedded AWS\n"), "")
            return
        with self.server.lock:
            if path.startswith("/_local/"):
                answer: Answer | Dropped = self._control(request)
            else:
                answer = self.server.dispatcher.handle(request)
            date = self.server.dispatcher.date()
        if isinstance(answer, Dropped):
            self._drop(answer)
        else:
            self._send(answer, date)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _control(self, request: Request) -> Answer:
        given = request.headers.get(TOKEN_HEADER.lower(), "")
        if not hmac.compare_digest(given.encode(), self.server.token.encode()):
            told = f"the control endpoints want {TOKEN_HEADER}: the token in the file beside the state, STATE.running\n"
            return Answer(status=403, body=told.encode())
        return control.handle(self.server.dispatcher, request)

    def _read_chunks(self) -> bytes:
        body = io.BytesIO()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body.write(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return body.getvalue()

    def _send(self, answer: Answer, date: str) -> None:
        self.send_response_only(answer.status)
        if date:
            self.send_header("Date", date)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        has_body = self.command != "HEAD" and answer.status not in (204, 304)
        if has_body or "content-length" not in (name.lower() for name in answer.headers):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if has_body:
            self.wfile.write(answer.body)

    def _drop(self, dropped: Dropped) -> None:
        if dropped.kill is not None:
            pid = dropped.kill or pid_of_connection(self.client_address[1], self.server.port)
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.connection.close()

    def finish(self) -> None:
        """Close; a connection that was dropped on purpose has nothing to flush."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        """Nothing: the call log tells more."""


def _is_local(headers: dict[str, str]) -> bool:
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return "origin" not in headers and (host in (HOST, "localhost") or host.endswith(".localhost"))


class LoopbackServer(ThreadingHTTPServer):
    """The server; `dispatcher` is only touched under `lock`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, dispatcher: Dispatcher, port: int = 0) -> None:
        self.dispatcher = dispatcher
        self.lock = threading.RLock()
        self.token = secrets.token_urlsafe(24)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise PortTakenError(f"cannot listen on {HOST}:{port} ({error.strerror})") from None
        self.port: int = self.server_address[1]
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def server_bind(self) -> None:
        """Bind without asking the resolver for this host's name, as HTTPServer would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def start(self) -> None:
        """Answer from a thread of its own until `stop`."""
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="embedded-aws", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        """An exception left a handler: remember it, tell the client, and close."""
        error = sys.exc_info()[1]
        if error is None or isinstance(error, ConnectionError):
            return
        with self.lock:
            answer = self.dispatcher.crashed(error)
        head = f"HTTP/1.1 {answer.status} Crash\r\nContent-Length: {len(answer.body)}\r\nConnection: close\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items()) + "\r\n"
        with contextlib.suppress(OSError):
            request.sendall(head.encode() + answer.body)
