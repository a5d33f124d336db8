"""A Batch job as DescribeJobs tells it → an execution, in the words that ECS's tasks have too."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from reconciler.aws import instants, job_reasons, told
from reconciler.model import ContainerEnd, Execution, RunState

#: What the only container of a job, which has no name, is called in sentences.
SINGLE_CONTAINER: Final = "container"

_STATES: Final[Mapping[str, RunState]] = {
    **dict.fromkeys(("SUBMITTED", "PENDING", "RUNNABLE", "STARTING"), RunState.PENDING),
    "RUNNING": RunState.RUNNING,
    "SUCCEEDED": RunState.SUCCEEDED,
    "FAILED": RunState.FAILED,
}
#: How many spans of children of an array are named, so that a report stays one line.
_NAMED: Final = 20


def execution(
    job: Mapping[str, Any],
    target: str,
    *,
    failed_children: Sequence[Mapping[str, Any]] = (),
    free_since: datetime | None = None,
) -> Execution:
    """Answer the execution that a JobDetail stands for; Batch's verdict, SUCCEEDED or FAILED, is its state.

    `failed_children` are the summaries of an array's children that FAILED; `free_since` is when the last of the jobs
    that it waited for had ended.
    """
    array = is_array(job)
    containers = _first_failure(failed_children) if array else _containers(job)
    status = str(job.get("status", ""))
    created = _instant(job.get("createdAt"))
    return Execution(
        id=str(job["jobId"]),
        target=target,
        key_text=str(job.get("jobName", "")),
        definition=str(job.get("jobDefinition", "")),
        state=RunState.RUNNING if array and _has_begun(job) else _STATES.get(status, RunState.UNKNOWN),
        status=status,
        created=created,
        waiting_since=_waiting_since(job, free_since),
        started=_instant(job.get("startedAt")),
        stopped=_instant(job.get("stoppedAt")),
        stop_code=job_reasons.stop_code(job, has_exited=any(each.exit_code is not None for each in containers)),
        reason=_array_reason(job, failed_children) if array else _reason(job, containers),
        containers=containers,
        told=told.variables(job),
    )


def is_array(job: Mapping[str, Any]) -> bool:
    """Answer whether a JobDetail is the parent of an array."""
    return "size" in (job.get("arrayProperties") or {})


def waits_for(job: Mapping[str, Any]) -> tuple[str, ...]:
    """Answer the ids of the jobs that a RUNNABLE job has waited for, which say since when it waits for a place."""
    if job.get("status") != "RUNNABLE":
        return ()
    return tuple(str(each["jobId"]) for each in job.get("dependsOn", ()) if each.get("jobId"))


def ended(jobs: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Answer when the last of some jobs had stopped."""
    return max((stopped for job in jobs if (stopped := _instant(job.get("stoppedAt")))), default=None)


def _waiting_since(job: Mapping[str, Any], free_since: datetime | None) -> datetime | None:
    """Answer since when a job waits for nothing but a place; a PENDING one waits for other jobs."""
    status, created = job.get("status"), _instant(job.get("createdAt"))
    if is_array(job):
        waiting = status == "PENDING" and not _has_begun(job) and _counts(job).get("RUNNABLE", 0) > 0
        return created if waiting else None
    if status not in {"SUBMITTED", "RUNNABLE", "STARTING"}:
        return None
    last_attempt = ended(_attempts(job)[-1:])
    return max((instant for instant in (created, free_since, last_attempt) if instant is not None), default=None)


def _containers(job: Mapping[str, Any]) -> tuple[ContainerEnd, ...]:
    """Answer how the containers of the last attempt ended; none before the first one has."""
    tried = _attempts(job)
    if not tried:
        return ()
    essential = {
        str(each.get("name")): each.get("essential", True) is not False for each in _of_tasks(job.get("ecsProperties"))
    }
    # the job itself tells of a task's containers as well, should the attempt not
    ends = _of_tasks(tried[-1]) or _of_tasks(job.get("ecsProperties")) or _ends(tried[-1])
    return tuple(
        _end(each, str(each.get("name") or SINGLE_CONTAINER), essential=essential.get(str(each.get("name")), True))
        for each in ends
    )


