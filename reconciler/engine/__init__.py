"""The pass: observe, plan, apply."""

from reconciler.core.guards import Limits
from reconciler.engine.reconciler import Reconciler, Until

__all__ = ["Limits", "Reconciler", "Until"]
