"""DescribeJobs, ListJobs, CancelJob, TerminateJob.

Source: botocore's documentation of each. What it lists by default is RUNNING only; a filter looks at every status.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.local.batch.describe import detail, summary
from reconciler.local.batch.stops import cancel, terminate
from reconciler.local.batch.store import Job, find, held, milliseconds, refused, request_of
from reconciler.local.calls import Call

_DESCRIBED = 100
_LISTED = 1000
_LISTED_WITH_FILTER = 100
_REASON = 1024


def describe_jobs(call: Call) -> Mapping[str, Any]:
    """Jobs by id or ARN, at most 100; an unknown one is left out."""
    asked = call.members["jobs"]
    if len(asked) > _DESCRIBED:
        raise refused(call, f"Maximum number of jobs supported is {_DESCRIBED}")
    jobs = held(call.world, call.place, "jobs")
    found = [jobs[job_id] for reference in asked if (job_id := _id(call, reference)) in jobs]
    return {"jobs": [detail(call.place, jobs, job) for job in found if job["created"] <= call.horizon]}


def _id(call: Call, reference: str) -> str:
    return reference.removeprefix(call.place.arn("batch", "job/"))


def list_jobs(call: Call) -> Mapping[str, Any]:
    """Jobs of one queue, or children of one array, newest first."""
    given = [member for member in ("jobQueue", "arrayJobId", "multiNodeJobId") if member in call.members]
    if len(given) != 1:
        raise refused(call, "Exactly one of jobQueue, arrayJobId and multiNodeJobId must be specified.")
    if given == ["multiNodeJobId"]:
        raise refused(call, "the nodes of multi-node parallel jobs are not known to the embedded AWS")
    filters = call.get("filters", [])
    size = call.get("maxResults", _LISTED_WITH_FILTER if filters else _LISTED)
    if size < 1:
        raise refused(call, "maxResults must be at least 1.")
    chosen = _chosen(call, filters)
    jobs = held(call.world, call.place, "jobs")
    found = [job for job in _listed(call) if job["created"] <= call.horizon and chosen(job)]
    found.sort(key=lambda job: (-job["created"], job.get("index", 0), job["id"]))
    most = _LISTED_WITH_FILTER if filters else _LISTED
    page, token = call.page(found, size=min(size, most), token=call.get("nextToken"))
    return {"jobSummaryList": [summary(call.place, jobs, job) for job in page], "nextToken": token}


def _listed(call: Call) -> Iterable[Job]:
    jobs = held(call.world, call.place, "jobs")
    if "arrayJobId" in call.members:
        parent = jobs.get(_id(call, call.members["arrayJobId"]))
        if parent is None or parent.get("size") is None:
            raise refused(call, f"{call.members['arrayJobId']} is not an array job.")
        children = (jobs.get(f"{parent['id']}:{index}") for index in range(parent["size"]))
        return [child for child in children if child is not None]
    queue = find(call, "queues", "job-queue", call.members["jobQueue"])
    if queue is None:
        raise refused(call, f"JobQueue {call.members['jobQueue']} does not exist")
    arn = queue["described"]["jobQueueArn"]
    return [job for job in jobs.values() if job["queue"] == arn and "parent" not in job]


def _chosen(call: Call, filters: list[dict[str, Any]]) -> Callable[[Job], bool]:
    """What a job must be like; with a filter other than SHARE_IDENTIFIER the status is ignored."""
    status = call.get("jobStatus", "RUNNING")
    if not filters:
        return lambda job: _status(call, job) == status
    if len(filters) > 1:
        raise refused(call, "Only one filter can be used at a time.")
    name, values = filters[0].get("name"), filters[0].get("values", [])
    if not values:
        raise refused(call, f"Filter {name} needs values.")
    match name:
        case "JOB_NAME":
            wanted = [value.lower() for value in values]
            return lambda job: any(_prefix(value, job["name"].lower()) for value in wanted)
        case "JOB_DEFINITION":
            return lambda job: any(_of_definition(call, job, value) for value in values)
        case "BEFORE_CREATED_AT" | "AFTER_CREATED_AT":
            instant = _number(call, values[0])
            if name == "BEFORE_CREATED_AT":
                return lambda job: milliseconds(job["created"]) < instant
            return lambda job: milliseconds(job["created"]) > instant
        case "SHARE_IDENTIFIER":
            only = call.get("jobStatus")
            return lambda job: _share(call, job) in values and only in (None, _status(call, job))
    raise refused(call, f"{name} is not a valid filter name.")


def _number(call: Call, text: str) -> int:
    if not text.isdigit():
        raise refused(call, f"{text} is not a number of milliseconds.")
    return int(text)


def _share(call: Call, job: Job) -> Any:
    return request_of(held(call.world, call.place, "jobs"), job)["shareIdentifier"]


def _status(call: Call, job: Job) -> str:
    """The status as this (lagging) listing sees it."""
    return str(next(status for since, status in reversed(job["history"]) if since <= call.horizon))


def _prefix(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _of_definition(call: Call, job: Job, value: str) -> bool:
    request = request_of(held(call.world, call.place, "jobs"), job)
    if value.startswith("arn:"):
        return bool(request["definition"] == value)
    return _prefix(value, request["definitionName"])


def cancel_job(call: Call) -> Mapping[str, Any]:
    """Ends what has not come to STARTING; succeeds without effect on all else."""
    cancel(call.world, call.place, _asked(call), call.members["reason"])
    return {}


def terminate_job(call: Call) -> Mapping[str, Any]:
    """Ends a job in whatever state; one that is over stays as it is."""
    terminate(call.world, call.place, _asked(call), call.members["reason"])
    return {}


def _asked(call: Call) -> Job:
    if len(call.members["reason"]) > _REASON:
        raise refused(call, f"reason must have at most {_REASON} characters.")
    job: Job | None = held(call.world, call.place, "jobs").get(_id(call, call.members["jobId"]))
    if job is None:
        raise refused(call, f"Job {call.members['jobId']} does not exist.")
    return job
