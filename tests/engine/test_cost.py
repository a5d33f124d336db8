"""What a pass that changes nothing asks of AWS, to the call: a call more is a regression, and fails here."""

import pytest

from reconciler.core import ownership
from reconciler.engine.context import Context
from reconciler.engine.definitions import wanted
from reconciler.engine.reconciler import Reconciler
from reconciler.local.calls import Place
from reconciler.model import Action, Health, Sync
from tests.engine.harness import REGION, Directory

#: Beside the lists, whatever the size: who we are, what people ran by hand and nobody followed, schedules that no
#: manifest names, and whether the ends of runs are written down by EventBridge.
BESIDE = {
    "events:DescribeRule": 1,
    "logs:FilterLogEvents": 1,
    "scheduler:ListSchedules": 1,
    "sts:GetCallerIdentity": 1,
}
OWNED = """---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: job-{number:04}, tags: {{team: data}}}}
spec: {{taskDefinition: {{containerDefinitions: [{{name: app, image: "app:1"}}]}}}}
"""
BASE = """---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: base}
spec: {taskDefinition: {containerDefinitions: [{name: app, image: "app:1"}]}}
"""
ONE_SHOT = """---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: once-{number:04}}}
spec: {{definitionOf: base, once: {{key: "{number}"}}}}
"""
SCHEDULED = """---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: cron-{number:04}}}
spec: {{definitionOf: base, schedule: {{cron: "0 3 1 1 *", engine: reconciler}}}}
"""


def write(directory: Directory, *documents: str) -> None:
    (directory.path / "many.yaml").write_text("".join(documents))


def registered(directory: Directory, reconciler: Reconciler) -> None:
    """Put every definition of the directory on AWS as a pass would have, without its calls."""
    context: Context = reconciler._context
    for job in directory.manifests().jobs:
        entry = wanted(context, job)
        assert entry is not None
        tags = {**entry.tags, ownership.VERIFIED: "1"}
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        members = {**entry.resource.spec, "tags": pairs}
        directory.aws.world.invoke("ecs", "RegisterTaskDefinition", members, Place(directory.aws.account, REGION))


@pytest.mark.parametrize("count", [100, 1000])
def test_definitions_in_sync_cost_two_calls_for_each_hundred(directory: Directory, count: int) -> None:
    write(directory, *(OWNED.format(number=number) for number in range(count)))
    with directory.reconciler() as reconciler, directory.aws.lock():
        registered(directory, reconciler)
    report = directory.once()
    assert {(job.sync, step.action) for job, step in zip(report.jobs, report.steps, strict=True)} == {
        (Sync.IN_SYNC, Action.KEEP)
    }
    assert directory.aws.calls.counts() == BESIDE | {
        "ecs:ListTaskDefinitions": count // 100,
        "resourcegroupstaggingapi:GetResources": count // 100 + 1,  # and what we have of job definitions
    }


def test_one_shots_and_schedules_that_a_process_has_not_seen_cost_a_page_of_what_was_recorded(
    directory: Directory,
) -> None:
    count = 51
    write(
        directory,
        BASE,
        *(ONE_SHOT.format(number=number) for number in range(count)),
        *(SCHEDULED.format(number=number) for number in range(count)),
    )
    directory.wait()
    directory.aws.advance(7200)
    directory.once()
    directory.aws.calls.clear()
    report = directory.once()
    assert {job.health for job in report.jobs if job.name.startswith("once")} == {Health.SUCCEEDED}
    assert not [step for step in report.steps if step.operation is not None]
    assert directory.aws.calls.counts() == BESIDE | {
        "ecs:ListTaskDefinitions": 1,
        "ecs:ListTasks": 2,  # what schedules started in this cluster, going on and ended
        "logs:FilterLogEvents": BESIDE["logs:FilterLogEvents"] + 3,  # one-shots, schedules, who is suspended by hand
        "resourcegroupstaggingapi:GetResources": 2,
    }


def test_a_launch_costs_four_calls_and_two_that_tell_of_it(directory: Directory) -> None:
    """Claimed, announced, sent, recorded; the job's stream of the history, and its line."""
    write(directory, BASE, *(ONE_SHOT.format(number=number) for number in range(3)))
    directory.once()
    write(directory, BASE, *(ONE_SHOT.format(number=number) for number in range(8)))
    directory.aws.calls.clear()
    report = directory.once()
    assert {job.health for job in report.jobs if job.name.startswith("once")} <= {Health.PENDING, Health.RUNNING}
    made = directory.aws.calls.counts()
    assert made["ecs:RunTask"] == 5
    assert made["logs:CreateLogStream"] == 5 + 5
    assert made["logs:PutLogEvents"] == 5 * 2 + 5 + 1, "announced, recorded, told; the first of them found no stream"
    assert not [call for call in made if call in {"logs:GetLogEvents", "logs:DescribeLogStreams"}]


def test_how_a_run_ended_costs_a_call_for_the_history_and_one_for_the_ledger(directory: Directory) -> None:
    write(directory, BASE, *(ONE_SHOT.format(number=number) for number in range(3)))
    with directory.reconciler() as reconciler:
        reconciler.apply()
        directory.aws.advance(600)
        directory.aws.calls.clear()
        reconciler.apply()
    assert directory.aws.calls.counts()["logs:PutLogEvents"] == 3 * 2
