"""`reconcile --once`, `reconcile apply`."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from reconciler.cli import garbage
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.logs_shown import printer
from reconciler.cli.options import AWS, DIRECTORY, GUARDS, LIMITS, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, UsageError
from reconciler.reports import verdict


@verb("apply", DIRECTORY, MANIFESTS, AWS, SELECTION, GUARDS, LIMITS, output("text", "json"))
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Apply exactly this saved plan, or refuse.",
)
@click.option(
    "--wait",
    type=click.Choice(["once", "all"]),
    metavar="[=once|all]",
    help="Repeat the pass until every one-shot has ended; with =all, until scheduled runs have too.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Stop waiting then; the runs go on, exit 1."
)
def command(invocation: Invocation, plan_file: Path | None, wait: str | None, timeout: float | None) -> ExitCode:
    """Make AWS match the manifests in DIR, in one pass.

    It validates, observes, plans and applies; `reconcile --once [DIR]` is the same. Exit 1 where anything failed, or
    while a one-shot has.
    """
    from reconciler.engine import Reconciler, Until
    from reconciler.model import Report
    from reconciler.reports.saved_plan import check, read

    if timeout is not None and wait is None:
        raise UsageError("--timeout: expected with --wait")

    saved = read(plan_file) if plan_file is not None else None

    def approve(plan: Callable[[], Report]) -> None:
        if saved is not None:
            check(saved, plan(), invocation.manifests)
        garbage.look_again()

    told = printer(invocation.scrub, lambda: sys.stderr)

    def work(reconciler: Reconciler) -> Report:
        return reconciler.apply_once(approve) if wait is None else reconciler.wait(Until(wait), timeout, approve, told)

    return invocation.reconcile(Access.WRITE, work, verdict.of_pass)
