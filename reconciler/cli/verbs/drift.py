"""`reconcile drift`, `reconcile diff`."""

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY, GUARDS, MANIFESTS, SELECTION, output, verb
from reconciler.cli.parameters import FORMATS, words
from reconciler.errors import ExitCode
from reconciler.reports.verdict import FailOn, of_drift


@verb("drift", DIRECTORY, MANIFESTS, AWS, SELECTION, GUARDS, output(*FORMATS))
@click.option(
    "--fail-on",
    type=words(*FailOn),
    metavar="drift,health",
    default=FailOn.DRIFT.value,
    show_default=True,
    help="What makes the exit code: differences (2), failed runs (1), or both.",
)
def command(invocation: Invocation, fail_on: tuple[str, ...]) -> ExitCode:
    """Show how AWS differs from the manifests in DIR.

    Exit 2 where it does.
    """
    chosen = frozenset(FailOn(word) for word in fail_on)
    return invocation.reconcile(
        Access.READ, lambda reconciler: reconciler.drift(), lambda report: of_drift(report, chosen)
    )
