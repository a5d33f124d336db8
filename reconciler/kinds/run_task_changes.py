"""`run JOB` with its flags, for EcsJob: the job as this one run has it."""

from dataclasses import replace
from typing import Any

from reconciler.core.fargate_sizes import cpu_units, mebibytes
from reconciler.errors import UsageError
from reconciler.kinds.containers import commands, environments
from reconciler.kinds.run_changes import RunChanges, merged
from reconciler.kinds.run_task import override
from reconciler.model import Job

#: Members of the run section that become overrides, under what the flags say.
_LOWERED = frozenset({"command", "environment"})


def changed(job: Job, main: str | None, changes: RunChanges) -> Job:
    """Answer the job with its commands and variables, and then `changes`, made into RunTask's `overrides`.

    A size without a container is the task's, else that container's. Raises UsageError for what a task has not got.
    """
    if changes.parameters:
        raise UsageError("--parameter: a task has none", hint="--set-env and the words after -- reach its container")
    run: dict[str, Any] = {member: value for member, value in job.run.items() if member not in _LOWERED}
    for container, variables in environments(job.run, main).items():
        run = override(run, container, environment=variables)
    for container, command in commands(job.run, main).items():
        run = override(run, container, command=command)
    run["overrides"] = merged(run.get("overrides") or {}, _sized(changes))
    chosen = changes.container or main
    if changes.environment or changes.command:
        run = override(run, chosen, environment=changes.environment, command=changes.command or None)
    return replace(job, run={member: value for member, value in run.items() if value != {}})


def _sized(changes: RunChanges) -> dict[str, Any]:
    """Answer the overrides with the size: text for the task, numbers for a container (RunTask.overrides)."""
    size = {member: value for member, value in (("cpu", changes.cpu), ("memory", changes.memory)) if value is not None}
    if not size or changes.container is None:
        for member, units, example in (("cpu", cpu_units, "512 or .5 vCPU"), ("memory", mebibytes, "1024 or 1 GB")):
            if member in size and not units(size[member]):
                raise UsageError(f"--{member} {size[member]}: expected a size such as {example}")
        return {**changes.overrides, **size}
    try:
        container = {"name": changes.container, **{member: int(value) for member, value in size.items()}}
    except ValueError:
        given = ", ".join(f"--{member} {value}" for member, value in size.items())
        raise UsageError(f"{given}: expected whole numbers, as for any container") from None
    return dict(merged(changes.overrides, {"containerOverrides": [container]}))
