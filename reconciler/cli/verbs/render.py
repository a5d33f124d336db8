"""`reconcile render`."""

from dataclasses import replace
from typing import Any

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SELECTION, output
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.model import Job, JobReport, Problem, Severity
from reconciler.reports import verdict


@verb("render", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, output("text", "json"))
@click.argument("names", nargs=-1, metavar="[JOB]...")
def command(invocation: Invocation, names: tuple[str, ...]) -> ExitCode:
    """Print what would be sent for each JOB, without AWS.

    That is the definition and the run request, after variables, defaults and patches; without JOB, of every job.
    """
    if any(problem.severity is Severity.ERROR for problem in invocation.manifests.problems):
        invocation.emit(invocation.offline_report())
        return ExitCode.INVALID
    from reconciler.reports.yaml import dump

    jobs, problems = [], list(invocation.manifests.problems)
    for job in invocation.jobs(names):
        try:
            jobs.append(_rendered(invocation, job))
        except ReconcilerError as error:
            problems.append(Problem(message=error.message, hint=error.hint, job=job.name))
            click.echo(f"reconcile: {invocation.scrub(str(error), job.name)}", err=True)
    report = replace(invocation.offline_report(), jobs=tuple(jobs), problems=tuple(problems))
    invocation.emit(report, said=dump({job.name: dict(job.rendered or {}) for job in jobs}))
    return verdict.of_pass(report)


def _rendered(invocation: Invocation, job: Job) -> JobReport:
    from reconciler.kinds.registry import render
    from reconciler.reports.masking import mask_spec

    masked: dict[str, Any] = mask_spec(render(job, invocation.manifests, invocation.region), invocation.show)
    return JobReport(name=job.name, kind=job.kind, sync=None, health=None, source=job.source, rendered=masked)
