"""`reconcile plan`."""

from pathlib import Path

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY, GUARDS, LIMITS, MANIFESTS, SELECTION, output, verb
from reconciler.cli.parameters import FORMATS
from reconciler.errors import ExitCode, worst
from reconciler.reports import verdict


@verb("plan", DIRECTORY, MANIFESTS, AWS, SELECTION, GUARDS, LIMITS, output(*FORMATS))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the plan; `reconcile --once --plan FILE` later applies exactly that, or refuses.",
)
@click.option(
    "--exit-code", "--detailed-exitcode", "exit_code", is_flag=True, help="Exit 2 where there is anything to do."
)
def command(invocation: Invocation, out: Path | None, exit_code: bool) -> ExitCode:
    """Show what a pass over DIR would do.

    Nothing is written to AWS.
    """
    from reconciler.engine import Reconciler
    from reconciler.model import Report

    def work(reconciler: Reconciler) -> Report:
        report = reconciler.plan()
        if out is not None:
            from reconciler.cli.output import write_file
            from reconciler.reports.saved_plan import save

            write_file(out, save(report, invocation.manifests))
        return report

    def judge(report: Report) -> ExitCode:
        different = verdict.of_changes(report) if exit_code else ExitCode.OK
        return worst((verdict.of_pass(report), different))

    return invocation.reconcile(Access.READ, work, judge)
