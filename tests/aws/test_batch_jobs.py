"""Batch jobs over the embedded AWS: submitted once, found by name, told in the words of runs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.aws.batch_jobs import BatchJobs
from reconciler.aws.job_executions import execution
from reconciler.aws.session import Aws
from reconciler.core import run_keys
from reconciler.core.runs import explanation
from reconciler.errors import NotFound, OutcomeUnknown, ReconcilerError, Rejected
from reconciler.local import LocalAws
from reconciler.model import ContainerEnd, Execution, Failure, Launch, Launched, RunKey, RunState

QUEUE = "default"
KEY = RunKey(owner="me", job="nightly", trigger="once:g1-1/0")
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]


def environment(outcome: str) -> list[dict[str, str]]:
    return [{"name": "LOCAL_OUTCOME", "value": outcome}]


@pytest.fixture
def backend(caller: Aws) -> BatchJobs:
    return BatchJobs(caller)


@pytest.fixture
def definition(caller: Aws) -> str:
    return register(caller, containerProperties={"image": "app:1", "resourceRequirements": NEEDS})


def register(caller: Aws, **members: Any) -> str:
    answer = caller.call("batch:RegisterJobDefinition", jobDefinitionName="nightly", type="container", **members)
    return str(answer["jobDefinitionArn"])


def launch(definition: str, outcome: str = "exit 0 after 5s", *, key: RunKey = KEY, **request: Any) -> Launch:
    members = {"containerOverrides": {"environment": environment(outcome)}, **request}
    return Launch(key=key, target=QUEUE, definition=definition, request=members)


def submitted(backend: BatchJobs, wanted: Launch) -> str:
    (job_id,) = backend.launch(wanted).ids
    return job_id


def told(backend: BatchJobs, job_id: str) -> Execution:
    return backend.describe([job_id], QUEUE)[job_id]


def seconds_after(instant: datetime | None, other: datetime | None) -> float:
    assert instant is not None
    assert other is not None
    return (instant - other).total_seconds()


def test_a_job_is_submitted_under_its_keys_name_and_says_whose_it_is(
    backend: BatchJobs, caller: Aws, definition: str
) -> None:
    job_id = submitted(backend, launch(definition, tags={"team": "data"}, jobQueue="patched", jobName="patched"))
    (job,) = caller.call("batch:DescribeJobs", jobs=[job_id])["jobs"]
    assert job["jobName"] == f"nightly-{run_keys.run_hash(KEY)}" == backend.key_text(KEY)
    assert job["jobQueue"].endswith("job-queue/default"), "a run goes where it was announced"
    assert job["jobDefinition"] == definition
    assert job["tags"] == {"reconciler:job": "nightly", "reconciler:owner": "me", "team": "data"}


def test_a_submission_is_sent_once_even_when_its_answer_is_lost(
    backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str
) -> None:
    for effect in ("drop_after", "drop_before", "server_error"):
        aws.faults.add("batch:SubmitJob", effect)
        with pytest.raises(OutcomeUnknown):
            backend.launch(launch(definition))
    assert caller.calls["batch:SubmitJob"] == 3
    assert len(backend.find(KEY, QUEUE)) == 1


def test_a_refusal_is_definite_and_throttling_passes(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    with pytest.raises(NotFound):
        backend.launch(launch("nightly:99"))
    with pytest.raises(Rejected):
        backend.launch(launch(definition, arrayProperties={"size": 1}))
    aws.faults.add("batch:SubmitJob", "throttle")
    assert backend.launch(launch(definition)) == Launched(
        ids=(), failures=(Failure(reason="TooManyRequestsException", detail="Too Many Requests", transient=True),)
    )
    assert backend.find(KEY, QUEUE) == ()


@pytest.mark.parametrize("passed", [0, 1.5, 4, 8, 3600, 6 * 86_400])
def test_a_job_is_found_by_its_name_in_every_state(
    backend: BatchJobs, aws: LocalAws, definition: str, passed: float
) -> None:
    job_id = submitted(backend, launch(definition))
    aws.advance(passed)
    assert [found.id for found in backend.find(KEY, QUEUE)] == [job_id]


def test_only_the_very_name_counts(backend: BatchJobs, caller: Aws, definition: str) -> None:
    name = backend.key_text(KEY)
    for other in (name.upper(), f"{name}x", name[:-1]):
        caller.call("batch:SubmitJob", jobName=other, jobQueue=QUEUE, jobDefinition=definition)
    assert backend.find(KEY, QUEUE) == ()


def test_nothing_is_found_in_a_queue_that_is_gone(backend: BatchJobs) -> None:
    assert backend.find(KEY, "gone") == ()
    assert backend.running("gone", owner="me") == ()
    assert backend.describe(["8a6f4f0a-0000-0000-0000-000000000000"], QUEUE) == {}
    backend.stop("8a6f4f0a-0000-0000-0000-000000000000", QUEUE, reason="x")


def test_a_job_is_told_in_the_words_of_runs(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    created = datetime.fromtimestamp(aws.now(), UTC)
    job_id = submitted(backend, launch(definition, "exit 3 after 5s"))
    waiting = told(backend, job_id)
    assert (waiting.status, waiting.state, waiting.waiting_since) == ("SUBMITTED", RunState.PENDING, created)
    aws.advance(7)
    assert (told(backend, job_id).state, told(backend, job_id).waiting_since) == (RunState.RUNNING, None)
    aws.advance(60)
    assert told(backend, job_id) == Execution(
        id=job_id,
        target=QUEUE,
        key_text=backend.key_text(KEY),
        definition=definition,
        state=RunState.FAILED,
        status="FAILED",
        created=created,
        started=created + timedelta(seconds=6),
        stopped=created + timedelta(seconds=11),
        stop_code="EssentialContainerExited",
        reason="Essential container in task exited",
        containers=(ContainerEnd(name="container", exit_code=3),),
    )


@pytest.mark.parametrize(
    ("outcome", "request_members", "expected"),
    [
        ("exit 0", {}, "container exited 0; Essential container in task exited"),
        (
            "cannot pull",
            {},
            "CannotPullContainerError: failed to resolve ref app:1: app:1: not found; "
            "an image could not be pulled: Task failed to start",
        ),
        (
            "out of memory",
            {},
            "container exited 137; OutOfMemoryError: Container killed due to memory usage; "
            "a container ran out of memory: Essential container in task exited",
        ),
        (
            "runs forever",
            {"timeout": {"attemptDurationSeconds": 60}},
            "container exited 137; Job attempt duration exceeded timeout",
        ),
        (
            "exit 1, then exit 7",
            {"retryStrategy": {"attempts": 3}},
            "container exited 7; Essential container in task exited; 2 attempts before it: exited 1, exited 7",
        ),
        (
            "cannot pull, then exit 0",
            {"retryStrategy": {"attempts": 2}},
            "container exited 0; Essential container in task exited; "
            "1 attempt before it: CannotPullContainerError: failed to resolve ref app:1: app:1: not found",
        ),
    ],
)
def test_why_a_job_ended_is_one_line(
    backend: BatchJobs,
    aws: LocalAws,
    definition: str,
    outcome: str,
    request_members: Mapping[str, Any],
    expected: str,
) -> None:
    job_id = submitted(backend, launch(definition, outcome, **request_members))
    aws.advance(300)
    assert explanation(told(backend, job_id), None) == expected


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("exit 0", "EssentialContainerExited"),
        ("cannot pull", "TaskFailedToStart"),
        ("host terminated after 5s", "TerminationNotice"),
        ("runs forever", "ServiceSchedulerInitiated"),
    ],
)
def test_an_end_has_the_code_that_a_task_would_have(
    backend: BatchJobs, aws: LocalAws, definition: str, outcome: str, code: str
) -> None:
    job_id = submitted(backend, launch(definition, outcome, timeout={"attemptDurationSeconds": 60}))
    aws.advance(120)
    assert told(backend, job_id).stop_code == code


def test_several_containers_are_told_by_name(backend: BatchJobs, aws: LocalAws, caller: Aws) -> None:
    containers = [
        {"name": "app", "image": "app:1", "resourceRequirements": NEEDS, "environment": environment("exit 4")},
        {"name": "side", "image": "side:1", "essential": False, "resourceRequirements": NEEDS},
    ]
    arn = register(caller, ecsProperties={"taskProperties": [{"containers": containers}]})
    job_id = submitted(backend, Launch(key=KEY, target=QUEUE, definition=arn, request={}))
    assert told(backend, job_id).containers == ()
    aws.advance(60)
    ends = told(backend, job_id).containers
    assert [(end.name, end.essential) for end in ends] == [("app", True), ("side", False)]
    assert ends[0].exit_code == 4


def test_the_containers_of_a_pod_are_told_by_name(backend: BatchJobs, aws: LocalAws, caller: Aws) -> None:
    pod = {"containers": [{"image": "app:1", "env": environment("exit 4")}]}
    arn = register(caller, eksProperties={"podProperties": pod})
    job_id = submitted(backend, Launch(key=KEY, target=QUEUE, definition=arn, request={}))
    aws.advance(60)
    assert told(backend, job_id).containers == (ContainerEnd(name="Default", exit_code=4),)


def test_jobs_are_described_a_hundred_a_call(backend: BatchJobs, caller: Aws, definition: str) -> None:
    ids = [
        submitted(backend, launch(definition, key=RunKey(owner="me", job="nightly", trigger=f"manual:{number}")))
        for number in range(101)
    ]
    before = caller.calls
    assert list(backend.describe([*ids, ids[0], "gone"], QUEUE)) == ids
    assert caller.calls - before == {"batch:DescribeJobs": 2}


def test_what_runs_is_ours_by_name_and_owner(backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str) -> None:
    mine = []
    for number in range(3):
        key = RunKey(owner="me", job="nightly", trigger=f"manual:{number}")
        mine.append(submitted(backend, launch(definition, "runs forever", key=key)))
        aws.advance(3)
    done = submitted(backend, launch(definition, "exit 0 after 1s", key=RunKey(owner="me", job="x", trigger="a")))
    submitted(backend, launch(definition, "runs forever", key=RunKey(owner="you", job="x", trigger="a")))
    tags = {"reconciler:owner": "me"}
    caller.call("batch:SubmitJob", jobName="nightly", jobQueue=QUEUE, jobDefinition=definition, tags=tags)
    assert {found.id for found in backend.running(QUEUE, owner="me")} == {*mine, done}
    aws.advance(30)
    assert {found.id for found in backend.running(QUEUE, owner="me")} == set(mine)


# -- arrays --------------------------------------------------------------------------------------------------------


def test_an_array_tells_how_its_children_stand_and_which_failed(
    backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str
) -> None:
    for index, outcome in ((17, "exit 1"), (404, "exit 3 after 1s"), (901, "cannot pull")):
        end_child(aws, f"{backend.key_text(KEY)}:{index}", outcome)
    job_id = submitted(backend, launch(definition, arrayProperties={"size": 1000}))
    aws.advance(2)
    waiting = told(backend, job_id)
    assert (waiting.state, waiting.status, waiting.reason) == (RunState.PENDING, "PENDING", "1000 RUNNABLE")
    assert seconds_after(waiting.waiting_since, waiting.created) == 0
    aws.advance(7)
    running = told(backend, job_id)
    assert (running.state, running.waiting_since) == (RunState.RUNNING, None)
    assert running.reason == "2 FAILED, 998 RUNNING"
    aws.advance(60)
    before = caller.calls
    ended = told(backend, job_id)
    assert caller.calls - before == {"batch:DescribeJobs": 1, "batch:ListJobs": 1}
    assert ended.state is RunState.FAILED
    assert ended.containers == (ContainerEnd(name="child 17", exit_code=1),)
    assert ended.reason == (
        "3 of 1000 children failed: 17 (exit 1), 404 (exit 3), "
        "901 (CannotPullContainerError: failed to resolve ref app:1: app:1: not found)"
    )


def end_child(aws: LocalAws, child: str, outcome: str) -> None:
    """Let one child of an array end otherwise than its environment says."""
    with aws.lock():
        control = aws.world.services["batch"].controls["outcome"]
        control(aws.world, aws.world.home, {"jobName": child, "outcome": outcome})


def test_an_array_without_failures_has_succeeded(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    job_id = submitted(backend, launch(definition, arrayProperties={"size": 3}))
    aws.advance(60)
    ended = told(backend, job_id)
    assert (ended.state, ended.containers, ended.reason) == (
        RunState.SUCCEEDED,
        (),
        "Array Child Job succeeded",
    )


def test_many_children_that_failed_alike_are_told_together(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    job_id = submitted(backend, launch(definition, "exit 1", arrayProperties={"size": 1200}))
    aws.advance(60)
    assert told(backend, job_id).reason == "1200 of 1200 children failed: 0-1199 (exit 1)"


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ({0: 1, 1: 1, 2: 1, 5: 1, 7: 3, 8: 1}, "0-2, 5 (exit 1), 7 (exit 3), 8 (exit 1)"),
        ({4: 9}, "4 (exit 9)"),
        (dict.fromkeys(range(0, 100, 2), 1), f"{', '.join(map(str, range(0, 40, 2)))} (exit 1) and 30 more"),
    ],
)
def test_after_twenty_groups_of_children_the_others_are_counted(codes: Mapping[int, int], said: str) -> None:
    children = [{"arrayProperties": {"index": index}, "container": {"exitCode": code}} for index, code in codes.items()]
    array = {"jobId": "j", "status": "FAILED", "arrayProperties": {"size": 100}}
    reason = execution(array, QUEUE, failed_children=children).reason
    assert reason == f"{len(codes)} of 100 children failed: {said}"


# -- waiting and stopping ------------------------------------------------------------------------------------------


def test_a_job_that_waits_for_another_is_not_late(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    first = submitted(backend, launch(definition, "exit 0 after 600s"))
    other = RunKey(owner="me", job="after", trigger="manual:1")
    second = submitted(backend, launch(definition, "never starts", key=other, dependsOn=[{"jobId": first}]))
    aws.advance(300)
    assert (told(backend, second).status, told(backend, second).waiting_since) == ("PENDING", None)
    aws.advance(400)
    waiting = told(backend, second)
    assert waiting.status == "RUNNABLE"
    assert waiting.waiting_since == told(backend, first).stopped


def test_an_attempt_that_is_tried_again_waits_since_the_last_one(
    backend: BatchJobs, aws: LocalAws, definition: str
) -> None:
    job_id = submitted(
        backend, launch(definition, "exit 1 after 100s, then never starts", retryStrategy={"attempts": 2})
    )
    aws.advance(400)
    waiting = told(backend, job_id)
    assert waiting.status == "RUNNABLE"
    assert seconds_after(waiting.waiting_since, waiting.created) == 106


@pytest.mark.parametrize("passed", [0, 1.5, 4, 8])
def test_a_job_is_ended_in_whatever_state_it_is(
    backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str, passed: float
) -> None:
    job_id = submitted(backend, launch(definition, "runs forever"))
    aws.advance(passed)
    backend.stop(job_id, QUEUE, reason="reconciler: stopped on request")
    aws.advance(30)
    ended = told(backend, job_id)
    assert (ended.state, ended.stop_code) == (RunState.FAILED, "UserInitiated")
    assert ended.reason.startswith("reconciler: stopped on request")
    backend.stop(job_id, QUEUE, reason="again")
    assert caller.calls["batch:TerminateJob"] == 1, "one that is over is left alone"


def test_a_job_that_starts_while_it_is_being_stopped_is_ended(
    backend: BatchJobs, aws: LocalAws, definition: str
) -> None:
    """CancelJob "still succeeds, even if no job is canceled": it would leave this one running, without a word."""
    job_id = submitted(backend, launch(definition, "runs forever"))
    aws.faults.add("batch:DescribeJobs", "run_after", action=lambda: aws.advance(8))
    backend.stop(job_id, QUEUE, reason="reconciler: stopped on request")
    aws.advance(30)
    assert told(backend, job_id).stop_code == "UserInitiated"


def test_an_array_is_terminated_with_its_children(
    backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str
) -> None:
    job_id = submitted(backend, launch(definition, "runs forever", arrayProperties={"size": 3}))
    aws.advance(8)
    backend.stop(job_id, QUEUE, reason="reconciler: replaced")
    assert caller.calls["batch:TerminateJob"] == 1
    aws.advance(30)
    ended = told(backend, job_id)
    assert (ended.state, ended.stop_code) == (RunState.FAILED, "UserInitiated")
    assert ended.reason.startswith("reconciler: replaced; 3 of 3 children failed: 0-2 (exit 137)")


def stopped_while_runnable(backend: BatchJobs, aws: LocalAws, job_id: str) -> str:
    backend.stop(job_id, QUEUE, reason="reconciler: start timeout after 60 s")
    aws.advance(10)
    return told(backend, job_id).reason


def test_a_stuck_job_is_told_to_be_in_a_closed_queue(
    backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str
) -> None:
    job_id = submitted(backend, launch(definition, "never starts"))
    caller.call("batch:UpdateJobQueue", jobQueue=QUEUE, state="DISABLED")
    aws.advance(60)
    assert stopped_while_runnable(backend, aws, job_id) == (
        "reconciler: start timeout after 60 s (queue default is DISABLED)"
    )


def test_a_stuck_job_is_told_that_no_environment_takes_it(
    backend: BatchJobs, aws: LocalAws, caller: Aws, definition: str
) -> None:
    caller.call("batch:UpdateComputeEnvironment", computeEnvironment="local", state="DISABLED")
    job_id = submitted(backend, launch(definition))
    aws.advance(60)
    assert stopped_while_runnable(backend, aws, job_id) == (
        "reconciler: start timeout after 60 s (no compute environment takes it: local is DISABLED)"
    )


def test_a_stuck_job_is_told_what_aws_says_of_capacity(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    job_id = submitted(backend, launch(definition, "capacity unavailable"))
    aws.advance(700)
    said = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type"
    assert told(backend, job_id).reason == f"no compute environment of the queue has capacity: {said}"
    assert stopped_while_runnable(backend, aws, job_id) == f"reconciler: start timeout after 60 s ({said})"


def test_a_stuck_job_is_told_why_its_last_attempt_ended(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    retried = launch(definition, "cannot pull, then never starts", retryStrategy={"attempts": 3})
    job_id = submitted(backend, retried)
    aws.advance(60)
    assert stopped_while_runnable(backend, aws, job_id).startswith(
        "reconciler: start timeout after 60 s (its last attempt ended: Task failed to start: CannotPullContainerError:"
    )


def test_a_stuck_job_without_a_reason_is_told_what_there_is(backend: BatchJobs, aws: LocalAws, definition: str) -> None:
    job_id = submitted(backend, launch(definition, "never starts"))
    aws.advance(60)
    assert stopped_while_runnable(backend, aws, job_id) == (
        "reconciler: start timeout after 60 s (AWS tells no reason; there may be no capacity (local maxvCpus 256))"
    )


def test_what_cannot_be_read_does_not_keep_a_job_from_being_stopped(
    backend: BatchJobs, aws: LocalAws, definition: str
) -> None:
    job_id = submitted(backend, launch(definition, "never starts"))
    aws.advance(60)
    aws.faults.add("batch:DescribeJobQueues", "deny")
    reason = stopped_while_runnable(backend, aws, job_id)
    assert reason.startswith("reconciler: start timeout after 60 s (why is not known: DescribeJobQueues: ")


# -- the queue that is meant ---------------------------------------------------------------------------------------


def make_queue(caller: Aws, name: str) -> None:
    order = [{"order": 1, "computeEnvironment": "local"}]
    caller.call("batch:CreateJobQueue", jobQueueName=name, priority=1, computeEnvironmentOrder=order)


def test_the_only_open_queue_is_meant(backend: BatchJobs, caller: Aws) -> None:
    make_queue(caller, "closed")
    caller.call("batch:UpdateJobQueue", jobQueue="closed", state="DISABLED")
    assert backend.default_target() == "default"


def test_several_open_queues_are_listed(backend: BatchJobs, caller: Aws) -> None:
    make_queue(caller, "express")
    with pytest.raises(ReconcilerError) as refused:
        backend.default_target()
    assert str(refused.value) == (
        "jobQueue: none is named (expected exactly one queue that is ENABLED and VALID, got default, express) "
        "— name it in spec.run.jobQueue"
    )


def test_closed_queues_are_listed_with_what_is_wrong(backend: BatchJobs, caller: Aws) -> None:
    caller.call("batch:UpdateJobQueue", jobQueue="default", state="DISABLED")
    with pytest.raises(ReconcilerError) as refused:
        backend.default_target()
    assert str(refused.value) == (
        "jobQueue: none is named (expected exactly one queue that is ENABLED and VALID, got default DISABLED) "
        "— name it in spec.run.jobQueue"
    )
