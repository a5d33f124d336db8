"""What ECS works out of a definition at its registration: `compatibilities` and `requiresAttributes`.

Both are read-only, come in no promised order (two revisions of one family, a day apart, were recorded with different
orders) and say what a container instance must be able to do. Source: recordings of DescribeTaskDefinition; the names of
the attributes from the developer guide, "Amazon ECS agent capabilities".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.local.ecs.fargate import fits_fargate

Definition = Mapping[str, Any]

_REMOTE_API = "com.amazonaws.ecs.capability.docker-remote-api."


def compatibilities(definition: Definition) -> list[str]:
    """The launch types that the definition could run on."""
    found = ["EC2"]
    if definition.get("networkMode") == "awsvpc":
        if definition.get("cpu") and definition.get("memory"):
            found.append("MANAGED_INSTANCES")
        if fits_fargate(definition):
            found.append("FARGATE")
    elif definition.get("networkMode") in (None, "bridge", "host", "none"):
        found.insert(0, "EXTERNAL")
    return found


def required_attributes(definition: Definition) -> list[dict[str, str]]:
    """What an instance must offer to run it, each once."""
    names: dict[str, None] = {}
    for container in definition["containerDefinitions"]:
        names.update(dict.fromkeys(_of_container(definition, container)))
    if definition.get("networkMode") == "awsvpc":
        names["ecs.capability.task-eni"] = None
    if definition.get("taskRoleArn"):
        names["com.amazonaws.ecs.capability.task-iam-role"] = None
        names[_REMOTE_API + "1.17"] = None
    if any("efsVolumeConfiguration" in volume for volume in definition.get("volumes", ())):
        names["ecs.capability.efs"] = None
        names[_REMOTE_API + "1.25"] = None
    return [{"name": name} for name in names]


def _of_container(definition: Definition, container: Mapping[str, Any]) -> Iterator[str]:
    driver = container.get("logConfiguration", {}).get("logDriver")
    if driver:
        yield f"com.amazonaws.ecs.capability.logging-driver.{driver}"
        yield _REMOTE_API + "1.19"
        if driver == "awslogs" and definition.get("executionRoleArn"):
            yield "ecs.capability.execution-role-awslogs"
    if ".dkr.ecr." in container["image"]:
        yield "com.amazonaws.ecs.capability.ecr-auth"
        yield _REMOTE_API + "1.19"
        if definition.get("executionRoleArn"):
            yield "ecs.capability.execution-role-ecr-pull"
    if container.get("memoryReservation"):
        yield _REMOTE_API + "1.21"
    if container.get("healthCheck"):
        yield "ecs.capability.container-health-check"
        yield _REMOTE_API + "1.29"
    if container.get("dependsOn"):
        yield "ecs.capability.container-ordering"
    if container.get("privileged"):
        yield "com.amazonaws.ecs.capability.privileged-container"
    for secret in container.get("secrets", ()):
        kind = "asm" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
        yield f"ecs.capability.secrets.{kind}.environment-variables"
    yield _REMOTE_API + "1.18"
