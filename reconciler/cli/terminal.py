"""Colours and progress, only where there is a terminal; rich is imported only then."""

import os
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

from reconciler.model import Action, Run, Status, Step
from reconciler.reports.lines import Line, plain
from reconciler.reports.text import step_line
from reconciler.reports.wording import run_text

if TYPE_CHECKING:
    from rich.status import Status as Spinner


def is_coloured(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that wants colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_lines(lines: Iterable[Line], stream: TextIO) -> None:
    """Write styled lines, in colour where `stream` wants it."""
    if not is_coloured(stream):
        click.echo(plain(lines), file=stream, nl=False)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for each in lines:
        console.print(Text.assemble(*((span.text, str(span.style)) for span in each)), soft_wrap=True)


class Progress:
    """Tells on stderr what is being done: a spinner on a terminal, else a line for each start and end of a run."""

    def __init__(self) -> None:
        self._spinner: Spinner | None = None

    def __enter__(self) -> Self:
        if is_coloured(sys.stderr):
            from rich.console import Console

            self._spinner = Console(file=sys.stderr).status("looking at AWS")
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
            click.echo(f"{event.job}: {run_text(event)}", err=True)
        elif event.action in {Action.LAUNCH, Action.STOP} or event.status is Status.FAILED:
            print_lines([step_line(event)], sys.stderr)
        if self._spinner is not None and isinstance(event, Step):
            self._spinner.update(f"{event.action} {event.kind} {event.name}")
