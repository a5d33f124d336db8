"""What `suspend` and `resume` have in common."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from reconciler.engine.suspension import Wish


def carry_out(invocation: Invocation, names: tuple[str, ...], everything: bool, wish: "Wish") -> ExitCode:
    """Bring a wish about for the named jobs and say what came of it, a line for each; 1 where one could not be."""
    if bool(names) is everything:
        raise UsageError("expected either JOB… or --all")
    if not invocation.is_valid(Access.WRITE):
        return ExitCode.INVALID
    jobs = invocation.jobs(names)
    with invocation.reconciler(Access.WRITE) as reconciler:
        outcomes = reconciler.operator.suspend(jobs, wish)
    for outcome in outcomes:
        said = outcome.problem or (wish.value if outcome.changed else f"is {wish.value} already")
        click.echo(f"{outcome.job}: {invocation.scrub(said)}")
    return ExitCode.FAILED if any(outcome.problem for outcome in outcomes) else ExitCode.OK
