"""ECS tasks: how they are stopped.

Sources: botocore's documentation of RunTask, StopTask, ListTasks, DescribeTasks and of Task's members; the developer
guide's "Task lifecycle" and "Stopped task error codes". How long a step takes is the embedded AWS's own choice.
"""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import refusal


@pytest.mark.gap(21)
def test_stopping_a_task_deletes_its_tags(aws: LocalAws, run: Any, task: Any) -> None:
    """botocore, StopTask: "Any tags associated with the task will be deleted"."""
    arn = run("runs forever", tags=[{"key": "job", "value": "report"}])["tasks"][0]["taskArn"]
    assert task(arn)["tags"] == [{"key": "job", "value": "report"}]
    aws.client("ecs").stop_task(task=arn)
    assert task(arn)["tags"] == []


@pytest.mark.gap(7)
@pytest.mark.parametrize(
    ("outcome", "seconds", "code"), [("runs forever", 1, 143), ("runs forever; ignores SIGTERM", 30, 137)]
)
def test_a_stopped_container_obeys_sigterm_or_is_killed(
    aws: LocalAws, run: Any, task: Any, outcome: Any, seconds: Any, code: Any
) -> None:
    """botocore, StopTask: "SIGTERM value and a default 30-second timeout, after which the SIGKILL value is sent"."""
    arn = run(outcome)["tasks"][0]["taskArn"]
    aws.advance(10)
    answer = aws.client("ecs").stop_task(task=arn, reason="enough")["task"]
    assert (answer["desiredStatus"], answer["stopCode"], answer["stoppedReason"]) == (
        "STOPPED",
        "UserInitiated",
        "enough",
    )
    aws.advance(seconds)
    assert task(arn)["containers"][0]["exitCode"] == code
    aws.advance(5)
    assert task(arn)["lastStatus"] == "STOPPED"


@pytest.mark.gap(7)
def test_a_task_stopped_before_it_started_has_no_exit_code(aws: LocalAws, run: Any, task: Any) -> None:
    arn = run()["tasks"][0]["taskArn"]
    aws.client("ecs").stop_task(task=arn)
    aws.advance(60)
    assert (task(arn)["lastStatus"], "exitCode" in task(arn)["containers"][0]) == ("STOPPED", False)
    assert "startedAt" not in task(arn)


@pytest.mark.gap(7)
def test_stopping_again_changes_nothing(aws: LocalAws, run: Any, task: Any) -> None:
    """assumed: nothing public tells; the first reason is the one that is true."""
    arn = run("runs forever")["tasks"][0]["taskArn"]
    for reason in ("first", "second"):
        aws.client("ecs").stop_task(task=arn, reason=reason)
    assert task(arn)["stoppedReason"] == "first"


@pytest.mark.gap(11)
def test_stopping_an_unknown_task_is_a_refusal_not_a_crash(aws: LocalAws, run: Any) -> None:
    """reported text; moto raises a bare Exception, which its server answers with 500."""
    run()
    told = refusal(aws.client("ecs").stop_task, task="0" * 32)
    assert told == ("InvalidParameterException", "The referenced task was not found.")
