"""Logs on the page: read beside the server, of runs that the loop knows, seldom, and without hidden values."""

import json
import threading
from datetime import timedelta

import pytest

from reconciler.engine.run_logs import LogsSeen
from reconciler.engine.watch_events import RunsSeen
from reconciler.errors import NotFound
from reconciler.model import LogLine, Run, RunState
from reconciler.web.logs import Logs
from tests.web.conftest import START, Served, run


def read(served: Served, name: str) -> dict[str, object]:
    """Ask until the lines are there."""
    while (answer := served.get(f"/logs/{name}")).code == 202:
        assert answer.headers["retry-after"] == "1"
        assert served.looked.wait(10)
    assert answer.code == 200
    told: dict[str, object] = json.loads(answer.text)
    return told


def test_the_lines_of_a_run_come_with_the_second_question(served: Served) -> None:
    served.tell(RunsSeen(runs=(run("report"),)))
    assert read(served, "report0") == {
        "lines": [{"at": "2026-11-20T09:00:00Z", "container": "", "text": "hello from report, ***"}],
        "notes": [],
        "error": "",
        "over": False,
    }


def test_only_runs_that_the_loop_has_told_are_looked_at(served: Served) -> None:
    served.tell(RunsSeen(runs=(run("report"),)))
    assert served.get("/logs/report1").code == 404
    assert served.looks == []


def test_a_run_is_not_looked_at_again_and_again(served: Served) -> None:
    served.tell(RunsSeen(runs=(run("report"),)))
    for _ in range(20):
        read(served, "report0")
    assert served.looks == ["report"]
    served.now[0] += timedelta(seconds=3)
    read(served, "report0")
    served.now[0] += timedelta(minutes=5)
    read(served, "report0")


def test_what_can_change_no_more_is_kept(served: Served) -> None:
    served.now[0] = START + timedelta(hours=1)
    served.tell(RunsSeen(runs=(run("report"),)))
    assert read(served, "report0")["over"] is True
    served.now[0] += timedelta(hours=1)
    read(served, "report0")
    assert served.looks == ["report"]


@pytest.fixture
def slow() -> tuple[Logs, threading.Event, list[str]]:
    """Logs that are not read before a test says so."""
    go, looks = threading.Event(), []

    def look(run: Run, last: int) -> LogsSeen:
        looks.append(run.job)
        assert go.wait(10)
        if run.job == "lost":
            raise NotFound("log group /jobs/lost does not exist", operation="GetLogEvents", code="ResourceNotFound")
        return LogsSeen(lines=(LogLine(text="x" * 10_000, at=START),))

    logs = Logs(read=look, scrub=lambda text, _: text, now=lambda: START, apart=0)
    logs(RunsSeen(runs=tuple(run(name) for name in ("lost", "b", "c", "d", "e", "f", "g", "h"))))
    return logs, go, looks


def test_however_many_ask_there_is_one_look_at_a_time(slow: tuple[Logs, threading.Event, list[str]]) -> None:
    logs, go, looks = slow
    for _ in range(100):
        for name in ("lost", "b", "c", "d", "e", "f", "g", "h"):
            assert logs.ask(f"{name}0") is None
    assert len(looks) <= 1
    go.set()
    while (answer := logs.ask("b0")) is None:
        assert go.wait(10)
    assert [len(line.text) for line in answer.seen.lines] == [4000]
    logs.close()
    assert len(looks) <= 8


def test_why_there_are_no_lines_is_said(slow: tuple[Logs, threading.Event, list[str]]) -> None:
    logs, go, _ = slow
    go.set()
    while (answer := logs.ask("lost0")) is None:
        assert go.wait(10)
    assert answer.error == "GetLogEvents: log group /jobs/lost does not exist (ResourceNotFound)"
    logs.close()


def test_a_run_that_goes_on_is_never_over(served: Served) -> None:
    served.now[0] = START + timedelta(hours=5)
    served.tell(RunsSeen(runs=(run("report", state=RunState.RUNNING),)))
    assert read(served, "report0")["over"] is False
