"""A Batch job as DescribeJobs, ListJobs and the state-change events show it (botocore's JobDetail and JobSummary)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from reconciler.local.batch.store import Job, milliseconds, request_of
from reconciler.local.calls import Place


def detail(place: Place, jobs: Mapping[str, Job], job: Job) -> dict[str, Any]:
    """The JobDetail; members without a value are left out."""
    request = request_of(jobs, job)
    last = _last(job)
    described = {
        "jobArn": place.arn("batch", f"job/{job['id']}"),
        "jobName": job["name"],
        "jobId": job["id"],
        "jobQueue": job["queue"],
        "status": job["status"],
        "shareIdentifier": request["shareIdentifier"],
        "schedulingPriority": request["schedulingPriority"],
        "attempts": [] if request["eksProperties"] is not None else [_attempt(attempt) for attempt in job["attempts"]],
        "statusReason": job["reason"],
        "createdAt": milliseconds(job["created"]),
        "startedAt": _instant(job["started"]),
        "stoppedAt": _instant(job["stopped"]),
        "retryStrategy": request["retryStrategy"],
        "dependsOn": request["dependsOn"],
        "jobDefinition": request["definition"],
        "parameters": request["parameters"],
        "timeout": request["timeout"],
        "tags": job.get("tags", {}),
        "propagateTags": request["propagateTags"],
        "platformCapabilities": request["platformCapabilities"],
        "consumableResourceProperties": request["consumableResourceProperties"],
        "nodeProperties": request["nodeProperties"],
        "arrayProperties": _array(jobs, job),
        "isCancelled": job["cancelled"] is not None,
        "isTerminated": job["terminated"] is not None,
        **_properties(job, request, last),
    }
    return {name: value for name, value in described.items() if value is not None}


def summary(place: Place, jobs: Mapping[str, Job], job: Job) -> dict[str, Any]:
    """The JobSummary."""
    last = _last(job)
    container = {name: last[name] for name in ("exitCode", "reason") if last.get(name) is not None}
    array = _array(jobs, job)
    described = {
        "jobArn": place.arn("batch", f"job/{job['id']}"),
        "jobId": job["id"],
        "jobName": job["name"],
        "createdAt": milliseconds(job["created"]),
        "shareIdentifier": request_of(jobs, job)["shareIdentifier"],
        "status": job["status"],
        "statusReason": job["reason"],
        "startedAt": _instant(job["started"]),
        "stoppedAt": _instant(job["stopped"]),
        "container": container,
        "arrayProperties": {name: array[name] for name in ("size", "index") if name in array} if array else None,
        "jobDefinition": request_of(jobs, job)["definition"],
        # "This field is only present when the value is true."
        "isCancelled": True if job["cancelled"] is not None else None,
        "isTerminated": True if job["terminated"] is not None else None,
    }
    return {name: value for name, value in described.items() if value is not None}


def _instant(seconds: float | None) -> int | None:
    return None if seconds is None else milliseconds(seconds)


def _last(job: Job) -> dict[str, Any]:
    """What is known of the attempt under way, or of the last one."""
    running = job["running"]
    if running is not None:
        stream = running["stream"][1] if running["stream"] is not None else None
        return {"taskArn": running["task"], "containerInstanceArn": running["instance"], "logStreamName": stream}
    return dict(job["attempts"][-1]) if job["attempts"] else {}


_CONTAINER_FACTS = ("exitCode", "reason", "taskArn", "containerInstanceArn", "logStreamName")
_TASK_CONTAINER_FACTS = ("exitCode", "reason", "logStreamName")


def _facts(last: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: last[name] for name in names if last.get(name) is not None}


def _properties(job: Job, request: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    if request["containerProperties"] is not None:
        container = {**request["containerProperties"], **_facts(last, _CONTAINER_FACTS), "networkInterfaces": []}
        return {"container": container}
    if request["ecsProperties"] is not None:
        task = request["ecsProperties"]["taskProperties"][0]
        containers = [
            {**container, **_facts(last, _TASK_CONTAINER_FACTS), "networkInterfaces": []}
            for container in task["containers"]
        ]
        facts = _facts(last, ("taskArn", "containerInstanceArn"))
        return {"container": {}, "ecsProperties": {"taskProperties": [{**task, **facts, "containers": containers}]}}
    if request["eksProperties"] is not None:
        pod = request["eksProperties"]["podProperties"]
        containers = [{**container, **_facts(last, ("exitCode", "reason"))} for container in pod["containers"]]
        return {
            "eksProperties": {"podProperties": {**pod, "containers": containers}},
            "eksAttempts": [_pod_attempt(pod, attempt) for attempt in job["attempts"]],
        }
    return {}


def _attempt(attempt: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "container": {**_facts(attempt, _CONTAINER_FACTS), "networkInterfaces": []},
        "startedAt": attempt["startedAt"],
        "stoppedAt": attempt["stoppedAt"],
        "statusReason": attempt["statusReason"],
    }
    return {name: value for name, value in told.items() if value is not None}


def _pod_attempt(pod: Mapping[str, Any], attempt: Mapping[str, Any]) -> dict[str, Any]:
    facts = _facts(attempt, ("exitCode", "reason"))
    told = {
        "containers": [{"name": container["name"], **facts} for container in pod["containers"]],
        "startedAt": attempt["startedAt"],
        "stoppedAt": attempt["stoppedAt"],
        "statusReason": attempt["statusReason"],
    }
    return {name: value for name, value in told.items() if value is not None}


def _array(jobs: Mapping[str, Job], job: Job) -> dict[str, Any] | None:
    if "parent" in job:
        return {"index": job["index"]}
    if job.get("size") is None:
        return None
    names = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
    children = (jobs.get(f"{job['id']}:{index}") for index in range(job["size"]))
    counted = Counter(child["status"] for child in children if child is not None)
    return {"size": job["size"], "statusSummary": {name: counted[name] for name in names}}
