"""`reconcile stop`."""

import click

from reconciler.cli.beside_invalid import leave_out_invalid
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode


@verb("stop", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("reference", metavar="RUN")
def command(invocation: Invocation, reference: str) -> ExitCode:
    """End RUN, for good.

    RUN is a task or job id, its ARN or beginning, or a JOB (its newest run). It has then failed and is not tried again.
    """
    leave_out_invalid(invocation, Access.WRITE)
    return invocation.reconcile(
        Access.WRITE, lambda reconciler: reconciler.operator.stop(reference), lambda _: ExitCode.OK
    )
