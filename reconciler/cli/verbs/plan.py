"""`reconcile plan`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY, GUARDS, LIMITS, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import FORMATS, output_file
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, NoCredentials, ReconcilerError, worst
from reconciler.model import Problem, Report, Severity
from reconciler.reports import verdict

if TYPE_CHECKING:
    from reconciler.engine import Reconciler


@verb("plan", DIRECTORY, MANIFESTS, AWS, SELECTION, GUARDS, LIMITS, output(*FORMATS))
@click.option(
    "--out",
    type=output_file,
    metavar="FILE",
    help="Save the plan; `reconcile --once --plan FILE` later applies exactly that, or refuses.",
)
@click.option(
    "--against",
    "ref",
    metavar="REF",
    help="Also show what DIR changes compared with this commit, branch or tag; for that no credentials are needed.",
)
@click.option(
    "--exit-code",
    "--detailed-exitcode",
    "exit_code",
    is_flag=True,
    help="Exit 2 where there is anything to do but to note that a revision holds the manifest.",
)
def command(invocation: Invocation, out: Path | None, ref: str | None, exit_code: bool) -> ExitCode:
    """Show what a pass over DIR would do.

    Nothing is written to AWS. Where there are no credentials, --against still shows what changes in the manifests, and
    a warning says that AWS was not asked.
    """
    from reconciler.engine import Reconciler

    failures: list[ReconcilerError] = []

    def work(reconciler: Reconciler) -> Report:
        if ref is None:
            report = reconciler.plan()
        else:
            report, failure = _against(invocation, reconciler, ref)
            failures.extend(filter(None, [failure]))
        if out is not None and not failures:
            from reconciler.cli.output import write_file
            from reconciler.reports.saved_plan import save

            write_file(out, save(report, invocation.manifests))
        return report

    def judge(report: Report) -> ExitCode:
        different = verdict.of_changes(report) if exit_code else ExitCode.OK
        if failures and exit_code and report.against is not None and report.against.jobs:
            different = ExitCode.DIFFERENT
        excused = out is None and all(isinstance(failure, NoCredentials) for failure in failures)
        failed = ExitCode.OK if excused else worst(failure.exit_code for failure in failures)
        return worst((failed, verdict.of_pass(report), different))

    return invocation.reconcile(Access.READ, work, judge)


def _against(invocation: Invocation, reconciler: "Reconciler", ref: str) -> tuple[Report, ReconcilerError | None]:
    """Answer the plan beside what changes compared with `ref`; where AWS cannot be asked, that alone, and why."""
    from reconciler.engine.against import against, read_base

    base = read_base(invocation.options.directory, ref, invocation.request(*invocation.identity))
    failure: ReconcilerError | None = None
    try:
        report = reconciler.plan()
    except ReconcilerError as error:
        failure = error
        severity = Severity.WARNING if isinstance(error, NoCredentials) else Severity.ERROR
        problem = Problem(
            message=f"what a pass would do on AWS is not known: {error.message}", severity=severity, hint=error.hint
        )
        offline = invocation.offline_report()
        report = replace(offline, problems=(*offline.problems, problem))
    changed = against(base, invocation.manifests, invocation.limits())
    return replace(report, problems=(*report.problems, *base.problems), against=changed), failure
