"""A variable that is written twice: AWS keeps the last, and that is no drift."""

from reconciler.model import Action, Sync
from tests.engine.harness import Directory

JOB = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {name: twice}
    spec:
      taskDefinition:
        containerDefinitions:
          - name: app
            image: app:1
            environment:
              - {name: LEVEL, value: info}
              - {name: LEVEL, value: debug}
"""


def test_a_variable_written_twice_is_registered_once(directory: Directory) -> None:
    directory.write(twice=JOB)
    first = directory.once()
    assert [(step.action, step.error) for step in first.steps] == [(Action.CREATE, "")]
    live = directory.aws.client("ecs").describe_task_definition(taskDefinition="twice")["taskDefinition"]
    assert live["containerDefinitions"][0]["environment"] == [{"name": "LEVEL", "value": "debug"}]
    assert [step.action for step in directory.once().steps] == [Action.KEEP]
    assert [job.sync for job in directory.drift().jobs] == [Sync.IN_SYNC]
