"""SubmitJob: what it refuses and the job that it makes.

Source: botocore's documentation of SubmitJob; limits from the Batch user guide (service_limits.md). SubmitJob has no
token: the same request twice is two jobs.

A job is `{"id", "status", "reason", "created", "started", "stopped", "history", "attempt", "attempts", "step", …}` plus
`request`, what it was submitted with; a child of an array holds `parent` and `index` instead and looks the request up.
"""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from reconciler.local.batch import outcomes as batch_outcomes
from reconciler.local.batch.checks import priority_faults, retry_faults, timeout_faults
from reconciler.local.batch.lifecycle import begin
from reconciler.local.batch.overrides import override
from reconciler.local.batch.store import (
    MAXIMUM_TAGS,
    NAME,
    Definition,
    Job,
    check_tags,
    find,
    find_definition,
    held,
    refused,
)
from reconciler.local.calls import Call

MAXIMUM_PAYLOAD = 30 * 1024
MAXIMUM_OVERRIDES = 8192
MAXIMUM_DEPENDENCIES = 20
ARRAY_SIZES = range(2, 10_001)

_SHARE = re.compile(r"[A-Za-z0-9]{1,255}\*?")


def submit_job(call: Call) -> Mapping[str, Any]:
    """A new job in SUBMITTED; its life goes on with the virtual clock (see `batch_lifecycle`)."""
    members = call.members
    _check(call)
    queue = _queue(call)
    definition = find_definition(call, members["jobDefinition"])
    if definition is None or definition["deregistered"] is not None:
        named = members["jobDefinition"].rpartition("/")[2]
        # The text is quoted in AlexsLemonade/refinebio #2887.
        raise refused(call, f"JobDefinition name {named} does not exist or is not in ACTIVE status")
    _check_dependencies(call)
    _check_overrides(call, definition)
    job_id = call.world.uuid()
    request = _request(call, definition, queue)
    job: Job = {
        "id": job_id,
        "name": members["jobName"],
        "queue": queue["jobQueueArn"],
        "tags": call.get("tags", {}),
        "tagged": call.now,
        "request": request,
        "size": call.get("arrayProperties", {}).get("size"),
    }
    held(call.world, call.place, "jobs")[job_id] = job
    begin(call.world, call.place, job)
    return {"jobArn": call.place.arn("batch", f"job/{job_id}"), "jobName": job["name"], "jobId": job_id}


def _check(call: Call) -> None:
    members = call.members
    if not NAME.fullmatch(members["jobName"]):
        raise refused(call, f"Job name {members['jobName']} does not match [a-zA-Z0-9][a-zA-Z0-9_-]{{0,127}}")
    for fault in (
        *retry_faults(members.get("retryStrategy")),
        *timeout_faults(members.get("timeout")),
        *priority_faults(members.get("schedulingPriorityOverride")),
    ):
        raise refused(call, fault)
    check_tags(call, call.get("tags", {}))
    size = call.get("arrayProperties", {}).get("size")
    if size is not None and size not in ARRAY_SIZES:
        raise refused(call, "The array size must be between 2 and 10000.")
    if len(json.dumps(members, separators=(",", ":")).encode()) > MAXIMUM_PAYLOAD:
        raise refused(call, f"SubmitJob payload exceeds the maximum of {MAXIMUM_PAYLOAD} bytes.")
    if "" in call.get("containerOverrides", {}).get("command", ()):
        raise refused(call, "containerOverrides.command can't contain an empty string.")


def _queue(call: Call) -> dict[str, Any]:
    reference = call.members["jobQueue"]
    queue = find(call, "queues", "job-queue", reference)
    if queue is None:
        raise refused(call, f"JobQueue {reference} does not exist")
    described: dict[str, Any] = queue["described"]
    if described["state"] != "ENABLED":
        raise refused(call, f"JobQueue {reference} is not in ENABLED state")
    share = call.get("shareIdentifier")
    if ("schedulingPolicyArn" in described) != (share is not None):
        needed = "must be" if share is None else "can't be"
        raise refused(call, f"shareIdentifier {needed} specified for job queue {reference}")
    if share is not None and not _SHARE.fullmatch(share):
        raise refused(call, f"shareIdentifier {share} is not valid")
    return described


