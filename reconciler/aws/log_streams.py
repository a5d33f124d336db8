"""Where the containers of a run write: the CloudWatch stream of each, or why it cannot be read here.

Sources: developer guide "Using the awslogs driver" (`prefix/container/task id`; without a prefix the stream is named
after the container's Docker id, which nothing tells); Batch user guide (`/aws/batch/job` where no group is named).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconciler.model import Spec

_BATCH_GROUP: Final = "/aws/batch/job"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStream:
    """A container's stream; `unreadable` says why there is none to read, and is empty otherwise."""

    container: str
    group: str = ""
    stream: str = ""
    unreadable: str = ""


def of_task(task: str, definition: Spec, region: str) -> tuple[LogStream, ...]:
    """Answer the streams of a task, from its ARN or id and the definition it runs."""
    containers: Sequence[Spec] = definition.get("containerDefinitions") or ()
    return tuple(_of_container(container, task.rpartition("/")[2], region) for container in containers)


def _of_container(container: Spec, task_id: str, region: str) -> LogStream:
    name, configured = str(container["name"]), container.get("logConfiguration") or {}
    options: Mapping[str, Any] = configured.get("options") or {}
    group, prefix = str(options.get("awslogs-group", "")), options.get("awslogs-stream-prefix")
    unreadable = _unreadable(configured.get("logDriver"), options, region)
    if not unreadable and prefix is None:
        unreadable = f"it writes to {group} without awslogs-stream-prefix, so its stream's name is not known"
    return LogStream(
        container=name, group=group, stream="" if unreadable else f"{prefix}/{name}/{task_id}", unreadable=unreadable
    )


def of_job(job: Mapping[str, Any], region: str) -> tuple[LogStream, ...]:
    """Answer the streams of a Batch job from its JobDetail: those of earlier attempts, by number, then the newest's."""
    if "size" in (job.get("arrayProperties") or {}):
        return (LogStream(container="array", unreadable=f"its children write: {job['jobId']}:0 is the first"),)
    if job.get("nodeProperties") is not None:
        return (LogStream(container="nodes", unreadable=f"its nodes write: {job['jobId']}#0 is the main one"),)
    if job.get("eksProperties") is not None:
        return (LogStream(container="pod", unreadable="a pod writes where its cluster sends it"),)
    attempts: Sequence[Mapping[str, Any]] = job.get("attempts") or ()
    containers = dict(_containers(job, job))
    newest = {name: _stream(container) for name, container in containers.items()}
    if attempts and not any(newest.values()):
        newest = {name: _stream(container) for name, container in _containers(attempts[-1], job)}
    earlier = [
        _of_batch_container(f"{name} (attempt {number})", containers.get(name, {}), _stream(container), region)
        for number, attempt in enumerate(attempts, start=1)
        for name, container in _containers(attempt, job)
        if _stream(container) not in {"", newest.get(name)}
    ]
    last = [_of_batch_container(name, each, newest.get(name, ""), region) for name, each in containers.items()]
    return (*earlier, *last)


def _containers(holder: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the containers that a job, or one of its attempts, tells of; the only one of a job has no name."""
    if (tasks := job.get("ecsProperties")) is not None:
        told = tasks if holder is job else holder
        for task in told.get("taskProperties") or ():
            yield from ((str(each.get("name", "")), each) for each in task.get("containers") or ())
    elif holder.get("container") is not None:
        yield "container", holder["container"]


def _stream(container: Mapping[str, Any]) -> str:
    return str(container.get("logStreamName") or "")


def _of_batch_container(name: str, container: Mapping[str, Any], stream: str, region: str) -> LogStream:
    configured = container.get("logConfiguration") or {"logDriver": "awslogs"}
    options: Mapping[str, Any] = configured.get("options") or {}
    unreadable = _unreadable(configured.get("logDriver"), options, region)
    if not unreadable and not stream:
        unreadable = "it has not started"
    group = str(options.get("awslogs-group") or _BATCH_GROUP)
    return LogStream(container=name, group=group, stream=stream, unreadable=unreadable)


def _unreadable(driver: str | None, options: Mapping[str, Any], region: str) -> str:
    if driver is None:
        return "its definition has no logConfiguration"
    if driver != "awslogs":
        return f"it writes with the log driver {driver}, not to CloudWatch"
    elsewhere = str(options.get("awslogs-region") or region)
    return f"it writes in {elsewhere}: --region {elsewhere} reads it" if elsewhere != region else ""
