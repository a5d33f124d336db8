"""Whether a cluster could take a task, by what its description tells.

Source: the service model's Cluster and CapacityProviderStrategyItem ("only capacity providers that are associated with
a cluster … can be used"); developer guide, "Amazon ECS clusters".
"""

from collections.abc import Mapping
from typing import Any

from reconciler.aws.session import Aws
from reconciler.model import Spec


def unfit(aws: Aws, name: str, request: Spec) -> str | None:
    """Say why a cluster would start nothing for `request`; None where nothing speaks against it."""
    found = aws.call("ecs:DescribeClusters", clusters=[name]).get("clusters", ())
    cluster: Mapping[str, Any] | None = next(iter(found), None)
    if cluster is None:
        return "it does not exist"
    if cluster.get("status") != "ACTIVE":
        return f"it is {cluster.get('status')}"
    providers = cluster.get("capacityProviders") or ()
    wanted = [str(entry.get("capacityProvider")) for entry in request.get("capacityProviderStrategy") or ()]
    missing = sorted(set(wanted) - set(providers))
    if missing:
        return f"the capacity provider {missing[0]} is not associated with it (there are {_named(providers)})"
    on_instances = request.get("launchType") in {"EC2", "EXTERNAL"}
    if on_instances and not cluster.get("registeredContainerInstancesCount") and not providers:
        return f"it has no container instance, and launchType {request['launchType']} needs one"
    return None


def _named(providers: Any) -> str:
    return ", ".join(sorted(providers)) or "none"
