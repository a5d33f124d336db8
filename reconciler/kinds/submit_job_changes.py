"""`run JOB` with its flags, for BatchJob: the job as this one run has it, and what SubmitJob would not take of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reconciler.errors import ReconcilerError, UsageError
from reconciler.kinds.containers import commands, environments
from reconciler.kinds.job_definition import main_range
from reconciler.kinds.run_changes import RunChanges, merged
from reconciler.kinds.submit_job_overrides import override
from reconciler.model import Job, Spec

#: Members of the run section that become overrides, under what the flags say.
_LOWERED = frozenset({"command", "environment"})
#: SubmitJob's members that override a definition.
_OVERRIDES = frozenset({"containerOverrides", "ecsPropertiesOverride", "eksPropertiesOverride", "nodeOverrides"})
_VCPUS = re.compile(r"\d+(\.\d+)?")
#: User guide, "Service quotas": the size of a job's submission.
_MOST_BYTES = 30 << 10


def changed(job: Job, definition: Spec, main: str | None, changes: RunChanges) -> Job:
    """Answer the job with its commands and variables, and then `changes`, made into SubmitJob's overrides.

    Raises UsageError for what a Batch job has not got.
    """
    unknown = sorted(set(changes.overrides) - _OVERRIDES)
    if unknown:
        raise UsageError(f"--overrides: {unknown[0]} (expected {', '.join(sorted(_OVERRIDES))})")
    run: dict[str, Any] = {member: value for member, value in job.run.items() if member not in _LOWERED}
    for container, variables in environments(job.run, main).items():
        run = override(run, definition, container, environment=variables)
    for container, command in commands(job.run, main).items():
        run = override(run, definition, container, command=command)
    run = dict(merged(run, changes.overrides))
    if changes.parameters:
        run["parameters"] = {**(run.get("parameters") or {}), **changes.parameters}
    chosen = changes.container or main
    size = _size(changes, definition)
    if changes.environment or changes.command or size:
        told = changes.command or None
        try:
            run = override(run, definition, chosen, command=told, environment=changes.environment, size=size)
        except ReconcilerError as wrong:
            raise UsageError(wrong.message, hint=wrong.hint) from wrong
    return replace(job, run=run)


def _size(changes: RunChanges, definition: Spec) -> dict[str, str]:
    if changes.cpu is not None and not _VCPUS.fullmatch(changes.cpu):
        raise UsageError(f"--cpu {changes.cpu}: expected a number of vCPUs such as 1 or 0.5")
    if changes.memory is not None and not changes.memory.isdecimal():
        raise UsageError(f"--memory {changes.memory}: expected a number of MiB such as 1024")
    size = {kind: value for kind, value in (("VCPU", changes.cpu), ("MEMORY", changes.memory)) if value is not None}
    if size and (main_range(definition) or definition).get("eksProperties") is not None:
        raise UsageError("--cpu, --memory: a pod has limits and requests", hint="set them with --overrides FILE")
    return size


def faults(request: Spec, definition: Spec) -> Iterator[str]:  # noqa: ARG001 - other kinds look at it
    """Answer what is wrong with a completed request."""
    length = len(json.dumps(dict(request), separators=(",", ":"), default=str).encode())
    if length > _MOST_BYTES:
        yield f"the request has {length} bytes and SubmitJob takes {_MOST_BYTES}"
