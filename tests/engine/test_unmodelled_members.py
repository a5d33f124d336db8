"""Members that AWS describes and the installed service model does not know: seen, and never the cause of a loop."""

from typing import Any

import pytest

from reconciler.engine import Also
from reconciler.model import Action, Report, Status, Sync
from tests.engine.harness import Directory
from tests.engine.scheduled import BY_EVENTBRIDGE

ECS = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {name: report}
    spec:
      taskDefinition:
        containerDefinitions:
          - {name: app, image: "app:1"}
"""
BATCH = """
    apiVersion: reconciler/v1
    kind: BatchJob
    metadata: {name: report}
    spec:
      jobDefinition:
        type: container
        containerProperties:
          image: app:1
          resourceRequirements: [{type: VCPU, value: 1}, {type: MEMORY, value: 2048}]
"""
KINDS = {
    "ecs": (ECS, "DescribeTaskDefinition", "taskDefinition", "containerDefinitions[app].aNewMember"),
    "batch": (BATCH, "DescribeJobDefinitions", "jobDefinitions", "containerProperties.aNewMember"),
}
both = pytest.mark.parametrize("service", KINDS)


def new_member(directory: Directory, service: str, value: Any) -> None:
    """Let AWS describe everything with members of next year, one deep inside and one beside the revision's number."""
    inside = {"aNewMember": value}
    ecs = {"taskDefinition": {"containerDefinitions": [inside], "aNewNote": {"by": "AWS"}}}
    batch = {"jobDefinitions": [{"containerProperties": {**inside, "nothing": []}, "aNewNote": {"by": "AWS"}}] * 2}
    members = {"ecs": ecs, "batch": batch}[service]
    directory.aws.faults.clear()
    directory.aws.faults.add(f"{service}:{KINDS[service][1]}", "extra", times=None, members=members)


def somebody_else_registers(directory: Directory, service: str) -> None:
    client = directory.aws.client(service)
    if service == "ecs":
        client.register_task_definition(
            family="report",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn="arn:aws:iam::123456789012:role/exec",
            containerDefinitions=[{"name": "app", "image": "app:1"}],
        )
    else:
        sizes = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
        container = {"image": "app:1", "resourceRequirements": sizes}
        client.register_job_definition(jobDefinitionName="report", type="container", containerProperties=container)


def warned(report: Report) -> list[str]:
    return [problem.message for problem in report.problems if "AWS describes members" in problem.message]


@both
def test_what_aws_adds_to_our_own_revision_is_no_drift(directory: Directory, service: str) -> None:
    new_member(directory, service, "on")
    directory.write(report=KINDS[service][0])
    first = directory.once()
    assert [(step.action, step.status, step.error) for step in first.steps] == [(Action.CREATE, Status.DONE, "")]
    new_member(directory, service, "off")
    second = directory.once()
    assert [(step.action, step.reason) for step in second.steps] == [(Action.KEEP, "in sync")]
    assert [(job.sync, job.changes) for job in directory.drift().jobs] == [(Sync.IN_SYNC, ())]
    (warning,) = warned(first)
    assert warning.startswith("AWS describes members that botocore ")
    inside = KINDS[service][3].replace("[app]", "[]")
    assert warning.endswith(f" has no request for: aNewNote, {inside}; upgrade boto3")


@both
def test_on_what_somebody_else_registered_it_is_drift_until_we_have_registered_once(
    directory: Directory, service: str
) -> None:
    new_member(directory, service, "on")
    directory.write(report=KINDS[service][0])
    directory.once()
    somebody_else_registers(directory, service)
    (job,) = directory.drift().jobs
    paths = {change.path: change.before for change in job.changes}
    assert (job.sync, paths) == (Sync.DRIFTED, {"aNewNote.by": "AWS", KINDS[service][3]: "on"})
    assert not any(step.error for step in directory.once().steps)
    assert [step.action for step in directory.once().steps] == [Action.KEEP]


def test_explain_names_it(directory: Directory) -> None:
    new_member(directory, "ecs", "on")
    directory.write(report=ECS)
    directory.once()
    with directory.reconciler() as reconciler:
        (job,) = reconciler.drift({Also.EXPLANATIONS}).jobs
    told = {each.change.path: each.text for each in job.unreported or ()}
    text = "no request has this member: AWS itself added it to what was registered from this manifest"
    assert told["containerDefinitions[0].aNewMember"] == text
    assert told["aNewNote"] == text


def test_a_schedule_is_not_put_back_again_and_again_for_it(directory: Directory) -> None:
    directory.aws.faults.add("scheduler:GetSchedule", "extra", times=None, members={"ANewMember": "x"})
    directory.write(report=f"{ECS}      schedule: {{rate: 15 minutes, {BY_EVENTBRIDGE}}}\n")
    directory.once()
    second = directory.once()
    assert [step.action for step in second.steps if step.operation] == []
    (warning,) = warned(second)
    assert " for: ANewMember; " in warning
