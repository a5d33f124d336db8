"""The command line: the only place that prints. Everything it needs is imported when a verb needs it."""

import sys


def main() -> None:
    """Run `reconcile` with the process's arguments and leave with its exit code."""
    from reconciler.cli.program import run

    sys.exit(run(sys.argv[1:]))
