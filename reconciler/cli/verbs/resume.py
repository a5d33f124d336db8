"""`reconcile resume`."""

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.suspending import carry_out
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode


@verb("resume", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("names", nargs=-1, metavar="[JOB]...")
@click.option("--all", "everything", is_flag=True, help="Every job of the directory.")
def command(invocation: Invocation, names: tuple[str, ...], everything: bool) -> ExitCode:
    """Let each suspended JOB be launched again.

    Nothing that was missed meanwhile is made up for. The next pass enables its EventBridge schedule. What its manifest
    suspends stays suspended.
    """
    from reconciler.engine.suspension import Wish

    return carry_out(invocation, names, everything, Wish.RESUME)
