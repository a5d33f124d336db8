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
    """Answer the streams of a Batch job's newest attempt, from its JobDetail."""
    if "size" in (job.get("arrayProperties") or {}):
        return (LogStream(container="array", unreadable=f"its children write: {job['jobId']}:0 is the first"),)
    if job.get("nodeProperties") is not None:
        return (LogStream(container="nodes", unreadable=f"its nodes write: {job['jobId']}#0 is the main one"),)
    if job.get("eksProperties") is not None:
        return (LogStream(container="pod", unreadable="a pod writes where its cluster sends it"),)
    return tuple(_of_batch_container(*each, region) for each in _batch_containers(job))


def _batch_containers(job: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield each container's name, its own members, and its stream in the newest attempt."""
    attempts: Sequence[Mapping[str, Any]] = job.get("attempts") or ()
    last: Mapping[str, Any] = attempts[-1] if attempts else {}
    for position, task in enumerate((job.get("ecsProperties") or {}).get("taskProperties") or ()):
        tried = _containers_of(last, position)
        streams = {each.get("name"): each.get("logStreamName") for each in tried}
        for container in task.get("containers") or ():
            name = str(container.get("name", ""))
            yield name, container, str(container.get("logStreamName") or streams.get(name) or "")
    if (container := job.get("container")) is not None:
        stream = container.get("logStreamName") or (last.get("container") or {}).get("logStreamName")
        yield "container", container, str(stream or "")


def _containers_of(attempt: Mapping[str, Any], position: int) -> Sequence[Mapping[str, Any]]:
    tasks: Sequence[Mapping[str, Any]] = attempt.get("taskProperties") or ()
    return (tasks[position].get("containers") or ()) if position < len(tasks) else ()


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
