"""ECS: everything that the embedded AWS answers of it, put together; see the `ecs_*` modules beside this one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local import outcomes
from reconciler.local.calls import Place, Service
from reconciler.local.ecs import clusters as ecs_clusters
from reconciler.local.ecs import definitions as ecs_definitions
from reconciler.local.ecs import lifecycle as ecs_lifecycle
from reconciler.local.ecs import run as ecs_run
from reconciler.local.ecs import services as ecs_services
from reconciler.local.ecs import tags as ecs_tags
from reconciler.local.ecs import tasks as ecs_tasks
from reconciler.local.ecs.permissions import needs
from reconciler.local.ecs.store import resource_of, section

if TYPE_CHECKING:
    from reconciler.local.world import World


def plan_outcome(world: "World", place: Place, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Control `ecs/outcome`: `{"family": glob, "outcome": text, "container"?, "times"?}`. Raises ValueError."""
    outcomes.parse(given["outcome"])
    plans = section(world, place, "plans")
    plans[f"{len(plans):06d}"] = {
        "family": given.get("family", "*"),
        "container": given.get("container"),
        "outcome": given["outcome"],
        "times": given.get("times"),
    }
    return {}


def end_container(world: "World", place: Place, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Control `ecs/exit`: `{"task": arn, "exitCode": 3, "container"?, "reason"?}`: a running container ends now."""
    cluster, _, task_id = resource_of(place, given["task"], "task").rpartition("/")
    life = ecs_lifecycle.Life(world, place, cluster or "default", task_id)
    if life.held is None:
        raise ValueError(f"task: {given['task']} is not there")
    running = [item["name"] for item in life.task["containers"] if item["lastStatus"] == "RUNNING"]
    essential = [name for name in running if life.held["containers"][name]["essential"]]
    name = given.get("container") or next(iter([*essential, *running]), "none")
    if name not in running:
        raise ValueError(f"container: {name} does not run (running: {', '.join(running) or 'none'})")
    life.exited(name, int(given.get("exitCode", 0)), given.get("reason"))
    return {}


SERVICE = Service(
    name="ecs",
    operations={
        **ecs_clusters.OPERATIONS,
        **ecs_definitions.OPERATIONS,
        **ecs_tags.OPERATIONS,
        **ecs_services.OPERATIONS,
        **ecs_run.OPERATIONS,
        **ecs_tasks.OPERATIONS,
    },
    constraint_error="InvalidParameterException",
    open_enums=frozenset({"TransportProtocol"}),  # "treats any other specified value as tcp"
    due={"task": ecs_lifecycle.step, "delete-definition": ecs_definitions.finish_deleting},
    tagged=ecs_tags.tagged,
    controls={"outcome": plan_outcome, "exit": end_container},
    needs=needs,
)
