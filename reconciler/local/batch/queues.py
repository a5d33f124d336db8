"""AWS Batch's compute environments and job queues, as far as jobs need them.

Source: botocore's documentation of each operation. Both are VALID as soon as they are made; on AWS that takes seconds.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.local.batch.store import NAME, check_tags, find, held, refused
from reconciler.local.calls import Call

_PAGE = 100
_MAXIMUM_ENVIRONMENTS = 3


def create_compute_environment(call: Call) -> Mapping[str, Any]:
    """A compute environment; nothing of it runs anywhere."""
    name = call.members["computeEnvironmentName"]
    _check_name(call, name, "computeEnvironmentName")
    if name in held(call.world, call.place, "environments"):
        raise refused(call, f"Object already exists: {name}")
    resources = call.get("computeResources")
    if call.members["type"] == "MANAGED" and resources is None:
        raise refused(call, "computeResources must be provided for MANAGED compute environments.")
    if resources is not None and resources["type"].startswith("FARGATE"):
        _check_fargate(call, resources)
    tags = call.get("tags", {})
    check_tags(call, tags)
    arn = call.place.arn("batch", f"compute-environment/{name}")
    account = call.place.account
    described = {
        **{key: value for key, value in call.members.items() if key not in ("tags", "context")},
        "computeEnvironmentArn": arn,
        "state": call.get("state", "ENABLED"),
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "serviceRole": call.get(
            "serviceRole",
            f"arn:{call.place.partition}:iam::{account}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
        ),
        "ecsClusterArn": call.place.arn("ecs", f"cluster/AWSBatch-{name}-{call.world.uuid()}"),
        "containerOrchestrationType": "EKS" if "eksConfiguration" in call.members else "ECS",
        "uuid": call.world.uuid(),
    }
    held(call.world, call.place, "environments")[name] = {"described": described, "tags": tags, "tagged": call.now}
    return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}


def _check_fargate(call: Call, resources: Mapping[str, Any]) -> None:
    for member in ("minvCpus", "desiredvCpus", "instanceTypes", "instanceRole", "tags"):
        if resources.get(member):
            raise refused(call, f"{member} is not applicable for Fargate.")
    for member in ("subnets", "securityGroupIds"):
        if not resources.get(member):
            raise refused(call, f"Resource {member} is required.")


def _check_name(call: Call, name: str, member: str) -> None:
    if not NAME.fullmatch(name):
        raise refused(call, f"{member} {name} does not match [a-zA-Z0-9][a-zA-Z0-9_-]{{0,127}}")


def describe_compute_environments(call: Call) -> Mapping[str, Any]:
    """Environments by name or ARN, or all; an unknown one is left out."""
    page, token = _described(call, "environments", "compute-environment", call.get("computeEnvironments"))
    return {"computeEnvironments": page, "nextToken": token}


def describe_job_queues(call: Call) -> Mapping[str, Any]:
    """Queues by name or ARN, or all; an unknown one is left out."""
    page, token = _described(call, "queues", "job-queue", call.get("jobQueues"))
    return {"jobQueues": page, "nextToken": token}


def _described(call: Call, collection: str, kind: str, asked: list[str] | None) -> tuple[Any, str | None]:
    size = call.get("maxResults", _PAGE)
    if not 1 <= size <= _PAGE or len(asked or ()) > _PAGE:
        raise refused(call, f"maxResults and the number of names must be between 1 and {_PAGE}.")
    everything = held(call.world, call.place, collection)
    things = (
        everything.values() if not asked else [thing for text in asked if (thing := find(call, collection, kind, text))]
    )
    described = [{**thing["described"], "tags": thing["tags"]} for thing in things]
    return call.page(described, size=size, token=call.get("nextToken"))


def update_compute_environment(call: Call) -> Mapping[str, Any]:
    """Its state, role and resources."""
    described = _environment(call)["described"]
    for member in ("state", "serviceRole", "unmanagedvCpus", "updatePolicy"):
        if member in call.members:
            described[member] = call.members[member]
    described.setdefault("computeResources", {}).update(call.get("computeResources", {}))
    return {key: described[key] for key in ("computeEnvironmentName", "computeEnvironmentArn")}


def delete_compute_environment(call: Call) -> Mapping[str, Any]:
    """An environment that is DISABLED and that no queue uses goes."""
    described = _environment(call)["described"]
    arn, name = described["computeEnvironmentArn"], described["computeEnvironmentName"]
    if described["state"] != "DISABLED":
        raise refused(call, "Cannot delete, compute environment must be disabled.")
    for queue in held(call.world, call.place, "queues").values():
        if arn in [entry["computeEnvironment"] for entry in queue["described"]["computeEnvironmentOrder"]]:
            raise refused(call, "Cannot delete, found existing JobQueue relationship")
    del held(call.world, call.place, "environments")[name]
    return {}


def _environment(call: Call) -> dict[str, Any]:
    reference = call.members["computeEnvironment"]
    found = find(call, "environments", "compute-environment", reference)
    if found is None:
        raise refused(call, f"{reference} does not exist")
    return found


def create_job_queue(call: Call) -> Mapping[str, Any]:
    """A queue on one to three environments that are there."""
    name = call.members["jobQueueName"]
    _check_name(call, name, "jobQueueName")
    if name in held(call.world, call.place, "queues"):
        raise refused(call, f"Object already exists: {name}")
    tags = call.get("tags", {})
    check_tags(call, tags)
    arn = call.place.arn("batch", f"job-queue/{name}")
    described = {
        **{key: value for key, value in call.members.items() if key != "tags"},
        "jobQueueArn": arn,
        "state": call.get("state", "ENABLED"),
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "computeEnvironmentOrder": _order(call, call.get("computeEnvironmentOrder", [])),
    }
    held(call.world, call.place, "queues")[name] = {"described": described, "tags": tags, "tagged": call.now}
    return {"jobQueueName": name, "jobQueueArn": arn}


def _order(call: Call, order: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(order) <= _MAXIMUM_ENVIRONMENTS:
        raise refused(call, f"A job queue needs 1 to {_MAXIMUM_ENVIRONMENTS} compute environments.")
    resolved = []
    for entry in order:
        environment = find(call, "environments", "compute-environment", entry["computeEnvironment"])
        if environment is None:
            raise refused(call, f"computeEnvironment {entry['computeEnvironment']} does not exist")
        arn = environment["described"]["computeEnvironmentArn"]
        resolved.append({"order": entry["order"], "computeEnvironment": arn})
    return resolved


def update_job_queue(call: Call) -> Mapping[str, Any]:
    """Its state, priority, policy and environments."""
    described = _queue(call)["described"]
    for member in ("state", "priority", "schedulingPolicyArn", "jobStateTimeLimitActions"):
        if member in call.members:
            described[member] = call.members[member]
    if "computeEnvironmentOrder" in call.members:
        described["computeEnvironmentOrder"] = _order(call, call.members["computeEnvironmentOrder"])
    return {key: described[key] for key in ("jobQueueName", "jobQueueArn")}


def delete_job_queue(call: Call) -> Mapping[str, Any]:
    """A queue that is DISABLED goes."""
    described = _queue(call)["described"]
    if described["state"] != "DISABLED":
        raise refused(call, "Cannot delete, job queue must be disabled.")
    del held(call.world, call.place, "queues")[described["jobQueueName"]]
    return {}


def _queue(call: Call) -> dict[str, Any]:
    found = find(call, "queues", "job-queue", call.members["jobQueue"])
    if found is None:
        raise refused(call, f"{call.members['jobQueue']} does not exist")
    return found
