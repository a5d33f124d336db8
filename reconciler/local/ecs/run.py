"""RunTask: from a request to tasks that begin their life.

Source: botocore's documentation of RunTask; the checks are in `ecs_run_checks`, the token in `ecs_tokens`.
"""

import fnmatch
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from reconciler.local import outcomes
from reconciler.local.calls import Call, Handler, Place
from reconciler.local.ecs.lifecycle import Life
from reconciler.local.ecs.run_checks import check_network, check_words, definition_to_run, launch
from reconciler.local.ecs.store import Record, find_cluster, invalid, section, tag_list, tag_map, tasks_of
from reconciler.local.ecs.tokens import remember, repeated

if TYPE_CHECKING:
    from reconciler.local.world import World

_PLATFORM: Final = "1.4.0"


def run_task(call: Call) -> Mapping[str, Any]:
    """Place tasks; what cannot be placed is a failure in an answer of status 200."""
    check_words(call)
    cluster = find_cluster(call)
    before = repeated(call, cluster["name"])
    if before is not None:
        return {"tasks": [_remembered(task) for task in before], "failures": []}
    held = definition_to_run(call)
    definition = held["definition"]
    launch_type, provider = launch(call, cluster, definition)
    check_network(call, definition, launch_type)
    tags = _tags(call, cluster, held)
    tasks, failures, ids = [], [], []
    planned = call.fault("failures")
    for number in range(call.get("count", 1)):
        if planned is not None and number < planned.count:
            failures.append(_failure(call, cluster, launch_type, planned.reason or outcomes.CAPACITY))
            continue
        containers = _containers(call, definition)
        reason = _refused(containers)
        if reason is not None:
            failures.append(_failure(call, cluster, launch_type, reason))
            continue
        task = _task(call, cluster, definition, launch_type, provider)
        task_id = task["taskArn"].rpartition("/")[2]
        for name, extra in containers.items():
            extra["log"] = _log_stream(call, extra.pop("options"), name, task_id)
        record = {"task": task, "containers": containers, "tags": dict(tags), "tagged": call.now}
        tasks_of(call.world, call.place, cluster["name"])[task_id] = record
        ids.append(task_id)
        Life(call.world, call.place, cluster["name"], task_id).begin()
        tasks.append(task | {"tags": tag_list(tags)})
    remember(call, cluster["name"], ids)
    return {"tasks": tasks, "failures": failures}


def _remembered(task: Record) -> Record:
    if task["lastStatus"] != "STOPPED":
        return task
    return {name: task[name] for name in ("taskArn", "clusterArn", "lastStatus", "desiredStatus")}


def _tags(call: Call, cluster: Record, held: Record) -> dict[str, str]:
    tags = held["tags"] if call.get("propagateTags") == "TASK_DEFINITION" else {}
    tags = dict(tags) | tag_map(call.members.get("tags"))
    if call.get("enableECSManagedTags", False):
        tags["aws:ecs:clusterName"] = cluster["name"]
    return tags


def _failure(call: Call, cluster: Record, launch_type: str, reason: str) -> Record:
    if launch_type == "FARGATE":
        return {"reason": reason}
    instance = call.place.arn("ecs", f"container-instance/{cluster['name']}/{call.world.hex_id()}")
    return {"arn": instance, "reason": reason}


def _refused(containers: Mapping[str, Record]) -> str | None:
    for extra in containers.values():
        outcome = outcomes.parse(extra["outcome"])
        if outcome.end == "fails":
            return outcome.reason
    return None


def _containers(call: Call, definition: Mapping[str, Any]) -> dict[str, Record]:
    """What the life of each container goes by: outcome, essential, dependencies, stop timeout, log stream."""
    overrides = {item["name"]: item for item in call.get("overrides", {}).get("containerOverrides", ())}
    awaited = {
        dependency["containerName"]
        for container in definition["containerDefinitions"]
        for dependency in container.get("dependsOn", ())
        if dependency["condition"] in ("COMPLETE", "SUCCESS")
    }
    return {
        container["name"]: {
            "outcome": _outcome(call, definition, container, overrides.get(container["name"], {}), awaited),
            "essential": container["essential"],
            "depends": container.get("dependsOn", []),
            "stopTimeout": container.get("stopTimeout"),
            "log": None,
            "options": container.get("logConfiguration"),
        }
        for container in definition["containerDefinitions"]
    }


def _outcome(call: Call, definition: Mapping[str, Any], container: Record, override: Record, awaited: set[str]) -> str:
    environment = {item["name"]: item.get("value", "") for item in container["environment"]}
    environment |= {item["name"]: item.get("value", "") for item in override.get("environment", ())}
    default = "exit 0 after 5s" if container["essential"] else "runs forever"
    if container["name"] in awaited:
        default = "exit 0 after 1s"
    text = (
        _planned(call.world, call.place, definition["family"], container["name"])
        or outcomes.marked(environment, container.get("dockerLabels", {}))
        or default
    )
    try:
        outcomes.parse(text)
    except ValueError as error:
        raise invalid(str(error)) from None
    return text


