"""What AWS Batch makes of a job definition between RegisterJobDefinition and DescribeJobDefinitions.

A table of its own: AWS's habits as recordings and documentation show them, one row for each, never the reconciler's
rules. Sources, by the letters of each row:
    S  a real DescribeJobDefinitions answer (cloud-custodian's placebo recordings test_batch_definition_*, others)
    D  botocore's documentation of the member
    T  what Terraform's AWS provider treats as filled (internal/service/batch/*_properties.go)
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

Condition = Literal["always", "fargate", "managed-instances", "not-eks"]

CONTAINERS = ("containerProperties", "nodeProperties.nodeRangeProperties[].container")
TASKS = ("ecsProperties.taskProperties[]", "nodeProperties.nodeRangeProperties[].ecsProperties.taskProperties[]")
TASK_CONTAINERS = tuple(f"{task}.containers[]" for task in TASKS)
PODS = ("eksProperties.podProperties", "nodeProperties.nodeRangeProperties[].eksProperties.podProperties")
POD_CONTAINERS = tuple(f"{pod}.{member}[]" for pod in PODS for member in ("containers", "initContainers"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A member that AWS writes when it was left out and the structure that it belongs to is there."""

    below: tuple[str, ...]
    """Paths of the structures that have the member; `[]` means every element."""
    member: str
    value: Any
    condition: Condition = "always"
    source: str


def _empty(below: tuple[str, ...], members: str, source: str) -> tuple[Fill, ...]:
    return tuple(Fill(below=below, member=member, value=[], source=source) for member in members.split())


FILLS: tuple[Fill, ...] = (
    Fill(below=("",), member="parameters", value={}, source="S test_batch_definition_tag"),
    Fill(
        below=("",),
        member="platformCapabilities",
        value=["EC2"],
        condition="not-eks",
        source="S test_batch_definition_tag; D platformCapabilities: defaults to EC2, none for EKS",
    ),
    *_empty(
        CONTAINERS,
        "command volumes environment mountPoints ulimits secrets resourceRequirements",
        "S test_batch_definition_tag, test_batch_definition_deregister",
    ),
    Fill(
        below=CONTAINERS,
        member="fargatePlatformConfiguration",
        value={"platformVersion": "LATEST"},
        condition="fargate",
        source="S a Fargate definition; D platformVersion: LATEST by default",
    ),
    Fill(
        below=tuple(f"{container}.logConfiguration" for container in CONTAINERS + TASK_CONTAINERS),
        member="options",
        value={},
        source="S a definition with logDriver only",
    ),
    *_empty(
        tuple(f"{container}.logConfiguration" for container in CONTAINERS + TASK_CONTAINERS),
        "secretOptions",
        "S a definition with logDriver only",
    ),
    *_empty(
        tuple(f"{container}.linuxParameters" for container in CONTAINERS + TASK_CONTAINERS),
        "devices tmpfs",
        "T container_properties_test.go",
    ),
    *_empty(
        tuple(f"{container}.linuxParameters.devices[]" for container in CONTAINERS + TASK_CONTAINERS),
        "permissions",
        "T container_properties_test.go",
    ),
    *_empty(
        tuple(f"{container}.linuxParameters.tmpfs[]" for container in CONTAINERS + TASK_CONTAINERS),
        "mountOptions",
        "T container_properties_test.go",
    ),
    *_empty(TASKS, "volumes", "T ecs_properties.go"),
    Fill(below=TASKS, member="platformVersion", value="LATEST", source="T ecs_properties.go"),
    Fill(
        below=TASKS,
        member="networkMode",
        value="host",
        condition="managed-instances",
        source="D EcsTaskProperties.networkMode: host when not specified",
    ),
    Fill(below=TASK_CONTAINERS, member="essential", value=True, source="D TaskContainerProperties.essential"),
    *_empty(
        TASK_CONTAINERS,
        "command dependsOn environment mountPoints secrets ulimits resourceRequirements",
        "T ecs_properties_test.go",
    ),
    *_empty(PODS, "volumes", "T eks_properties.go"),
    Fill(below=POD_CONTAINERS, member="name", value="Default", source='D EksContainer.name: "Default" is used'),
    *_empty(POD_CONTAINERS, "args command env volumeMounts", "T eks_properties.go"),
)

DROPPED_WHEN_EMPTY = tuple(f"{container}.environment" for container in CONTAINERS + TASK_CONTAINERS)
"""Batch removes entries whose value is empty, unlike ECS (T container_properties.go; the same in moto)."""


def filled(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as DescribeJobDefinitions shows it, less what AWS adds (ARN, revision, status)."""
    described = deepcopy(dict(definition))
    for path in DROPPED_WHEN_EMPTY:
        owner, _, member = path.rpartition(".")
        for structure in _structures(described, owner):
            if member in structure:
                structure[member] = [entry for entry in structure[member] if entry.get("value")]
    for rule in described.get("retryStrategy", {}).get("evaluateOnExit", ()):
        # AWS takes the action in either case and answers it in lower case (T job_definition.go).
        rule["action"] = rule["action"].lower()
    holds = _conditions(described)
    for fill in FILLS:
        if fill.condition in holds:
            for path in fill.below:
                for structure in _structures(described, path):
                    structure.setdefault(fill.member, deepcopy(fill.value))
    return described


def _conditions(definition: Mapping[str, Any]) -> frozenset[Condition]:
    holds: set[Condition] = {"always"}
    if not is_eks(definition):
        holds.add("not-eks")
    if "FARGATE" in definition.get("platformCapabilities", ()):
        holds.add("fargate")
    if "MANAGED_INSTANCES" in definition.get("platformCapabilities", ()):
        holds.add("managed-instances")
    return frozenset(holds)


def is_eks(definition: Mapping[str, Any]) -> bool:
    """Whether the definition is for Amazon EKS."""
    ranges = definition.get("nodeProperties", {}).get("nodeRangeProperties", ())
    return "eksProperties" in definition or any("eksProperties" in nodes for nodes in ranges)


def _structures(value: Any, path: str) -> Iterator[dict[str, Any]]:
    """Every structure at a path (`nodeProperties.nodeRangeProperties[].container`) that is there."""
    if not path:
        yield value
        return
    head, _, rest = path.partition(".")
    inner = value.get(head.removesuffix("[]"))
    if inner is None:
        return
    for item in inner if head.endswith("[]") else [inner]:
        yield from _structures(item, rest)
