"""What RegisterTaskDefinition refuses in one container: its references, ports, secrets, logs and ranges.

Source: botocore's documentation of ContainerDefinition's members; words as quoted in public reports where there are
any.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

Definition = Mapping[str, Any]
Container = Mapping[str, Any]
Faults = Iterator[str]

_MAX_PORT: Final = 65_535
_HEALTH_RANGES: Final = {"interval": (5, 300), "timeout": (2, 120), "retries": (1, 10), "startPeriod": (0, 300)}
_LOG_DRIVERS: Final = ("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens")
_AWSLOGS_NEEDS: Final = ("awslogs-region", "awslogs-group")


def container_faults(definition: Definition, container: Container) -> Faults:
    """Everything that ECS has against the container, in the order of the checks."""
    return chain(
        _environment(container),
        _dependencies(definition, container),
        _mounts(definition, container),
        _ports(definition, container),
        _network(definition, container),
        _logs(container),
        _health(container),
        _memory(container),
    )


def _environment(container: Container) -> Faults:
    names = {entry.get("name") for entry in container["environment"]}
    secrets: set[str] = set()
    for entry in container["environment"]:
        if not entry.get("name"):
            yield "Environment variable name cannot be null or empty."
    for secret in container.get("secrets", ()):
        name = secret["name"]
        if name in names or name in secrets:
            yield (
                "The secret name must be unique and not shared with any new or existing environment variables set on "
                f"the container, such as '{name}'."
            )
        secrets.add(name)
    for file in container.get("environmentFiles", ()):
        if file.get("type") != "s3" or not file["value"].endswith(".env"):
            yield "Environment files must be of type s3 and end in .env."


def _dependencies(definition: Definition, container: Container) -> Faults:
    by_name = {other["name"]: other for other in definition["containerDefinitions"]}
    for dependency in container.get("dependsOn", ()):
        name, condition = dependency["containerName"], dependency["condition"]
        other = by_name.get(name)
        if other is None or name == container["name"]:
            yield f"Container '{container['name']}' depends on '{name}', which is not another container of the task."
        elif condition in ("SUCCESS", "COMPLETE") and other["essential"]:
            yield "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
        elif condition == "HEALTHY" and not other.get("healthCheck"):
            yield "A dependency container with HEALTHY condition must have a health check."
    if _depends_on_itself(by_name, container["name"]):
        yield f"Container dependencies form a cycle at '{container['name']}'."
    for link in container.get("links", ()):
        if link.partition(":")[0] not in by_name:
            yield f"Container '{container['name']}' links to '{link}', which is not a container of the task."
    for source in container["volumesFrom"]:
        if source.get("sourceContainer") not in by_name:
            yield f"Unknown container '{source.get('sourceContainer')}' in volumesFrom."


def _depends_on_itself(by_name: Mapping[str, Container], start: str) -> bool:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for dependency in by_name.get(ahead.pop(), {}).get("dependsOn", ()):
            name = dependency["containerName"]
            if name == start:
                return True
            if name not in seen:
                seen.add(name)
                ahead.append(name)
    return False


def _mounts(definition: Definition, container: Container) -> Faults:
    volumes = {volume.get("name") for volume in definition["volumes"]}
    paths: set[str] = set()
    for mount in container["mountPoints"]:
        if mount.get("sourceVolume") not in volumes:
            yield f"Unknown volume '{mount.get('sourceVolume')}'."
        path = mount.get("containerPath", "")
        if path in paths:
            yield f"Duplicate container path '{path}' in mountPoints."
        paths.add(path)


def _ports(definition: Definition, container: Container) -> Faults:
    mode = definition.get("networkMode")
    used: set[tuple[int, str]] = set()
    for mapping in container["portMappings"]:
        if ("containerPort" in mapping) == ("containerPortRange" in mapping):
            yield "Exactly one of containerPort and containerPortRange must be specified in a port mapping."
            continue
        for member in ("containerPort", "hostPort"):
            if not 0 <= mapping.get(member, 0) <= _MAX_PORT:
                yield f"Invalid '{member}': the value must be between 0 and {_MAX_PORT}."
        host, port = mapping.get("hostPort", 0), mapping.get("containerPort")
        if mode in ("awsvpc", "host") and port is not None and host != port:
            yield f"When networkMode={mode}, the host ports and container ports in port mappings must match."
        if host and (host, mapping["protocol"]) in used:
            yield f"Host port {host} is used more than once by container '{container['name']}'."
        used.add((host, mapping["protocol"]))
    if mode == "none" and container["portMappings"]:
        yield "Port mappings are not supported when networkMode=none."


def _network(definition: Definition, container: Container) -> Faults:
    mode = definition.get("networkMode")
    if mode not in (None, "bridge") and container.get("links"):
        yield f"Links are not supported when networkMode={mode}."
    if mode == "awsvpc":
        for member in ("hostname", "extraHosts", "dnsServers", "dnsSearchDomains"):
            if container.get(member):
                yield f"The {member} parameter is not supported when networkMode=awsvpc."
    if mode == "host" and container.get("extraHosts"):
        yield "The extraHosts parameter is not supported when networkMode=host."


def _logs(container: Container) -> Faults:
    log = container.get("logConfiguration")
    if log is None:
        return
    driver = log["logDriver"]
    if driver not in _LOG_DRIVERS:
        yield f"Unknown log driver '{driver}'."
    options = log.get("options", {})
    if driver == "awslogs" and any(not options.get(name) for name in _AWSLOGS_NEEDS):
        yield f"Log driver awslogs requires options: {', '.join(_AWSLOGS_NEEDS)}"


def _health(container: Container) -> Faults:
    check = container.get("healthCheck")
    if check is None:
        return
    if not check.get("command"):
        yield "Health check command cannot be empty."
    elif check["command"][0] not in ("CMD", "CMD-SHELL", "NONE"):
        yield "Health check command must begin with CMD, CMD-SHELL or NONE."
    for member, (lowest, highest) in _HEALTH_RANGES.items():
        if member in check and not lowest <= check[member] <= highest:
            yield f"Invalid health check {member}: the value must be between {lowest} and {highest}."


def _memory(container: Container) -> Faults:
    hard, soft = container.get("memory"), container.get("memoryReservation")
    if hard is not None and soft is not None and hard < soft:
        yield (
            f"Invalid setting for container '{container['name']}'. "
            "'memory' must be greater than or equal to 'memoryReservation'."
        )
    # No least amount: a definition of 1 MiB has been recorded, though Docker starts nothing below 6.
    if min(container["cpu"], hard or 0, soft or 0) < 0:
        yield f"Invalid setting for container '{container['name']}'. 'cpu' and 'memory' cannot be negative."
