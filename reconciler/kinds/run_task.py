"""EcsJob → the RunTask request.

The order in which a container's override is made, later wins: `run.overrides`, `run.environment`, `run.command`,
the `RECONCILER_*` variables, and last `run.patches` on the whole request.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core import run_keys
from reconciler.errors import ReconcilerError
from reconciler.kinds.containers import commands, environments, merged_environment
from reconciler.kinds.schedule import Target
from reconciler.model import Job, Launch, RunKey, Spec

#: RunTask starts at most ten tasks a call (RunTask.count in the service model).
TASKS_PER_CALL = 10

#: Members of the run section that are ours, not RunTask's; the network ones stay until the look-up has used them.
_OURS = frozenset({"cluster", "command", "environment", "patches"})


def run_request(job: Job, main: str | None) -> Spec:
    """Answer RunTask's members as the author wants them; `vpcId` and `subnetTags` are left for the network look-up.

    So are `command` and `environment` of a main container that is not known: somebody else's definition has to be
    looked at first, and RunTask would refuse them where they are.
    """
    request: dict[str, Any] = {member: value for member, value in job.run.items() if member not in _OURS}
    if request.get("launchType") == "FARGATE_SPOT":
        del request["launchType"]
        request["capacityProviderStrategy"] = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    tags = {**job.tags, **{tag["key"]: str(tag.get("value", "")) for tag in request.get("tags") or ()}}
    if tags:
        request["tags"] = [{"key": key, "value": value} for key, value in sorted(tags.items())]
    for container, variables in environments(job.run, main).items():
        known = container is not None
        request = (
            override(request, container, environment=variables) if known else {**request, "environment": variables}
        )
    for container, command in commands(job.run, main).items():
        known = container is not None
        request = override(request, container, command=command) if known else {**request, "command": command}
    return request


def override(
    request: Spec,
    container: str | None,
    *,
    command: Sequence[str] | None = None,
    environment: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """Answer `request` with one container's override changed: command replaced, variables set, null ones taken out.

    Where the container is not known (None: somebody else's definition, not looked at), nothing is changed.
    """
    if container is None:
        return dict(request)
    overrides = dict(request.get("overrides") or {})
    containers = [dict(entry) for entry in overrides.get("containerOverrides") or ()]
    entry = next((entry for entry in containers if entry.get("name") == container), None)
    if entry is None:
        entry = {"name": container}
        containers.append(entry)
    if command is not None:
        entry["command"] = list(command)
    if environment:
        entry["environment"] = merged_environment(entry.get("environment") or (), environment)
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
            size=size,
        )
        for part, size in enumerate(sizes)
    )


def scheduled(launches: Sequence[Launch]) -> Target:
    """Answer RunTask as EventBridge Scheduler sends it for every slot, in one call of at most ten tasks."""
    if len(launches) != 1:
        raise ReconcilerError(
            f"run.count: EventBridge Scheduler starts at most {TASKS_PER_CALL} tasks a slot", hint="engine: reconciler"
        )
    launch = launches[0]
    request = {
        **launch.request,
        "cluster": launch.target,
        "taskDefinition": launch.definition,
        "startedBy": run_keys.started_by(run_keys.by_eventbridge(launch.key)),
        "clientToken": run_keys.client_token(launch.key),
    }
    return Target(api="ecs:runTask", request=request)
