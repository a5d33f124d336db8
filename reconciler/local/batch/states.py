"""The states of a Batch job: entering one, telling of it, and what the end of a job means for others.

Sources: the Batch user guide, array_jobs.md and job_states.md (finished jobs are kept at least 7 days).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.batch.describe import detail
from reconciler.local.batch.store import Job, held
from reconciler.local.calls import Place

if TYPE_CHECKING:
    from reconciler.local.world import World

KEPT_SECONDS = 7 * 86_400.0
WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")
OVER = ("SUCCEEDED", "FAILED")


def enter(world: "World", place: Place, job: Job, status: str, reason: str | None = None) -> None:
    """The job comes into a state; whoever listens to events is told."""
    job["status"], job["reason"] = status, reason
    job["step"] += 1
    job["history"].append([world.now(), status])
    world.emit(
        place,
        source="aws.batch",
        detail_type="Batch Job State Change",
        detail=detail(place, held(world, place, "jobs"), job),
        resources=[place.arn("batch", f"job/{job['id']}")],
    )


def proceed(world: "World", place: Place, job: Job, seconds: float) -> None:
    """Let the job's next step be due in so many seconds, unless it comes into another state before."""
    world.schedule(place, "batch", "advance-job", world.now() + seconds, job=job["id"], step=job["step"])


def dependencies(jobs: Mapping[str, Job], job: Job) -> list[str]:
    """The jobs that must have succeeded first: whole jobs for a job, their children of the same index for a child."""
    parent = jobs[job["parent"]] if "parent" in job else None
    if parent is None:
        return [entry["jobId"] for entry in job["request"]["dependsOn"] if "jobId" in entry and "type" not in entry]
    needed = []
    for entry in parent["request"]["dependsOn"]:
        if entry.get("type") == "N_TO_N":
            needed.append(f"{entry['jobId']}:{job['index']}")
        elif entry.get("type") == "SEQUENTIAL" and job["index"] > 0:
            needed.append(f"{parent['id']}:{job['index'] - 1}")
    return needed


def end(world: "World", place: Place, job: Job, status: str, reason: str) -> None:
    """The job is over: its array and those that depend on it look again, and in seven days it is forgotten."""
    jobs = held(world, place, "jobs")
    job["stopped"] = world.now()
    enter(world, place, job, status, reason)
    if "parent" in job:
        _look_at_array(world, place, jobs[job["parent"]])
    else:
        world.schedule(place, "batch", "forget-job", world.now() + KEPT_SECONDS, job=job["id"])
    for waiting in job.pop("dependents", ()):
        if waiting in jobs:
            proceed(world, place, jobs[waiting], 0.0)


def _look_at_array(world: "World", place: Place, parent: Job) -> None:
    """An array ends with the last of its children; one failed child fails it."""
    jobs = held(world, place, "jobs")
    parent["open"] -= 1
    if parent["open"] > 0:
        return
    failed = any(jobs[f"{parent['id']}:{index}"]["status"] == "FAILED" for index in range(parent["size"]))
    if parent["cancelled"] is not None or parent["terminated"] is not None:
        end(world, place, parent, "FAILED", parent["terminated"] or parent["cancelled"])
    elif failed:
        end(world, place, parent, "FAILED", "Array Child Job failed")
    else:
        end(world, place, parent, "SUCCEEDED", "Array Child Job succeeded")


def forget_job(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """A finished job goes, with its children."""
    jobs = held(world, place, "jobs")
    job = jobs.pop(arguments["job"])
    for index in range(job.get("size") or 0):
        jobs.pop(f"{job['id']}:{index}", None)
