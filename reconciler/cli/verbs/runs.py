"""`reconcile runs`."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from reconciler.cli.beside_invalid import leave_out_invalid
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import ago
from reconciler.cli.selection import every_name
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from reconciler.engine import Reconciler
    from reconciler.model import Report


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

    From the history, which outlives the hour that ECS remembers, and what goes on now. A JOB whose manifest is gone is
    told by its name.
    """
    leave_out_invalid(invocation, Access.READ, names)
    if not invocation.is_valid(Access.READ):
        return ExitCode.INVALID
    declared, prefix = every_name(invocation.manifests.jobs), invocation.manifests.settings.name_prefix
    gone = () if invocation.options.job or invocation.options.tag else tuple(set(names) - declared)
    meant = [name for name in names if name not in gone]
    jobs = invocation.jobs(meant) if meant or not names else ()

    def told(reconciler: "Reconciler") -> "Report":
        report = reconciler.operator.runs(jobs, gone, since=since, limit=limit)
        found = {run.job for run in report.runs or ()}
        unknown = [name for name in gone if {name, f"{prefix}{name}"}.isdisjoint(found)]
        if unknown and len(report.runs or ()) < limit:
            invocation.jobs(unknown)  # says that there is no such job
        return report

    return invocation.reconcile(Access.READ, told, lambda _: ExitCode.OK)
