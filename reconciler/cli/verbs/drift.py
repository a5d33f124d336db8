"""`reconcile drift`, `reconcile diff`."""

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY, GUARDS, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import FORMATS, words
from reconciler.cli.verb import verb
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
@click.option(
    "--explain",
    "also",
    flag_value="explanations",
    multiple=True,
    help="Also list what reads differently and is no drift, with the rule that says so and where it is known from.",
)
@click.option(
    "--unmanaged",
    "also",
    flag_value="unmanaged",
    multiple=True,
    help="Also list live definitions that no manifest names and no owner has; they are no difference.",
)
def command(invocation: Invocation, fail_on: tuple[str, ...], also: tuple[str, ...]) -> ExitCode:
    """Show how AWS differs from the manifests in DIR.

    Exit 2 where it does.
    """
    from reconciler.engine import Also

    chosen = frozenset(FailOn(word) for word in fail_on)
    more = frozenset(Also(word) for word in also)
    return invocation.reconcile(
        Access.READ, lambda reconciler: reconciler.drift(more), lambda report: of_drift(report, chosen)
    )