def _check_dependencies(call: Call) -> None:
    dependencies = call.get("dependsOn", [])
    if len(dependencies) > MAXIMUM_DEPENDENCIES:
        raise refused(call, f"A job can depend on at most {MAXIMUM_DEPENDENCIES} jobs.")
    size = call.get("arrayProperties", {}).get("size")
    jobs = held(call.world, call.place, "jobs")
    for dependency in dependencies:
        job_id, kind = dependency.get("jobId"), dependency.get("type")
        if kind is not None and size is None:
            raise refused(call, f"{kind} dependencies can only be used by array jobs.")
        if job_id is None:
            if kind != "SEQUENTIAL":
                raise refused(call, "A dependency needs a jobId unless it is SEQUENTIAL.")
            continue
        if kind == "SEQUENTIAL":
            raise refused(call, "A SEQUENTIAL dependency must not have a jobId.")
        if job_id not in jobs:
            raise refused(call, f"Dependent job {job_id} does not exist.")
        if kind == "N_TO_N" and jobs[job_id].get("size") != size:
            raise refused(call, "N_TO_N dependencies must be array jobs of the same size.")


def _check_overrides(call: Call, definition: Definition) -> None:
    described = definition["described"]
    for member, properties in (
        ("containerOverrides", "containerProperties"),
        ("ecsPropertiesOverride", "ecsProperties"),
        ("eksPropertiesOverride", "eksProperties"),
        ("nodeOverrides", "nodeProperties"),
    ):
        if member in call.members and properties not in described:
            raise refused(call, f"{member} is not applicable to a job definition without {properties}.")
    overridden = [
        container.get("name")
        for task in call.get("ecsPropertiesOverride", {}).get("taskProperties", ())
        for container in task.get("containers", ())
    ]
    known = [
        container.get("name")
        for task in described.get("ecsProperties", {}).get("taskProperties", ())
        for container in task["containers"]
    ]
    for name in overridden:
        if name not in known:
            raise refused(call, f"Container {name} is not in the job definition.")
    if "arrayProperties" in call.members and "nodeProperties" in described:
        raise refused(call, "Multi-node parallel jobs can't be array jobs.")


def _request(call: Call, definition: Definition, queue: Mapping[str, Any]) -> dict[str, Any]:
    """What the job is to do: the definition with the overrides put in."""
    described = deepcopy(definition["described"])
    request: dict[str, Any] = {
        "definition": described["jobDefinitionArn"],
        "definitionName": described["jobDefinitionName"],
        "dependsOn": call.get("dependsOn", []),
        "parameters": {**described.get("parameters", {}), **call.get("parameters", {})},
        "retryStrategy": _retry(call.get("retryStrategy", described.get("retryStrategy", {"attempts": 1}))),
        "timeout": call.get("timeout", described.get("timeout")),
        "propagateTags": call.get("propagateTags", described.get("propagateTags")),
        "shareIdentifier": call.get("shareIdentifier"),
        "schedulingPriority": call.get("schedulingPriorityOverride", described.get("schedulingPriority")),
        "platformCapabilities": described.get("platformCapabilities"),
        "environments": [entry["computeEnvironment"] for entry in queue["computeEnvironmentOrder"]],
    }
    request["consumableResourceProperties"] = call.get(
        "consumableResourcePropertiesOverride", described.get("consumableResourceProperties")
    )
    for member in ("containerProperties", "ecsProperties", "eksProperties", "nodeProperties"):
        request[member] = described.get(member)
    override(call, request)
    request["refusal"] = _refusal(call, definition, request)
    return request


def _retry(strategy: Mapping[str, Any]) -> dict[str, Any]:
    rules = [{**rule, "action": rule["action"].lower()} for rule in strategy.get("evaluateOnExit", ())]
    return {"attempts": strategy["attempts"], "evaluateOnExit": rules}


def _refusal(call: Call, definition: Definition, request: Mapping[str, Any]) -> str | None:
    """Why the job will fail before it runs, though it is accepted."""
    overrides = call.get("containerOverrides")
    if overrides is not None and len(json.dumps(overrides, separators=(",", ":"))) > MAXIMUM_OVERRIDES:
        return f"Container Overrides length must be at most {MAXIMUM_OVERRIDES}"
    propagated = call.get("propagateTags", definition["described"].get("propagateTags", False))
    if propagated and len({**definition["tags"], **call.get("tags", {})}) > MAXIMUM_TAGS:
        return f"The number of combined tags must not exceed {MAXIMUM_TAGS}"
    return batch_outcomes.problem(request)
