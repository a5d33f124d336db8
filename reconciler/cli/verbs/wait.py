"""`reconcile wait`."""

import click

from reconciler.cli.beside_invalid import leave_out_invalid
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode
from reconciler.reports import verdict


@verb("wait", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("reference", metavar="RUN")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Stop waiting then, exit 1.")
def command(invocation: Invocation, reference: str, timeout: float | None) -> ExitCode:
    """Follow RUN to its end.

    RUN is a task or job id, its ARN or beginning, or a JOB (its newest run). Nothing is launched or stopped. Exit 0
    where it succeeded, else 1.
    """
    leave_out_invalid(invocation, Access.READ)
    return invocation.reconcile(
        Access.READ,
        lambda reconciler: reconciler.operator.wait_for(reference, timeout),
        lambda report: verdict.of_runs(report.runs or ()),
    )