def _log_stream(call: Call, log: Record | None, container: str, task_id: str) -> Record | None:
    """Where the awslogs driver writes: `prefix/container/task-id`, or a container id where there is no prefix.

    Source: the developer guide's "Send Amazon ECS logs to CloudWatch", `awslogs-stream-prefix`.
    """
    if log is None or log["logDriver"] != "awslogs":
        return None
    options = log["options"]
    prefix = options.get("awslogs-stream-prefix")
    return {
        "group": options["awslogs-group"],
        "region": options.get("awslogs-region", call.place.region),
        "create": options.get("awslogs-create-group") == "true",
        "stream": f"{prefix}/{container}/{task_id}" if prefix else call.world.hex_id(64),
    }


def _planned(world: "World", place: Place, family: str, container: str) -> str | None:
    """What a control call planned for the next container of that family and name."""
    for plan in section(world, place, "plans").values():
        if plan["times"] == 0 or not fnmatch.fnmatchcase(family, plan["family"]):
            continue
        if plan["container"] in (None, container):
            if plan["times"] is not None:
                plan["times"] -= 1
            text: str = plan["outcome"]
            return text
    return None


def _task(call: Call, cluster: Record, definition: Mapping[str, Any], launch_type: str, provider: str | None) -> Record:
    task_id = call.world.hex_id()
    arn = call.place.arn("ecs", f"task/{cluster['name']}/{task_id}")
    overrides = deepcopy(call.get("overrides", {}))
    given = {item["name"]: item for item in overrides.get("containerOverrides", ())}
    names = [container["name"] for container in definition["containerDefinitions"]]
    overrides["containerOverrides"] = [given.get(name, {"name": name}) for name in names]
    overrides.setdefault("inferenceAcceleratorOverrides", [])
    networked = definition.get("networkMode") == "awsvpc"
    task: Record = {
        "taskArn": arn,
        "clusterArn": cluster["arn"],
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "lastStatus": "PROVISIONING" if networked else "PENDING",
        "desiredStatus": "RUNNING",
        "createdAt": call.now,
        "connectivity": "CONNECTED",
        "connectivityAt": call.now,
        "group": call.get("group", f"family:{definition['family']}"),
        "launchType": launch_type,
        "availabilityZone": f"{call.place.region}a",
        "attachments": [_interface(call, task_id)] if networked else [],
        "attributes": [{"name": "ecs.cpu-architecture", "value": _architecture(definition)}],
        "containers": [_container(call, arn, container) for container in definition["containerDefinitions"]],
        "enableExecuteCommand": call.get("enableExecuteCommand", False),
        "healthStatus": "UNKNOWN",
        "inferenceAccelerators": [],
        "overrides": overrides,
        "version": 1,
    }
    task |= _size(definition, overrides)
    if call.get("startedBy") is not None:
        task["startedBy"] = call.get("startedBy")
    if provider is not None:
        task["capacityProviderName"] = provider
    if launch_type == "FARGATE":
        version = call.get("platformVersion", "LATEST")
        task["platformVersion"] = _PLATFORM if version == "LATEST" else version
        task["platformFamily"] = "Linux"
        storage = overrides.get("ephemeralStorage") or definition.get("ephemeralStorage") or {"sizeInGiB": 20}
        task["ephemeralStorage"] = task["fargateEphemeralStorage"] = storage
    else:
        task["containerInstanceArn"] = call.place.arn("ecs", f"container-instance/{cluster['name']}/{'0' * 32}")
    return task


def _architecture(definition: Mapping[str, Any]) -> str:
    return str(definition.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")).lower()


def _size(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> Record:
    containers = definition["containerDefinitions"]
    memory = sum(item.get("memory") or item.get("memoryReservation") or 0 for item in containers)
    return {
        "cpu": overrides.get("cpu") or definition.get("cpu") or str(sum(item["cpu"] for item in containers)),
        "memory": overrides.get("memory") or definition.get("memory") or str(memory),
    }


def _interface(call: Call, task_id: str) -> Record:
    subnet = call.members["networkConfiguration"]["awsvpcConfiguration"]["subnets"][0]
    details = {"subnetId": subnet, "networkInterfaceId": f"eni-{task_id[:17]}", "privateIPv4Address": "10.0.0.10"}
    return {
        "id": call.world.uuid(),
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _container(call: Call, task_arn: str, container: Mapping[str, Any]) -> Record:
    cluster_and_task = task_arn.partition(":task/")[2]
    described: Record = {
        "containerArn": call.place.arn("ecs", f"container/{cluster_and_task}/{call.world.uuid()}"),
        "taskArn": task_arn,
        "name": container["name"],
        "image": container["image"],
        "lastStatus": "PENDING",
        "networkInterfaces": [],
        "healthStatus": "UNKNOWN",
        "cpu": str(container["cpu"]),
    }
    for member in ("memory", "memoryReservation"):
        if member in container:
            described[member] = str(container[member])
    return described


OPERATIONS: Final[Mapping[str, Handler]] = {"RunTask": run_task}
