"""`reconcile import`."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.options import AWS, DIRECTORY_OPTION, MANIFESTS, SHOW_VALUES, VERBOSE, verb
from reconciler.cli.parameters import pair
from reconciler.errors import ExitCode, UsageError
from reconciler.model import Severity

if TYPE_CHECKING:
    from reconciler.engine.importing import Live

_SCHEMA: Final = Path(".reconciler/manifest.schema.json")


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
    """Write the manifest of each live FAMILY.

    Files are short: what AWS fills in by itself is left out. A definition that has no owner is adopted by the next
    pass, which changes nothing but its tags. Nothing is overwritten, and nothing changes on AWS.
    """
    if sum(map(bool, (names, everything, tags))) != 1:
        raise UsageError("expected one of FAMILY..., --all and --tag")
    directory = invocation.options.directory
    directory.mkdir(parents=True, exist_ok=True)
    if any(problem.severity is Severity.ERROR for problem in invocation.manifests.problems):
        invocation.emit(invocation.offline_report())
        return ExitCode.INVALID
    files = {directory / f"{live.name}.yaml": live for live in _found(invocation, names, dict(tags), kind)}
    if existing := [str(path) for path in files if path.exists()]:
        raise UsageError(f"{', '.join(existing)}: exists, and nothing is overwritten", hint="name another --dir")
    texts = _texts(invocation, files)
    for path, text in texts.items():
        _write(path, text)
        live = files[path]
        click.echo(f"wrote {path}  ({live.kind} {live.revision.name}:{live.revision.number}{_standing(live)})")
    return _checked(invocation, files)


def _found(invocation: Invocation, names: Sequence[str], tags: Mapping[str, str], kind: str | None) -> "Sequence[Live]":
    from reconciler.engine.backends import backends
    from reconciler.engine.importing import Asked, look_up
    from reconciler.kinds.registry import kinds

    aws = invocation.aws(Access.READ)
    aws.verify_account()
    definitions = backends(aws, invocation.manifests.settings).definitions
    found = look_up(Asked(names=names, tags=tags, kind=kind), invocation.manifests, kinds(), definitions)
    for warning in aws.warnings:
        click.echo(f"warning: {warning}", err=True)
    for name, reason in sorted(found.left_out.items()):
        click.echo(f"left out {name}: {reason}", err=True)
    if not found.live:
        click.echo("nothing to import", err=True)
    return found.live


def _standing(live: "Live") -> str:
    return ", to adopt" if live.owner is None else f", of owner {live.owner}"


def _texts(invocation: Invocation, files: "Mapping[Path, Live]") -> Mapping[Path, str]:
    from reconciler.manifests import defaults
    from reconciler.manifests.writing import Written, manifest

    directory = invocation.options.directory
    settings = invocation.manifests.settings
    laid = defaults(directory, invocation.request(settings.account_id, settings.region))
    texts = {}
    for path, live in files.items():
        extra: dict[str, Any] = {"adopt": True} if live.owner is None else {}
        written = Written(
            kind=live.kind,
            name=live.name,
            final_name=live.final_name,
            body=live.body,
            tags={key: value for key, value in live.tags.items() if settings.tags.get(key) != value},
            extra=extra,
            comments=tuple(_comments(live, settings.owner, settings.tags)),
        )
        texts[path] = _modeline(directory) + manifest(written, laid.get(live.kind, {}))
    return texts


def _comments(live: "Live", owner: str, tags: Mapping[str, str]) -> Sequence[str]:
    """Answer what a person should know of a manifest, above all what it cannot say."""
    revision = live.revision
    when = f", registered {revision.registered_at:%Y-%m-%dT%H:%MZ}" if revision.registered_at else ""
    who = f" by {revision.registered_by}" if revision.registered_by else ""
    comments = [f"imported from {revision.arn}{when}{who}"]
    if live.owner not in {None, owner}:
        comments.append(f"belongs to owner {live.owner}: `adopt: {live.owner}` under spec takes it over")
    if revision.unmodelled:
        named = ", ".join(sorted({str(place[-1]) for place in revision.unmodelled}))
        comments.append(f"AWS describes {named}, which no manifest can say yet: a pass registers it without")
    if missing := sorted(key for key in tags if key not in live.tags):
        comments.append(f"Settings' tags {', '.join(missing)} are not on it yet: the next pass adds them")
    return comments


def _modeline(directory: Path) -> str:
    schema = directory.parent / _SCHEMA
    if not schema.is_file():
        return ""
    return f"# yaml-language-server: $schema={os.path.relpath(schema, directory)}\n"


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _checked(invocation: Invocation, files: "Mapping[Path, Live]") -> ExitCode:
    """Say what is wrong with what was written: AWS keeps definitions that it would no longer register."""
    settings = invocation.manifests.settings
    invocation.manifests = invocation.load(settings.account_id, settings.region)
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
        click.echo(f"now: reconcile drift {invocation.options.directory}", err=True)
    return ExitCode.OK
