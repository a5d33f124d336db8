"""What RegisterTaskDefinition refuses, with ECS's error code and, where a public report shows it, its words.

Each check yields what it has against a definition in its described form; the first one found is the answer, as AWS
tells one fault at a time. Source: botocore's documentation of RegisterTaskDefinition and ContainerDefinition, the
developer guide's task definition parameters and service quotas, and texts quoted in issues of the tools that met them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.local.ecs import fargate as ecs_fargate
from reconciler.local.ecs.container_validation import container_faults
from reconciler.local.ecs.store import client_error

Definition = Mapping[str, Any]
Faults = Iterator[str]

MAX_BYTES: Final = 65_536
_MAX_CONTAINERS: Final = 10
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_ROLE: Final = re.compile(r"(arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}|[\w+=,.@-]{1,64})")
_MIN_EC2_CPU, _MAX_EC2_CPU = 128, 196_608
_EPHEMERAL: Final = range(20, 201)


def refuse_bad(registered: Definition, definition: Definition) -> None:
    """Raise ECS's ClientException for the first fault of a definition (`registered` as sent, then as described)."""
    for check in CHECKS:
        for fault in check(definition):
            raise client_error(fault)
    size = len(json.dumps(registered, separators=(",", ":")).encode())
    if size > MAX_BYTES:
        raise client_error(f"Actual length: '{size}'. Max allowed length is '{MAX_BYTES}' bytes.")


def _family(definition: Definition) -> Faults:
    if not definition.get("family"):
        yield "Family should not be null or empty."
    elif not _NAME.fullmatch(definition["family"]):
        yield "Family contains invalid characters."


def _containers(definition: Definition) -> Faults:
    containers = definition["containerDefinitions"]
    if not containers:
        yield "Container list cannot be empty."
    if len(containers) > _MAX_CONTAINERS:
        yield f"Too many containers: {len(containers)}. A task definition can have at most {_MAX_CONTAINERS}."
    for container in containers:
        for member in ("name", "image"):
            if not container.get(member):
                yield f"Container.{member} should not be null or empty."
        if not _NAME.fullmatch(container["name"]):
            yield "Container.name contains invalid characters."
    for name in _twice([container["name"] for container in containers]):
        yield f"Container names must be unique: '{name}' is used more than once."
    if not any(container["essential"] for container in containers):
        yield "A TaskDefinition must have at least one essential container."


def _task_size(definition: Definition) -> Faults:
    for member in ("cpu", "memory"):
        given = definition.get(member)
        if given is not None and not (given.isdigit() and int(given) > 0):
            yield (
                f"Invalid '{member}' setting for task. For more information, see the Troubleshooting section of the "
                "Amazon ECS Developer Guide."
            )
    cpu = definition.get("cpu")
    if cpu is not None and not _MIN_EC2_CPU <= int(cpu) <= _MAX_EC2_CPU:
        yield (
            "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the "
            "Amazon ECS Developer Guide."
        )
    containers = definition["containerDefinitions"]
    if cpu is not None and sum(container["cpu"] for container in containers) > int(cpu):
        yield "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
    memory = definition.get("memory")
    for container in containers:
        hard, soft = container.get("memory"), container.get("memoryReservation")
        if memory is None and hard is None and soft is None:
            yield (
                f"Invalid setting for container '{container['name']}'. "
                "At least one of 'memory' or 'memoryReservation' must be specified."
            )
        if memory is not None and max(hard or 0, soft or 0) > int(memory):
            yield f"The 'memory' of container '{container['name']}' cannot be greater than the task 'memory'."


def _each_container(definition: Definition) -> Faults:
    for container in definition["containerDefinitions"]:
        yield from container_faults(definition, container)


def _roles(definition: Definition) -> Faults:
    for member in ("taskRoleArn", "executionRoleArn"):
        given = definition.get(member)
        if given and not _ROLE.fullmatch(given):
            yield "Role is not valid"
    if definition.get("executionRoleArn"):
        return
    if any(container.get("secrets") for container in definition["containerDefinitions"]):
        yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."


def _volumes(definition: Definition) -> Faults:
    names = [volume.get("name", "") for volume in definition["volumes"]]
    for name in _twice(names):
        yield f"Duplicate volume name '{name}'."
    for volume in definition["volumes"]:
        kinds = [kind for kind in volume if kind.endswith("VolumeConfiguration")]
        if len(kinds) > 1:
            yield f"Volume '{volume.get('name')}' can have only one kind of volume configuration."
        docker = volume.get("dockerVolumeConfiguration", {})
        for member in ("driverOpts", "labels"):
            if docker.get(member) == {}:
                yield f"dockerVolumeConfiguration.{member} can not be empty."


def _limits(definition: Definition) -> Faults:
    storage = definition.get("ephemeralStorage")
    if storage is not None and storage.get("sizeInGiB") not in _EPHEMERAL:
        yield "Invalid ephemeralStorage size: the value must be between 20 and 200 GiB."
    if len(definition["placementConstraints"]) > 10:
        yield "A task definition can have at most 10 placement constraints."


def _fargate(definition: Definition) -> Faults:
    if "FARGATE" in definition.get("requiresCompatibilities", ()):
        yield from ecs_fargate.faults(definition)


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


CHECKS: Final = (_family, _containers, _task_size, _each_container, _roles, _volumes, _limits, _fargate)
