"""How executions make up a run, and how a run ended."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from reconciler.model import ContainerEnd, Execution, RunState

#: Every reason that we give to StopTask or TerminateJob begins so; what follows is one of the causes.
STOPPED_BY_US = "reconciler: "
START_TIMEOUT = "start timeout"
DEADLINE = "deadline"
PARTLY_PLACED = "partly placed"
REPLACED = "replaced"
ASKED = "stopped on request"

#: What a container exits with that was told to end (SIGTERM), or was killed.
_SIGNALLED = frozenset({143, 137})
_ESSENTIAL_ENDED = "EssentialContainerExited"
#: Stop codes of tasks that did not end by themselves (ECS Task.stopCode in the service model).
_INTERRUPTED = frozenset(
    {"UserInitiated", "ServiceSchedulerInitiated", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"}
)


def outcome(execution: Execution, main: str | None) -> RunState:
    """Answer how one execution went: it succeeded when it ended by itself and its main container exited 0."""
    if not execution.state.finished:
        return execution.state
    if main is None or not execution.containers:
        return execution.state
    if execution.stop_code in _INTERRUPTED or execution.reason.startswith(STOPPED_BY_US):
        return RunState.FAILED
    return RunState.SUCCEEDED if exit_code(execution, main) == 0 else RunState.FAILED


def marked(execution: Execution, inessential: Collection[str]) -> Execution:
    """Answer an execution with its containers told apart: ECS does not say which of a task's are essential."""
    if not any(end.name in inessential for end in execution.containers):
        return execution
    ends = (replace(end, essential=end.essential and end.name not in inessential) for end in execution.containers)
    return replace(execution, containers=tuple(ends))


def exit_code(execution: Execution, main: str | None) -> int | None:
    """Answer the main container's exit code; None where it never ran."""
    container = _main(execution.containers, main)
    return container.exit_code if container else None


def combined(states: Sequence[RunState]) -> RunState:
    """Answer the state of a run from those of its tasks: it has ended when all have, and succeeded when all did."""
    for state in (RunState.PENDING, RunState.RUNNING, RunState.UNKNOWN, RunState.FAILED):
        if state in states:
            return state
    return RunState.SUCCEEDED if states else RunState.UNKNOWN


def explanation(execution: Execution, main: str | None) -> str:
    """Say in one line why an execution ended as it did: exit code, AWS's reason, the container's own."""
    container = _main(execution.containers, main)
    parts = []
    if container is not None and container.exit_code is not None:
        parts.append(f"{container.name} exited {container.exit_code}")
    if container is not None and container.reason and container.reason not in execution.reason:
        parts.append(container.reason)
    if execution.reason:
        parts.append(execution.reason)
    untold = {None} if _was_ended(execution, container) else {None, 0}
    others = (
        f"{other.name} exited {other.exit_code}"
        for other in execution.containers
        if other is not container and other.essential and other.exit_code not in untold
    )
    return "; ".join([*parts, *others]) or execution.stop_code or execution.status


def _was_ended(execution: Execution, main: ContainerEnd | None) -> bool:
    """Answer whether nothing but the end of another container can have ended the main one."""
    by_itself = execution.stop_code == _ESSENTIAL_ENDED
    return by_itself and main is not None and main.exit_code in _SIGNALLED and not main.reason


def _main(containers: Sequence[ContainerEnd], main: str | None) -> ContainerEnd | None:
    if main is None:
        return containers[0] if containers else None
    return next((container for container in containers if container.name == main), None)
