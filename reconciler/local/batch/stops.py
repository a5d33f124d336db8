"""CancelJob and TerminateJob: what each does to a job in each state.

Source: botocore's documentation of CancelJob ("Jobs that progressed to the STARTING or RUNNING state aren't cancelled.
However, the API operation still succeeds"; "A PENDING job is cancelled after all dependency jobs are completed") and
TerminateJob.
"""

from typing import TYPE_CHECKING

from reconciler.local.batch.states import OVER, WAITING, end, proceed
from reconciler.local.batch.store import Job, held
from reconciler.local.calls import Place

if TYPE_CHECKING:
    from reconciler.local.world import World

STOPPING_SECONDS = 2.0


def cancel(world: "World", place: Place, job: Job, reason: str) -> None:
    """CancelJob: what has not come to STARTING fails; a job that waits for others, when they are done."""
    if job.get("spawned"):
        if job["status"] not in OVER:
            job["cancelled"] = reason
            for child in _children(world, place, job):
                cancel(world, place, child, reason)
    elif job["status"] == "PENDING":
        job["cancelled"] = reason
    elif job["status"] in WAITING:
        job["cancelled"] = reason
        end(world, place, job, "FAILED", reason)


def terminate(world: "World", place: Place, job: Job, reason: str) -> None:
    """TerminateJob: what is STARTING or RUNNING is stopped, what has not come so far is cancelled."""
    if job.get("spawned"):
        if job["status"] not in OVER:
            job["terminated"] = reason
            for child in _children(world, place, job):
                terminate(world, place, child, reason)
    elif job["status"] in WAITING:
        cancel(world, place, job, reason)
    elif job["status"] not in OVER:
        job["terminated"] = reason
        job["step"] += 1
        proceed(world, place, job, STOPPING_SECONDS)


def _children(world: "World", place: Place, job: Job) -> list[Job]:
    jobs = held(world, place, "jobs")
    return [jobs[f"{job['id']}:{index}"] for index in range(job["size"])]
