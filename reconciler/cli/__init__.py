"""The command line: the only place that prints. Everything it needs is imported when a verb needs it."""

import gc
import sys

#: How many new objects make the garbage collector look. A pass over ten thousand manifests makes 800,000 that all stay
#: until it ends, and are freed then without it; looking through them took a sixth of the pass, at Python's own 700 a
#: third. A loop collects between its passes.
_NEW_OBJECTS = 1_000_000


def main() -> None:
    """Run `reconcile` with the process's arguments and leave with its exit code."""
    gc.set_threshold(_NEW_OBJECTS)
    from reconciler.cli.program import run

    code = run(sys.argv[1:])
    # The system takes all memory back at once. Freeing a million objects one by one before, as the interpreter does
    # at its end with what the collector still knows, took longer than reading ten thousand manifests.
    gc.freeze()
    sys.exit(code)
