"""What RegisterJobDefinition refuses, and the texts it refuses with.

Sources: botocore's documentation of each member; limits from the Batch user guide (service_limits.md); texts where
people quoted them ("vCPU is not provided." ASFHyP3/hyp3 #586, "networkConfiguration not applicable for EC2.",
"RetryAttempts must be provided with retry strategy" Terraform's acceptance test). Other texts are of our wording.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from reconciler.local.batch.store import NAME

Structure = Mapping[str, Any]

MAXIMUM_SIZE = 24 * 1024
MAXIMUM_ATTEMPTS = 10
MAXIMUM_EVALUATIONS = 5
MINIMUM_TIMEOUT = 60
MAXIMUM_PRIORITY = 9999

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")

_GIB = 1024
FARGATE_MEMORY: Mapping[Decimal, frozenset[int]] = {
    Decimal("0.25"): frozenset((512, 1024, 2048)),
    Decimal("0.5"): frozenset(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    Decimal(1): frozenset(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    Decimal(2): frozenset(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    Decimal(4): frozenset(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    Decimal(8): frozenset(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    Decimal(16): frozenset(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""The memory, in MiB, that Fargate offers for each number of vCPUs (ResourceRequirement.value)."""

_NOT_ON_FARGATE = ("ulimits", "instanceType", "vcpus", "memory")
_NOT_ON_FARGATE_LINUX = ("devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness")
_ONLY_ON_FARGATE = ("networkConfiguration", "fargatePlatformConfiguration", "ephemeralStorage")


def faults(definition: Structure) -> Iterator[str]:
    """Everything that is wrong with a request, in the order AWS would meet it; AWS tells the first."""
    if not NAME.fullmatch(definition["jobDefinitionName"]):
        yield f"Provided name {definition['jobDefinitionName']} is not supported pattern[a-zA-Z_0-9-]{{1,128}}"
    yield from _kinds(definition)
    yield from retry_faults(definition.get("retryStrategy"))
    yield from timeout_faults(definition.get("timeout"))
    yield from priority_faults(definition.get("schedulingPriority"))
    yield from _properties(definition)
    if len(json.dumps(definition, separators=(",", ":")).encode()) > MAXIMUM_SIZE:
        yield f"Job definition size exceeds the maximum of {MAXIMUM_SIZE} bytes."


def retry_faults(strategy: Structure | None) -> Iterator[str]:
    """RetryStrategy: 1 to 10 attempts, at most 5 evaluateOnExit, which need attempts."""
    if strategy is None:
        return
    attempts = strategy.get("attempts")
    if attempts is None:
        yield "RetryAttempts must be provided with retry strategy"
    elif not 1 <= attempts <= MAXIMUM_ATTEMPTS:
        yield f"RetryAttempts must be between 1 and {MAXIMUM_ATTEMPTS}."
    evaluations = strategy.get("evaluateOnExit", ())
    if len(evaluations) > MAXIMUM_EVALUATIONS:
        yield f"evaluateOnExit must contain at most {MAXIMUM_EVALUATIONS} conditions."
    for evaluation in evaluations:
        if evaluation.get("action", "").upper() not in ("RETRY", "EXIT"):
            yield f"Invalid evaluateOnExit action {evaluation.get('action')}."
        code = evaluation.get("onExitCode")
        if code is not None and not re.fullmatch(r"[0-9]*\*?", code):
            yield f"onExitCode {code} can contain only numbers, and can end with an asterisk."


def timeout_faults(timeout: Structure | None) -> Iterator[str]:
    """JobTimeout: "The minimum value for the timeout is 60 seconds"."""
    seconds = (timeout or {}).get("attemptDurationSeconds")
    if seconds is not None and seconds < MINIMUM_TIMEOUT:
        yield f"Timeout attemptDurationSeconds must be at least {MINIMUM_TIMEOUT} seconds."


def priority_faults(priority: int | None) -> Iterator[str]:
    """schedulingPriority: 0 to 9999."""
    if priority is not None and not 0 <= priority <= MAXIMUM_PRIORITY:
        yield f"schedulingPriority must be between 0 and {MAXIMUM_PRIORITY}."


def _kinds(definition: Structure) -> Iterator[str]:
    given = [
        name
        for name in ("containerProperties", "ecsProperties", "eksProperties", "nodeProperties")
        if name in definition
    ]
    if definition["type"] == "multinode":
        if given != ["nodeProperties"]:
            yield "nodeProperties must be provided, and nothing else, for jobs of type multinode."
        if "FARGATE" in definition.get("platformCapabilities", ()):
            yield "multinode jobs are not supported on Fargate."
    elif len(given) != 1 or given == ["nodeProperties"]:
        yield (
            "Exactly one of containerProperties, ecsProperties and eksProperties must be provided "
            "for jobs of type container."
        )
    if "eksProperties" in given and "platformCapabilities" in definition:
        yield "platformCapabilities is not applicable for EKS."


