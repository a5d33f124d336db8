"""Runs on ECS: see :class:`reconciler.aws.backends.RunBackend` for what each answer means."""

import contextlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.aws import clusters, log_streams, stop_reasons, task_failures, told
from reconciler.aws.concurrent import all_of
from reconciler.aws.instants import utc
from reconciler.aws.log_streams import LogStream
from reconciler.aws.network import Network
from reconciler.aws.session import Aws
from reconciler.core import run_keys
from reconciler.errors import NotFound, Rejected
from reconciler.model import ContainerEnd, Execution, Launch, Launched, RunKey, RunState, Spec

#: DescribeTasks and ListTasks take and give at most so many.
_PAGE: Final = 100
#: StopTask takes a reason of at most so many characters.
_LONGEST_REASON: Final = 255
_PENDING: Final = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
#: The only code of a task that ended by itself (service model, TaskStopCode).
_BY_ITSELF: Final = "EssentialContainerExited"

#: What an event tells as a text in ISO 8601 and DescribeTasks as an instant, as far as we read it.
_TIMES: Final = ("createdAt", "startedAt", "stoppedAt")
_TASK_ARN: Final = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:task/(?P<cluster>[\w-]+)/[0-9a-f]+", re.ASCII)


class Tasks:
    """The tasks of one account and Region; a target is a cluster. Safe to use from several threads."""

    #: Stopped tasks are told for an hour at least, tokens are remembered until an hour after the last stop.
    recall = timedelta(minutes=55)
    tokens = True
    target_kind = "cluster"

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._network = Network(aws)

    def key_text(self, key: RunKey) -> str:
        """Answer the startedBy of the key's tasks."""
        return run_keys.started_by(key)

    def default_target(self) -> str:
        """Answer the cluster that ECS itself takes where a call names none."""
        return "default"

    def launch(self, launch: Launch) -> Launched:
        """Send RunTask once, under the key's token: AWS answers a repeated one with the tasks of the first."""
        try:
            answer = self._aws.call(
                "ecs:RunTask",
                **{
                    **launch.request,
                    "cluster": launch.target,
                    "taskDefinition": launch.definition,
                    "startedBy": run_keys.started_by(launch.key),
                    "clientToken": run_keys.client_token(launch.key),
                },
            )
        except Rejected as refusal:
            failure = task_failures.from_refusal(refusal)
            if failure is None or refusal.repeated:
                raise
            return Launched(ids=(), failures=(failure,))
        ids = tuple(str(task["taskArn"]) for task in answer.get("tasks", ()))
        failures = tuple(task_failures.from_answer(failure) for failure in answer.get("failures", ()))
        return Launched(ids=ids, failures=failures if ids or failures else (task_failures.without_reason(),))

    def find(self, key: RunKey, target: str) -> tuple[Execution, ...]:
        """Look for the key's tasks by their startedBy, among those that run and those that stopped lately."""
        started_by = run_keys.started_by(key)
        try:
            ids = self._list(target, "RUNNING", startedBy=started_by) + self._list_stopped(target, started_by)
            found = self.describe(ids, target)
        except NotFound:
            return ()
        return tuple(task for task in found.values() if task.key_text == started_by)

    def describe(self, ids: Collection[str], target: str) -> Mapping[str, Execution]:
        """Describe tasks by ARN, a hundred a call; where the cluster is gone, so are its tasks."""
        ordered = list(dict.fromkeys(ids))
        parts = [ordered[start : start + _PAGE] for start in range(0, len(ordered), _PAGE)]
        try:
            answers = all_of(lambda part: self._aws.call("ecs:DescribeTasks", cluster=target, tasks=part), parts)
        except NotFound:
            return {}
        tasks = (task for answer in answers for task in answer.get("tasks", ()))
        return {str(task["taskArn"]): _execution(task, target) for task in tasks}

    def look_up(self, id: str) -> Execution | None:  # noqa: A002 - AWS's word
        """Describe a task by its ARN, which names its cluster as well."""
        found = _TASK_ARN.fullmatch(id)
        return self.describe([id], found["cluster"]).get(id) if found else None

    def running(self, target: str, *, owner: str) -> tuple[Execution, ...]:
        """Answer the owner's tasks that have not ended.

        One that is stopping is listed among the STOPPED; asked for last, so that none slips through in between.
        """
        found = self.recent(target, owner=owner, since=self._aws.clock.now())
        return tuple(task for task in found if not task.state.finished)

    def recent(self, target: str, *, owner: str, since: datetime) -> tuple[Execution, ...]:  # noqa: ARG002 - an hour
        """Answer the owner's tasks of a cluster, those too that ECS still tells of though they have stopped."""
        prefix = run_keys.owner_prefix(owner)
        try:
            ids = self._list(target, "RUNNING") + self._list(target, "STOPPED")
        except NotFound:
            return ()
        return tuple(task for task in self.describe(ids, target).values() if task.key_text.startswith(prefix))

    def stop(self, id: str, target: str, *, reason: str) -> None:  # noqa: A002 - AWS's word
        """Stop a task; one that is gone stays so."""
        with contextlib.suppress(NotFound):
            self._aws.call("ecs:StopTask", cluster=target, task=id, reason=reason[:_LONGEST_REASON])

    def unfit(self, target: str, request: Spec) -> str | None:
        """Look at the cluster, and at its capacity as far as the request says what it wants."""
        return clusters.unfit(self._aws, target, request)

    def log_streams(self, id: str, target: str, definition: Spec) -> tuple[LogStream, ...]:  # noqa: A002, ARG002
        """Answer the awslogs streams of a task's containers."""
        return log_streams.of_task(id, definition, self._aws.region)

    def complete(self, launch_request: Spec, definition: Spec) -> Spec:
        """Fill in the network that an awsvpc task needs; see :mod:`reconciler.aws.network`."""
        return self._network.complete(launch_request, definition)

    def _list(self, cluster: str, desired: str, **narrowed: str) -> list[str]:
        answers = self._aws.pages("ecs:ListTasks", cluster=cluster, desiredStatus=desired, maxResults=_PAGE, **narrowed)
        return [arn for answer in answers for arn in answer.get("taskArns", ())]

    def _list_stopped(self, cluster: str, started_by: str) -> list[str]:
        """List stopped tasks by startedBy, or all of them where AWS insists that it be the only filter."""
        try:
            return self._list(cluster, "STOPPED", startedBy=started_by)
        except Rejected:
            return self._list(cluster, "STOPPED")


