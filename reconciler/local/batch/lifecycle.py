"""The life of a Batch job on the virtual clock.

    SUBMITTED → (PENDING, while it depends on others) → RUNNABLE → STARTING → RUNNING → SUCCEEDED | FAILED

Sources: the Batch user guide, job_states.md (a job without dependencies goes from SUBMITTED to RUNNABLE),
array_jobs.md, job_retries.md and job_timeouts.md; reasons as people saw them: "Essential container in task exited",
"Job attempt duration exceeded timeout" (exit code 137), "Dependent Job failed", "Array Child Job failed". How long a
job stays in each state is of our choosing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.batch.attempts import conclude, launch, plan, planned, retried, start
from reconciler.local.batch.states import dependencies, end, enter, proceed
from reconciler.local.batch.store import Job, held, request_of
from reconciler.local.calls import Place

if TYPE_CHECKING:
    from reconciler.local.world import World

SUBMITTED_SECONDS = 1.0
RUNNABLE_SECONDS = 2.0
STARTING_SECONDS = 3.0
CAPACITY_SECONDS = 600.0

EXITED = "Essential container in task exited"
TIMED_OUT = "Job attempt duration exceeded timeout"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
NO_CAPACITY = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type"
)
_KILLED = 137


def begin(world: "World", place: Place, job: Job) -> None:
    """A job (or a child of an array) is there."""
    job.update(created=world.now(), started=None, stopped=None, reason=None, attempts=[], attempt=0, step=0)
    job.update(history=[], cancelled=None, terminated=None, running=None, blocked=False)
    enter(world, place, job, "PENDING" if "parent" in job else "SUBMITTED")
    proceed(world, place, job, SUBMITTED_SECONDS)


def advance_job(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """The next step of a job is due, unless it took another way meanwhile."""
    job = held(world, place, "jobs").get(arguments["job"])
    if job is None or job["step"] != arguments["step"]:
        return
    match job["status"]:
        case "SUBMITTED" | "PENDING":
            _evaluate(world, place, job)
        case "RUNNABLE":
            _place(world, place, job)
        case "STARTING":
            _run(world, place, job)
        case "RUNNING":
            _finish(world, place, job)


def _evaluate(world: "World", place: Place, job: Job) -> None:
    """Look at the dependencies: fail, wait or become RUNNABLE; an array spawns its children instead."""
    jobs = held(world, place, "jobs")
    needs = [needed for needed in dependencies(jobs, job) if needed in jobs]
    waits_for = [jobs[needed]["status"] for needed in needs]
    refusal = request_of(jobs, job)["refusal"]
    if "FAILED" in waits_for:
        end(world, place, job, "FAILED", "Dependent Job failed")
    elif any(status != "SUCCEEDED" for status in waits_for):
        if job["status"] != "PENDING":
            enter(world, place, job, "PENDING")
        for needed in needs:
            waiting = jobs[needed].setdefault("dependents", [])
            if job["id"] not in waiting:
                waiting.append(job["id"])
    elif job["cancelled"] is not None:
        end(world, place, job, "FAILED", job["cancelled"])
    elif refusal is not None:
        end(world, place, job, "FAILED", refusal)
    elif job.get("size") is not None:
        if not job.get("spawned"):
            _spawn(world, place, job)
    else:
        enter(world, place, job, "RUNNABLE")
        proceed(world, place, job, RUNNABLE_SECONDS)


def _spawn(world: "World", place: Place, job: Job) -> None:
    jobs = held(world, place, "jobs")
    job["spawned"], job["open"] = True, job["size"]
    if job["status"] != "PENDING":
        enter(world, place, job, "PENDING")
    for index in range(job["size"]):
        child: Job = {
            "id": f"{job['id']}:{index}",
            "name": job["name"],
            "queue": job["queue"],
            "parent": job["id"],
            "index": index,
        }
        jobs[child["id"]] = child
        begin(world, place, child)


def _place(world: "World", place: Place, job: Job) -> None:
    """Find the job a place; where there is none, or its outcome says so, it stays RUNNABLE."""
    if not _has_environment(world, place, job):
        return
    if job["blocked"]:
        # Batch explains a job that blocks its queue after ten minutes (user guide, "job queue blocked events").
        job["reason"] = NO_CAPACITY
        return
    outcome = plan(world, place, job)
    if outcome.end == "fails":
        job["blocked"] = True
        proceed(world, place, job, CAPACITY_SECONDS)
    elif outcome.end != "never starts":
        launch(world, place, job)
        enter(world, place, job, "STARTING")
        proceed(world, place, job, STARTING_SECONDS if outcome.starts_after is None else outcome.starts_after)


def _has_environment(world: "World", place: Place, job: Job) -> bool:
    """Whether any compute environment of its queue is ENABLED; else it waits for `resume`."""
    jobs = held(world, place, "jobs")
    environments = [entry["described"] for entry in held(world, place, "environments").values()]
    enabled = {entry["computeEnvironmentArn"] for entry in environments if entry["state"] == "ENABLED"}
    return not enabled.isdisjoint(request_of(jobs, job)["environments"])


def resume(world: "World", place: Place) -> None:
    """Let jobs that are RUNNABLE look for a place again: an environment or an outcome has changed."""
    for job in held(world, place, "jobs").values():
        if job["status"] == "RUNNABLE":
            job["reason"], job["blocked"] = None, False
            job["step"] += 1
            proceed(world, place, job, RUNNABLE_SECONDS)


def _run(world: "World", place: Place, job: Job) -> None:
    if job["terminated"] is not None:
        _over(world, place, job, code=None, status_reason=job["terminated"])
        return
    outcome = planned(job)
    reason = start(world, place, job, outcome)
    if reason is not None:
        _over(world, place, job, code=None, status_reason="Task failed to start", reason=reason)
        return
    job["started"] = world.now()
    enter(world, place, job, "RUNNING")
    limit = (request_of(held(world, place, "jobs"), job)["timeout"] or {}).get("attemptDurationSeconds")
    if limit is not None and not (outcome.ends_by_itself and outcome.after <= limit):
        job["running"]["late"] = True
        proceed(world, place, job, limit)
    elif outcome.ends_by_itself:
        proceed(world, place, job, outcome.after)


def _finish(world: "World", place: Place, job: Job) -> None:
    outcome = planned(job)
    if job["terminated"] is not None:
        _over(world, place, job, code=_KILLED, status_reason=job["terminated"])
    elif job["running"].get("late"):
        _over(world, place, job, code=_KILLED, status_reason=TIMED_OUT)
    elif outcome.end in ("host terminated", "spot interruption"):
        instance = f"Host EC2 (instance i-{world.hex_id(17)}) terminated."
        _over(world, place, job, code=None, status_reason=instance)
    else:
        reason = OUT_OF_MEMORY if outcome.end == "out of memory" else None
        _over(world, place, job, code=outcome.exit_code, status_reason=EXITED, reason=reason)


def _over(
    world: "World", place: Place, job: Job, *, code: int | None, status_reason: str, reason: str | None = None
) -> None:
    """An attempt has ended: note it, then end the job or let it try again."""
    attempt = conclude(world, place, job, code=code, status_reason=status_reason, reason=reason)
    final = job["terminated"] is not None or status_reason == TIMED_OUT
    if code == 0 and not final:
        end(world, place, job, "SUCCEEDED", status_reason)
    elif not final and retried(world, place, job, attempt):
        job["blocked"] = False
        enter(world, place, job, "RUNNABLE")
        proceed(world, place, job, RUNNABLE_SECONDS)
    else:
        end(world, place, job, "FAILED", status_reason)
