"""`reconcile import`."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.new_files import made, modeline, refuse_existing, schema_beside, write_new
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SHOW_VALUES, VERBOSE
from reconciler.cli.parameters import pair
from reconciler.cli.verb import verb
from reconciler.errors import AccessDenied, ExitCode, Rejected, UsageError
from reconciler.model import Severity

if TYPE_CHECKING:
    from reconciler.aws.session import Aws
    from reconciler.engine.importing import Asked, Live
    from reconciler.engine.importing_schedules import Start


@verb("import", DIRECTORY_OPTION, MANIFESTS, AWS, SHOW_VALUES, VERBOSE)
@click.argument("names", nargs=-1, metavar="[FAMILY]...")
@click.option("--all", "everything", is_flag=True, help="Every definition that no manifest declares and nobody owns.")
@click.option(
    "--tag",
    "tags",
    type=pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="Those that have this tag, as far as AWS's tag index knows.",
)
@click.option(
    "--kind", type=click.Choice(["EcsJob", "BatchJob"]), help="Only task definitions, or only job definitions."
)
def command(
    invocation: Invocation,
    names: tuple[str, ...],
    everything: bool,
    tags: tuple[tuple[str, str], ...],
    kind: str | None,
) -> ExitCode:
    """Write the manifest of each live FAMILY to DIR/FAMILY.yaml.

    Files are short: what AWS fills in by itself is left out. With a definition come the schedules by which EventBridge
    starts it; what cannot be said is a comment. What has no owner is adopted by the next pass. Nothing is overwritten,
    and nothing changes on AWS.
    """
    if sum(map(bool, (names, everything, tags))) != 1:
        raise UsageError("expected one of FAMILY..., --all and --tag")
    from reconciler.engine.importing import Asked

    with made(invocation.options.directory):
        return _import(invocation, Asked(names=names, tags=dict(tags), kind=kind))


def _import(invocation: Invocation, asked: "Asked") -> ExitCode:
    if any(problem.severity is Severity.ERROR for problem in invocation.manifests.problems):
        invocation.emit(invocation.offline_report())
        return ExitCode.INVALID
    directory, aws = invocation.options.directory, invocation.aws(Access.READ)
    files = {directory / f"{live.file}.yaml": live for live in _found(invocation, aws, asked)}
    refuse_existing(files, hint="name another --dir")
    for path, text in _texts(invocation, aws, files).items():
        write_new(path, text)
        live = files[path]
        click.echo(f"wrote {path}  ({live.kind} {live.revision.name}:{live.revision.number}{_standing(live)})")
    return _checked(invocation, files)


def _found(invocation: Invocation, aws: "Aws", asked: "Asked") -> "Sequence[Live]":
    from reconciler.engine.backends import backends
    from reconciler.engine.importing import look_up
    from reconciler.kinds.registry import kinds

    aws.verify_account()
    definitions = backends(aws, invocation.manifests.settings).definitions
    found = look_up(asked, invocation.manifests, kinds(), definitions)
    for warning in aws.warnings:
        click.echo(f"warning: {warning}", err=True)
    for name, reason in sorted(found.left_out.items()):
        click.echo(f"left out {name}: {reason}", err=True)
    if not found.live:
        click.echo("nothing to import", err=True)
    return found.live


def _standing(live: "Live") -> str:
    return ", to adopt" if live.owner is None else f", of owner {live.owner}"


def _texts(invocation: Invocation, aws: "Aws", files: "Mapping[Path, Live]") -> Mapping[Path, str]:
    from reconciler.engine.importing_jobs import jobs_of
    from reconciler.manifests import defaults
    from reconciler.manifests.writing import manifest

    directory, settings = invocation.options.directory, invocation.manifests.settings
    first = modeline(directory) if schema_beside(directory).is_file() else ""
    laid = defaults(directory, invocation.request(*invocation.identity))
    starts = _starts(invocation, aws)
    taken = {job.name for job in invocation.manifests.jobs}
    texts = {}
    for path, live in files.items():
        jobs = jobs_of(live, starts, settings, taken, invocation.clock.now())
        taken |= {job.final_name for job in jobs}
        documents = [manifest(job, laid.get(live.kind, {})) for job in jobs]
        texts[path] = first + "---\n".join(documents)
    return texts


def _starts(invocation: Invocation, aws: "Aws") -> "Sequence[Start]":
    """Answer what EventBridge starts; that it cannot be read is said, and no reason to import nothing."""
    from reconciler.engine.importing_schedules import look_up_starts

    try:
        return look_up_starts(aws)
    except (AccessDenied, Rejected) as error:
        click.echo(f"schedules are left out: {invocation.scrub(str(error))}", err=True)
        return ()


def _checked(invocation: Invocation, files: "Mapping[Path, Live]") -> ExitCode:
    """Say what is wrong with what was written: AWS keeps definitions that it would no longer register."""
    invocation.manifests = invocation.load(*invocation.identity)
    written = {str(path) for path in files}
    problems = [
        problem
        for problem in invocation.manifests.problems
        if problem.source is not None and problem.source.file in written
    ]
    for problem in problems:
        click.echo(f"{problem.severity}: {invocation.scrub(str(problem))}", err=True)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return ExitCode.INVALID
    if files:
        options = invocation.options
        click.echo(f"now: reconcile drift {shlex.quote(str(options.directory))}{options.same_place}", err=True)
    return ExitCode.OK
