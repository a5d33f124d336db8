"""The pages: health, readiness, metrics, the state as JSON, and the live page."""

from collections.abc import Callable, Collection
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from reconciler.web import metrics
from reconciler.web.guard import Guard
from reconciler.web.metrics import Metrics
from reconciler.web.state import State

#: As the page's own: nothing from elsewhere, and no frame around it.
_POLICY: Final = "frame-ancestors 'none'"


def application(state: State, measured: Metrics, *, hosts: Collection[str] | None, token: str | None) -> ASGIApp:
    """Answer the application behind its guard."""
    pages = _Pages(state, measured)
    routes = [
        Route("/", pages.page),
        Route("/status.json", pages.status),
        Route("/metrics", pages.metrics),
        Route("/healthz", pages.health),
        Route("/readyz", pages.readiness),
    ]
    return Guard(Starlette(routes=routes), hosts=hosts, token=token)


class _Pages:
    """Each page; what is expensive is made when it is asked for and kept until the state is another."""

    def __init__(self, state: State, measured: Metrics) -> None:
        self._state = state
        self._measured = measured
        self._made: dict[str, tuple[str, bytes]] = {}

    async def page(self, request: Request) -> Response:
        headers = {"Content-Security-Policy": _POLICY}
        return self._versioned(request, "text/html; charset=utf-8", self._state.page, headers)

    async def status(self, request: Request) -> Response:
        return self._versioned(request, "application/json", self._state.status, {})

    async def metrics(self, _: Request) -> Response:
        return Response(self._measured.text(), headers={"Content-Type": metrics.TYPE})

    async def health(self, _: Request) -> Response:
        alive = self._state.alive
        return PlainTextResponse("alive\n" if alive else "the loop is stuck\n", 200 if alive else 503)

    async def readiness(self, _: Request) -> Response:
        ready = self._state.ready
        return PlainTextResponse("ready\n" if ready else "no pass could be made yet\n", 200 if ready else 503)

    def _versioned(self, request: Request, kind: str, make: Callable[[], bytes], headers: dict[str, str]) -> Response:
        version = f'"{self._state.version}"'
        headers = {"ETag": version, **headers}
        if request.headers.get("if-none-match") == version:
            return Response(status_code=304, headers=headers)
        path = request.url.path
        if self._made.get(path, ("",))[0] != version:
            self._made[path] = (version, make())
        return Response(self._made[path][1], headers={"Content-Type": kind, **headers})
