"""`reconcile status`."""

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, GUARDS, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode
from reconciler.reports.verdict import of_status


@verb("status", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, GUARDS, output("text", "json"))
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
def command(invocation: Invocation, jobs: tuple[str, ...]) -> ExitCode:
    """Show how each JOB stands, or all.

    Whether AWS matches, how the last run went, when the next starts.
    """
    return invocation.reconcile(Access.READ, lambda reconciler: reconciler.status(), of_status, jobs)