def _properties(definition: Structure) -> Iterator[str]:
    fargate = "FARGATE" in definition.get("platformCapabilities", ())
    if "containerProperties" in definition:
        yield from _container(definition["containerProperties"], fargate=fargate)
    if "nodeProperties" in definition:
        yield from _nodes(definition["nodeProperties"])
    for task in definition.get("ecsProperties", {}).get("taskProperties", ()):
        yield from _task(task, fargate=fargate)
    if len(definition.get("ecsProperties", {}).get("taskProperties", [None])) != 1:
        yield "ecsProperties must contain exactly one element of taskProperties."
    pod = definition.get("eksProperties", {}).get("podProperties", {})
    if "eksProperties" in definition and not pod.get("containers"):
        yield "podProperties must contain at least one container."


def _container(container: Structure, *, fargate: bool) -> Iterator[str]:
    if not container.get("image"):
        yield "Container image must be provided."
    elif len(container["image"]) > 255:
        yield "Container image must have at most 255 characters."
    for member in ("jobRoleArn", "executionRoleArn"):
        if member in container and not _ROLE.fullmatch(container[member]):
            yield f"{member} {container[member]} is not a valid role ARN."
    yield from _environment(container)
    yield from _resources(container, fargate=fargate)
    yield from _on_fargate(container) if fargate else _on_ec2(container)


def _environment(container: Structure) -> Iterator[str]:
    for entry in container.get("environment", ()):
        if entry.get("name", "").startswith("AWS_BATCH"):
            yield "Environment variables cannot start with AWS_BATCH, which is reserved."


def _resources(container: Structure, *, fargate: bool) -> Iterator[str]:
    required: dict[str, str] = {}
    for entry in container.get("resourceRequirements", ()):
        if entry["type"] in required:
            yield f"resourceRequirements contains {entry['type']} more than once."
        required[entry["type"]] = entry["value"]
    vcpus = required.get("VCPU") or container.get("vcpus")
    memory = required.get("MEMORY") or container.get("memory")
    if not vcpus:
        yield "vCPU is not provided."
        return
    if not memory:
        yield "Memory is not provided."
        return
    try:
        amount, mebibytes = Decimal(str(vcpus)), int(str(memory))
    except (InvalidOperation, ValueError):
        yield f"resourceRequirements: VCPU {vcpus} and MEMORY {memory} must be numbers."
        return
    if amount <= 0:
        yield "Container vCPU must be greater than 0."
    if mebibytes < 4:
        yield "Container memory limit must be at least 4 MiB."
    if fargate and mebibytes not in FARGATE_MEMORY.get(amount.normalize(), FARGATE_MEMORY.get(amount, frozenset())):
        yield (
            f"Fargate resource requirements ({amount} vCPU, {mebibytes} MiB) not valid. "
            "See the AWS Batch user guide for the supported values."
        )


def _on_fargate(container: Structure) -> Iterator[str]:
    """What Fargate needs and what it has not (ContainerProperties: "isn't applicable to … Fargate resources")."""
    if not container.get("executionRoleArn"):
        yield "executionRoleArn is required for Fargate."
    for member in _NOT_ON_FARGATE:
        if container.get(member):
            yield f"{member} is not applicable for Fargate."
    if container.get("privileged"):
        yield "privileged is not applicable for Fargate."
    for member in _NOT_ON_FARGATE_LINUX:
        if container.get("linuxParameters", {}).get(member):
            yield f"{member} is not applicable for Fargate."
    if any(volume.get("host") for volume in container.get("volumes", ())):
        yield "host is not applicable for Fargate."
    if any(entry["type"] == "GPU" for entry in container.get("resourceRequirements", ())):
        yield "GPU is not applicable for Fargate."


def _on_ec2(container: Structure) -> Iterator[str]:
    for member in _ONLY_ON_FARGATE:
        if member in container:
            yield f"{member} not applicable for EC2."


def _task(task: Structure, *, fargate: bool) -> Iterator[str]:
    containers = task.get("containers", ())
    if not 1 <= len(containers) <= 10:
        yield "taskProperties must contain 1 to 10 containers."
    names = [container.get("name", "") for container in containers]
    if len(set(names)) != len(names):
        yield "Container names in taskProperties must be unique."
    if fargate and not task.get("executionRoleArn"):
        yield "executionRoleArn is required for Fargate."
    for container in containers:
        if not container.get("image"):
            yield "Container image must be provided."
        yield from _environment(container)
        for dependency in container.get("dependsOn", ()):
            if dependency.get("containerName") not in names:
                yield f"Container {container.get('name')} depends on unknown {dependency.get('containerName')}."


def _nodes(nodes: Structure) -> Iterator[str]:
    if nodes["numNodes"] < 1 or not 0 <= nodes["mainNode"] < nodes["numNodes"]:
        yield "mainNode must be fewer than numNodes."
    if not 1 <= len(nodes["nodeRangeProperties"]) <= 5:
        yield "nodeRangeProperties must contain 1 to 5 ranges."
    for reach in nodes["nodeRangeProperties"]:
        if not re.fullmatch(r"\d*(:\d*)?", reach["targetNodes"]) or not reach["targetNodes"]:
            yield f"targetNodes {reach['targetNodes']} is not a valid range."
        if "container" in reach:
            yield from _container(reach["container"], fargate=False)
        for task in reach.get("ecsProperties", {}).get("taskProperties", ()):
            yield from _task(task, fargate=False)
