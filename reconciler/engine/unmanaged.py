"""What lives beside the manifests: definitions that nobody declares and nobody owns."""

from reconciler.core import ownership
from reconciler.engine.context import Context
from reconciler.model import Linked, Unmanaged


def unmanaged(context: Context) -> tuple[Unmanaged, ...]:
    """Answer every live definition that no manifest names and that, as far as the tag index knows, has no owner.

    Two lists for each kind, however many there are. Sorted by kind and name.
    """
    found: list[Unmanaged] = []
    for name, backend in context.backends.definitions.items():
        alone = backend.names({}) - backend.names({ownership.OWNER: None}) - _declared(context, name)
        found += [Unmanaged(kind=context.kinds[name].definition_kind, name=each) for each in alone]
    return tuple(sorted(found, key=lambda each: (each.kind, each.name)))


def _declared(context: Context, kind: str) -> frozenset[str]:
    """Answer the definitions that manifests own or borrow."""
    names = set()
    for job in context.manifests.jobs:
        if job.kind == kind and (resource := context.definition(job)) is not None:
            names.add(resource.name)
        elif job.kind == kind and isinstance(job.definition, Linked):
            names.add(job.definition.reference.rpartition("/")[2].partition(":")[0])
    return frozenset(names)
