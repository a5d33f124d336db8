"""What `suspend` and `resume` have in common."""

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli.beside_invalid import leave_out_invalid
from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.selection import CHOSEN
from reconciler.errors import ExitCode, UsageError
from reconciler.reports import verdict

if TYPE_CHECKING:
    from reconciler.engine.suspension import Wish


def carry_out(invocation: Invocation, names: tuple[str, ...], everything: bool, wish: "Wish") -> ExitCode:
    """Bring a wish about for the chosen jobs and say what came of it, a line for each; 1 where one could not be."""
    chosen = bool(names or invocation.options.job or invocation.options.tag)
    if chosen is everything:
        raise UsageError("expected either JOB…, --job or --tag, or --all")
    left_out = leave_out_invalid(invocation, Access.WRITE, names)
    if not invocation.is_valid(Access.WRITE):
        return ExitCode.INVALID
    jobs = invocation.jobs(names)
    with invocation.reconciler(Access.WRITE) as reconciler:
        report = reconciler.operator.suspend(jobs, wish)
    said = [f"{job.name}: {invocation.scrub(job.message)}" for job in report.jobs]
    if not names:  # what was left out may have been meant as well
        report = replace(report, problems=(*report.problems, *left_out))
        said += [f"not {wish.value}: {invocation.scrub(str(problem))}" for problem in left_out]
    invocation.emit(report, said="".join(f"{line}\n" for line in said or [_none(invocation)]))
    return verdict.of_pass(report)


def _none(invocation: Invocation) -> str:
    """Say that nothing was done: at 03:00 in the wrong directory no line would be taken for success."""
    chosen = CHOSEN if invocation.manifests.jobs else "job"
    return f"nothing to do: {invocation.options.directory} declares no {chosen}"
