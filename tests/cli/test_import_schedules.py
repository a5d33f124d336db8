"""`reconcile import` of what EventBridge starts: schedules become ours where they stand, rules are told of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import Reconcile
from tests.cli.test_import import DEFINITION, clients

ACCOUNT, REGION = "111111111111", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/clock"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/default"
DEFINITIONS = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition"
NETWORK = {"awsvpcConfiguration": {"Subnets": ["subnet-2", "subnet-1"], "AssignPublicIp": "DISABLED"}}
UNIVERSAL = "arn:aws:scheduler:::aws-sdk"
OFF = {"Mode": "OFF"}
UNTAGGED = {member: value for member, value in DEFINITION.items() if member != "tags"}


@contextmanager
def aws() -> Iterator[Any]:
    with clients() as client:
        yield client


@pytest.fixture
def live(jobs: Path) -> Path:
    """An account that nobody reconciles yet, with a definition `etl` and a Batch job `train`."""
    (jobs / "hello.yaml").unlink()
    with aws() as client:
        client("ecs").register_task_definition(**UNTAGGED)
        container = {
            "image": "train:1",
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
        }
        client("batch").register_job_definition(
            jobDefinitionName="train", type="container", containerProperties=container
        )
    return jobs


def templated(definition: str, **target: Any) -> dict[str, Any]:
    """Answer a target of Scheduler's own kind for ECS; rules have the same."""
    parameters = {
        "TaskDefinitionArn": f"{DEFINITIONS}/{definition}",
        "LaunchType": "FARGATE",
        "NetworkConfiguration": NETWORK,
    }
    return {"Arn": CLUSTER, "RoleArn": ROLE, "EcsParameters": {**parameters, **target.pop("more", {})}, **target}


def schedule(name: str, expression: str, target: dict[str, Any], **members: Any) -> None:
    with aws() as client:
        told = {"Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": OFF, "Target": target}
        client("scheduler").create_schedule(**{**told, **members})


def settles(reconcile: Reconcile) -> None:
    """Check that nothing differs before, while and after the imported schedules become ours."""
    drift = reconcile("drift", "--local")
    assert drift.code == 0, drift.out
    adopted = reconcile("--once", "--local")
    assert adopted.code == 0, adopted.out
    assert " update " not in adopted.out
    assert reconcile("drift", "--local").code == 0
    assert "apply: nothing to do" in reconcile("--once", "--local").out


def spec_of(path: Path) -> str:
    """Answer what the last document of a file says below its definition."""
    document = path.read_text().rpartition("---\n")[2]
    return document[document.index("  run:") :]


def test_a_templated_schedule_is_taken_over_where_it_stands(live: Path, reconcile: Reconcile) -> None:
    overrides = {
        "containerOverrides": [
            {"name": "main", "command": ["etl", "--full"], "environment": [{"name": "X", "value": "1"}]}
        ]
    }
    target = templated(
        "etl",
        more={"TaskCount": 2, "EnableExecuteCommand": False, "PlatformVersion": "1.4.0"},
        Input=json.dumps(overrides),
        DeadLetterConfig={"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"},
    )
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}
    schedule(
        "etl-nightly",
        "cron(0 3 ? * MON-FRI *)",
        target,
        ScheduleExpressionTimezone="Europe/Paris",
        FlexibleTimeWindow=window,
    )
    assert reconcile("import", "etl", "--local").code == 0
    text = (live / "etl.yaml").read_text()
    assert "metadata: {name: etl-nightly}\nspec:\n  taskDefinition:\n    family: etl\n" in text
    assert spec_of(live / "etl.yaml") == (
        """\
  run:
    launchType: FARGATE
    networkConfiguration:
      awsvpcConfiguration: {subnets: [subnet-2, subnet-1], assignPublicIp: DISABLED}
    platformVersion: "1.4.0"
    count: 2
    overrides:
      containerOverrides:
        - name: main
          command: [etl, "--full"]
          environment: [{name: X, value: "1"}]
  schedule:
    cron: "0 3 * * 1-5"
    timeZone: Europe/Paris
    engine: eventbridge
    eventBridge:
      roleArn: arn:aws:iam::111111111111:role/clock
      groupName: default
      flexibleTimeWindowMinutes: 5
      deadLetterArn: arn:aws:sqs:eu-west-1:111111111111:dead
  adopt: true
"""
    )
    settles(reconcile)
    with aws() as client:
        (found,) = client("scheduler").list_schedules()["Schedules"]
        assert (found["GroupName"], found["Name"]) == ("default", "etl-nightly")
        adopted = client("scheduler").get_schedule(Name="etl-nightly")
    assert adopted["Target"]["Arn"] == f"{UNIVERSAL}:ecs:runTask"
    assert adopted["Description"].startswith("reconciler owner=team job=etl-nightly ")
    request = json.loads(adopted["Target"]["Input"])
    assert request["TaskDefinition"] == f"{DEFINITIONS}/etl:1"
    assert (request["Count"], request["Overrides"]["ContainerOverrides"][0]["Command"]) == (2, ["etl", "--full"])


