"""`reconcile logs`."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from reconciler.cli.beside_invalid import leave_out_invalid
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.logs_shown import printer
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import ago
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, UsageError
from reconciler.model import LogLine, Problem, Report, Severity

if TYPE_CHECKING:
    from reconciler.engine.run_logs import LogsSeen


@verb("logs", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("reference", metavar="RUN")
@click.option("--follow", is_flag=True, help="Go on until the run has ended.")
@click.option("--container", metavar="NAME", help="Only this container's lines.")
@click.option("--since", type=ago, metavar="AGO", help="15m, 24h, 7d or an instant.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="Only the last lines.")
def command(
    invocation: Invocation,
    reference: str,
    follow: bool,
    container: str | None,
    since: timedelta | datetime | None,
    tail: int | None,
) -> ExitCode:
    """Print what RUN's containers wrote to CloudWatch.

    RUN is a task or job id, its ARN or beginning, or a JOB (its newest run). A group or stream that is not there is
    said on stderr, and is no failure.
    """
    if follow and tail is not None:
        raise UsageError("--tail: cannot be used together with --follow")
    leave_out_invalid(invocation, Access.READ)
    if not invocation.is_valid(Access.READ):
        return ExitCode.INVALID
    failed = False
    kept, shown, options = _Kept(), printer(invocation.scrub, lambda: sys.stdout), invocation.options

    def told(seen: "LogsSeen") -> None:
        nonlocal failed
        failed = failed or bool(seen.failures)
        if options.format == "text":
            shown(seen)
        if options.format != "text" or options.report:
            kept.add(seen)

    with invocation.reconciler(Access.READ, telling=nullcontext(_untold)) as reconciler:
        if follow:
            report = reconciler.operator.follow_logs(reference, told, container=container, since=since)
        else:
            report, seen = reconciler.operator.logs(reference, container=container, since=since, last=tail)
            told(seen)
    invocation.emit(kept.added_to(report), said="")
    return ExitCode.FAILED if failed else ExitCode.OK


def _untold(_: object) -> None:
    """Say nothing between the lines of a log."""


class _Kept:
    """All that was told, for what shows it at the end."""

    def __init__(self) -> None:
        self._lines: list[LogLine] = []
        self._problems: list[Problem] = []

    def add(self, seen: "LogsSeen") -> None:
        self._lines += seen.lines
        self._problems += [_problem(note, Severity.WARNING) for note in seen.notes]
        self._problems += [_problem(note, Severity.ERROR) for note in seen.failures]

    def added_to(self, report: Report) -> Report:
        return replace(report, lines=tuple(self._lines), problems=(*report.problems, *self._problems))


def _problem(note: str, severity: Severity) -> Problem:
    return Problem(message=f"no log of {note}", severity=severity)
