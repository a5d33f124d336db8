"""ECS clusters and their capacity providers.

Source: botocore's documentation of each operation. Creating a cluster that exists returns it as it is; a deleted one
stays describable as INACTIVE.
"""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.local.calls import AwsError, Call, Handler
from reconciler.local.ecs.definitions import page_size
from reconciler.local.ecs.store import Record, cluster_name, find_cluster, invalid, section, tag_list, tag_map, tasks_of

_NAME_LENGTH: Final = 255
_FARGATE_PROVIDERS: Final = ("FARGATE", "FARGATE_SPOT")
_STOPPED: Final = "STOPPED"


def create_cluster(call: Call) -> Mapping[str, Any]:
    """A new cluster, or the one of that name as it is."""
    name = call.get("clusterName", "default")
    if not name or len(name) > _NAME_LENGTH or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise invalid("Invalid cluster name: only letters, numbers, hyphens and underscores are allowed.")
    clusters = section(call.world, call.place, "clusters")
    cluster = clusters.get(name)
    if cluster is None or cluster["status"] != "ACTIVE":
        cluster = clusters[name] = {
            "name": name,
            "arn": call.place.arn("ecs", f"cluster/{name}"),
            "status": "ACTIVE",
            "instances": 0,
            "tags": tag_map(call.members.get("tags")),
            "tagged": call.now,
            "settings": call.get("settings", [{"name": "containerInsights", "value": "disabled"}]),
            "configuration": call.get("configuration"),
            "providers": call.get("capacityProviders", []),
            "strategy": call.get("defaultCapacityProviderStrategy", []),
        }
    return {"cluster": described_cluster(call, cluster, ("TAGS", "SETTINGS", "CONFIGURATIONS"))}


def described_cluster(call: Call, cluster: Record, include: tuple[str, ...]) -> Record:
    """A cluster as it is answered, counts taken now."""
    held = tasks_of(call.world, call.place, cluster["name"]).values()
    states = [task["task"]["lastStatus"] for task in held]
    services = section(call.world, call.place, "services").get(cluster["name"], {}).values()
    answer = {
        "clusterArn": cluster["arn"],
        "clusterName": cluster["name"],
        "status": cluster["status"],
        "registeredContainerInstancesCount": cluster["instances"],
        "runningTasksCount": states.count("RUNNING"),
        "pendingTasksCount": sum(state in ("PROVISIONING", "PENDING", "ACTIVATING") for state in states),
        "activeServicesCount": sum(service["status"] == "ACTIVE" for service in services),
        "statistics": [],
        "tags": tag_list(cluster["tags"]) if "TAGS" in include else [],
        "settings": cluster["settings"] if "SETTINGS" in include else [],
        "capacityProviders": cluster["providers"],
        "defaultCapacityProviderStrategy": cluster["strategy"],
    }
    if "CONFIGURATIONS" in include and cluster["configuration"] is not None:
        answer["configuration"] = cluster["configuration"]
    return answer


def describe_clusters(call: Call) -> Mapping[str, Any]:
    """Clusters by name or ARN, the default one when none is named; unknown ones are failures, MISSING."""
    clusters = section(call.world, call.place, "clusters")
    found, failures = [], []
    for identifier in call.get("clusters", ["default"]):
        name = cluster_name(call.place, identifier)
        if name in clusters:
            found.append(described_cluster(call, clusters[name], tuple(call.get("include", ()))))
        else:
            failures.append({"arn": call.place.arn("ecs", f"cluster/{name}"), "reason": "MISSING"})
    return {"clusters": found, "failures": failures}


def list_clusters(call: Call) -> Mapping[str, Any]:
    """ARNs of the ACTIVE clusters."""
    clusters = section(call.world, call.place, "clusters")
    arns = sorted(cluster["arn"] for cluster in clusters.values() if cluster["status"] == "ACTIVE")
    page, token = call.page(arns, size=page_size(call), token=call.get("nextToken"))
    return {"clusterArns": list(page), "nextToken": token}


