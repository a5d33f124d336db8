"""`reconcile logs`."""

import sys
from datetime import datetime, timedelta

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.logs_shown import printer
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SHOW_VALUES, VERBOSE, verb
from reconciler.cli.parameters import ago
from reconciler.errors import ExitCode, UsageError


@verb("logs", DIRECTORY_OPTION, MANIFESTS, AWS, SHOW_VALUES, VERBOSE)
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
    if not invocation.is_valid(Access.READ):
        return ExitCode.INVALID
    told = printer(invocation.scrub, sys.stdout)
    with invocation.reconciler(Access.READ) as reconciler:
        if follow:
            reconciler.operator.follow_logs(reference, told, container=container, since=since)
        else:
            told(reconciler.operator.logs(reference, container=container, since=since, last=tail))
    return ExitCode.OK
