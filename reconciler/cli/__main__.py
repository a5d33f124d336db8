"""`python -m reconciler.cli` is `reconcile`."""

from reconciler.cli import main

main()
