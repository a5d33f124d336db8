"""A directory that needs every permission there is, and policies with a statement missing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

POLICIES: Final = Path(__file__).parents[2] / "docs" / "iam"
ACCOUNT: Final = "111111111111"
REGION: Final = "eu-west-1"
#: What the jobs refer to.
SEED: Final[Mapping[str, Any]] = {
    "clusters": ["default"],
    "roles": ["exec", "scheduler"],
    "images": [{"repository": "app", "tags": ["1"]}],
    "secrets": [{"name": "db", "value": "hush"}],
    "parameters": [{"name": "/db/host", "value": "db.internal"}],
}

SETTINGS: Final = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: team}
spec:
  region: eu-west-1
  accountId: "111111111111"
  tags: {team: data}
  prune: {enabled: true}
  history: {events: true}
"""

REPORT: Final = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: report}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    executionRoleArn: arn:aws:iam::111111111111:role/exec
    containerDefinitions:
      - name: main
        image: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/app:1
        secrets:
          - {name: DB, valueFrom: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db"}
          - {name: HOST, valueFrom: /db/host}
  run: {launchType: FARGATE}
  logs: {retentionDays: 30}
  once: {}
"""

CRUNCH: Final = """\
apiVersion: reconciler/v1
kind: BatchJob
metadata: {name: crunch}
spec:
  jobDefinition:
    type: container
    containerProperties:
      image: example/app:1
      jobRoleArn: arn:aws:iam::111111111111:role/exec
      resourceRequirements: [{type: VCPU, value: 1}, {type: MEMORY, value: 2048}]
  once: {}
"""

NIGHTLY: Final = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: nightly}
spec:
  definitionOf: report
  run: {launchType: FARGATE}
  schedule:
    cron: "0 3 * * *"
    engine: eventbridge
    eventBridge: {roleArn: "arn:aws:iam::111111111111:role/scheduler"}
"""

DOCUMENTS: Final = {"settings": SETTINGS, "report": REPORT, "crunch": CRUNCH, "nightly": NIGHTLY}


def write(directory: Path, **documents: str) -> None:
    """Write the manifests, or these instead of some of them; an empty one is left out."""
    directory.mkdir(exist_ok=True)
    for name, text in {**DOCUMENTS, **documents}.items():
        path = directory / f"{name}.yaml"
        path.write_text(text) if text else path.unlink(missing_ok=True)


def document(name: str, without: str | None = None) -> dict[str, Any]:
    """Answer a policy of docs/iam, with one of its statements taken out."""
    found: dict[str, Any] = json.loads((POLICIES / f"{name}.json").read_text())
    kept = [statement for statement in found["Statement"] if statement["Sid"] != without]
    assert without is None or len(kept) == len(found["Statement"]) - 1, f"{name} has no statement {without}"
    return {**found, "Statement": kept}


def statements(name: str) -> Sequence[Mapping[str, Any]]:
    """Answer the statements of a policy of docs/iam."""
    return tuple(document(name)["Statement"])


def actions(statement: Mapping[str, Any]) -> frozenset[str]:
    """Answer the actions of a statement."""
    told = statement["Action"]
    return frozenset([told] if isinstance(told, str) else told)
