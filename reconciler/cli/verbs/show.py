"""`reconcile show`."""

from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import output
from reconciler.cli.parameters import FORMATS
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode


@verb("show", output(*FORMATS))
@click.argument("file", type=click.Path(path_type=Path))
def command(invocation: Invocation, file: Path) -> ExitCode:
    """Show a saved plan or a JSON report.

    FILE is what `reconcile plan --out` or any verb with `--format json` wrote.
    """
    from reconciler.cli.output import emit
    from reconciler.reports.saved_plan import read_any

    emit(read_any(file), invocation.options, None, invocation.show)
    return ExitCode.OK
