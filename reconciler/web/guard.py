"""Turns hostile and mistaken requests away before anything is done for them."""

import base64
import binascii
import hmac
from collections.abc import Collection, Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What a probe may ask without a token: it learns one word.
OPEN: Final = frozenset({"/healthz", "/readyz"})
_LONGEST_PATH: Final = 256
#: Of all headers together, in bytes.
LONGEST_HEAD: Final = 16 << 10
_ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    # one answer for each connection, so that none is kept open
    "Connection": "close",
}


class Guard:
    """Lets reads through that name this server and, where there is one, know the token.

    `hosts` are the values of Host that are ours: a page of another name that was made to resolve to this address (DNS
    rebinding) sends its own. With a token they do not matter, since such a page does not have it; then None.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] | None, token: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or let the application do so."""
        if scope["type"] != "http":
            return

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [(name.lower().encode(), value.encode()) for name, value in _ALWAYS.items()]
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, hardened)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("read-only\n", 405, headers={"Allow": "GET, HEAD"})
        if len(scope["raw_path"] if scope.get("raw_path") is not None else scope["path"]) > _LONGEST_PATH:
            return PlainTextResponse("the path is too long\n", 414)
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > LONGEST_HEAD:
            return PlainTextResponse("the headers are too long\n", 431)
        if self._hosts is not None and headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse("this is not the server that you named\n", 421)
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return PlainTextResponse("this is not for the pages of others\n", 403)
        if self._token is not None and scope["path"] not in OPEN and not self._knows(headers.get("authorization", "")):
            challenge = {"WWW-Authenticate": 'Basic realm="reconciler", charset="UTF-8"'}
            return PlainTextResponse("a token is needed: Bearer, or Basic with any user\n", 401, headers=challenge)
        return None

    def _knows(self, authorization: str) -> bool:
        scheme, _, told = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                told = base64.b64decode(told, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif scheme.lower() != "bearer":
            return False
        assert self._token is not None
        return hmac.compare_digest(told.strip().encode(), self._token.encode())
