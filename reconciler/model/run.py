"""Runs: what starts one, what AWS tells of it, and how it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from reconciler.model.values import Spec


class RunState(StrEnum):
    """How far a run is, in one vocabulary for tasks and Batch jobs."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNKNOWN = "Unknown"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self in {RunState.SUCCEEDED, RunState.FAILED, RunState.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerEnd:
    """How one container of a run ended."""

    name: str
    exit_code: int | None = None
    reason: str = ""
    essential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """What a launch is the launch of; equal keys never start two runs.

    `trigger` is `once:<generation>/<n>`, `slot:<instant>` or `manual:<id>`; a part is at most ten tasks.
    """

    owner: str
    job: str
    trigger: str
    attempt: int = 0
    part: int = 0


#: How many tasks a run may have: how all of them ended fits one event of CloudWatch Logs (1 MiB), whatever the cluster
#: is called, and a slip of the finger is no thousand calls.
MOST_TASKS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One call that starts a part of a run.

    `target` is the cluster or queue, `definition` the revision's ARN, `request` RunTask's or SubmitJob's members
    without those the backend adds from the key (clientToken, startedBy, jobName, taskDefinition, jobDefinition). `size`
    is how many tasks or jobs it is to make.
    """

    key: RunKey
    target: str
    definition: str
    request: Spec
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why AWS answered a launch without a task; `transient` when capacity or an agent was the reason."""

    reason: str
    detail: str = ""
    id: str = ""
    transient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """What a launch call made: the ids of its tasks or job, and what failed inside an answer of 200."""

    ids: tuple[str, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One task or Batch job as AWS tells it.

    `key_text` is what identifies the run key from outside: a task's startedBy, a Batch job's name. `stop_code` is
    ECS's (`TaskFailedToStart`, `SpotInterruption` …), for Batch jobs too; `reason` AWS's own sentence. `waiting_since`
    is since when it waits for nothing but a place to start; None once it has started, or while it waits for others.
    `told` are the `RECONCILER_*` variables that it was started with: words, not proof.
    """

    id: str
    target: str
    key_text: str
    definition: str
    state: RunState
    status: str
    created: datetime | None = None
    waiting_since: datetime | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    stop_code: str = ""
    reason: str = ""
    containers: tuple[ContainerEnd, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLink:
    """Where a container of a run has written: its CloudWatch stream, and that stream's page in AWS's console."""

    container: str
    group: str
    stream: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a container; `container` is empty where there is only one."""

    text: str
    at: datetime
    container: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt of one run, as far as it is known; `ids` are the ARNs of its tasks or the id of its Batch job.

    `logs` are told of a job's newest run where it failed, by the verbs that look at jobs.
    """

    job: str
    trigger: str
    attempt: int = 0
    ids: tuple[str, ...] = ()
    target: str = ""
    state: RunState = RunState.PENDING
    exit_code: int | None = None
    reason: str = ""
    definition: str = ""
    commit: str = ""
    created: datetime | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    containers: tuple[ContainerEnd, ...] = ()
    logs: tuple[LogLink, ...] = ()
