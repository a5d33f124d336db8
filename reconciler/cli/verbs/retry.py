"""`reconcile retry`."""

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, GUARDS, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode
from reconciler.reports import verdict


@verb("retry", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, GUARDS, output("text", "json"))
@click.argument("name", metavar="JOB")
@click.option(
    "--assume",
    type=click.Choice(["succeeded", "failed"]),
    help="Launch nothing; record what you know of its present generation.",
)
def command(invocation: Invocation, name: str, assume: str | None) -> ExitCode:
    """Run a one-shot's present generation again.

    Only where it has failed, or where what became of it is not known. What comes of it counts for dependsOn.
    """
    from reconciler.engine import Reconciler
    from reconciler.model import Report, RunState

    if not invocation.is_valid(Access.WRITE):
        return ExitCode.INVALID
    job = invocation.jobs([name])[0]

    def work(reconciler: Reconciler) -> Report:
        return (
            reconciler.operator.retry(job)
            if assume is None
            else reconciler.operator.assume(job, RunState(assume.capitalize()))
        )

    return invocation.reconcile(Access.WRITE, work, verdict.of_pass, [name])