def from_event(detail: Mapping[str, Any]) -> Execution:
    """Answer the execution that the detail of an "ECS Task State Change" event tells of."""
    times = {name: datetime.fromisoformat(str(detail[name])) for name in _TIMES if detail.get(name)}
    return _execution({**detail, **times}, str(detail.get("clusterArn", "")).rpartition("/")[2])


def _execution(task: Mapping[str, Any], target: str) -> Execution:
    containers = tuple(
        ContainerEnd(
            name=str(container.get("name", "")),
            exit_code=container.get("exitCode"),
            reason=str(container.get("reason") or ""),
        )
        for container in task.get("containers", ())
    )
    status, stop_code = str(task.get("lastStatus", "")), str(task.get("stopCode") or "")
    created, started = utc(task.get("createdAt")), utc(task.get("startedAt"))
    return Execution(
        id=str(task["taskArn"]),
        target=target,
        key_text=str(task.get("startedBy") or ""),
        definition=str(task.get("taskDefinitionArn", "")),
        state=_state(status, stop_code, containers),
        status=status,
        created=created,
        waiting_since=created if started is None else None,
        started=started,
        stopped=utc(task.get("stoppedAt")),
        stop_code=stop_code,
        reason=stop_reasons.explained(
            stop_code, str(task.get("stoppedReason") or ""), (container.reason for container in containers)
        ),
        containers=containers,
        told=told.variables(task.get("overrides")),
    )


def _state(status: str, stop_code: str, containers: Sequence[ContainerEnd]) -> RunState:
    """Judge a task by itself; who knows its main container asks `containers` and `stop_code` instead."""
    if status in _PENDING:
        return RunState.PENDING
    if status != "STOPPED":
        return RunState.RUNNING
    codes = [container.exit_code for container in containers]
    if not stop_code and all(code is None for code in codes):
        return RunState.UNKNOWN
    succeeded = stop_code in {"", _BY_ITSELF} and bool(codes) and all(code == 0 for code in codes)
    return RunState.SUCCEEDED if succeeded else RunState.FAILED
