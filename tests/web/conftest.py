"""A server on loopback over a state that a test tells to, and a client that says exactly what it is told to say."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from typing import Any

import pytest

from reconciler.engine.run_logs import LogsSeen
from reconciler.engine.watch_events import Passed, Told
from reconciler.model import Health, JobReport, LogLine, Report, Run, RunState, Source, Sync
from reconciler.reports.presentable import presentable
from reconciler.web.address import Address
from reconciler.web.app import Sources, application
from reconciler.web.logs import Logs
from reconciler.web.metrics import Metrics
from reconciler.web.server import PATIENCE, Server
from reconciler.web.state import State

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TOKEN = "a-token-of-some-length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    code: int
    text: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Served:
    """A server, what it shows, and a clock that a test moves."""

    server: Server
    sources: Sources
    now: list[datetime]
    looks: list[str] = field(default_factory=list)
    looked: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return self.server.port

    def tell(self, *told: Told) -> None:
        for each in told:
            self.sources.state(each)
            self.sources.metrics(each)
            self.sources.logs(each)

    def get(self, path: str, *, method: str = "GET", host: str = "", **headers: str) -> Answer:
        named = {"Host": host or f"127.0.0.1:{self.port}"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        said = "".join(f"{name}: {text}\r\n" for name, text in named.items())
        return self.say(f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode(), method=method)

    def say(self, words: bytes, *, method: str = "GET", text: bool = True) -> Answer:
        """Send these bytes, and answer what comes back before the connection is closed."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=10)) as connection:
            connection.sendall(words)
            with closing(HTTPResponse(connection, method=method)) as response:
                response.begin()
                body = response.read()
                headers = {name.lower(): value for name, value in response.getheaders()}
                return Answer(code=response.status, text=body.decode() if text else "", body=body, headers=headers)


@contextmanager
def serving(*, token: str | None = None, patience: float = PATIENCE, start: datetime = START) -> Iterator[Served]:
    """Serve on a port of its own; with a token, as on an address that others can reach."""
    now = [start]
    looks: list[str] = []
    looked = threading.Event()

    def read(run: Run, last: int) -> LogsSeen:
        looks.append(run.job)
        looked.set()
        return LogsSeen(lines=(LogLine(text=f"hello from {run.job}, hunter2", at=START),))

    state = State(now=lambda: now[0], present=presentable, interval=60)
    logs = Logs(read=read, scrub=lambda text, _: text.replace("hunter2", "***"), now=lambda: now[0], apart=0)
    sources = Sources(state=state, metrics=Metrics(), logs=logs)
    address = Address(host="127.0.0.1", port=0)
    hosts: set[str] = set()
    server = Server(application(sources, hosts=None if token else hosts, token=token), address, patience=patience)
    hosts |= address.names(server.port)
    server.start()
    try:
        yield Served(server=server, sources=sources, now=now, looks=looks, looked=looked)
    finally:
        server.close()
        logs.close()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as found:
        yield found


def job(name: str, *, sync: Sync = Sync.IN_SYNC, health: Health = Health.NEVER_RAN, **more: Any) -> JobReport:
    return JobReport(
        name=name, kind="EcsJob", sync=sync, health=health, source=Source(file=f"{name}.yaml", line=2), **more
    )


def passed(number: int, *jobs: JobReport, **more: Any) -> Passed:
    report = Report(
        verb="apply",
        owner="team",
        region="eu-west-1",
        account="111111111111",
        started=START + timedelta(minutes=number),
        seconds=0.4,
        jobs=jobs,
        steps=more.pop("steps", ()),
        problems=more.pop("report_problems", ()),
    )
    return Passed(number=number, woken_by=(), report=report, **more)


def run(name: str, *, state: RunState = RunState.SUCCEEDED, minute: int = 0, **more: Any) -> Run:
    begun = START + timedelta(minutes=minute)
    return Run(
        job=name,
        trigger=more.pop("trigger", f"slot:{begun:%Y-%m-%dT%H:%M:%SZ}"),
        ids=(f"arn:aws:ecs:eu-west-1:111111111111:task/default/{name}{minute}",),
        state=state,
        created=begun + timedelta(seconds=2),
        started=begun + timedelta(seconds=12),
        stopped=begun + timedelta(seconds=42) if state.finished else None,
        **more,
    )
