import json
from typing import Any

import pytest

from tests.manifests.conftest import Directory

CONTAINER: dict[str, Any] = {"name": "main", "image": "busybox", "memory": 64}
TASK: dict[str, Any] = {"containerDefinitions": [CONTAINER]}
ROLE = "arn:aws:iam::111111111111:role/exec"
FARGATE: dict[str, Any] = {
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": ROLE,
    "containerDefinitions": [{"name": "main", "image": "busybox"}],
}


def manifest(definition: dict[str, Any], **spec: Any) -> str:
    spec = {"taskDefinition": definition, **spec}
    return json.dumps({"apiVersion": "reconciler/v1", "kind": "EcsJob", "metadata": {"name": "hello"}, "spec": spec})


def errors(jobs_d: Directory, definition: dict[str, Any], **spec: Any) -> list[str]:
    """Answer the errors without their places, and with the path from the definition on."""
    told = jobs_d.errors({"jobs.d/job.json": manifest(definition, **spec)})
    return [error.split(" ", 1)[1].removeprefix("spec.").removeprefix("taskDefinition.") for error in told]


def containers(*changes: dict[str, Any], **task: Any) -> dict[str, Any]:
    return {**task, "containerDefinitions": [{**CONTAINER, **change} for change in changes]}


FIRST = "containerDefinitions[0]"


