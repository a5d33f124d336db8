"""Directories of many manifests, each as a team would write one: what is measured is read from them."""

from pathlib import Path
from typing import Final

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"

_SETTINGS: Final = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: bench}
spec:
  region: eu-west-1
  prune: {enabled: true}
  defaults:
    EcsJob:
      taskDefinition:
        requiresCompatibilities: [FARGATE]
        networkMode: awsvpc
        executionRoleArn: arn:aws:iam::123456789012:role/execution
      run: {launchType: FARGATE}
"""

_JOB: Final = """\
# yaml-language-server: $schema=../.reconciler/manifest.schema.json
apiVersion: reconciler/v1
kind: EcsJob
metadata:
  name: job-{number:05}
  tags: {{team: data, cost-centre: "4711"}}
spec:
  taskDefinition:
    cpu: 256
    memory: 512
    containerDefinitions:
      - name: main
        image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/report:{version}
        command: [python, -m, report, --number, "{number}"]
        environment:
          - {{name: STAGE, value: production}}
          - {{name: LOG_LEVEL, value: INFO}}
          - {{name: PART, value: "{number}"}}
        secrets:
          - {{name: DATABASE_URL, valueFrom: "arn:aws:ssm:eu-west-1:123456789012:parameter/database"}}
        logConfiguration:
          logDriver: awslogs
          options: {{awslogs-group: /jobs/bench, awslogs-region: eu-west-1, awslogs-stream-prefix: job}}
"""


def write(directory: Path, count: int) -> None:
    """Write Settings and `count` jobs, a file each, a thousand files in a folder."""
    directory.mkdir(parents=True)
    (directory / "settings.yaml").write_text(_SETTINGS)
    for number in range(count):
        file(directory, number).parent.mkdir(exist_ok=True)
        change(directory, number, version="2026-11-02")


def change(directory: Path, number: int, *, version: str) -> None:
    """Write one job with another image."""
    file(directory, number).write_text(_JOB.format(number=number, version=version))


def file(directory: Path, number: int) -> Path:
    """Answer the file of one job."""
    return directory / f"team-{number // 1000:02}" / f"job-{number:05}.yaml"
