"""Runs on ECS over the embedded AWS: launched at most once, found again, told from strangers', followed, stopped."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from reconciler.aws.backends import DefinitionBackend, RunBackend
from reconciler.aws.session import Aws
from reconciler.aws.task_definitions import TaskDefinitions
from reconciler.aws.tasks import Tasks
from reconciler.core import run_keys
from reconciler.errors import Conflict, NotFound, OutcomeUnknown, Rejected
from reconciler.local import LocalAws
from reconciler.model import ContainerEnd, Execution, Failure, Launch, Launched, RunKey, RunState

CLUSTER = "jobs"
KEY = RunKey(owner="me", job="nightly", trigger="once:g1-abc/0")


@pytest.fixture
def runs(caller: Aws) -> Tasks:
    caller.call("ecs:CreateCluster", clusterName=CLUSTER)
    return Tasks(caller)


@pytest.fixture
def definition(caller: Aws) -> str:
    return register(caller)


def register(caller: Aws, **members: Any) -> str:
    answer = caller.call(
        "ecs:RegisterTaskDefinition",
        family="nightly",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "app:1"}],
        **members,
    )
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def launch(runs: Tasks, definition: str, *, key: RunKey = KEY, **members: Any) -> Launch:
    request = runs.complete({"launchType": "FARGATE", **members}, {"networkMode": "awsvpc"})
    return Launch(key=key, target=CLUSTER, definition=definition, request={"count": 1, **request})


def test_a_launch_is_marked_by_its_key(aws: LocalAws, runs: Tasks, definition: str) -> None:
    launched = runs.launch(launch(runs, definition))
    (sent,) = aws.calls.named("ecs:RunTask")
    assert sent.members["startedBy"] == run_keys.started_by(KEY) == runs.key_text(KEY)
    assert sent.members["clientToken"] == run_keys.client_token(KEY)
    assert sent.members["taskDefinition"] == definition
    assert sent.members["cluster"] == CLUSTER
    assert (len(launched.ids), launched.failures) == (1, ())


def test_a_repeated_launch_starts_nothing_new(runs: Tasks, definition: str) -> None:
    first = runs.launch(launch(runs, definition))
    assert runs.launch(launch(runs, definition)) == first
    assert len(runs.find(KEY, CLUSTER)) == 1


def test_a_launch_whose_answer_was_lost_starts_one_task(aws: LocalAws, runs: Tasks, definition: str) -> None:
    aws.faults.add("ecs:RunTask", "drop_after")
    runs.launch(launch(runs, definition))
    assert len(runs.find(KEY, CLUSTER)) == 1


def test_a_launch_without_any_answer_is_of_unknown_outcome(aws: LocalAws, runs: Tasks, definition: str) -> None:
    aws.faults.add("ecs:RunTask", "drop_after", times=None)
    with pytest.raises(OutcomeUnknown):
        runs.launch(launch(runs, definition))
    assert len(runs.find(KEY, CLUSTER)) == 1


def test_another_request_under_the_same_key_names_the_tasks_that_exist(runs: Tasks, definition: str) -> None:
    first = runs.launch(launch(runs, definition))
    with pytest.raises(Conflict) as caught:
        runs.launch(launch(runs, definition, count=2))
    assert caught.value.resource_ids == first.ids


def test_parts_and_attempts_are_runs_of_their_own(runs: Tasks, definition: str) -> None:
    keys = [KEY, replace(KEY, part=1), replace(KEY, attempt=1)]
    ids = {runs.launch(launch(runs, definition, key=key)).ids for key in keys}
    assert len(ids) == 3
    assert all(len(runs.find(key, CLUSTER)) == 1 for key in keys)


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        (
            "RESOURCE:MEMORY",
            Failure(reason="RESOURCE:MEMORY", detail="no container instance has as much of it free", transient=True),
        ),
        ("AGENT", Failure(reason="AGENT", detail="the container instance's agent is disconnected", transient=True)),
        (
            "Capacity is unavailable at this time. Please try again later",
            Failure(
                reason="Capacity is unavailable at this time. Please try again later",
                transient=True,
            ),
        ),
        (
            "ATTRIBUTE",
            Failure(reason="ATTRIBUTE", detail="no container instance has an attribute that the definition needs"),
        ),
        ("SOMETHING NEW", Failure(reason="SOMETHING NEW")),
    ],
)  # fmt: skip
def test_an_answer_with_failures_says_whether_waiting_may_help(
    aws: LocalAws, runs: Tasks, definition: str, reason: str, failure: Failure
) -> None:
    aws.faults.add("ecs:RunTask", "failures", reason=reason)
    launched = runs.launch(launch(runs, definition))
    assert launched.ids == ()
    assert [replace(each, id="") for each in launched.failures] == [failure]


def test_an_answer_without_a_task_and_without_a_reason_is_a_failure(
    runs: Tasks, definition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = launch(runs, definition)
    monkeypatch.setattr(Aws, "call", lambda *_, **__: {"tasks": [], "failures": []})
    failure = Failure(reason="NO_TASK", detail="AWS answered without a task and without a reason", transient=True)
    assert runs.launch(wanted) == Launched(ids=(), failures=(failure,))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidParameterException", "No Container Instances were found in your cluster."),
        ("ClientException", "You've reached the limit on the number of vCPUs you can run concurrently"),
    ],
)
def test_a_refusal_for_want_of_capacity_is_a_failure_that_passes(
    aws: LocalAws, runs: Tasks, definition: str, code: str, message: str
) -> None:
    aws.faults.add("ecs:RunTask", "error", code=code, reason=message)
    failure = Failure(reason=code, detail=message, transient=True)
    assert runs.launch(launch(runs, definition)) == Launched(ids=(), failures=(failure,))


def test_a_refusal_of_a_repeated_call_proves_nothing_about_the_first(
    aws: LocalAws, runs: Tasks, definition: str
) -> None:
    aws.faults.add("ecs:RunTask", "drop_after")
    message = "No Container Instances were found in your cluster."
    aws.faults.add("ecs:RunTask", "error", code="InvalidParameterException", reason=message, skip=1)
    with pytest.raises(Rejected) as caught:
        runs.launch(launch(runs, definition))
    assert caught.value.repeated
    assert len(runs.find(KEY, CLUSTER)) == 1


def test_any_other_refusal_is_one(aws: LocalAws, runs: Tasks, definition: str) -> None:
    aws.faults.add("ecs:RunTask", "error", code="ClientException", reason="TaskDefinition is inactive")
    with pytest.raises(Rejected, match="TaskDefinition is inactive"):
        runs.launch(launch(runs, definition))


def test_a_missing_cluster_is_named_at_the_launch_and_empty_elsewhere(caller: Aws, definition: str) -> None:
    runs = Tasks(caller)
    with pytest.raises(NotFound, match="ClusterNotFoundException"):
        runs.launch(launch(runs, definition))
    assert runs.find(KEY, CLUSTER) == ()
    assert runs.running(CLUSTER, owner="me") == ()
    assert runs.describe(["arn:aws:ecs:us-east-1:123456789012:task/jobs/x"], CLUSTER) == {}


def test_a_task_is_told_from_its_start_to_its_end(aws: LocalAws, runs: Tasks, definition: str) -> None:
    (task,) = runs.launch(launch(runs, definition)).ids
    told: list[tuple[str, str]] = []
    for _ in range(60):
        execution = runs.describe([task], CLUSTER)[task]
        if not told or told[-1] != (execution.status, execution.state.value):
            told.append((execution.status, execution.state.value))
        aws.advance(1)
    assert told[0] == ("PROVISIONING", "Pending")
    assert ("RUNNING", "Running") in told
    assert told[-1] == ("STOPPED", "Succeeded")
    assert execution == Execution(
        id=task,
        target=CLUSTER,
        key_text=run_keys.started_by(KEY),
        definition=definition,
        state=RunState.SUCCEEDED,
        status="STOPPED",
        created=execution.created,
        started=execution.started,
        stopped=execution.stopped,
        stop_code="EssentialContainerExited",
        reason="Essential container in task exited",
        containers=(ContainerEnd(name="main", exit_code=0),),
    )
    assert execution.created is not None
    assert execution.created.tzinfo is UTC


def test_a_task_that_ended_is_found_for_an_hour_and_then_no_more(aws: LocalAws, runs: Tasks, definition: str) -> None:
    runs.launch(launch(runs, definition))
    aws.advance(1800)
    assert [task.state for task in runs.find(KEY, CLUSTER)] == [RunState.SUCCEEDED]
    aws.advance(7200)
    assert runs.find(KEY, CLUSTER) == ()


def test_where_started_by_must_be_the_only_filter_all_stopped_tasks_are_looked_at(
    aws: LocalAws, runs: Tasks, definition: str
) -> None:
    runs.launch(launch(runs, definition))
    runs.launch(launch(runs, definition, key=replace(KEY, job="other")))
    aws.advance(600)
    aws.faults.add(
        "ecs:ListTasks",
        "error",
        code="InvalidParameterException",
        reason="startedBy must be the only filter",
        where={"desiredStatus": "STOPPED", "startedBy": run_keys.started_by(KEY)},
    )
    assert [task.key_text for task in runs.find(KEY, CLUSTER)] == [run_keys.started_by(KEY)]


def test_only_the_owners_tasks_that_have_not_ended_are_running(aws: LocalAws, runs: Tasks, definition: str) -> None:
    runs.launch(launch(runs, definition))
    aws.advance(600)
    other = replace(KEY, owner="you")
    runs.launch(launch(runs, definition, key=other))
    ours = runs.launch(launch(runs, definition, key=replace(KEY, attempt=1))).ids
    assert tuple(task.id for task in runs.running(CLUSTER, owner="me")) == ours


def test_a_task_that_is_stopping_has_not_ended(aws: LocalAws, runs: Tasks, definition: str) -> None:
    (task,) = runs.launch(launch(runs, definition)).ids
    while runs.describe([task], CLUSTER)[task].status != "RUNNING":
        aws.advance(1)
    runs.stop(task, CLUSTER, reason="reconciler: replaced")
    stopping = runs.running(CLUSTER, owner="me")
    assert [each.id for each in stopping] == [task]
    assert stopping[0].status != "STOPPED"
    aws.advance(300)
    assert runs.running(CLUSTER, owner="me") == ()
    stopped = runs.describe([task], CLUSTER)[task]
    assert (stopped.state, stopped.stop_code) == (RunState.FAILED, "UserInitiated")
    assert stopped.reason == "reconciler: replaced"


def test_stopping_what_is_gone_is_no_error(aws: LocalAws, runs: Tasks, definition: str) -> None:
    (task,) = runs.launch(launch(runs, definition)).ids
    aws.advance(600)
    runs.stop(task, CLUSTER, reason="again")
    aws.advance(7200)
    runs.stop(task, CLUSTER, reason="once more")
    runs.stop("arn:aws:ecs:us-east-1:123456789012:task/jobs/" + "0" * 32, CLUSTER, reason="never was")


def test_tasks_are_described_a_hundred_at_a_time(caller: Aws, aws: LocalAws, runs: Tasks, definition: str) -> None:
    ids = [
        task
        for number in range(13)
        for task in runs.launch(launch(runs, definition, key=replace(KEY, attempt=number), count=10)).ids
    ]
    before = caller.calls
    found = runs.describe([*ids, *ids, "arn:aws:ecs:us-east-1:123456789012:task/jobs/" + "0" * 32], CLUSTER)
    assert sorted(found) == sorted(ids)
    assert caller.calls - before == {"ecs:DescribeTasks": 2}


@pytest.mark.parametrize(
    ("task", "state", "reason"),
    [
        (
            {"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted.", "codes": [0]},
            RunState.FAILED,
            "spot capacity was taken back: Your Spot Task was interrupted.",
        ),
        (
            {
                "stopCode": "TaskFailedToStart",
                "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 1 time(s)",
                "codes": [None],
            },
            RunState.FAILED,
            "an image could not be pulled: CannotPullContainerError: pull image manifest has been retried 1 time(s)",
        ),
        (
            {
                "stopCode": "EssentialContainerExited",
                "stoppedReason": "Essential container in task exited",
                "codes": [137],
                "containerReason": "OutOfMemoryError: Container killed due to memory usage",
            },
            RunState.FAILED,
            "a container ran out of memory: Essential container in task exited",
        ),
        (
            {"stopCode": "UserInitiated", "stoppedReason": "reconciler: start timeout after 300 s", "codes": [0]},
            RunState.FAILED,
            "reconciler: start timeout after 300 s",
        ),
        (
            {"stopCode": "EssentialContainerExited", "stoppedReason": "", "codes": [0, 143]},
            RunState.FAILED,
            "",
        ),
        ({"stopCode": "EssentialContainerExited", "stoppedReason": "", "codes": [0, 0]}, RunState.SUCCEEDED, ""),
        ({"codes": [None]}, RunState.UNKNOWN, ""),
        ({"stopCode": "TaskFailedToStart", "codes": []}, RunState.FAILED, ""),
    ],
)
def test_how_a_task_ended(task: Mapping[str, Any], state: RunState, reason: str) -> None:
    from reconciler.aws.tasks import _execution

    execution = _execution(
        {
            "taskArn": "arn:x",
            "lastStatus": "STOPPED",
            "stopCode": task.get("stopCode"),
            "stoppedReason": task.get("stoppedReason"),
            "containers": [
                {"name": f"c{number}", "reason": task.get("containerReason")}
                | ({} if code is None else {"exitCode": code})
                for number, code in enumerate(task["codes"])
            ],
        },
        CLUSTER,
    )
    assert (execution.state, execution.reason) == (state, reason)


def test_the_backends_are_what_the_engine_asks_for(caller: Aws) -> None:
    runs: RunBackend = Tasks(caller)
    definitions: DefinitionBackend = TaskDefinitions(caller)
    assert runs.tokens
    assert runs.recall < timedelta(hours=1)
    assert definitions.describe("nope") is None
