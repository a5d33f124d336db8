"""What others may change, and what they did: ignored paths are carried over, tags come and go."""

from typing import Any

from reconciler.engine import Also
from reconciler.local.calls import Place
from reconciler.local.ecs.store import section
from reconciler.model import Action, Status, Sync
from tests.engine.harness import REGION, Directory

JOB = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {{name: report, tags: {tags}}}
    spec:
      taskDefinition:
        containerDefinitions:
          - {{name: app, image: "{image}", environment: [{{name: LEVEL, value: info}}]}}
      ignoreDifferences: [memory, "containerDefinitions[app].environment[LEVEL].value"]
"""


def write(directory: Directory, *, image: str = "app:1", tags: str = "{team: data}") -> None:
    directory.write(report=JOB.format(image=image, tags=tags))


def live(directory: Directory) -> tuple[dict[str, Any], dict[str, str]]:
    answer = directory.aws.client("ecs").describe_task_definition(taskDefinition="report", include=["TAGS"])
    return answer["taskDefinition"], {tag["key"]: tag["value"] for tag in answer.get("tags", ())}


def edit_live(directory: Directory) -> None:
    """Let an autoscaler of sorts register another size and level, with the tags that it finds."""
    definition, tags = live(directory)
    definition["containerDefinitions"][0]["environment"][0]["value"] = "debug"
    directory.aws.client("ecs").register_task_definition(
        family="report",
        cpu=definition["cpu"],
        memory="1024",
        networkMode=definition["networkMode"],
        requiresCompatibilities=definition["requiresCompatibilities"],
        executionRoleArn=definition["executionRoleArn"],
        containerDefinitions=definition["containerDefinitions"],
        tags=[{"key": key, "value": value} for key, value in tags.items()],
    )


def test_an_ignored_value_survives_the_registration_that_something_else_asks_for(directory: Directory) -> None:
    write(directory)
    directory.once()
    edit_live(directory)
    assert [job.sync for job in directory.drift().jobs] == [Sync.IN_SYNC]
    directory.once()
    assert live(directory)[0]["revision"] == 2

    write(directory, image="app:2")
    third = directory.once()
    assert [(step.action, step.name, step.status) for step in third.steps if step.operation] == [
        (Action.UPDATE, "report", Status.DONE),
        (Action.DELETE, "report:1", Status.DONE),
    ]
    definition, tags = live(directory)
    container = definition["containerDefinitions"][0]
    assert (definition["revision"], definition["memory"], container["image"]) == (3, "1024", "app:2")
    assert container["environment"] == [{"name": "LEVEL", "value": "debug"}]
    assert tags["reconciler:verified"] == "3"
    assert [step.action for step in directory.once().steps] == [Action.KEEP]


def test_a_tag_that_leaves_the_manifest_leaves_aws_and_others_stay(directory: Directory) -> None:
    write(directory, tags="{team: data, cost: '7'}")
    directory.once()
    arn = live(directory)[0]["taskDefinitionArn"]
    directory.aws.client("ecs").tag_resource(resourceArn=arn, tags=[{"key": "scanner", "value": "ok"}])
    assert [job.sync for job in directory.drift().jobs] == [Sync.IN_SYNC]

    write(directory, tags="{team: data}")
    drifted = directory.drift().jobs[0]
    assert (drifted.sync, [(change.path, change.before) for change in drifted.changes]) == (
        Sync.DRIFTED,
        [("tags[cost]", "7")],
    )
    directory.once()
    definition, tags = live(directory)
    theirs = {key: value for key, value in tags.items() if not key.startswith("reconciler:")}
    assert (definition["revision"], theirs) == (1, {"team": "data", "scanner": "ok"})
    assert [step.action for step in directory.once().steps] == [Action.KEEP]


def test_fields_that_contradict_a_digest_are_said_where_both_are_looked_at(directory: Directory) -> None:
    write(directory)
    directory.once()
    with directory.aws.lock():
        held = section(directory.aws.world, Place(directory.aws.account, REGION), "families")["report"]["revisions"][
            "1"
        ]
        held["definition"]["containerDefinitions"][0]["image"] = "other:1"
    assert [job.sync for job in directory.drift().jobs] == [Sync.IN_SYNC]
    with directory.reconciler() as reconciler:
        (job,) = reconciler.drift({Also.EXPLANATIONS}).jobs
    assert (job.sync, [change.path for change in job.changes]) == (Sync.DRIFTED, ["containerDefinitions[app].image"])
    assert job.message == (
        "its digest says it holds the manifest, its fields say otherwise; "
        "take the tag reconciler:verified off, and the next pass goes by its fields"
    )
    arn = live(directory)[0]["taskDefinitionArn"]
    directory.aws.client("ecs").untag_resource(resourceArn=arn, tagKeys=["reconciler:verified"])
    assert [step.reason for step in directory.once().steps if step.operation] == [
        "containerDefinitions[app].image differs; registered report:2"
    ]


def test_fields_that_hold_although_the_digest_does_not_are_recorded_and_said(directory: Directory) -> None:
    write(directory)
    directory.once()
    write(directory, image="app:1")
    text = (directory.path / "report.yaml").read_text()
    (directory.path / "report.yaml").write_text(text.replace("{name: app,", "{name: app, essential: true,"))
    (job,) = directory.drift().jobs
    assert job.sync is Sync.IN_SYNC
    assert [(step.action, step.reason) for step in directory.once().steps] == [
        (Action.UPDATE, "record that revision 1 holds the manifest, spelt differently than when it was registered")
    ]
    assert [step.action for step in directory.once().steps] == [Action.KEEP]
