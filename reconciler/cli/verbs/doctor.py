"""`reconcile doctor`."""

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode
from reconciler.reports import verdict


@verb("doctor", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("names", nargs=-1, metavar="[JOB]...")
def command(invocation: Invocation, names: tuple[str, ...]) -> ExitCode:
    """Look whether what each JOB needs is there.

    Nothing is changed. Credentials, permissions, cluster or queue, capacity, roles, images, log groups, secrets,
    network: OK, NG, or skipped with the reason. Exit 1 where something is NG.
    """
    if not invocation.is_valid(Access.READ):
        return ExitCode.INVALID
    jobs = invocation.jobs(names)
    return invocation.reconcile(
        Access.READ,
        lambda reconciler: reconciler.operator.doctor(jobs),
        lambda report: verdict.of_checks(report.checks or ()),
    )
