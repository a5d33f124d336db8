"""The command line: the only place that prints. Everything it needs is imported when a verb needs it."""

import sys

from reconciler.cli import garbage


def main() -> None:
    """Run `reconcile` with the process's arguments and leave with its exit code."""
    garbage.look_rarely()
    from reconciler.cli.program import run

    code = run(sys.argv[1:])
    garbage.look_no_more()
    sys.exit(code)