def _attempts(job: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return job.get("attempts") or job.get("eksAttempts") or ()


def _ends(attempt: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Answer what an attempt tells of its containers, by whichever of Batch's members does."""
    alone = attempt.get("container")
    return _of_tasks(attempt) or attempt.get("containers") or ((alone,) if alone else ())


def _of_tasks(holder: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    return [each for task in (holder or {}).get("taskProperties") or () for each in task.get("containers") or ()]


def _end(container: Mapping[str, Any], name: str, *, essential: bool = True) -> ContainerEnd:
    return ContainerEnd(
        name=name,
        exit_code=container.get("exitCode"),
        reason=str(container.get("reason") or ""),
        essential=essential,
    )


def _reason(job: Mapping[str, Any], containers: Sequence[ContainerEnd]) -> str:
    said = job_reasons.explained(job, (container.reason for container in containers))
    earlier = [_attempt_words(attempt) for attempt in _attempts(job)[:-1]]
    if not earlier:
        return said
    before = f"{len(earlier)} {'attempts' if len(earlier) > 1 else 'attempt'} before it: {', '.join(earlier)}"
    return f"{said}; {before}" if said else before


def _attempt_words(attempt: Mapping[str, Any]) -> str:
    """Say how an earlier attempt ended, by the first of its containers that tells of a failure."""
    ends = [each for each in _ends(attempt) if each.get("exitCode") != 0]
    return (_end_words(ends[0], "exited") if ends else "") or str(attempt.get("statusReason") or "ended")


def _end_words(container: Mapping[str, Any], verb: str) -> str:
    words = [f"{verb} {container['exitCode']}"] if container.get("exitCode") is not None else []
    words += [str(container["reason"])] if container.get("reason") else []
    return ": ".join(words)


def _counts(job: Mapping[str, Any]) -> Mapping[str, int]:
    found: Mapping[str, int] = (job.get("arrayProperties") or {}).get("statusSummary") or {}
    return found


def _has_begun(job: Mapping[str, Any]) -> bool:
    """Answer whether an array that has not ended has children that went further than waiting."""
    if job.get("status") in {"SUCCEEDED", "FAILED"}:
        return False
    return any(_counts(job).get(status, 0) for status in ("STARTING", "RUNNING", "SUCCEEDED", "FAILED"))


def _array_reason(job: Mapping[str, Any], failed: Sequence[Mapping[str, Any]]) -> str:
    size = job["arrayProperties"]["size"]
    if job.get("status") not in {"SUCCEEDED", "FAILED"}:
        return ", ".join(f"{count} {status}" for status, count in sorted(_counts(job).items()) if count)
    said = str(job.get("statusReason") or "")
    if not failed:
        return said
    told = f"{len(failed)} of {size} children failed: {_named(failed)}"
    return f"{said}; {told}" if job_reasons.is_stopped_by_call(job) else told


def _named(failed: Sequence[Mapping[str, Any]]) -> str:
    """Name children by their indices, those that failed alike together: `0-2, 5 (exit 1), 7 (exit 3)`."""
    ended = [(_index(child), _child_words(child)) for child in failed]
    spans = [  # neighbours that failed alike: there index and position grow together
        (words, [index for _, (index, _) in neighbours])
        for (words, _), neighbours in groupby(enumerate(ended), lambda each: (each[1][1], each[1][0] - each[0]))
    ]
    groups = groupby(spans[:_NAMED], itemgetter(0))
    told = ", ".join(f"{', '.join(_span(indices) for _, indices in alike)} ({words})" for words, alike in groups)
    left = sum(len(indices) for _, indices in spans[_NAMED:])
    return f"{told} and {left} more" if left else told


def _span(indices: Sequence[int]) -> str:
    return str(indices[0]) if len(indices) == 1 else f"{indices[0]}-{indices[-1]}"


def _child_words(child: Mapping[str, Any]) -> str:
    return _end_words(child.get("container") or {}, "exit") or str(child.get("statusReason") or "no reason told")


def _first_failure(failed: Sequence[Mapping[str, Any]]) -> tuple[ContainerEnd, ...]:
    """Answer the first child that failed in place of a container, so that the run has an exit code."""
    return tuple(_end(child.get("container") or {}, f"child {_index(child)}") for child in failed[:1])


def _index(child: Mapping[str, Any]) -> int:
    return int((child.get("arrayProperties") or {}).get("index", 0))


def in_order(children: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Answer children of an array in the order of their index."""
    return sorted(children, key=_index)


def _instant(milliseconds: int | None) -> datetime | None:
    return instants.from_milliseconds(milliseconds) if milliseconds is not None else None
