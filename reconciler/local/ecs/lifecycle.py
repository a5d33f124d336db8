"""The life of an ECS task on the virtual clock, from PROVISIONING to an hour after STOPPED.

Steps are due actions of the world (`SERVICE.due["task"]`), so nothing happens because somebody looked. Statuses, stop
codes and reasons: the developer guide's "Amazon ECS task lifecycle" and "Stopped task error messages", botocore's Task
and Container shapes. How long a step takes is this double's own choice.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from reconciler.local import outcomes
from reconciler.local.calls import Place
from reconciler.local.ecs.events import emit_task
from reconciler.local.ecs.store import Record, section, tasks_of
from reconciler.local.ecs.tokens import forget
from reconciler.local.logs import store as logs_store
from reconciler.local.outcomes import Outcome

if TYPE_CHECKING:
    from reconciler.local.world import World

PENDING_AFTER: Final = 2.0
RUNNING_AFTER: Final = 10.0
_TERMINATES_IN: Final = 1.0
_DEPROVISIONS_IN: Final = 5.0
_VANISHES_AFTER: Final = 3600.0
_STOP_TIMEOUT: Final = 30
_TERMINATED, _KILLED = 143, 137

_NOT_STARTED: Final[Mapping[str, tuple[str, str]]] = {
    "cannot pull": (
        "CannotPullContainerError",
        "pull image manifest has been retried 1 time(s): failed to resolve ref {image}: not found",
    ),
    "cannot initialize": (
        "ResourceInitializationError",
        "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret",
    ),
}
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "spot interruption": ("SpotInterruption", "Your Spot Task was interrupted."),
    "host terminated": ("TerminationNotice", "Host EC2 (instance i-0123456789abcdef0) terminated."),
}


class Life:
    """One task and what can happen to it; made for one step and thrown away."""

    def __init__(self, world: "World", place: Place, cluster: str, task_id: str) -> None:
        self.world = world
        self.place = place
        self.cluster = cluster
        self.id = task_id
        self.held: Record | None = tasks_of(world, place, cluster).get(task_id)

    @property
    def task(self) -> Record:
        """The task as DescribeTasks gives it."""
        assert self.held is not None
        task: Record = self.held["task"]
        return task

    def later(self, seconds: float, step: str, **more: object) -> None:
        """Let a step happen so many virtual seconds from now."""
        at = self.world.now() + seconds
        self.world.schedule(self.place, "ecs", "task", at, cluster=self.cluster, id=self.id, step=step, **more)

    def containers(self) -> Iterator[tuple[Record, Record, Outcome]]:
        """Each container: as it is described, what its definition says, and what becomes of it."""
        assert self.held is not None
        for container in self.task["containers"]:
            extra = self.held["containers"][container["name"]]
            yield container, extra, outcomes.parse(extra["outcome"])

    def _changed(self) -> None:
        self.task["version"] += 1
        emit_task(self.world, self.place, self.task)

    # -- beginning --------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Plan the start of a task that was just placed."""
        emit_task(self.world, self.place, self.task)
        if self.task["lastStatus"] == "PROVISIONING":
            self.later(PENDING_AFTER, "pending")
        plans = [outcome for _, _, outcome in self.containers()]
        if not any(outcome.end == "never starts" for outcome in plans):
            delays = [outcome.starts_after for outcome in plans if outcome.starts_after is not None]
            self.later(max(delays, default=RUNNING_AFTER), "running")

    def pending(self) -> None:
        """The network is there; images are pulled."""
        if self.task["lastStatus"] == "PROVISIONING":
            self.task["lastStatus"] = "PENDING"
            self.task["pullStartedAt"] = self.world.now()
            self._changed()

    def running(self) -> None:
        """Containers start, unless one of them cannot: then the task has failed to start."""
        if self.task["desiredStatus"] == "STOPPED":
            return
        for container, extra, outcome in self.containers():
            reason = self._cannot_start(container, extra, outcome)
            if reason is not None:
                container["reason"] = reason
                self.stop("TaskFailedToStart", reason)
                return
        now = self.world.now()
        self.task.setdefault("pullStartedAt", now)
        self.task.update(lastStatus="RUNNING", startedAt=now, pullStoppedAt=now)
        for container, extra, outcome in self.containers():
            if not self._waits(extra):
                self._start(container, extra, outcome)
        self._changed()

    def _cannot_start(self, container: Record, extra: Record, outcome: Outcome) -> str | None:
        if outcome.end in _NOT_STARTED:
            kind, text = _NOT_STARTED[outcome.end]
            return f"{kind}: {text.format(image=container['image'])}"
        log = extra["log"]
        if log is None or self._log(extra, []):
            return None
        return (
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
            "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not "
            "exist. : exit status 1"
        )

    def _waits(self, extra: Record) -> bool:
        """Whether a container still waits for another one's end."""
        states = {container["name"]: container for container in self.task["containers"]}
        return any(
            dependency["condition"] in ("COMPLETE", "SUCCESS")
            and states[dependency["containerName"]]["lastStatus"] != "STOPPED"
            for dependency in extra["depends"]
        )

    def _start(self, container: Record, extra: Record, outcome: Outcome) -> None:
        container["lastStatus"] = "RUNNING"
        container["runtimeId"] = f"{self.id}-{self.world.hex_id(10)}"
        lines = outcome.logs or ((0.0, f"{container['name']}: started"),)
        for seconds, line in lines:
            if seconds:
                self.later(seconds, "log", container=container["name"], line=line)
            else:
                self._log(extra, [line])
        if outcome.ends_by_itself:
            self.later(outcome.after, "end", container=container["name"])

    def log(self, name: str, line: str) -> None:
        """A container that still runs writes a line."""
        for container, extra, _ in self.containers():
            if container["name"] == name and container["lastStatus"] == "RUNNING":
                self._log(extra, [line])

    def _log(self, extra: Record, lines: list[str]) -> bool:
        log = extra["log"]
        if log is None:
            return True
        place = Place(self.place.account, log["region"])
        if log["create"]:
            logs_store.ensure_group(self.world, place, log["group"])
        return logs_store.write(self.world, place, log["group"], log["stream"], lines)

    # -- end --------------------------------------------------------------------------------------------------------

    def end(self, name: str) -> None:
        """A container ends as its outcome says."""
        for container, _, outcome in self.containers():
            if container["name"] != name or container["lastStatus"] != "RUNNING":
                continue
            if outcome.end in _TAKEN:
                self.stop(*_TAKEN[outcome.end])
            elif outcome.end == "out of memory":
                self.exited(name, outcome.exit_code, "OutOfMemoryError: Container killed due to memory usage")
            else:
                self.exited(name, outcome.exit_code)
            return

    def exited(self, name: str, exit_code: int, reason: str | None = None) -> None:
        """A container has ended; an essential one takes the task with it."""
        container, extra = self._close(name, exit_code, reason)
        if self.task["desiredStatus"] == "STOPPED":
            self._deprovision_when_all_ended()
            return
        alive = [other for other in self.task["containers"] if other["lastStatus"] != "STOPPED"]
        if extra["essential"] or not alive or self._in_vain(container["name"], exit_code):
            self.stop("EssentialContainerExited", "Essential container in task exited")
            return
        for other, other_extra, outcome in self.containers():
            if other["lastStatus"] == "PENDING" and not self._waits(other_extra):
                self._start(other, other_extra, outcome)
        self._changed()

    def _close(self, name: str, exit_code: int | None, reason: str | None) -> tuple[Record, Record]:
        assert self.held is not None
        container: Record = next(item for item in self.task["containers"] if item["name"] == name)
        container["lastStatus"] = "STOPPED"
        if exit_code is not None:
            container["exitCode"] = exit_code
        if reason is not None:
            container["reason"] = reason
        return container, self.held["containers"][name]

    def _in_vain(self, name: str, exit_code: int) -> bool:
        """Whether another container waited for a success that will not come."""
        return exit_code != 0 and any(
            dependency["condition"] == "SUCCESS" and dependency["containerName"] == name
            for _, extra, _ in self.containers()
            for dependency in extra["depends"]
        )

    def stop(self, code: str, reason: str) -> None:
        """End the task: running containers get SIGTERM, those that ignore it are killed after their stop timeout."""
        if self.task["desiredStatus"] == "STOPPED":
            return
        self.task.update(desiredStatus="STOPPED", stopCode=code, stoppedReason=reason, stoppingAt=self.world.now())
        for container, extra, outcome in self.containers():
            if container["lastStatus"] == "RUNNING":
                self.task["lastStatus"] = "STOPPING"
                exit_code = _KILLED if outcome.deaf else _TERMINATED
                wait = (extra["stopTimeout"] or _STOP_TIMEOUT) if outcome.deaf else _TERMINATES_IN
                self.later(wait, "terminated", container=container["name"], exitCode=exit_code)
            elif container["lastStatus"] == "PENDING":
                container["lastStatus"] = "STOPPED"
        self._deprovision_when_all_ended()

    def terminated(self, name: str, exit_code: int) -> None:
        """A container has obeyed SIGTERM, or was killed."""
        if any(item["name"] == name and item["lastStatus"] == "RUNNING" for item in self.task["containers"]):
            self.exited(name, exit_code)

    def _deprovision_when_all_ended(self) -> None:
        if all(container["lastStatus"] == "STOPPED" for container in self.task["containers"]):
            self.task["lastStatus"] = "DEPROVISIONING"
            self.task["executionStoppedAt"] = self.world.now()
            self.later(_DEPROVISIONS_IN, "stopped")
        self._changed()

    def stopped(self) -> None:
        """The task has come to rest; it can be seen for another hour."""
        self.task.update(lastStatus="STOPPED", stoppedAt=self.world.now())
        for attachment in self.task["attachments"]:
            attachment["status"] = "DELETED"
        self._changed()
        self.later(_VANISHES_AFTER, "vanish")

    def vanish(self) -> None:
        """The task is gone for good."""
        del tasks_of(self.world, self.place, self.cluster)[self.id]
        forget(section(self.world, self.place, "tokens").get(self.cluster, {}), self.world.now(), self.id)


def step(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """The due action `task`: one step of one task's life; nothing where the task is gone."""
    life = Life(world, place, arguments["cluster"], arguments["id"])
    if life.held is None:
        return
    match arguments["step"]:
        case "log":
            life.log(arguments["container"], arguments["line"])
        case "end":
            life.end(arguments["container"])
        case "terminated":
            life.terminated(arguments["container"], arguments["exitCode"])
        case name:
            {"pending": life.pending, "running": life.running, "stopped": life.stopped, "vanish": life.vanish}[name]()
