"""What ECS makes of a registered task definition before it describes it: rows of fills and rewrites.

The rows are this double's own knowledge, drawn from recordings of DescribeTaskDefinition, from botocore's documentation
and from what other tools' acceptance tests against real AWS show; each row says which. A member that is in no row comes
back exactly as it was sent, empty lists and empty strings included.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

Definition = dict[str, Any]
Condition = Callable[[Definition, Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Fill:
    """Where `member` is left out at `where` and `when` holds, AWS writes `value` (or what it gives for the element)."""

    where: str
    member: str
    value: Any
    source: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Where `member` is given at `where`, AWS writes what `change` makes of it."""

    where: str
    member: str
    change: Callable[[Any], Any]
    source: str


def _network(*modes: str | None) -> Condition:
    return lambda definition, _: definition.get("networkMode") in modes


def _both(first: Condition, second: Condition) -> Condition:
    return lambda definition, element: first(definition, element) and second(definition, element)


def _has(member: str) -> Condition:
    return lambda _, element: bool(element.get(member))


def _lacks(*members: str) -> Condition:
    return lambda _, element: not any(member in element for member in members)


def _container_port(element: Mapping[str, Any]) -> Any:
    return element["containerPort"]


_ONE_PORT: Final = _has("containerPort")
_VOLUME_KINDS: Final = (
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "configuredAtLaunch",
)

FILLS: Final = (
    Fill("containerDefinitions[]", "cpu", 0, "every recording; botocore: not a boxed integer"),
    Fill("containerDefinitions[]", "essential", True, "botocore, ContainerDefinition.essential"),
    Fill("containerDefinitions[]", "environment", [], "recordings of cloud-custodian; AWS CLI's examples"),
    Fill("containerDefinitions[]", "mountPoints", [], "recordings of cloud-custodian; AWS CLI's examples"),
    Fill("containerDefinitions[]", "volumesFrom", [], "recordings of cloud-custodian; AWS CLI's examples"),
    Fill("containerDefinitions[]", "portMappings", [], "recordings of cloud-custodian; AWS CLI's examples"),
    Fill("containerDefinitions[]", "systemControls", [], "recordings since the middle of 2024"),
    Fill(
        "containerDefinitions[]",
        "user",
        "0",
        "recordings of FireLens routers: METR/hawk pull request 532",
        _has("firelensConfiguration"),
    ),
    Fill("containerDefinitions[].portMappings[]", "protocol", "tcp", "botocore, PortMapping.protocol"),
    Fill(
        "containerDefinitions[].portMappings[]",
        "hostPort",
        _container_port,
        "recordings; botocore, PortMapping.hostPort; terraform-aws-ecs-service issue 33 for host",
        _both(_network("awsvpc", "host"), _ONE_PORT),
    ),
    Fill(
        "containerDefinitions[].portMappings[]",
        "hostPort",
        0,
        "recordings of bridge mode; Terraform's container definition tests",
        _both(_network("bridge", None), _ONE_PORT),
    ),
    Fill("containerDefinitions[].healthCheck", "interval", 30, "botocore, HealthCheck; recordings", _has("command")),
    Fill("containerDefinitions[].healthCheck", "timeout", 5, "botocore, HealthCheck; recordings", _has("command")),
    Fill("containerDefinitions[].healthCheck", "retries", 3, "botocore, HealthCheck; recordings", _has("command")),
    Fill("", "volumes", [], "recordings; AWS CLI's examples"),
    Fill("", "placementConstraints", [], "recordings; AWS CLI's examples"),
    Fill("volumes[]", "host", {}, "recordings of bind volumes that have only a name", _lacks(*_VOLUME_KINDS)),
    Fill("volumes[].dockerVolumeConfiguration", "scope", "task", "Terraform's volume defaults"),
    Fill("volumes[].dockerVolumeConfiguration", "driver", "local", "Terraform's volume defaults"),
    Fill("volumes[].efsVolumeConfiguration", "rootDirectory", "/", "recordings; botocore"),
    Fill("proxyConfiguration", "type", "APPMESH", "Terraform's task definition defaults"),
)


