"""How runs ended, read back from the events that a rule has kept."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.aws.run_events import KeptRunEvents, NoRunEvents
from reconciler.aws.session import Aws
from reconciler.model import RunState

GROUP = "/reconciler/me/events"
START = datetime(2026, 1, 1, tzinfo=UTC)
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/default/{}"


@pytest.fixture
def events(caller: Aws) -> KeptRunEvents:
    return KeptRunEvents(caller, GROUP)


def ecs(name: str, stopped: datetime, **detail: Any) -> dict[str, Any]:
    told = {
        "taskArn": TASK.format(name),
        "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/default",
        "startedBy": "rc/me/job/slot/0/0",
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/job:1",
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "createdAt": "2026-01-01T00:00:00.5Z",
        "stoppedAt": stopped.isoformat(),
        "containers": [{"name": "app", "exitCode": 3}],
        **detail,
    }
    return {"source": "aws.ecs", "detail": told}


def batch(name: str, **detail: Any) -> dict[str, Any]:
    told = {"jobId": name, "jobName": "job", "jobQueue": "arn:aws:batch:eu-west-1:123456789012:job-queue/q"}
    millis = int((START + timedelta(minutes=5)).timestamp() * 1000)
    return {"source": "aws.batch", "detail": {**told, "status": "FAILED", "stoppedAt": millis, **detail}}


def keep(caller: Aws, *kept: Any) -> None:
    """Write events as EventBridge does: each into a stream of its own."""
    logs: Any = caller.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]:
        logs.create_log_group(logGroupName=GROUP)
    for event in kept:
        stream = f"event-{abs(hash(json.dumps(event)))}"
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        at = int(caller.clock.now().timestamp() * 1000)
        text = event if isinstance(event, str) else json.dumps(event)
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[{"timestamp": at, "message": text}])


def names(events: KeptRunEvents, since: datetime, kind: str = "EcsJob") -> list[str]:
    return sorted(id_.rpartition("/")[2] for id_ in events.ended(kind, since))


def test_an_event_tells_what_describe_tasks_would(caller: Aws, events: KeptRunEvents) -> None:
    keep(caller, ecs("one", START + timedelta(minutes=1)))
    (found,) = events.ended("EcsJob", START).values()
    assert (found.id, found.target, found.key_text) == (TASK.format("one"), "default", "rc/me/job/slot/0/0")
    assert (found.state, found.containers[0].exit_code) == (RunState.FAILED, 3)
    assert (found.created, found.stopped) == (START + timedelta(seconds=0.5), START + timedelta(minutes=1))


def test_what_is_no_end_of_a_run_is_passed_over(caller: Aws, events: KeptRunEvents) -> None:
    child = batch("parent:0", arrayProperties={"index": 0})
    keep(caller, "no JSON", "[1]", {"source": "aws.ec2", "detail": {}}, {"detail": "x"}, child, batch("parent"))
    assert names(events, START) == []
    assert names(events, START, "BatchJob") == ["parent"]
    assert events.ended("BatchJob", START)["parent"].target == "q"


def test_without_a_group_nothing_is_known(events: KeptRunEvents) -> None:
    assert events.ended("EcsJob", START) == {}
    assert NoRunEvents().ended("EcsJob", START) == {}


def test_only_what_is_new_is_read_and_what_is_old_let_go(caller: Aws, events: KeptRunEvents) -> None:
    keep(caller, ecs("one", START + timedelta(minutes=1)))
    assert names(events, START) == ["one"]
    for day in (1, 2, 3):
        caller.clock.sleep(86400)
        keep(caller, ecs(f"of day {day}", START + timedelta(days=day)))
        assert names(events, START + timedelta(days=day)) == [f"of day {day}"]
    assert caller.calls["logs:FilterLogEvents"] == 4
    assert names(events, START) == ["of day 1", "of day 2", "of day 3", "one"], "asked for again, it is read again"
