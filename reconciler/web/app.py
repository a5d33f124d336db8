"""What is answered under each path: health, readiness, metrics, the state as JSON, logs of runs, and the live page."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from reconciler.reports.json import instant
from reconciler.web import metrics, page, status
from reconciler.web.guard import Guard
from reconciler.web.logs import Logs
from reconciler.web.metrics import Metrics
from reconciler.web.state import State

#: As the page's own: nothing from elsewhere, and no frame around it.
_POLICY: Final = "frame-ancestors 'none'"
_WORTH_IT: Final = 4096
_HTML: Final = "text/html; charset=utf-8"
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What there is to show."""

    state: State
    metrics: Metrics
    logs: Logs


def application(sources: Sources, *, hosts: Collection[str] | None, token: str | None) -> ASGIApp:
    """Answer the application behind its guard."""
    pages = _Pages(sources)
    routes = [
        Route("/", pages.page),
        Route("/status.json", pages.status),
        Route("/logs/{run}", pages.logs),
        Route("/metrics", pages.metrics),
        Route("/healthz", pages.health),
        Route("/readyz", pages.readiness),
    ]
    # a page of a thousand jobs is a megabyte, and a twentieth of that on the wire
    app = Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=_WORTH_IT)])
    app.router.redirect_slashes = False
    return Guard(app, hosts=hosts, token=token)


class _Pages:
    """Each page; what is expensive is made when it is asked for, and kept until the state is another."""

    def __init__(self, sources: Sources) -> None:
        self._state = sources.state
        self._metrics = sources.metrics
        self._logs = sources.logs
        self._made: dict[str, tuple[str, bytes]] = {}

    async def page(self, request: Request) -> Response:
        def make() -> bytes:
            return page.render(self._state.shown(), self._state.now()).encode()

        headers = {"Content-Security-Policy": _POLICY, **self._times()}
        return self._versioned(request, self._state.version, make, {"Content-Type": _HTML, **headers})

    def _times(self) -> dict[str, str]:
        """Answer what the page cannot know by itself: the loop's time, and when it went round."""
        return {"Now": instant(self._state.now()) or "", "Last-Pass": instant(self._state.looked) or ""}

    async def status(self, request: Request) -> Response:
        version = f"{self._state.version}-{self._state.looked.isoformat()}"
        return self._versioned(request, version, lambda: status.render(self._state.shown()), {"Content-Type": _JSON})

    async def logs(self, request: Request) -> Response:
        run = request.path_params["run"]
        if not self._logs.knows(run):
            return PlainTextResponse("no such run among those that the loop has seen lately\n", 404)
        answer = self._logs.ask(run)
        if answer is None:
            return _json({"lines": [], "notes": [], "error": "", "over": False}, 202, {"Retry-After": "1"})
        lines = [{"at": instant(line.at), "container": line.container, "text": line.text} for line in answer.seen.lines]
        told = {"lines": lines, "notes": list(answer.seen.notes), "error": answer.error, "over": answer.over}
        return _json(told, 200, {})

    async def metrics(self, _: Request) -> Response:
        return Response(self._metrics.text(), headers={"Content-Type": metrics.TYPE})

    async def health(self, _: Request) -> Response:
        alive = self._state.alive
        return PlainTextResponse("alive\n" if alive else "the loop is stuck\n", 200 if alive else 503)

    async def readiness(self, _: Request) -> Response:
        ready = self._state.ready
        return PlainTextResponse("ready\n" if ready else "no pass can be made\n", 200 if ready else 503)

    def _versioned(
        self, request: Request, version: str, make: Callable[[], bytes], headers: dict[str, str]
    ) -> Response:
        headers = {"ETag": f'"{version}"', **headers}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        path = request.url.path
        if self._made.get(path, ("",))[0] != version:
            self._made[path] = (version, make())
        return Response(self._made[path][1], headers=headers)


def _json(told: dict[str, Any], code: int, headers: dict[str, str]) -> Response:
    return Response(json.dumps(told).encode(), code, headers={"Content-Type": _JSON, **headers})