def _protocol(given: str) -> str:
    return "udp" if given == "udp" else "tcp"


def _cpu(given: str) -> str:
    found = re.fullmatch(r"(\d*\.?\d+)\s*vcpu", given.strip(), re.IGNORECASE)
    return str(int(float(found[1]) * 1024)) if found else given.strip()


def _memory(given: str) -> str:
    found = re.fullmatch(r"(\d*\.?\d+)\s*gb", given.strip(), re.IGNORECASE)
    return str(int(float(found[1]) * 1024)) if found else given.strip()


def _without_empty(given: list[Any]) -> list[Any]:
    return [item for item in given if any(value is not None for value in item.values())]


def java_hash(text: str) -> int:
    """Java's `String.hashCode()` of the text as an unsigned number."""
    value = 0
    units = text.encode("utf-16-be")
    for index in range(0, len(units), 2):
        value = (31 * value + int.from_bytes(units[index : index + 2], "big")) & 0xFFFFFFFF
    return value


def hash_map_order(entries: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Entries in the order in which a Java HashMap, keyed by their names, would give them back.

    Source: verified on 14 recorded lists from different years and accounts. The table's size is the smallest power of
    two that holds the entries at a load of 3/4 (n+1 for fewer than three), a slot is (h ^ h >>> 16) & (size - 1), and
    a slot keeps the order of the input.
    """
    wanted = len(entries) + 1 if len(entries) < 3 else -(-len(entries) * 4 // 3)
    size = 1
    while size < wanted:
        size *= 2

    def slot(entry: Mapping[str, Any]) -> int:
        code = java_hash(entry["name"])
        return (code ^ (code >> 16)) & (size - 1)

    return sorted(entries, key=slot)


def _environment(given: list[dict[str, Any]]) -> list[Any]:
    """A map by name: a later entry of the same name wins, one without a value is dropped, an empty value is kept.

    Source: aws-actions/amazon-ecs-deploy-task-definition pull request 224 (null), issue 216 (empty).
    """
    by_name = {entry.get("name", ""): entry for entry in given if entry.get("value") is not None}
    return hash_map_order(list(by_name.values()))


REWRITES: Final = (
    Rewrite("", "cpu", _cpu, "botocore, RegisterTaskDefinition.cpu: '1 vCPU' becomes units"),
    Rewrite("", "memory", _memory, "botocore, RegisterTaskDefinition.memory: '1 GB' becomes MiB"),
    Rewrite("containerDefinitions[]", "environment", _environment, "see _environment and hash_map_order"),
    Rewrite("containerDefinitions[]", "portMappings", _without_empty, "Terraform's sparse array tests"),
    Rewrite("containerDefinitions[]", "mountPoints", _without_empty, "Terraform's sparse array tests"),
    Rewrite(
        "containerDefinitions[].portMappings[]", "protocol", _protocol, "botocore: any other value is treated as tcp"
    ),
)


def described(registered: Definition) -> Definition:
    """The body that DescribeTaskDefinition gives back of a body that was registered; the argument stays as it is."""
    definition = deepcopy(registered)
    for rewrite in REWRITES:
        for element in elements(definition, rewrite.where):
            if rewrite.member in element:
                element[rewrite.member] = rewrite.change(element[rewrite.member])
    for fill in FILLS:
        for element in elements(definition, fill.where):
            if fill.member not in element and (fill.when is None or fill.when(definition, element)):
                element[fill.member] = fill.value(element) if callable(fill.value) else deepcopy(fill.value)
    return definition


def elements(definition: Definition, where: str) -> Iterator[dict[str, Any]]:
    """Every object at a path (`containerDefinitions[].portMappings[]`; the empty path is the definition itself)."""
    found: list[Any] = [definition]
    for word in filter(None, where.split(".")):
        name, is_list = word.removesuffix("[]"), word.endswith("[]")
        below = [element[name] for element in found if element.get(name) is not None]
        found = [item for items in below for item in items] if is_list else below
    yield from found
