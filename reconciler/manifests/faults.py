"""What a schema has against a document, at the line where that was written."""

from collections.abc import Iterable

from reconciler.manifests import tree
from reconciler.manifests.schemas import Fault
from reconciler.manifests.tree import Place, Table, Unanchored
from reconciler.model import Problem


def located(faults: Iterable[Fault], root: Table, start: Place) -> list[Problem]:
    """Answer the faults as problems, each at the place that the tree has for its path.

    What is wrong with an alias that has no anchor was told when it was read.
    """
    return [
        Problem(
            message=fault.message,
            source=tree.source(tree.locate(root, fault.path, start)),
            path=tree.show(fault.path),
            hint=fault.hint,
        )
        for fault in faults
        if not isinstance(tree.at(root, fault.path), Unanchored)
    ]
