"""How one execution went, by what AWS says ended it."""

from typing import Any

import pytest

from reconciler.core.runs import outcome
from reconciler.model import ContainerEnd, Execution, RunState

#: The codes with which a task ended by itself, or never began: its exit code decides.
BY_ITSELF = {"EssentialContainerExited", "TaskFailedToStart"}


def stop_codes() -> list[str]:
    import botocore.session

    shape: Any = botocore.session.get_session().get_service_model("ecs").shape_for("TaskStopCode")
    return list(shape.enum)


@pytest.mark.parametrize("code", stop_codes())
def test_a_task_that_something_else_ended_has_failed_whatever_it_exited_with(code: str) -> None:
    execution = Execution(
        id="t",
        target="default",
        key_text="rc/1",
        definition="arn:f:1",
        state=RunState.SUCCEEDED,
        status="STOPPED",
        stop_code=code,
        containers=(ContainerEnd(name="app", exit_code=0),),
    )
    assert outcome(execution, "app") is (RunState.SUCCEEDED if code in BY_ITSELF else RunState.FAILED)
