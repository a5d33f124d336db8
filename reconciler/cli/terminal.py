"""Colours and progress, only where there is a terminal; rich is imported only then."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

from reconciler.cli.going import Going
from reconciler.cli.runner import without_commands
from reconciler.model import Action, Outlook, Run, Status, Step
from reconciler.reports.lines import Line, plain
from reconciler.reports.text import step_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live


def is_coloured(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that wants colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_lines(lines: Iterable[Line], stream: TextIO) -> None:
    """Write styled lines, in colour where `stream` wants it."""
    if is_coloured(stream):
        _print_coloured(lines, _console(stream))
    else:
        click.echo(without_commands(plain(lines)), file=stream, nl=False)


class Progress:
    """Tells on stderr what is being done: a line for each start, change and end of a run, and for each failure.

    On a terminal the runs that go on stand in a table below, with a spinner, and a bar while there are steps to come.
    `scrub` takes hidden values out of what AWS said, `now` is AWS's time, `options` what of this command line a next
    one needs to find the same runs.
    """

    def __init__(self, scrub: Callable[[str, str], str], now: Callable[[], datetime], options: str = "") -> None:
        self._going = Going(scrub, now)
        self._now = now
        self._options = options
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if is_coloured(sys.stderr):
            from rich.live import Live

            self._live = Live(self._going, console=_console(sys.stderr), transient=True, redirect_stdout=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        if kind is KeyboardInterrupt:
            for told in self._going.follow_up(self._options):
                click.echo(told, err=True)

    def __call__(self, event: Step | Run | Outlook) -> None:
        """Tell of a step that was carried out, of how a run stands, or of how many steps are to come."""
        if isinstance(event, Outlook):
            self._going.pace.expect(event.steps, self._now())
            return
        if isinstance(event, Run):
            said = self._going.hear(event)
            if said is not None and (self._live is None or event.state.finished):
                self._tell(said)
            return
        if event.action in {Action.LAUNCH, Action.STOP} or event.status is Status.FAILED:
            self._tell(step_line(event))
        self._going.pace.step(self._now())
        self._going.doing = f"{event.action} {event.kind} {event.name}"

    def _tell(self, told: Line) -> None:
        if self._live is not None:
            _print_coloured([told], self._live.console)
        else:
            click.echo(without_commands(plain([told])), nl=False, err=True)


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    return Console(file=stream, highlight=False)


def _print_coloured(lines: Iterable[Line], console: "Console") -> None:
    from rich.text import Text

    for each in lines:
        console.print(Text.assemble(*((span.text, str(span.style)) for span in each)), soft_wrap=True)