@pytest.mark.parametrize(
    ("definition", "error"),
    [
        (containers({}, {}), f'containerDefinitions[1].name: duplicate container name "main" (first in {FIRST})'),
        (containers({"essential": False}), "containerDefinitions: no container is essential (leave essential out of the main container)"),
        (containers(*({"name": f"c{n}"} for n in range(11))), "containerDefinitions: expected at most 10 containers, got 11"),
        ({"containerDefinitions": [{"name": "main", "memory": 64}]}, f"{FIRST}: image is required"),
        (containers({"portMappings": [{"hostPort": 80}]}), f"{FIRST}.portMappings[0]: expected one of containerPort and containerPortRange, got none"),
        (containers({"portMappings": [{"containerPort": 80, "containerPortRange": "80-81"}]}), f"{FIRST}.portMappings[0]: expected one of containerPort and containerPortRange, got both"),
        ({**TASK, "volumes": [{"name": "v", "dockerVolumeConfiguration": {"labels": {}}}]}, "volumes[0].dockerVolumeConfiguration.labels: expected at least one entry, got none (leave it out)"),
        (containers({"volumesFrom": [{"readOnly": True}]}), f"{FIRST}.volumesFrom[0]: sourceContainer is required"),
        (containers({"mountPoints": [{"containerPath": "/x"}]}), f"{FIRST}.mountPoints[0]: sourceVolume is required"),
        (containers({"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/x"}}}), f"{FIRST}.logConfiguration: awslogs-region is required by awslogs (spec.logs sets it by itself)"),
        (containers({"image": "app:{{ TAG }}"}), f'{FIRST}.image: expected an image such as repository/name:tag, got "app:{{{{ TAG }}}}" (a variable is written ${{{{ NAME }}}})'),
        (containers({"image": "<IMAGE1_NAME>"}), f'{FIRST}.image: expected an image such as repository/name:tag, got "<IMAGE1_NAME>" (a variable is written ${{{{ NAME }}}})'),
        ({"containerDefinitions": [{"name": "main", "image": "busybox"}]}, f"{FIRST}: memory is required (here, as memoryReservation, or for the whole task)"),
        (containers({"memoryReservation": 65}), f"{FIRST}.memoryReservation: expected at most memory (64), got 65"),
        ({**TASK, "taskRoleArn": "arn:aws:iam::ACCOUNT:role/x"}, 'taskRoleArn: expected the ARN of an IAM role, got "arn:aws:iam::ACCOUNT:role/x" (an account\'s id has twelve digits)'),
        (containers({"secrets": [{"name": "A", "valueFrom": "x"}]}), f"{FIRST}.secrets: secrets need an executionRoleArn (set spec.taskDefinition.executionRoleArn)"),
        (containers({"repositoryCredentials": {"credentialsParameter": "x"}}), f"{FIRST}.repositoryCredentials: a private registry needs an executionRoleArn (set spec.taskDefinition.executionRoleArn)"),
        (containers({"image": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/a:1", "repositoryCredentials": {"credentialsParameter": "x"}}, executionRoleArn=ROLE), f"{FIRST}.repositoryCredentials: ECR takes no credentials (the execution role may pull from it)"),
        (containers({"environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "A", "valueFrom": "x"}]}, executionRoleArn=ROLE), f'{FIRST}.secrets[0].name: "A" is also in environment (keep the secret and drop the variable)'),
        (containers({"secrets": [{"name": "A", "valueFrom": "x"}, {"name": "A", "valueFrom": "y"}]}, executionRoleArn=ROLE), f'{FIRST}.secrets[1].name: duplicate secret "A" (first in secrets[0])'),
        (containers({"mountPoints": [{"sourceVolume": "data", "containerPath": "/x"}]}, volumes=[{"name": "dta"}]), f'{FIRST}.mountPoints[0].sourceVolume: no volume "data" (expected one of dta)'),
        (containers({}, volumes=[{"name": "a"}, {"name": "a"}]), 'volumes[1].name: duplicate volume "a" (first in volumes[0])'),
        (containers({"volumesFrom": [{"sourceContainer": "x"}]}), f'{FIRST}.volumesFrom[0].sourceContainer: no container "x" (expected one of main)'),
        (containers({"dependsOn": [{"containerName": "x", "condition": "START"}]}), f'{FIRST}.dependsOn[0].containerName: no container "x" (expected one of main)'),
        (containers({"dependsOn": [{"containerName": "b", "condition": "HEALTHY"}]}, {"name": "b"}), f'{FIRST}.dependsOn[0].condition: HEALTHY needs a healthCheck of container "b"'),
        (containers({"dependsOn": [{"containerName": "b", "condition": "SUCCESS"}]}, {"name": "b"}), f'{FIRST}.dependsOn[0].condition: SUCCESS needs container "b" to be essential: false'),
        (containers({"dependsOn": [{"containerName": "b", "condition": "START"}]}, {"name": "b", "dependsOn": [{"containerName": "main", "condition": "START"}]}), "containerDefinitions[1].dependsOn: the containers wait for each other in a circle (b → main → b)"),
        (containers({"links": ["b"]}, {"name": "b"}, networkMode="host"), f"{FIRST}.links: links need networkMode bridge, got host (containers of one task reach each other on localhost)"),
        (containers({"hostname": "h"}, networkMode="awsvpc"), f"{FIRST}.hostname: hostname is not supported under networkMode awsvpc"),
        (containers({"portMappings": [{"containerPort": 80}]}, networkMode="none"), f"{FIRST}.portMappings: networkMode none has no ports"),
        (containers({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}, networkMode="host"), f"{FIRST}.portMappings[0].hostPort: expected containerPort (80) under networkMode host, got 8080 (leave hostPort out)"),
        (containers({"command": ["x" * 70_000]}), "taskDefinition: the task definition is too large (expected at most 64 KiB, got 68.4 KiB)"),
    ],
)  # fmt: skip
def test_what_a_registration_would_refuse(jobs_d: Directory, definition: dict[str, Any], error: str) -> None:
    assert errors(jobs_d, definition) == [error]


@pytest.mark.parametrize(
    "definition",
    [
        TASK,
        FARGATE,
        {**FARGATE, "cpu": ".25 vCPU", "memory": "0.5GB"},
        {**FARGATE, "cpu": 16384, "memory": 122880},
        {
            **FARGATE,
            "containerDefinitions": [{**CONTAINER, "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}],
        },
        FARGATE | containers({"linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 64}]}}),
        {**TASK, "taskRoleArn": "short-name", "memory": "64"},
        containers({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}),
        containers({"portMappings": [{"containerPort": 80, "protocol": "TCP"}]}),
        containers({"links": ["b:alias"]}, {"name": "b"}),
        containers({"dependsOn": [{"containerName": "b", "condition": "SUCCESS"}]}, {"name": "b", "essential": False}),
        containers({"image": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/a/b@sha256:" + "0" * 64}),
    ],
)
def test_what_a_registration_would_accept(jobs_d: Directory, definition: dict[str, Any]) -> None:
    assert errors(jobs_d, definition) == []


BARE = {key: value for key, value in FARGATE.items() if key not in {"cpu", "memory", "networkMode", "executionRoleArn"}}


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        (BARE | {"executionRoleArn": ROLE}, [
            "taskDefinition: Fargate requires cpu (the smallest is cpu: 256, memory: 512)",
            "taskDefinition: Fargate requires memory (the smallest is cpu: 256, memory: 512)",
            "taskDefinition: Fargate requires networkMode: awsvpc",
            "containerDefinitions[0]: memory is required (here, as memoryReservation, or for the whole task)",
        ]),
        (FARGATE | {"networkMode": "host"}, ["networkMode: expected awsvpc on Fargate, got host"]),
        (FARGATE | {"cpu": "300"}, ['cpu: expected one of 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 on Fargate, got "300"']),
        (FARGATE | {"memory": "4096"}, ['memory: expected 512, 1024 or 2048 MiB with cpu 256 on Fargate, got "4096"']),
        (FARGATE | {"cpu": "1 vCPU", "memory": "1 GB"}, ['memory: expected 2048 to 8192 MiB in steps of 1024 with cpu 1024 on Fargate, got "1 GB"']),
        (FARGATE | {"ipcMode": "task"}, ["ipcMode: ipcMode is not supported on Fargate"]),
        (FARGATE | {"pidMode": "host"}, ["pidMode: pidMode host is not supported on Fargate"]),
        (FARGATE | {"volumes": [{"name": "a", "host": {"sourcePath": "/x"}}]}, ["volumes[0].host.sourcePath: a path of the host is not supported on Fargate"]),
        (FARGATE | {"volumes": [{"name": "a", "dockerVolumeConfiguration": {"scope": "task"}}]}, ["volumes[0].dockerVolumeConfiguration: a Docker volume is not supported on Fargate"]),
        (FARGATE | containers({"privileged": True}), [f"{FIRST}.privileged: privileged is not supported on Fargate"]),
        (FARGATE | containers({"linuxParameters": {"sharedMemorySize": 64}}), [f"{FIRST}.linuxParameters.sharedMemorySize: sharedMemorySize is not supported on Fargate"]),
        (FARGATE | containers({"linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}}), [f"{FIRST}.linuxParameters.capabilities.add: expected SYS_PTRACE at most on Fargate, got NET_ADMIN"]),
        (FARGATE | containers({"resourceRequirements": [{"type": "GPU", "value": "1"}]}), [f"{FIRST}.resourceRequirements[0]: a GPU is not supported on Fargate"]),
        (FARGATE | containers({"stopTimeout": 121}), [f"{FIRST}.stopTimeout: expected at most 120 s on Fargate, got 121"]),
        (FARGATE | containers({"logConfiguration": {"logDriver": "fluentd"}}), [f"{FIRST}.logConfiguration.logDriver: expected awsfirelens, awslogs, splunk on Fargate, got fluentd"]),
    ],
)  # fmt: skip
def test_what_fargate_would_refuse(jobs_d: Directory, definition: dict[str, Any], told: list[str]) -> None:
    assert sorted(errors(jobs_d, definition)) == sorted(told)


@pytest.mark.parametrize(
    "registry",
    ["dkr.ecr.eu-west-1.amazonaws.com", "dkr.ecr-fips.us-gov-west-1.amazonaws.com", "dkr-ecr.eu-west-1.on.aws"],
)
def test_fargate_needs_an_execution_role_for_logs_and_ecr(jobs_d: Directory, registry: str) -> None:
    image = f"111111111111.{registry}/a:1"
    options = {"awslogs-group": "/x", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "job"}
    logged = {"logConfiguration": {"logDriver": "awslogs", "options": options}}
    definition = FARGATE | containers(
        {"image": image}, {"name": "b", **logged, "essential": False}, executionRoleArn=None
    )
    hint = "(set spec.taskDefinition.executionRoleArn)"

    assert errors(jobs_d, definition, logs={}) == [
        f"{FIRST}.image: an ECR image needs an executionRoleArn on Fargate {hint}",
        f"containerDefinitions[1].logConfiguration: awslogs needs an executionRoleArn on Fargate {hint}",
        f"logs: logs need an executionRoleArn on Fargate {hint}",
    ]


def test_a_launch_type_of_fargate_asks_for_what_fargate_needs(jobs_d: Directory) -> None:
    assert errors(jobs_d, TASK, run={"launchType": "FARGATE_SPOT"}) == [
        "taskDefinition: Fargate requires cpu (the smallest is cpu: 256, memory: 512)",
        "taskDefinition: Fargate requires memory (the smallest is cpu: 256, memory: 512)",
        "taskDefinition: Fargate requires networkMode: awsvpc",
    ]


def test_a_launch_type_must_fit_the_definition(jobs_d: Directory) -> None:
    assert errors(jobs_d, {**TASK, "requiresCompatibilities": ["EC2"]}, run={"launchType": "EXTERNAL"}) == [
        "run.launchType: EXTERNAL does not fit requiresCompatibilities (EC2)"
    ]


def test_a_variable_that_is_given_twice_is_a_warning(jobs_d: Directory) -> None:
    definition = containers({"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]})

    (warning,) = jobs_d.warnings({"jobs.d/job.json": manifest(definition)})
    assert warning.endswith(f'{FIRST}.environment[1].name: the variable "A" is given twice, AWS keeps the last')


@pytest.mark.parametrize("protocol", ["UDP", "http"])
def test_a_protocol_that_aws_takes_for_tcp_is_a_warning(jobs_d: Directory, protocol: str) -> None:
    ports = [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 81, "protocol": protocol}]

    (warning,) = jobs_d.warnings({"jobs.d/job.json": manifest(containers({"portMappings": ports}))})
    assert warning.endswith(
        f'{FIRST}.portMappings[1].protocol: AWS takes "{protocol}" for tcp (write tcp, or udp in small letters)'
    )


def test_what_the_schema_objects_to_is_not_told_a_second_time(jobs_d: Directory) -> None:
    assert errors(jobs_d, FARGATE | {"cpu": "lots"}, run={"launchType": "EXTERNAL"}) == [
        'cpu: expected CPU units (256) or vCPUs (".25 vCPU"), got "lots"'
    ]


def test_on_fargate_awslogs_needs_a_prefix_too(jobs_d: Directory) -> None:
    log = {"logDriver": "awslogs", "options": {"awslogs-group": "/x", "awslogs-region": "eu-west-1"}}
    definition = {**FARGATE, "containerDefinitions": [{"name": "main", "image": "busybox", "logConfiguration": log}]}
    assert errors(jobs_d, definition) == [
        f"{FIRST}.logConfiguration: awslogs-stream-prefix is required by awslogs on Fargate (spec.logs sets it by itself)"
    ]
    assert errors(jobs_d, containers({"logConfiguration": log})) == []