def delete_cluster(call: Call) -> Mapping[str, Any]:
    """The cluster becomes INACTIVE; refused while it holds instances, services or tasks."""
    cluster = find_cluster(call)
    if cluster["instances"]:
        raise AwsError(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        )
    services = section(call.world, call.place, "services").get(cluster["name"], {}).values()
    if any(service["status"] == "ACTIVE" for service in services):
        raise AwsError("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    held = tasks_of(call.world, call.place, cluster["name"]).values()
    if any(task["task"]["lastStatus"] != _STOPPED for task in held):
        raise AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
    cluster["status"] = "INACTIVE"
    return {"cluster": described_cluster(call, cluster, ())}


def put_cluster_capacity_providers(call: Call) -> Mapping[str, Any]:
    """Replace a cluster's providers and default strategy; the strategy may only name its providers."""
    cluster = find_cluster(call)
    providers, strategy = call.members["capacityProviders"], call.members["defaultCapacityProviderStrategy"]
    known = section(call.world, call.place, "providers")
    for name in providers:
        if name not in _FARGATE_PROVIDERS and name not in known:
            raise invalid(f"The specified capacity provider '{name}' was not found. Specify a valid name.")
    check_strategy(strategy, providers)
    cluster["providers"], cluster["strategy"] = providers, strategy
    return {"cluster": described_cluster(call, cluster, ())}


def check_strategy(strategy: list[Record], providers: list[str]) -> None:
    """Raise where a strategy names a provider that the cluster lacks, mixes Fargate with others, or weighs nothing."""
    names = [item["capacityProvider"] for item in strategy]
    if any(name not in providers for name in names):
        raise invalid(
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated with "
            "the cluster. Associate the capacity provider with the cluster and try again."
        )
    if any(name in _FARGATE_PROVIDERS for name in names) and any(name not in _FARGATE_PROVIDERS for name in names):
        raise invalid("A capacity provider strategy cannot contain both Fargate and Auto Scaling group providers.")
    if sum(item.get("base", 0) > 0 for item in strategy) > 1:
        raise invalid("A capacity provider strategy can have a base on one capacity provider only.")
    if strategy and not any(item.get("weight", 0) > 0 for item in strategy) and len(strategy) > 1:
        raise invalid("At least one capacity provider of the strategy must have a weight greater than zero.")


def create_capacity_provider(call: Call) -> Mapping[str, Any]:
    """An Auto Scaling group's provider, by name."""
    name = call.members["name"]
    if name.lower().startswith(("aws", "ecs", "fargate")):
        raise invalid("The specified capacity provider name is invalid: it must not begin with aws, ecs or fargate.")
    provider = {"name": name, "group": call.get("autoScalingGroupProvider"), "tags": tag_map(call.members.get("tags"))}
    section(call.world, call.place, "providers")[name] = provider
    return {"capacityProvider": _described_provider(call, name, provider)}


def describe_capacity_providers(call: Call) -> Mapping[str, Any]:
    """Fargate's two, and those made here."""
    known = section(call.world, call.place, "providers")
    names = call.get("capacityProviders", [*_FARGATE_PROVIDERS, *known])
    found = [
        _described_provider(call, name, known.get(name, {}))
        for name in (identifier.rpartition("/")[2] for identifier in names)
        if name in known or name in _FARGATE_PROVIDERS
    ]
    held = {provider["name"] for provider in found}
    missing = [name for name in names if name.rpartition("/")[2] not in held]
    failures = [{"arn": call.place.arn("ecs", f"capacity-provider/{name}"), "reason": "MISSING"} for name in missing]
    return {"capacityProviders": found, "failures": failures}


def _described_provider(call: Call, name: str, provider: Record) -> Record:
    return {
        "capacityProviderArn": call.place.arn("ecs", f"capacity-provider/{name}"),
        "name": name,
        "status": "ACTIVE",
        "tags": tag_list(provider.get("tags", {})),
        "autoScalingGroupProvider": provider.get("group"),
    }


OPERATIONS: Final[Mapping[str, Handler]] = {
    "CreateCluster": create_cluster,
    "DescribeClusters": describe_clusters,
    "ListClusters": list_clusters,
    "DeleteCluster": delete_cluster,
    "PutClusterCapacityProviders": put_cluster_capacity_providers,
    "CreateCapacityProvider": create_capacity_provider,
    "DescribeCapacityProviders": describe_capacity_providers,
}
