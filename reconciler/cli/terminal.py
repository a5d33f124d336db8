"""Colours and progress, only where there is a terminal; rich is imported only then."""

import os
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

from reconciler.model import Action, Run, Status, Step
from reconciler.reports.lines import Line, line, plain
from reconciler.reports.text import step_line
from reconciler.reports.wording import run_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status as Spinner


def is_coloured(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that wants colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_lines(lines: Iterable[Line], stream: TextIO) -> None:
    """Write styled lines, in colour where `stream` wants it."""
    if is_coloured(stream):
        _print_coloured(lines, _console(stream))
    else:
        click.echo(plain(lines), file=stream, nl=False)


class Progress:
    """Tells on stderr what is being done: a line for each start, end and failure, and on a terminal a spinner below.

    `scrub` takes hidden values out of what AWS said.
    """

    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub
        self._spinner: Spinner | None = None

    def __enter__(self) -> Self:
        if is_coloured(sys.stderr):
            self._spinner = _console(sys.stderr).status("looking at AWS")
            self._spinner.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._spinner is not None:
            self._spinner.stop()

    def __call__(self, event: Step | Run) -> None:
        """Tell of a step that was carried out, or of a run whose state has changed."""
        if isinstance(event, Run):
            self._tell(line(f"  {event.job}: {self._scrub(run_text(event))}"))
            return
        if event.action in {Action.LAUNCH, Action.STOP} or event.status is Status.FAILED:
            self._tell(step_line(event))
        if self._spinner is not None:
            self._spinner.update(f"{event.action} {event.kind} {event.name}")

    def _tell(self, told: Line) -> None:
        if self._spinner is not None:
            _print_coloured([told], self._spinner.console)
        else:
            click.echo(plain([told]), nl=False, err=True)


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    return Console(file=stream, highlight=False)


def _print_coloured(lines: Iterable[Line], console: "Console") -> None:
    from rich.text import Text

    for each in lines:
        console.print(Text.assemble(*((span.text, str(span.style)) for span in each)), soft_wrap=True)
