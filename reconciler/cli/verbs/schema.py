"""`reconcile schema`."""

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, UsageError


@verb("schema")
@click.argument("name", default="manifest")
@click.option("--list", "listed", is_flag=True, help="List the schemas' names.")
def command(_: Invocation, name: str, listed: bool) -> ExitCode:
    """Print a JSON Schema, for an editor.

    Without NAME that of every manifest, whole in one file.
    """
    from reconciler.manifests.schemas import NAMES, bundle, schema_text

    if listed:
        click.echo("\n".join(sorted(NAMES)))
        return ExitCode.OK
    if name not in NAMES:
        raise UsageError(f"{name}: no such schema (expected one of {', '.join(sorted(NAMES))})")
    click.echo(bundle() if name == "manifest" else schema_text(name), nl=False)
    return ExitCode.OK
