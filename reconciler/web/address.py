"""Where to listen, and who may ask: loopback without a token, any other address only with one."""

import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError

_LOCALHOST: Final = "localhost"
_HTTP: Final = 80
#: Shorter tokens can be guessed.
_SHORTEST_TOKEN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host and a port as they were asked for."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `127.0.0.1:9180` or `[::1]:9180`. Raises UsageError."""
        host, colon, port = text.rpartition(":")
        if not colon or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
            raise UsageError(f'--listen: expected HOST:PORT, got "{text}"', hint="--listen 127.0.0.1:9180")
        return cls(host=host.strip("[]") or "127.0.0.1", port=int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this host can reach it."""
        if self.host == _LOCALHOST:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def bracketed(self) -> str:
        """The host as a URL has it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def names(self, port: int) -> frozenset[str]:
        """Answer what a browser on this host may name the server, which listens on `port`."""
        names = {_LOCALHOST, "127.0.0.1", "[::1]", self.bracketed.lower()}
        return frozenset({f"{name}:{port}" for name in names} | (names if port == _HTTP else set()))

    def bind(self) -> socket.socket:
        """Take the address. Raises UsageError where it cannot be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self.port), family=family, backlog=64)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else str(error)
            raise UsageError(f"--listen: {self.host}:{self.port} cannot be listened on ({reason})") from error


def read_token(file: Path | None, address: Address) -> str | None:
    """Answer the token that callers must know; None where everybody on this host may ask. Raises UsageError."""
    if file is None:
        if not address.is_loopback:
            raise UsageError(
                f"--listen: {address.host} can be reached from other hosts, and there is no token",
                hint="name a file with one by --token-file; or --listen 127.0.0.1:9180 behind a proxy that knows who "
                "asks",
            )
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"--listen: no token can be read from {file} ({reason})") from error
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        hint = "head -c 24 /dev/urandom | base64 > FILE"
        raise UsageError(
            f"--listen: expected a token of {_SHORTEST_TOKEN} characters of ASCII or more in {file}", hint=hint
        )
    return token
