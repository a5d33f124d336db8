"""`reconcile runs`."""

from datetime import datetime, timedelta

import click

from reconciler.cli.beside_invalid import leave_out_invalid
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import ago
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode


@verb("runs", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("names", nargs=-1, metavar="[JOB]...")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most so many."
)
@click.option(
    "--since",
    type=ago,
    metavar="AGO",
    help="15m, 24h, 7d or an instant [default: 2d; without limit for a single JOB].",
)
def command(invocation: Invocation, names: tuple[str, ...], limit: int, since: timedelta | datetime | None) -> ExitCode:
    """Show the newest runs of each JOB, or of all, newest first.

    From the history, which outlives the hour that ECS remembers, and what goes on now.
    """
    leave_out_invalid(invocation, Access.READ, names)
    if not invocation.is_valid(Access.READ):
        return ExitCode.INVALID
    jobs = invocation.jobs(names)
    return invocation.reconcile(
        Access.READ, lambda reconciler: reconciler.operator.runs(jobs, since=since, limit=limit), lambda _: ExitCode.OK
    )
