"""The command line: the only place that prints. Everything it needs is imported when a verb needs it."""

import gc
import sys

#: How many new objects make the garbage collector look. A directory of manifests is millions of objects that all stay:
#: at Python's own 700, a third of a pass went into looking through them again and again.
_NEW_OBJECTS = 20_000


def main() -> None:
    """Run `reconcile` with the process's arguments and leave with its exit code."""
    gc.set_threshold(_NEW_OBJECTS)
    from reconciler.cli.program import run

    sys.exit(run(sys.argv[1:]))
