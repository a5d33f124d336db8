"""How one execution went, by what AWS says ended it."""

from typing import Any

import pytest

from reconciler.core.runs import explanation, outcome
from reconciler.model import ContainerEnd, Execution, RunState

#: The codes with which a task ended by itself, or never began: its exit code decides.
BY_ITSELF = {"EssentialContainerExited", "TaskFailedToStart"}


def stop_codes() -> list[str]:
    import botocore.session

    shape: Any = botocore.session.get_session().get_service_model("ecs").shape_for("TaskStopCode")
    return list(shape.enum)


def stopped(*containers: ContainerEnd, code: str = "EssentialContainerExited") -> Execution:
    return Execution(
        id="t",
        target="default",
        key_text="rc/1",
        definition="arn:f:1",
        state=RunState.SUCCEEDED,
        status="STOPPED",
        stop_code=code,
        containers=containers,
    )


@pytest.mark.parametrize("code", stop_codes())
def test_a_task_that_something_else_ended_has_failed_whatever_it_exited_with(code: str) -> None:
    execution = stopped(ContainerEnd(name="app", exit_code=0), code=code)
    assert outcome(execution, "app") is (RunState.SUCCEEDED if code in BY_ITSELF else RunState.FAILED)


@pytest.mark.parametrize(
    ("app", "agent", "said"),
    [
        ((143, ""), (0, True), "app exited 143; agent exited 0"),
        ((137, ""), (0, True), "app exited 137; agent exited 0"),
        ((143, ""), (0, False), "app exited 143"),
        ((137, "OutOfMemoryError: killed"), (0, True), "app exited 137; OutOfMemoryError: killed"),
        ((3, ""), (0, True), "app exited 3"),
        ((0, ""), (0, True), "app exited 0"),
        ((3, ""), (143, True), "app exited 3; agent exited 143"),
    ],
)
def test_a_main_container_that_was_ended_is_told_with_the_one_that_ended_first(
    app: tuple[int, str], agent: tuple[int, bool], said: str
) -> None:
    main = ContainerEnd(name="app", exit_code=app[0], reason=app[1])
    other = ContainerEnd(name="agent", exit_code=agent[0], essential=agent[1])
    assert explanation(stopped(main, other), "app") == said
    by_a_person = stopped(main, other, code="UserInitiated")
    assert "agent exited 0" not in explanation(by_a_person, "app"), "that says why by itself"