def test_a_universal_target_its_own_retries_and_its_being_off_are_kept(live: Path, reconcile: Reconcile) -> None:
    request = {
        "Cluster": "default",
        "TaskDefinition": "etl:1",
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
    }
    retries = {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 600}
    target = {"Arn": f"{UNIVERSAL}:ecs:runTask", "RoleArn": ROLE, "Input": json.dumps(request), "RetryPolicy": retries}
    schedule("etl", "rate(6 hours)", target, State="DISABLED")
    assert reconcile("import", "etl", "--local").code == 0
    assert (
        "# the schedule default/etl counts from its StartDate; adopted, it counts from the Unix epoch\n"
        in (live / "etl.yaml").read_text()
    )
    assert spec_of(live / "etl.yaml").endswith(
        """\
  schedule:
    rate: "6 hours"
    engine: eventbridge
    eventBridge:
      roleArn: arn:aws:iam::111111111111:role/clock
      groupName: default
      retryPolicy: {MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 3}
  suspend: true
  adopt: true
"""
    )
    settles(reconcile)
    with aws() as client:
        assert client("scheduler").get_schedule(Name="etl")["State"] == "DISABLED"


def test_a_schedule_of_a_batch_job_is_taken_over(live: Path, reconcile: Reconcile) -> None:
    request = {
        "JobName": "train",
        "JobQueue": "default",
        "JobDefinition": "train",
        "ArrayProperties": {"Size": 10},
        "ContainerOverrides": {"Command": ["go"], "Environment": [{"Name": "Z", "Value": "1"}]},
        "Parameters": {"Bucket": "x"},
    }
    schedule(
        "train",
        "cron(0 5 1 * ? *)",
        {"Arn": f"{UNIVERSAL}:batch:submitJob", "RoleArn": ROLE, "Input": json.dumps(request)},
    )
    assert reconcile("import", "train", "--local").code == 0
    assert spec_of(live / "train.yaml").startswith(
        """\
  run:
    jobQueue: default
    arrayProperties: {size: 10}
    containerOverrides:
      command: [go]
      environment: [{name: Z, value: "1"}]
    parameters: {Bucket: x}
  schedule:
    cron: "0 5 1 * *"
"""
    )
    settles(reconcile)


def test_several_schedules_are_several_jobs_each_on_the_revision_that_it_starts(
    live: Path, reconcile: Reconcile
) -> None:
    with aws() as client:
        client("ecs").register_task_definition(**{**UNTAGGED, "memory": "1024"})
    schedule("first", "cron(0 1 * * ? *)", templated("etl"))
    schedule("second", "at(2030-12-01T03:00:00)", templated("etl:2"))
    schedule("third", "cron(0 3 * * ? *)", templated("etl:1"))
    assert reconcile("import", "etl", "--local").code == 0
    documents = (live / "etl.yaml").read_text().split("---\n")
    assert ["{name: first}" in documents[0], "family: etl" in documents[0]] == [True, True]
    assert "metadata: {name: second}\nspec:\n  definitionOf: first\n" in documents[1]
    assert "metadata: {name: third}\nspec:\n  taskDefinitionArn: etl:1\n" in documents[2]
    settles(reconcile)


def test_settings_defaults_are_taken_out_where_the_live_side_has_them_not(live: Path, reconcile: Reconcile) -> None:
    defaults = """
  namePrefix: stg-
  cluster: jobs
  tags: {team: data}
  defaults:
    EcsJob:
      run: {launchType: EC2, vpcId: vpc-1, subnetTags: {tier: private}}
      logs: {retentionDays: 30}
      schedule: {engine: reconciler, timeZone: Europe/Paris, concurrencyPolicy: Forbid}
"""
    path = live / "settings.yaml"
    path.write_text(path.read_text().rstrip("\n") + defaults)
    with aws() as client:
        tags = [{"key": "team", "value": "data"}]
        client("ecs").register_task_definition(**{**UNTAGGED, "family": "stg-load", "tags": tags})
    schedule("stg-load", "cron(0 1 * * ? *)", templated("stg-load"))
    schedule("unprefixed", "cron(0 2 * * ? *)", templated("stg-load"))
    assert reconcile("import", "stg-load", "--local").code == 0
    text = (live / "stg-load.yaml").read_text()
    assert "metadata: {name: load}\n" in text
    assert "    vpcId: null\n    subnetTags: null\n" in text
    assert "    timeZone: null\n" in text
    assert "# the schedule default/unprefixed starts it, and its name does not begin with stg-:\n" in text
    settles(reconcile)


