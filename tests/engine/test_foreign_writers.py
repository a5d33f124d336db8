"""What consoles and other tools write beside what they were told: it runs the same, so it is no drift.

What each writes is in the revisions that they left in public repositories; what changes how a task runs stays drift.
"""

import json
from typing import Any

import pytest

from reconciler.model import Action, Sync
from tests.engine.harness import REGION, Directory

SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: writers}
    spec: {region: eu-west-1}
"""
LOGS = {"awslogs-group": "/x", "awslogs-region": REGION, "awslogs-stream-prefix": "x"}
CONTAINER = {
    "name": "main",
    "image": "app:1",
    "memory": 128,
    "portMappings": [{"containerPort": 80}],
    "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": ""}],
    "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}],
    "logConfiguration": {"logDriver": "awslogs", "options": LOGS},
}
TASK = {"containerDefinitions": [CONTAINER], "volumes": [{"name": "v"}]}
FALSE = ("privileged", "readonlyRootFilesystem", "interactive", "pseudoTerminal", "disableNetworking")
EMPTY = (
    "links", "dnsServers", "dnsSearchDomains", "extraHosts", "dockerSecurityOptions", "volumesFrom", "ulimits", "secrets",
    "systemControls", "resourceRequirements", "environmentFiles", "dependsOn", "command", "entryPoint", "credentialSpecs",
)  # fmt: skip
#: By writer: what it adds to the task, to the container, to a port and to a mount.
WRITERS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "console": (
        {"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}, "enableFaultInjection": False},
        {
            "cpu": 0,
            "essential": True,
            "environmentFiles": [],
            "ulimits": [],
            "systemControls": [],
            "logConfiguration": {"logDriver": "awslogs", "options": LOGS, "secretOptions": []},
        },
        {"hostPort": 0, "protocol": "tcp"},
        {"readOnly": False},
    ),
    "terraform": (
        {"networkMode": "bridge", "placementConstraints": []},
        {**dict.fromkeys(FALSE, False), **{name: [] for name in EMPTY}, "dockerLabels": {}, "versionConsistency": "enabled"},
        {"hostPort": 0},
        {"readOnly": False},
    ),
    "cdk": (
        {"networkMode": "bridge", "requiresCompatibilities": [], "volumes": [{"name": "v", "host": {}}]},
        {
            "essential": True,
            "linuxParameters": {"capabilities": {"add": [], "drop": []}, "devices": [], "tmpfs": [], "initProcessEnabled": False},
            "environment": [{"name": "A", "value": ""}, {"name": "B", "value": "2"}],
        },
        {"protocol": "tcp"},
        {"readOnly": False},
    ),
    "cli, from another description": (
        {"volumes": [{"name": "v", "host": {}, "configuredAtLaunch": False}], "proxyConfiguration": None},
        {"cpu": 0, "essential": True, "volumesFrom": [], "links": [], "systemControls": [], "linuxParameters": {"capabilities": {}, "devices": []}},
        {"hostPort": 0, "protocol": "tcp"},
        {},
    ),
}  # fmt: skip


def slug(writer: str) -> str:
    return writer.split(",", 1)[0]


def registered(writer: str, **changes: Any) -> dict[str, Any]:
    """Answer what a writer registers for what the manifest says, with the member values that somebody changed."""
    task, container, port, mount = WRITERS[writer]
    ports = [{**entry, **port} for entry in CONTAINER["portMappings"]]  # type: ignore[attr-defined]
    mounts = [{**entry, **mount} for entry in CONTAINER["mountPoints"]]  # type: ignore[attr-defined]
    whole = {**CONTAINER, **container, "portMappings": ports, "mountPoints": mounts, **changes}
    body = {**TASK, **task, "family": slug(writer), "containerDefinitions": [whole]}
    return {name: value for name, value in body.items() if value is not None}


def write(directory: Directory) -> None:
    directory.write(settings=SETTINGS)
    for writer in WRITERS:
        manifest = {
            "apiVersion": "reconciler/v1",
            "kind": "EcsJob",
            "metadata": {"name": slug(writer)},
            "spec": {"taskDefinition": TASK, "adopt": True},
        }
        (directory.path / f"{slug(writer)}.yaml").write_text(json.dumps(manifest))


def test_what_a_writer_adds_is_no_drift_and_is_adopted_by_tags_alone(directory: Directory) -> None:
    write(directory)
    for writer in WRITERS:
        directory.aws.client("ecs").register_task_definition(**registered(writer))
    assert {job.name: (job.sync, job.changes) for job in directory.drift().jobs} == {
        slug(writer): (Sync.IN_SYNC, ()) for writer in WRITERS
    }
    assert {step.action for step in directory.once().steps} == {Action.ADOPT}
    assert [step.name for step in directory.once().steps if step.operation] == []


@pytest.mark.parametrize("writer", WRITERS)
def test_what_runs_differently_is_drift_whoever_wrote_it(directory: Directory, writer: str) -> None:
    write(directory)
    changes = {"essential": True, "user": "root", "stopTimeout": 30, "environment": [{"name": "B", "value": "2"}]}
    directory.aws.client("ecs").register_task_definition(**registered(writer, **changes))
    (job,) = [job for job in directory.drift().jobs if job.name == slug(writer)]
    main = "containerDefinitions[main]"
    assert [change.path for change in job.changes] == [
        f"{main}.environment[A].value",
        f"{main}.stopTimeout",
        f"{main}.user",
    ]
