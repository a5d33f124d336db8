"""What AWS Batch's words about a job mean, in a few plain ones put before them; and how it came to its end.

Sources: JobDetail.statusReason in the service model; the user guide's job_states.md, job_timeouts.md and "Job queue
blocked events"; ECS's own reasons, which Batch passes on, are told by :mod:`reconciler.aws.stop_reasons`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconciler.aws import stop_reasons

#: (pattern of a status reason, what it means); the first that fits counts.
_MEANINGS: Final[Sequence[tuple[re.Pattern[str], str]]] = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (r"^CAPACITY:", "no compute environment of the queue has capacity"),
        (r"COMPUTE_ENVIRONMENT_MAX_RESOURCE", "it needs more vCPUs than any compute environment's maxvCpus"),
        (r"JOB_RESOURCE_REQUIREMENT", "no instance type of the queue's compute environments is large enough for it"),
        (r"SERVICE_ROLE_PERMISSIONS", "the compute environments' service role may not do its work"),
        (r"^Dependent Job failed", "a job that it depends on failed"),
    )
)
_TIMED_OUT: Final = re.compile(r"duration exceeded timeout", re.IGNORECASE)
_HOST_GONE: Final = re.compile(r"^Host EC2", re.IGNORECASE)


def explained(job: Mapping[str, Any], container_reasons: Iterable[str]) -> str:
    """Answer AWS's sentence about a job, with what it means in front where that is known."""
    said = str(job.get("statusReason") or "")
    if is_stopped_by_call(job):
        return said
    meaning = next((meaning for row, meaning in _MEANINGS if row.search(said)), "")
    return f"{meaning}: {said}" if meaning else stop_reasons.explained("", said, container_reasons)


def is_stopped_by_call(job: Mapping[str, Any]) -> bool:
    """Answer whether somebody asked for the job's end."""
    return bool(job.get("isCancelled") or job.get("isTerminated"))


def stop_code(job: Mapping[str, Any], *, has_exited: bool) -> str:
    """Answer the code that ECS would give a task for such an end; empty while the job goes on."""
    said = str(job.get("statusReason") or "")
    if job.get("status") not in {"SUCCEEDED", "FAILED"}:
        return ""
    if is_stopped_by_call(job):
        return "UserInitiated"
    if _TIMED_OUT.search(said):
        return "ServiceSchedulerInitiated"
    if _HOST_GONE.search(said):
        return "TerminationNotice"
    return "EssentialContainerExited" if has_exited else "TaskFailedToStart"
