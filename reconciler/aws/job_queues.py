"""Job queues: the one that is meant where none is named, what is in one, and why a job in it does not start."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.aws.session import Aws
from reconciler.errors import AwsCallError, CredentialsExpired, ReconcilerError

#: DescribeJobQueues and ListJobs give at most so many.
_QUEUES: Final = 100
_JOBS: Final = 1000
#: In the order in which a job goes through them, so that none slips through between two lists; an attempt that is
#: tried again goes back to RUNNABLE.
_UNFINISHED: Final = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "RUNNABLE")


def all_queues(aws: Aws) -> Iterator[Mapping[str, Any]]:
    """Answer every queue for container jobs as AWS describes it; those of SageMaker take no SubmitJob."""
    for answer in aws.pages("batch:DescribeJobQueues", maxResults=_QUEUES):
        yield from (queue for queue in answer.get("jobQueues", ()) if not queue.get("serviceEnvironmentOrder"))


def only_queue(aws: Aws) -> str:
    """Name the only queue that is ENABLED and VALID. Raises ReconcilerError where there is none, or more than one."""
    queues = list(all_queues(aws))
    open_ones = sorted(str(queue["jobQueueName"]) for queue in queues if _is_open(queue))
    if len(open_ones) == 1:
        return open_ones[0]
    if open_ones:
        got = ", ".join(open_ones)
    else:
        got = ", ".join(sorted(f"{queue['jobQueueName']} {_state(queue)}" for queue in queues)) or "none"
    raise ReconcilerError(
        f"jobQueue: none is named (expected exactly one queue that is ENABLED and VALID, got {got})",
        hint="name it in spec.run.jobQueue" if queues else "make one, or see --region",
    )


def unfit(aws: Aws, name: str) -> str | None:
    """Say why a queue takes no jobs; None where it does."""
    queue = next(iter(aws.call("batch:DescribeJobQueues", jobQueues=[name]).get("jobQueues", ())), None)
    if queue is None:
        return "it does not exist"
    return None if _is_open(queue) else f"it is {_state(queue)}"


def unfinished_jobs(aws: Aws, queue: str) -> Iterator[Mapping[str, Any]]:
    """Answer a summary of every job of a queue that has not ended; of arrays only the parents."""
    seen: set[str] = set()
    for status in _UNFINISHED:
        for answer in aws.pages("batch:ListJobs", jobQueue=queue, jobStatus=status, maxResults=_JOBS):
            for job in answer.get("jobSummaryList", ()):
                if job["jobId"] not in seen:
                    seen.add(job["jobId"])
                    yield job


def why_waiting(aws: Aws, job: Mapping[str, Any]) -> str:
    """Say why a job is likely to stay RUNNABLE, in a few words; empty where nothing tells.

    Looked for in this order: how its last attempt ended, its queue, what AWS says of the job, the queue's compute
    environments. Source: re:Post knowledge center, "Why is my AWS Batch job stuck in RUNNABLE status?".
    """
    if attempts := job.get("attempts"):
        return f"its last attempt ended: {_last_words(attempts[-1])}"
    try:
        queue = _described(aws, "batch:DescribeJobQueues", "jobQueues", [str(job["jobQueue"])])
        if not queue:
            return "its queue does not exist any more"
        if not _is_open(queue[0]):
            return f"queue {queue[0]['jobQueueName']} is {_state(queue[0])}"
        if job.get("statusReason"):
            return str(job["statusReason"])
        return _why_no_environment(aws, queue[0])
    except CredentialsExpired:
        raise
    except AwsCallError as error:
        return str(job.get("statusReason") or f"why is not known: {error}")


def _why_no_environment(aws: Aws, queue: Mapping[str, Any]) -> str:
    ordered = [str(each["computeEnvironment"]) for each in queue.get("computeEnvironmentOrder", ())]
    if not ordered:
        return f"queue {queue['jobQueueName']} has no compute environment"
    environments = _described(aws, "batch:DescribeComputeEnvironments", "computeEnvironments", ordered)
    closed = [f"{each['computeEnvironmentName']} is {_state(each)}" for each in environments if not _is_open(each)]
    if len(closed) == len(environments):
        return f"no compute environment takes it: {', '.join(sorted(closed)) or 'they do not exist any more'}"
    largest = [
        f"{each['computeEnvironmentName']} maxvCpus {each['computeResources']['maxvCpus']}"
        for each in environments
        if _is_open(each) and (each.get("computeResources") or {}).get("maxvCpus") is not None
    ]
    return f"AWS tells no reason; there may be no capacity ({', '.join(sorted(largest))})" if largest else ""


def _described(aws: Aws, action: str, member: str, names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    answer: Sequence[Mapping[str, Any]] = aws.call(action, **{member: list(names)}).get(member, ())
    return answer


def _last_words(attempt: Mapping[str, Any]) -> str:
    reason = (attempt.get("container") or {}).get("reason")
    return (
        ": ".join(str(part) for part in (attempt.get("statusReason"), reason) if part) or "for no reason that AWS tells"
    )


def _is_open(described: Mapping[str, Any]) -> bool:
    return described.get("state") == "ENABLED" and described.get("status", "VALID") == "VALID"


def _state(described: Mapping[str, Any]) -> str:
    """Say what is wrong with a queue or a compute environment: `DISABLED`, `INVALID (its own words)`."""
    if described.get("state") != "ENABLED":
        return str(described.get("state"))
    reason = described.get("statusReason")
    return f"{described.get('status')} ({reason})" if reason else str(described.get("status"))
