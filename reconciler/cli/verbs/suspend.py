"""`reconcile suspend`."""

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.suspending import carry_out
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode


@verb("suspend", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("names", nargs=-1, metavar="[JOB]...")
@click.option("--all", "everything", is_flag=True, help="Every job of the directory.")
def command(invocation: Invocation, names: tuple[str, ...], everything: bool) -> ExitCode:
    """Hold each JOB back until it is resumed.

    No pass and no loop launches it, until `reconcile resume`; its EventBridge schedule is disabled at once. Its
    definition is kept in sync, and what is running goes on.
    """
    from reconciler.engine.suspension import Wish

    return carry_out(invocation, names, everything, Wish.SUSPEND)
