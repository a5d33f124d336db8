"""ECS services as far as a reconciler of jobs must know them: that one uses a definition. They launch no tasks."""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.local.calls import AwsError, Call, Handler
from reconciler.local.ecs.definitions import page_size
from reconciler.local.ecs.store import Record, client_error, find_cluster, find_revision, invalid, section, tag_map

_MAX_DESCRIBED: Final = 10


def _services(call: Call, cluster: Record) -> dict[str, Record]:
    held: dict[str, Record] = section(call.world, call.place, "services").setdefault(cluster["name"], {})
    return held


def create_service(call: Call) -> Mapping[str, Any]:
    """A service on a revision; its tasks are never started."""
    cluster = find_cluster(call)
    services, name = _services(call, cluster), call.members["serviceName"]
    if name in services and services[name]["status"] == "ACTIVE":
        raise invalid("Creation of service was not idempotent.")
    services[name] = {
        "serviceArn": call.place.arn("ecs", f"service/{cluster['name']}/{name}"),
        "serviceName": name,
        "clusterArn": cluster["arn"],
        "status": "ACTIVE",
        "desiredCount": call.get("desiredCount", 1),
        "taskDefinition": _definition(call),
        "launchType": call.get("launchType", "EC2"),
        "createdAt": call.now,
        "tags": tag_map(call.members.get("tags")),
        "tagged": call.now,
    }
    return {"service": _described(services[name])}


def _definition(call: Call) -> str:
    held = find_revision(call.world, call.place, call.get("taskDefinition", ""))
    if held is None:
        raise client_error("TaskDefinition not found.")
    if held["definition"]["status"] != "ACTIVE":
        raise client_error("TaskDefinition is inactive")
    arn: str = held["definition"]["taskDefinitionArn"]
    return arn


def _described(service: Record) -> Record:
    definition, created = service["taskDefinition"], service["createdAt"]
    deployment = {
        "id": "ecs-svc/" + service["serviceName"],
        "status": "PRIMARY",
        "taskDefinition": definition,
        "desiredCount": service["desiredCount"],
        "runningCount": 0,
        "pendingCount": 0,
        "createdAt": created,
        "updatedAt": created,
    }
    body = {name: value for name, value in service.items() if name not in ("tags", "tagged")}
    return body | {"runningCount": 0, "pendingCount": 0, "deployments": [deployment], "events": []}


def _find(call: Call) -> Record:
    name = call.members["service"].rpartition("/")[2]
    service = _services(call, find_cluster(call)).get(name)
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    if service["status"] != "ACTIVE":
        raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
    return service


def update_service(call: Call) -> Mapping[str, Any]:
    """Another revision, another count."""
    service = _find(call)
    if call.get("taskDefinition") is not None:
        service["taskDefinition"] = _definition(call)
    service["desiredCount"] = call.get("desiredCount", service["desiredCount"])
    return {"service": _described(service)}


def delete_service(call: Call) -> Mapping[str, Any]:
    """The service becomes INACTIVE; scaled to zero first, or by force."""
    service = _find(call)
    if service["desiredCount"] > 0 and not call.get("force", False):
        raise invalid("The service cannot be stopped while it is scaled above 0.")
    service["status"] = "INACTIVE"
    return {"service": _described(service)}


def describe_services(call: Call) -> Mapping[str, Any]:
    """Up to ten services by name or ARN; unknown ones are failures, MISSING."""
    cluster, identifiers = find_cluster(call), call.members["services"]
    if not 1 <= len(identifiers) <= _MAX_DESCRIBED:
        raise invalid(f"Services should be between 1 and {_MAX_DESCRIBED}")
    services = _services(call, cluster)
    names = [identifier.rpartition("/")[2] for identifier in identifiers]
    arn = f"service/{cluster['name']}/"
    return {
        "services": [_described(services[name]) for name in names if name in services],
        "failures": [
            {"arn": call.place.arn("ecs", arn + name), "reason": "MISSING"} for name in names if name not in services
        ],
    }


def list_services(call: Call) -> Mapping[str, Any]:
    """ARNs of a cluster's ACTIVE services, 10 a page unless told otherwise."""
    services = _services(call, find_cluster(call)).values()
    arns = sorted(service["serviceArn"] for service in services if service["status"] == "ACTIVE")
    size = page_size(call) if call.get("maxResults") else 10
    page, token = call.page(arns, size=size, token=call.get("nextToken"))
    return {"serviceArns": list(page), "nextToken": token}


OPERATIONS: Final[Mapping[str, Handler]] = {
    "CreateService": create_service,
    "UpdateService": update_service,
    "DeleteService": delete_service,
    "DescribeServices": describe_services,
    "ListServices": list_services,
}