def test_a_rule_is_told_of_and_its_job_is_suspended(live: Path, reconcile: Reconcile) -> None:
    batch = {
        "Id": "b",
        "Arn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/default",
        "RoleArn": ROLE,
        "BatchParameters": {"JobDefinition": "train:1", "JobName": "t", "ArrayProperties": {"Size": 5}},
        "InputTransformer": {"InputPathsMap": {"t": "$.time"}, "InputTemplate": '{"Parameters": {"t": <t>}}'},
    }
    with aws() as client:
        events = client("events")
        events.put_rule(Name="every.hour", ScheduleExpression="rate(1 hour)")
        events.put_targets(Rule="every.hour", Targets=[{"Id": "a", **templated("etl:1")}, batch])
        events.put_rule(Name="on-change", EventPattern='{"source": ["aws.ecs"]}')
        events.put_targets(Rule="on-change", Targets=[{"Id": "a", **templated("etl:1")}])
    assert reconcile("import", "--all", "--local").code == 0
    assert (live / "etl.yaml").read_text().splitlines()[:3] == [
        "# the EventBridge rule every.hour (target a) starts it, and a rule is not taken over:",
        "#   switch that off, then take `suspend: true` out, or both start it",
        f"#   without a loop: engine eventbridge, with eventBridge: {{roleArn: {ROLE}}}",
    ]
    assert spec_of(live / "etl.yaml").endswith(
        '  schedule: {rate: "1 hour", engine: reconciler}\n  suspend: true\n  adopt: true\n'
    )
    assert "# a job cannot say InputTransformer of its target\n" in (live / "train.yaml").read_text()
    assert "  run: {jobQueue: default, arrayProperties: {size: 5}}\n" in (live / "train.yaml").read_text()
    settles(reconcile)


def test_what_a_job_cannot_say_is_a_comment(live: Path, reconcile: Reconcile) -> None:
    with aws() as client:
        client("ecs").register_task_definition(**{**UNTAGGED, "family": "other"})
    schedule("dotted.name", "cron(0 1 * * ? *)", templated("etl"))
    schedule("yearly", "cron(0 10 * * ? 2031)", templated("other"))
    schedule("theirs", "cron(0 1 * * ? *)", templated("other"), Description="reconciler owner=someone job=x source=y")
    assert reconcile("import", "--all", "--local").code == 0
    etl, other = (live / "etl.yaml").read_text(), (live / "other.yaml").read_text()
    assert "# the schedule default/dotted.name starts it, and its name is none that a job may have:\n" in etl
    assert "# the schedule default/theirs starts it, and it belongs to owner someone:\n" in other
    assert (
        "# the schedule default/yearly starts it too: the year 2031 of cron(0 10 * * ? 2031) has no counterpart"
        in other
    )
    settles(reconcile)


def test_a_schedule_that_says_something_else_than_the_manifest_is_drift_until_it_is_adopted(
    live: Path, reconcile: Reconcile
) -> None:
    schedule("etl", "cron(0 1 * * ? *)", templated("etl"))
    assert reconcile("import", "etl", "--local").code == 0
    path = live / "etl.yaml"
    path.write_text(path.read_text().replace('cron: "0 1 * * *"', 'cron: "0 2 * * *"'))
    drift = reconcile("drift", "--local")
    assert drift.code == 2
    assert '~ ScheduleExpression: "cron(0 1 * * ? *)" → "cron(0 2 * * ? *)"' in drift.out
    assert "adopt, with changes: ScheduleExpression differs" in reconcile("plan", "--local").out
    assert reconcile("--once", "--local").code == 0
    assert reconcile("drift", "--local").code == 0


def test_schedules_that_may_not_be_read_are_left_out_and_said(
    live: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.aws import event_targets
    from reconciler.errors import AccessDenied

    def denied(_: object) -> Any:
        raise AccessDenied("not allowed", operation="ListSchedules", code="AccessDeniedException")

    monkeypatch.setattr(event_targets, "schedules", denied)
    answer = reconcile("import", "etl", "--local")
    assert answer.code == 0
    assert "schedules are left out: ListSchedules: not allowed (AccessDeniedException)\n" in answer.err
