"""BatchJob → the SubmitJob request.

The order in which a container's override is made, later wins: what `run` has in SubmitJob's own spelling,
`run.environment`, `run.command`, the `RECONCILER_*` variables, and last `run.patches` on the whole request.
"""

from typing import Any

from reconciler.core import ownership, run_keys
from reconciler.kinds.containers import commands, environments
from reconciler.kinds.schedule import Target
from reconciler.kinds.submit_job_overrides import override
from reconciler.model import Job, Launch, RunKey, Spec

#: Members of the run section that are ours, or that name the target.
_OURS = frozenset({"jobQueue", "command", "environment", "patches"})


def run_request(job: Job, definition: Spec, main: str | None) -> Spec:
    """Answer SubmitJob's members as the author wants them, without the queue."""
    request: dict[str, Any] = {member: value for member, value in job.run.items() if member not in _OURS}
    if job.active_deadline_seconds is not None:
        request["timeout"] = {"attemptDurationSeconds": job.active_deadline_seconds}
    if "backoffLimit" in job.spec:
        # one that is left out must not undo the definition's own strategy, and its rules hold beside the number
        request["retryStrategy"] = {**(definition.get("retryStrategy") or {}), "attempts": job.backoff_limit + 1}
    tags = {**job.tags, **{key: str(value) for key, value in (request.get("tags") or {}).items()}}
    if tags:
        request["tags"] = dict(sorted(tags.items()))
    for container, variables in environments(job.run, main).items():
        request = override(request, definition, container, environment=variables)
    for container, command in commands(job.run, main).items():
        request = override(request, definition, container, command=command)
    return request


def launches(request: Spec, key: RunKey, queue: str, definition_arn: str) -> tuple[Launch, ...]:
    """Answer the one submission that a run takes, an array of ten thousand as well."""
    return (Launch(key=key, target=queue, definition=definition_arn, request=request),)


def scheduled(launch: Launch) -> Target:
    """Answer SubmitJob as EventBridge Scheduler sends it for every slot; it has no token, so at least once."""
    owned = {ownership.OWNER: launch.key.owner, ownership.JOB: launch.key.job}
    request = {
        **launch.request,
        "tags": {**launch.request.get("tags", {}), **owned},
        "jobName": run_keys.job_name(run_keys.by_eventbridge(launch.key)),
        "jobQueue": launch.target,
        "jobDefinition": launch.definition,
    }
    return Target(api="batch:submitJob", request=request)
