"""What containers wrote, line by line, without hidden values."""

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TextIO

import click

from reconciler.cli.runner import without_commands
from reconciler.reports.printing import printable
from reconciler.reports.summary import plural

if TYPE_CHECKING:
    from reconciler.engine.run_logs import LogsSeen


#: Colours, as programs write them; and tabs, which only make room.
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;]*m|\t)")


def printer(scrub: Callable[[str], str], output: Callable[[], TextIO]) -> "Callable[[LogsSeen], None]":
    """Answer what prints log lines, an excerpt indented, and to stderr why a container has none.

    `output` is asked where to at each time: what keeps a table on the terminal stands in for the stream meanwhile.
    """

    def show(seen: "LogsSeen") -> None:
        stream = output()
        if seen.of and seen.lines:
            click.echo(f"  the last {plural(len(seen.lines), 'log line')} of {seen.of}:", file=stream)
        indent = "    " if seen.of else ""
        for line in seen.lines:
            mark = f"{line.container} | " if line.container else ""
            click.echo(f"{indent}{_harmless(mark + scrub(line.text.rstrip()))}", file=stream)
        for note in (*seen.notes, *seen.failures):
            click.echo(f"reconcile: no log of {scrub(note)}", file=sys.stderr)
        stream.flush()

    return show


def _harmless(line: str) -> str:
    """Answer a line that does nothing to a terminal but colour it, and that GitHub takes for no command of a step."""
    pieces = (piece if _COLOUR.fullmatch(piece) else printable(piece) for piece in _COLOUR.split(line))
    return without_commands("".join(pieces))
