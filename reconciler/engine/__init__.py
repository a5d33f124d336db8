"""The pass: observe, plan, apply."""

from reconciler.core.guards import Limits
from reconciler.engine.reconciler import Also, Reconciler, Until

__all__ = ["Also", "Limits", "Reconciler", "Until"]
