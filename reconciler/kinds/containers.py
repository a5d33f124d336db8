"""What the definitions of ECS and of Batch say of containers in the same words."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model import Logs, Spec


def deciding(containers: Sequence[Spec]) -> str | None:
    """Name the container whose exit code decides: the only essential one, else the first; None where there is none."""
    essential = [container for container in containers if container.get("essential", True) is not False]
    chosen = essential if len(essential) == 1 else containers
    return str(chosen[0]["name"]) if chosen else None


def inessential(containers: Sequence[Spec]) -> frozenset[str]:
    """Name the containers that may end before the task, or be ended with it."""
    return frozenset(str(each["name"]) for each in containers if each.get("essential") is False)


def with_awslogs(container: Spec, logs: Logs, region: str | None) -> Spec:
    """Answer a container that writes to CloudWatch Logs, unless it has a log configuration of its own."""
    if container.get("logConfiguration") is not None:
        return container
    options = {
        "awslogs-group": logs.group,
        **({"awslogs-region": region} if region else {}),
        "awslogs-stream-prefix": logs.stream_prefix,
        **logs.options,
    }
    return {**container, "logConfiguration": {"logDriver": "awslogs", "options": options}}


def commands(run: Spec, main: str | None) -> Mapping[str | None, Sequence[str]]:
    """Answer `run.command` by container; a plain list is the main container's."""
    command: Any = run.get("command")
    if not command:
        return {}
    return dict(command) if isinstance(command, Mapping) else {main: command}


def environments(run: Spec, main: str | None) -> Mapping[str | None, Mapping[str, str | None]]:
    """Answer `run.environment` by container; a plain map is the main container's."""
    environment: Mapping[str, Any] = run.get("environment") or {}
    if any(isinstance(entry, Mapping) for entry in environment.values()):
        return {container: variables or {} for container, variables in environment.items()}
    return {main: environment} if environment else {}


def merged_environment(
    written: Sequence[Mapping[str, str]], changes: Mapping[str, str | None]
) -> list[Mapping[str, str | None]]:
    """Answer an override's variables, in order of name, with `changes` over what is written; null takes one out."""
    variables: dict[str, str | None] = {item["name"]: item.get("value") for item in written}
    variables |= changes
    return [{"name": name, "value": value} for name, value in sorted(variables.items()) if value is not None]
