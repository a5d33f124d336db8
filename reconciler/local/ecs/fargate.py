"""Fargate: the sizes that exist and the members it refuses.

Source: botocore, RegisterTaskDefinition.memory, and the developer guide's "Amazon ECS task definition differences for
Fargate". Error texts as seen in public reports of each.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Definition = Mapping[str, Any]

SIZES: Final[Mapping[int, frozenset[int]]] = {
    256: frozenset({512, 1024, 2048}),
    512: frozenset(range(1024, 4097, 1024)),
    1024: frozenset(range(2048, 8193, 1024)),
    2048: frozenset(range(4096, 16385, 1024)),
    4096: frozenset(range(8192, 30721, 1024)),
    8192: frozenset(range(16384, 61441, 4096)),
    16384: frozenset(range(32768, 122881, 8192)),
}
"""Task cpu units to the MiB of memory that go with them."""

_FORBIDDEN_MEMBERS: Final = (
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "dockerSecurityOptions",
    "extraHosts",
)
_LOG_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens")
_STOP_TIMEOUT: Final = 120


def faults(definition: Definition) -> Iterator[str]:
    """What Fargate has against a definition in its described form, in ECS's words."""
    if definition.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    for member in ("cpu", "memory"):
        if not definition.get(member):
            yield f"Fargate requires that '{member}' be defined at the task level."
    yield from _size(definition)
    yield from _roles(definition)
    if definition.get("placementConstraints"):
        yield "Fargate does not support placement constraints."
    if definition.get("ipcMode"):
        yield "Tasks using the Fargate launch type do not support ipcMode."
    pid_mode = definition.get("pidMode")
    if pid_mode not in (None, "task"):
        yield (
            f"Tasks using the Fargate launch type do not support pidMode '{pid_mode}'. "
            "The supported value for pidMode is 'task'."
        )
    for volume in definition.get("volumes", ()):
        if volume.get("host", {}).get("sourcePath"):
            yield "host.sourcePath should not be set for volumes in Fargate."
        if volume.get("dockerVolumeConfiguration"):
            yield "dockerVolumeConfiguration is not supported for Fargate."
    for container in definition["containerDefinitions"]:
        yield from _container(container)


def _size(definition: Definition) -> Iterator[str]:
    cpu, memory = definition.get("cpu"), definition.get("memory")
    if not cpu or not memory:
        return
    if int(memory) not in SIZES.get(int(cpu), ()):
        yield f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."


def _roles(definition: Definition) -> Iterator[str]:
    if definition.get("executionRoleArn"):
        return
    for container in definition["containerDefinitions"]:
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
            yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."
        if ".dkr.ecr." in container["image"]:
            yield "Fargate requires task definition to have execution role ARN to support ECR images."


def _container(container: Mapping[str, Any]) -> Iterator[str]:
    name = container["name"]
    if container.get("privileged"):
        yield f"Invalid setting for container '{name}'. Fargate does not support privileged containers."
    if container.get("links"):
        yield "Links are not supported when networkMode=awsvpc."
    for member in _FORBIDDEN_MEMBERS:
        if container.get(member):
            yield f"Invalid setting for container '{name}'. '{member}' is not supported on Fargate."
    linux = container.get("linuxParameters", {})
    for member in ("devices", "sharedMemorySize", "maxSwap", "swappiness"):
        if linux.get(member):
            yield f"Invalid setting for container '{name}'. 'linuxParameters.{member}' is not supported on Fargate."
    added = set(linux.get("capabilities", {}).get("add", ())) - {"SYS_PTRACE"}
    if added:
        yield f"Fargate does not support adding the capabilities {sorted(added)}."
    if any(requirement.get("type") == "GPU" for requirement in container.get("resourceRequirements", ())):
        yield "Fargate does not support GPU resource requirements."
    log = container.get("logConfiguration", {})
    driver = log.get("logDriver")
    if driver is not None and driver not in _LOG_DRIVERS:
        yield f"Fargate only supports log drivers {', '.join(_LOG_DRIVERS)}."
    if driver == "awslogs" and not log.get("options", {}).get("awslogs-stream-prefix"):
        yield "Log driver awslogs requires option 'awslogs-stream-prefix' on Fargate."
    if container.get("stopTimeout", 0) > _STOP_TIMEOUT:
        yield f"Invalid 'stopTimeout' setting for container '{name}'. Fargate allows {_STOP_TIMEOUT} seconds at most."


def fits_fargate(definition: Definition) -> bool:
    """Whether Fargate would run the definition (in its described form)."""
    return next(faults(definition), None) is None
