"""`reconcile render`."""

import json
from typing import Any

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import DIRECTORY_OPTION, MANIFESTS, SHOW_VALUES, VERBOSE, verb
from reconciler.errors import ExitCode
from reconciler.model import Severity


@verb("render", DIRECTORY_OPTION, MANIFESTS, SHOW_VALUES, VERBOSE)
@click.argument("names", nargs=-1, metavar="[JOB]...")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="YAML or JSON.")
def command(invocation: Invocation, names: tuple[str, ...]) -> ExitCode:
    """Print what would be sent for each JOB, without AWS.

    That is the definition and the run request, after variables, defaults and patches; without JOB, of every job.
    """
    if any(problem.severity is Severity.ERROR for problem in invocation.manifests.problems):
        invocation.emit(invocation.offline_report())
        return ExitCode.INVALID
    rendered = {job.name: _masked(invocation, job) for job in invocation.jobs(names)}
    click.echo(_text(rendered, invocation.options.format), nl=False)
    return ExitCode.OK


def _masked(invocation: Invocation, job: Any) -> dict[str, Any]:
    from reconciler.kinds.registry import render
    from reconciler.reports.masking import mask_spec

    return mask_spec(render(job, invocation.manifests.settings), invocation.show)


def _text(rendered: dict[str, Any], form: str) -> str:
    if form == "json":
        return json.dumps(rendered, indent=2, ensure_ascii=False) + "\n"
    from reconciler.reports.yaml import dump

    return dump(rendered)
