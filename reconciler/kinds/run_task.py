"""EcsJob → the RunTask request.

The order in which a container's override is made, later wins: `run.overrides`, `run.environment`, `run.command`,
the `RECONCILER_*` variables, and last `run.patches` on the whole request.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model import Job, Launch, RunKey, Spec

#: RunTask starts at most ten tasks a call (RunTask.count in the service model).
TASKS_PER_CALL = 10

#: Members of the run section that are ours, not RunTask's; the network ones stay until the look-up has used them.
_OURS = frozenset({"cluster", "command", "environment", "patches"})


def run_request(job: Job, main: str | None) -> Spec:
    """Answer RunTask's members as the author wants them; `vpcId` and `subnetTags` are left for the network look-up."""
    request: dict[str, Any] = {member: value for member, value in job.run.items() if member not in _OURS}
    if request.get("launchType") == "FARGATE_SPOT":
        del request["launchType"]
        request["capacityProviderStrategy"] = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    tags = {**job.tags, **{tag["key"]: str(tag.get("value", "")) for tag in request.get("tags") or ()}}
    if tags:
        request["tags"] = [{"key": key, "value": value} for key, value in sorted(tags.items())]
    for container, variables in _by_container(job.run.get("environment"), main, _is_plain_environment).items():
        request = override(request, container, environment=variables)
    for container, command in _by_container(job.run.get("command"), main, _is_plain_command).items():
        request = override(request, container, command=command)
    return request


def override(
    request: Spec,
    container: str,
    *,
    command: Sequence[str] | None = None,
    environment: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """Answer `request` with one container's override changed: command replaced, variables set, null ones taken out."""
    overrides = dict(request.get("overrides") or {})
    containers = [dict(entry) for entry in overrides.get("containerOverrides") or ()]
    entry = next((entry for entry in containers if entry.get("name") == container), None)
    if entry is None:
        entry = {"name": container}
        containers.append(entry)
    if command is not None:
        entry["command"] = list(command)
    if environment:
        variables = {item["name"]: item.get("value") for item in entry.get("environment") or ()} | dict(environment)
        entry["environment"] = [
            {"name": name, "value": value} for name, value in sorted(variables.items()) if value is not None
        ]
    return {**request, "overrides": {**overrides, "containerOverrides": containers}}


def launches(request: Spec, key: RunKey, cluster: str, definition_arn: str) -> tuple[Launch, ...]:
    """Split `count` into calls of at most ten tasks, each a part of the key."""
    count = int(request.get("count", 1))
    sizes = [min(TASKS_PER_CALL, count - start) for start in range(0, count, TASKS_PER_CALL)]
    return tuple(
        Launch(
            key=RunKey(owner=key.owner, job=key.job, trigger=key.trigger, attempt=key.attempt, part=part),
            target=cluster,
            definition=definition_arn,
            request={**request, "count": size},
        )
        for part, size in enumerate(sizes)
    )


def _by_container(value: Any, main: str | None, is_plain: Any) -> Mapping[str, Any]:
    if not value:
        return {}
    if not is_plain(value):
        return dict(value)
    return {main: value} if main is not None else {}


def _is_plain_environment(value: Mapping[str, Any]) -> bool:
    return not any(isinstance(entry, Mapping) for entry in value.values())


def _is_plain_command(value: Any) -> bool:
    return not isinstance(value, Mapping)
