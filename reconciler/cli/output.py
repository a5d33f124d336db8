"""Where results go: stdout in the chosen format, files beside it, and the summary of a GitHub job."""

import os
import sys
from collections.abc import Collection
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import click

from reconciler.cli import terminal
from reconciler.cli.options import Options
from reconciler.errors import UsageError
from reconciler.model import Manifests, Report
from reconciler.reports import text
from reconciler.reports.formats import render
from reconciler.reports.presentable import presentable

#: The file to which a step of a GitHub workflow may append Markdown.
_JOB_SUMMARY: Final = "GITHUB_STEP_SUMMARY"


def emit(
    report: Report, options: Options, manifests: Manifests | None, show: Collection[str], said: str | None = None
) -> None:
    """Print `report` masked, and write it to every file that was asked for; `said` is what a verb's text is instead."""
    shown = presentable(report, manifests, show)
    if options.format == "text" and said is not None:
        click.echo(said, nl=False)
    elif options.format == "text":
        detail = text.Detail.FULL if options.verbose else text.Detail.FOLDED
        terminal.print_lines(text.lines(shown, detail), sys.stdout)
    else:
        click.echo(render(shown, options.format), nl=False)
    for form, path in options.report:  # last: what a pass has done is told even where a file cannot be written
        write_file(path, render(shown, form))
    if options.format == "github" and (summary := os.environ.get(_JOB_SUMMARY)):
        _append(Path(summary), render(shown, "markdown"))


def write_file(path: Path, content: str) -> None:
    """Write a file whole or not at all; raises UsageError where it cannot be written."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(content)
        _settle(Path(file.name), path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _settle(written: Path, path: Path) -> None:
    """Give the file the rights a plain `open` would, then its name."""
    mask = os.umask(0)
    os.umask(mask)
    written.chmod(0o666 & ~mask)
    written.replace(path)


def _append(path: Path, content: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{_JOB_SUMMARY}: {path}: {error.strerror or error}") from error
