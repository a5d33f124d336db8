"""Colours and progress: on a terminal, and nowhere else."""

import io
import sys

import pytest

from reconciler.cli.terminal import Progress, print_lines
from reconciler.model import Action, Run, RunState, Status, Step
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


def test_without_a_terminal_progress_is_a_line_for_each_start_end_and_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress(lambda text: text.replace("hunter2", "***")) as progress:
        progress(STEP)
        progress(RUN)
        progress(Step(action=Action.CREATE, kind="task-definition", name="a", job="a", reason="", status=Status.DONE))
        progress(Step(action=Action.CREATE, kind="task-definition", name="b", job="b", reason="", status=Status.FAILED))
    assert capsys.readouterr() == (
        "",
        "  > launch  run report/once  done\n"
        "  report: Failed, exit 3 (got ***)\n"
        "  + create  task-definition b  failed\n",
    )


def test_on_a_terminal_the_spinner_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    with Progress(str) as progress:
        progress(STEP)
    assert "report/once" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")
