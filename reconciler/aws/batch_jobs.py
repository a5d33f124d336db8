"""Runs on AWS Batch: see :class:`reconciler.aws.backends.RunBackend` for what each answer means.

SubmitJob has no token, so that the same request twice is two jobs: a key's job is known by its name alone, the SDK
sends the call once (:data:`reconciler.aws.clients.SENT_ONCE`), and the engine claims every submission first.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.aws import instants, job_executions, job_queues, log_streams
from reconciler.aws.concurrent import all_of
from reconciler.aws.log_streams import LogStream
from reconciler.aws.session import Aws
from reconciler.core import ownership, run_keys
from reconciler.errors import NotFound, Throttled
from reconciler.model import Execution, Failure, Launch, Launched, RunKey, Spec

#: DescribeJobs takes at most so many, and ListJobs gives as many where it is filtered.
_PAGE: Final = 100
#: ListJobs gives at most so many children of an array.
_CHILDREN: Final = 1000
#: TerminateJob takes a reason of at most so many characters (user guide, service quotas).
_LONGEST_REASON: Final = 1024
_ENDED: Final = frozenset({"SUCCEEDED", "FAILED"})
#: A job's id, with the index of a child or the number of a node where it is one.
_JOB_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([:#]\d+)?")


class BatchJobs:
    """The Batch jobs of one account and Region; a target is a queue. Safe to use from several threads."""

    #: Ended jobs are told for at least seven days (user guide, job_states.md).
    recall = timedelta(days=6)
    tokens = False
    target_kind = "queue"

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def key_text(self, key: RunKey) -> str:
        """Answer the name of the key's job."""
        return run_keys.job_name(key)

    def default_target(self) -> str:
        """Name the only queue that takes jobs."""
        return job_queues.only_queue(self._aws)

    def launch(self, launch: Launch) -> Launched:
        """Submit the job once, tagged with whose it is; being throttled is a failure that passes."""
        tags = {**launch.request.get("tags", {}), ownership.OWNER: launch.key.owner, ownership.JOB: launch.key.job}
        try:
            answer = self._aws.call(
                "batch:SubmitJob",
                **{
                    **launch.request,
                    "tags": tags,
                    "jobName": run_keys.job_name(launch.key),
                    "jobQueue": launch.target,
                    "jobDefinition": launch.definition,
                },
            )
        except Throttled as error:
            failure = Failure(reason=error.code, detail=error.detail, transient=True)
            return Launched(ids=(), failures=(failure,))
        return Launched(ids=(str(answer["jobId"]),))

    def find(self, key: RunKey, target: str) -> tuple[Execution, ...]:
        """Look for jobs of exactly the key's name in a queue, in whatever state they are."""
        name = run_keys.job_name(key)
        by_name = [{"name": "JOB_NAME", "values": [name]}]
        try:
            listed = self._list(jobQueue=target, filters=by_name, maxResults=_PAGE)
        except NotFound:
            return ()
        ids = [str(job["jobId"]) for job in listed if job["jobName"] == name]  # the filter passes over letter case
        return tuple(self.describe(ids, target).values())

    def describe(self, ids: Collection[str], target: str) -> Mapping[str, Execution]:
        """Describe jobs by id, a hundred a call; the failed children of an array take one list more."""
        jobs = self._described(ids)
        awaited = self._described({needed for job in jobs.values() for needed in job_executions.waits_for(job)})
        arrays = [job_id for job_id, job in jobs.items() if job["status"] == "FAILED" and job_executions.is_array(job)]
        failed = dict(zip(arrays, all_of(self._failed_children, arrays), strict=True))
        return {
            job_id: job_executions.execution(
                job,
                target,
                failed_children=failed.get(job_id, ()),
                free_since=job_executions.ended(
                    awaited[needed] for needed in job_executions.waits_for(job) if needed in awaited
                ),
            )
            for job_id, job in jobs.items()
        }

    def look_up(self, id: str) -> Execution | None:  # noqa: A002 - AWS's word
        """Describe a job, or a child of an array or a node (`<id>:0`, `<id>#0`), by its id."""
        if not _JOB_ID.fullmatch(id):
            return None
        job = self._described([id]).get(id)
        return self.describe([id], str(job["jobQueue"]).rpartition("/")[2]).get(id) if job is not None else None

    def running(self, target: str, *, owner: str) -> tuple[Execution, ...]:
        """Answer the owner's jobs that have not ended: those with a name of ours and the owner's tag."""
        try:
            listed = list(job_queues.unfinished_jobs(self._aws, target))
        except NotFound:
            return ()
        return tuple(found for found in self._owned(listed, target, owner) if not found.state.finished)

    def recent(self, target: str, *, owner: str, since: datetime) -> tuple[Execution, ...]:
        """Answer the owner's jobs of a queue that have not ended, or that were submitted since an instant."""
        newer = [{"name": "AFTER_CREATED_AT", "values": [str(instants.milliseconds(since))]}]
        try:
            listed = [*job_queues.unfinished_jobs(self._aws, target)]
            listed += self._list(jobQueue=target, filters=newer, maxResults=_PAGE)
        except NotFound:
            return ()
        return tuple(self._owned(listed, target, owner))

    def _owned(self, listed: Iterable[Mapping[str, Any]], target: str, owner: str) -> Iterable[Execution]:
        """Answer those jobs that have a name of ours and the owner's tag."""
        named = [str(job["jobId"]) for job in listed if run_keys.is_job_name(str(job["jobName"]))]
        jobs = self._described(named)
        mine = [job for job, detail in jobs.items() if (detail.get("tags") or {}).get(ownership.OWNER) == owner]
        return self.describe(mine, target).values()

    def stop(self, id: str, target: str, *, reason: str) -> None:  # noqa: A002, ARG002 - the protocol's words
        """Terminate a job, which cancels one that has not started; CancelJob passes over one that starts meanwhile.

        What is likely to have kept a RUNNABLE job waiting is added to the reason, since AWS forgets it then.
        """
        job = self._described([id]).get(id)
        if job is None or job["status"] in _ENDED:
            return
        why = job_queues.why_waiting(self._aws, job) if job["status"] == "RUNNABLE" else ""
        told = f"{reason} ({why})" if why else reason
        self._aws.call("batch:TerminateJob", jobId=id, reason=told[:_LONGEST_REASON])

    def unfit(self, target: str, request: Spec) -> str | None:  # noqa: ARG002 - the protocol's word
        """Look at the queue."""
        return job_queues.unfit(self._aws, target)

    def log_streams(self, id: str, target: str, definition: Spec) -> tuple[LogStream, ...]:  # noqa: A002, ARG002
        """Answer the streams that Batch tells of a job's newest attempt."""
        job = self._described([id]).get(id)
        return log_streams.of_job(job, self._aws.region) if job is not None else ()

    def complete(self, launch_request: Spec, definition: Spec) -> Spec:  # noqa: ARG002 - the protocol's word
        """Answer the request as it is: Batch looks nothing up but the queue, which is the launch's target."""
        return launch_request

    def _described(self, ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        ordered = list(dict.fromkeys(ids))
        parts = [ordered[start : start + _PAGE] for start in range(0, len(ordered), _PAGE)]
        answers = all_of(lambda part: self._aws.call("batch:DescribeJobs", jobs=part), parts)
        return {str(job["jobId"]): job for answer in answers for job in answer.get("jobs", ())}

    def _failed_children(self, array: str) -> Sequence[Mapping[str, Any]]:
        return job_executions.in_order(self._list(arrayJobId=array, jobStatus="FAILED", maxResults=_CHILDREN))

    def _list(self, **members: Any) -> list[Mapping[str, Any]]:
        answers = self._aws.pages("batch:ListJobs", **members)
        return [job for answer in answers for job in answer.get("jobSummaryList", ())]
