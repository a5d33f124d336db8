"""What a command line answers, and the manifests it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from reconciler.local import LocalAws

SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: team}
spec:
  region: eu-west-1
  accountId: "111111111111"
  prune: {enabled: true, maxDeletions: 2}
"""

HELLO = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello, tags: {team: data}}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    containerDefinitions:
      - name: main
        image: example/hello:1
        command: [echo, hello]
        environment: [{name: GREETING, value: canary-4711}]
  run: {launchType: FARGATE}
  once: {}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command line answered."""

    code: int
    out: str
    err: str


Reconcile = Callable[..., Answer]


def lead_to(aws: LocalAws, account: str, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let command lines of this process find this embedded AWS as AWS, with its clock for the only one."""
    from reconciler.local.embedded import environment
    from tests.engine.harness import VirtualClock

    for name, value in environment(aws.endpoint, account, region).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("reconciler.cli.invocation.SystemClock", lambda: VirtualClock(aws))
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))
