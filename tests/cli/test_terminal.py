"""Colours and progress: on a terminal, and nowhere else."""

import io
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from reconciler.cli.going import Going
from reconciler.cli.logs_shown import printer
from reconciler.cli.terminal import Progress, print_lines
from reconciler.engine.run_logs import LogsSeen
from reconciler.model import Action, LogLine, Outlook, Run, RunState, Status, Step
from reconciler.reports.lines import Span, Style, line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


LINES = [line(Span("+ create", Style.GOOD), " report")]


@pytest.fixture(autouse=True)
def terminal_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_terminal_gets_colours() -> None:
    print_lines(LINES, stream := Terminal())
    assert stream.getvalue() == "\x1b[32m+ create\x1b[0m report\n"


def test_a_file_gets_none() -> None:
    print_lines(LINES, stream := io.StringIO())
    assert stream.getvalue() == "+ create report\n"


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_none_gets_none(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    print_lines(LINES, stream := Terminal())
    assert stream.getvalue() == "+ create report\n"


def test_long_lines_are_left_to_the_terminal() -> None:
    print_lines([line("x" * 500 + " " + "y" * 500)], stream := Terminal())
    assert stream.getvalue() == "x" * 500 + " " + "y" * 500 + "\n"


STEP = Step(action=Action.LAUNCH, kind="run", name="report/once", job="report", reason="new", status=Status.DONE)
RUN = Run(job="report", trigger="once:g1-0/0", state=RunState.FAILED, exit_code=3, reason="got hunter2")


def now() -> datetime:
    return datetime(2026, 11, 26, 3, 5, tzinfo=UTC)


def as_it_is(text: str, job: str = "") -> str:
    return text


def progress(scrub: Callable[[str, str], str] = as_it_is, options: str = "") -> Progress:
    return Progress(scrub, now, options)


def going(job: str, **told: Any) -> Run:
    begun = datetime(2026, 11, 26, 3, tzinfo=UTC)
    return Run(job=job, trigger="once:g1-0/0", ids=(f"arn:task/default/{job}0123456789",), created=begun, **told)


def test_without_a_terminal_progress_is_a_line_for_each_start_change_end_and_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress(lambda text, job: text.replace("hunter2", f"*** of {job}")) as tell:
        tell(STEP)
        tell(going("report", reason="PENDING"))
        tell(going("report", reason="PENDING"))
        tell(going("report", state=RunState.RUNNING, reason="RUNNING"))
        tell(RUN)
        tell(Step(action=Action.CREATE, kind="task-definition", name="a", job="a", reason="", status=Status.DONE))
        tell(Step(action=Action.CREATE, kind="task-definition", name="b", job="b", reason="", status=Status.FAILED))
    assert capsys.readouterr() == (
        "",
        "  > launch  run report/once  done\n"
        "  report: Pending\n"
        "  report: Running\n"
        "  report: Failed, exit 3 (got *** of report)\n"
        "  + create  task-definition b  failed\n",
    )


def test_on_a_terminal_the_runs_that_go_on_are_a_table_that_is_gone_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    with progress() as tell:
        tell(STEP)
        tell(going("report", state=RunState.RUNNING, reason="DEPROVISIONING"))
        tell(going("other", state=RunState.FAILED, exit_code=3))
    assert "  other: Failed, exit 3\n" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K")


def test_the_table_says_how_long_and_how_many_more() -> None:
    runs = Going(as_it_is, now)
    for number in range(20):
        runs.hear(going(f"job{number:02}", state=RunState.RUNNING))
    console = Console(file=io.StringIO(), width=40, height=8)
    with console.capture() as told:
        console.print(runs)
    assert [each.rstrip() for each in told.get().splitlines()] == [
        "  JOB    RUN       SINCE  STATE",
        "  job00  job00012  5m 0s  Running",
        "  job01  job01012  5m 0s  Running",
        "  … and 18 more",
        "⠋ waiting for them to end",
    ]


def test_who_breaks_a_wait_off_is_told_how_to_follow_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(KeyboardInterrupt), progress(options=" --env prod") as tell:
        tell(going("report"))
        tell(going("other", state=RunState.SUCCEEDED))
        raise KeyboardInterrupt
    assert capsys.readouterr().err.splitlines()[-1] == (
        "  report goes on: reconcile wait report --env prod, reconcile logs --follow report --env prod"
    )


def test_a_bar_tells_how_many_steps_are_left_and_how_long_they_take_at_the_last_ones_pace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instants = [now()]
    console = Console(file=io.StringIO(), width=90, height=8, get_time=lambda: 0.0)

    def drawn() -> list[str]:
        with console.capture() as told:
            console.print(tell._going)
        return [each.rstrip() for each in told.get().splitlines()]

    tell = Progress(as_it_is, lambda: instants[-1])
    tell(Outlook(steps=1020))
    tell(STEP)
    assert drawn() == [f"{' ' * 34}1 of 1,020", "⠋ launch run report/once"]
    for _ in range(19):  # a burst
        tell(STEP)
    for _ in range(100):  # then one a second
        instants.append(instants[-1] + timedelta(seconds=1))
        tell(STEP)
    assert drawn() == [f"  {'━━━╸':30}  120 of 1,020, 15m 0s left", "⠋ launch run report/once"]
    for _ in range(900):
        tell(STEP)
    assert drawn() == ["⠋ launch run report/once"]


def test_what_containers_write_stands_above_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    show = printer(str, lambda: sys.stderr)
    with progress() as tell:
        tell(going("report", state=RunState.RUNNING))
        for text in ("step one", "step two"):
            show(LogsSeen(lines=(LogLine(text=text, at=now()),)))
    _, drawn, after = stream.getvalue().partition("step one\n")
    table, _, rest = after.partition("step two\n")
    assert drawn
    assert "report" in table
    assert table.endswith("\x1b[1A\x1b[2K"), "the table is taken away first"
    assert "report" in rest, "and drawn again below"
