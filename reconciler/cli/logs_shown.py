"""What containers wrote, line by line, without hidden values."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

import click

from reconciler.reports.summary import plural

if TYPE_CHECKING:
    from reconciler.engine.run_logs import LogsSeen


def printer(scrub: Callable[[str], str], stream: TextIO) -> "Callable[[LogsSeen], None]":
    """Answer what prints log lines to `stream`, an excerpt indented, and to stderr why a container has none."""

    def show(seen: "LogsSeen") -> None:
        if seen.of and seen.lines:
            click.echo(f"  the last {plural(len(seen.lines), 'log line')} of {seen.of}:", file=stream)
        indent = "    " if seen.of else ""
        for line in seen.lines:
            mark = f"{line.container} | " if line.container else ""
            click.echo(f"{indent}{mark}{scrub(line.text.rstrip())}", file=stream)
        for note in (*seen.notes, *seen.failures):
            click.echo(f"reconcile: no log of {scrub(note)}", file=sys.stderr)
        stream.flush()

    return show
