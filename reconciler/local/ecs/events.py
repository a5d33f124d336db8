"""ECS's events for EventBridge: "ECS Task State Change".

Source: the developer guide's "Amazon ECS task state change events": the detail is the task with ISO 8601 times.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from reconciler.local.calls import Place

if TYPE_CHECKING:
    from reconciler.local.world import World

_TIMES: Final = (
    "createdAt",
    "startedAt",
    "stoppingAt",
    "stoppedAt",
    "pullStartedAt",
    "pullStoppedAt",
    "connectivityAt",
)


def emit_task(world: "World", place: Place, task: Mapping[str, Any]) -> None:
    """Tell that a task has changed."""
    detail = {
        name: _iso(value) if name in _TIMES or name == "executionStoppedAt" else value for name, value in task.items()
    }
    detail["updatedAt"] = _iso(world.now())
    detail["containers"] = [dict(container) for container in task["containers"]]
    world.emit(place, source="aws.ecs", detail_type="ECS Task State Change", detail=detail, resources=[task["taskArn"]])


def _iso(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds * 1000) % 1000:03d}Z"
