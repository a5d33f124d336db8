"""ECS tasks that were run: describe, list, stop.

Source: botocore's documentation of each operation. That ListTasks takes `startedBy` together with `desiredStatus`, and
then finds stopped tasks, is assumed: the documentation says only that it must be the only *filter*.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.local.calls import Call, Handler
from reconciler.local.ecs.definitions import page_size
from reconciler.local.ecs.lifecycle import Life
from reconciler.local.ecs.store import Record, find_cluster, invalid, resource_of, tag_list, tasks_of

_MAX_DESCRIBED: Final = 100
_OTHER_FILTERS: Final = ("family", "containerInstance", "serviceName", "launchType", "daemonName")


def describe_tasks(call: Call) -> Mapping[str, Any]:
    """Tasks by id or ARN; what is not there (any more, or yet) is a failure, MISSING."""
    cluster = find_cluster(call)
    identifiers = call.members["tasks"]
    if not identifiers:
        raise invalid("Tasks cannot be empty.")
    if len(identifiers) > _MAX_DESCRIBED:
        raise invalid(f"Tasks can have at most {_MAX_DESCRIBED} items, got {len(identifiers)}.")
    tasks = tasks_of(call.world, call.place, cluster["name"])
    found, failures = [], []
    planned = call.fault("failures")
    for number, identifier in enumerate(identifiers):
        task_id = _task_id(call, cluster, identifier)
        held = tasks.get(task_id)
        failed = planned is not None and number < planned.count
        if held is None or held["task"]["createdAt"] > call.horizon or failed:
            arn = call.place.arn("ecs", f"task/{cluster['name']}/{task_id}")
            reason = planned.reason if planned is not None and failed else ""
            failures.append({"arn": arn, "reason": reason or "MISSING"})
            continue
        tags = tag_list(held["tags"]) if "TAGS" in call.get("include", ()) else []
        found.append(held["task"] | {"tags": tags})
    return {"tasks": found, "failures": failures}


def _task_id(call: Call, cluster: Record, identifier: str) -> str:
    path = resource_of(call.place, identifier, "task")
    named, slash, task_id = path.rpartition("/")
    # A task of another cluster is MISSING here: its whole path cannot be an id.
    return task_id if not slash or named == cluster["name"] else path


def list_tasks(call: Call) -> Mapping[str, Any]:
    """ARNs of a cluster's tasks, those that shall run unless `desiredStatus` says otherwise."""
    cluster = find_cluster(call)
    if call.get("startedBy") is not None and any(call.get(name) is not None for name in _OTHER_FILTERS):
        raise invalid("startedBy must be the only filter.")
    tasks = tasks_of(call.world, call.place, cluster["name"])
    arns = sorted(held["task"]["taskArn"] for held in tasks.values() if _listed(call, held["task"]))
    page, token = call.page(arns, size=page_size(call), token=call.get("nextToken"))
    return {"taskArns": list(page), "nextToken": token}


def _listed(call: Call, task: Mapping[str, Any]) -> bool:
    wanted = dict(_filters(call))
    if task["createdAt"] > call.horizon or task["desiredStatus"] != call.get("desiredStatus", "RUNNING"):
        return False
    family = task["taskDefinitionArn"].partition(":task-definition/")[2].rpartition(":")[0]
    told = {
        "startedBy": task.get("startedBy"),
        "family": family,
        "launchType": task["launchType"],
        "containerInstance": task.get("containerInstanceArn", "").rpartition("/")[2],
        "serviceName": task["group"].removeprefix("service:") if task["group"].startswith("service:") else None,
        "daemonName": None,
    }
    return all(told[name] == value for name, value in wanted.items())


def _filters(call: Call) -> Iterator[tuple[str, str]]:
    for name in ("startedBy", *_OTHER_FILTERS):
        value = call.get(name)
        if value is not None:
            yield name, value.rpartition("/")[2] if name == "containerInstance" else value


def stop_task(call: Call) -> Mapping[str, Any]:
    """Stop a task; its tags are deleted, as AWS documents. One that has stopped stays as it is."""
    cluster = find_cluster(call)
    task_id = _task_id(call, cluster, call.members["task"])
    life = Life(call.world, call.place, cluster["name"], task_id)
    if life.held is None:
        raise invalid("The referenced task was not found.")
    life.held["tags"] = {}
    life.held["tagged"] = call.now
    life.stop("UserInitiated", call.get("reason", "Task stopped by user"))
    return {"task": life.task}


OPERATIONS: Final[Mapping[str, Handler]] = {
    "DescribeTasks": describe_tasks,
    "ListTasks": list_tasks,
    "StopTask": stop_task,
}
