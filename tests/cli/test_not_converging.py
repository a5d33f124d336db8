"""A revision of which AWS makes something else than was sent: said with the path, registered once, exit 1."""

from pathlib import Path

import pytest

from reconciler.local import LocalAws
from tests.cli.command_line import Reconcile

OURS = {"ecs": "ecs:RegisterTaskDefinition", "batch": "batch:RegisterJobDefinition"}
BATCH = """\
apiVersion: reconciler/v1
kind: BatchJob
metadata: {name: hello}
spec:
  jobDefinition:
    type: container
    containerProperties:
      image: example/hello:1
      resourceRequirements: [{type: VCPU, value: 1}, {type: MEMORY, value: 2048}]
"""
CASES = {
    "ecs": (
        "ecs:DescribeTaskDefinition",
        {"taskDefinition": {"containerDefinitions": [{"image": "other:1"}]}},
        "containerDefinitions[main].image",
    ),
    "batch": (
        "batch:DescribeJobDefinitions",
        {"jobDefinitions": [{"containerProperties": {"image": "other:1"}}] * 2},
        "containerProperties.image",
    ),
}


def registrations(aws: LocalAws, service: str) -> int:
    return aws.calls.counts().get(OURS[service], 0)


@pytest.mark.parametrize("service", CASES)
def test_it_is_said_with_the_path_and_not_registered_again_until_the_manifest_changes(
    jobs: Path, reconcile: Reconcile, on_virtual_time: LocalAws, service: str
) -> None:
    aws = on_virtual_time
    call, members, path = CASES[service]
    if service == "batch":
        (jobs / "hello.yaml").write_text(BATCH)
    aws.faults.add(call, "extra", times=None, members=members)

    first = reconcile("--once")
    assert first.code == 1
    assert f"hello:1 does not converge: {path}" in first.out
    assert registrations(aws, service) == 1

    for _ in range(2):
        again = reconcile("--once")
        assert again.code == 1
        assert f"does not converge: {path}; it is not registered again until the manifest changes" in again.out
    assert registrations(aws, service) == 1
    drift = reconcile("drift")
    assert drift.code == 2
    assert f"does not converge: {path}" in drift.out
    assert f'{path}: "other:1" → "example/hello:1"' in drift.out

    manifest = (jobs / "hello.yaml").read_text()
    (jobs / "hello.yaml").write_text(manifest.replace("example/hello:1", "example/hello:2"))
    assert f"hello:2 does not converge: {path}" in reconcile("--once").out
    assert registrations(aws, service) == 2

    aws.faults.clear()
    mended = reconcile("--once")
    assert (mended.code, "record that revision 2 holds the manifest" in mended.out) == (0, True)
    assert registrations(aws, service) == 2
    assert reconcile("drift").code == 0
