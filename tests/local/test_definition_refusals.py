"""What RegisterTaskDefinition refuses. Sources: botocore's documentation of the member that the case names; texts in
full are quoted in public reports, and where a text is not, only the code is asserted and the case says `assumed`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import FARGATE, Cloud, container, refusal

LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/g", "awslogs-region": "us-east-1"}}
SECRET = {"name": "S", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/s"}
ROLE = "arn:aws:iam::123456789012:role/exec"
CPU = (
    "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer "
    "Guide."
)

TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "no family": ({"family": ""}, "Family should not be null or empty."),
    "family": ({"family": "bad name!"}, "Family contains invalid characters."),
    "family with a colon": ({"family": "a:b"}, "Family contains invalid characters."),
    "no containers": ({"containerDefinitions": []}, "Container list cannot be empty."),
    "no name": ({"containerDefinitions": [container("")]}, "Container.name should not be null or empty."),
    "no image": ({"containerDefinitions": [container(image="")]}, "Container.image should not be null or empty."),
    "name": ({"containerDefinitions": [container("a b")]}, "Container.name contains invalid characters."),
    "none essential": (
        {"containerDefinitions": [container(essential=False)]},
        "A TaskDefinition must have at least one essential container.",
    ),
    "no memory at all": (
        {"containerDefinitions": [{"name": "main", "image": "a"}]},
        "Invalid setting for container 'main'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ),
    "cpu": ({"cpu": "lots"}, CPU),
    "cpu too small": ({"cpu": "64"}, CPU),
    "cpu of the containers": (
        {"cpu": "256", "containerDefinitions": [container("a", cpu=200), container("b", cpu=100)]},
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    ),
    "role": ({"taskRoleArn": "arn:aws:iam::1:nope"}, "Role is not valid"),
    "secrets without a role": (
        {"containerDefinitions": [container(secrets=[SECRET])]},
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    ),
    "secret with a variable's name": (
        {
            "containerDefinitions": [container(secrets=[SECRET], environment=[{"name": "S", "value": "1"}])],
            "executionRoleArn": ROLE,
        },
        "The secret name must be unique and not shared with any new or existing environment variables set on the "
        "container, such as 'S'.",
    ),
    "awsvpc ports": (
        {
            "networkMode": "awsvpc",
            "containerDefinitions": [container(portMappings=[{"containerPort": 1, "hostPort": 2}])],
        },
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
    ),
    "host ports": (
        {
            "networkMode": "host",
            "containerDefinitions": [container(portMappings=[{"containerPort": 1, "hostPort": 2}])],
        },
        "When networkMode=host, the host ports and container ports in port mappings must match.",
    ),
    "awslogs options": (
        {"containerDefinitions": [container(logConfiguration={"logDriver": "awslogs", "options": {}})]},
        "Log driver awslogs requires options: awslogs-region, awslogs-group",
    ),
    "waiting for an essential container's end": (
        {
            "containerDefinitions": [
                container("a"),
                container("b", dependsOn=[{"containerName": "a", "condition": "SUCCESS"}]),
            ]
        },
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    ),
    "too large": (
        {"containerDefinitions": [container(command=["x" * 70_000])]},
        "Actual length: '70163'. Max allowed length is '65536' bytes.",
    ),
    "Fargate without cpu": (
        {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "memory": "512"},
        "Fargate requires that 'cpu' be defined at the task level.",
    ),
    "Fargate without memory": (
        {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256"},
        "Fargate requires that 'memory' be defined at the task level.",
    ),
    "Fargate size": (
        FARGATE | {"cpu": "300"},
        "No Fargate configuration exists for given values: 300 CPU, 512 memory.",
    ),
    "Fargate pair": (
        FARGATE | {"cpu": "1024", "memory": "1024"},
        "No Fargate configuration exists for given values: 1024 CPU, 1024 memory.",
    ),
    "Fargate logs without a role": (
        FARGATE | {"containerDefinitions": [container(logConfiguration=LOGS)]},
        "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    ),
    "Fargate from ECR without a role": (
        FARGATE | {"containerDefinitions": [container(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1")]},
        "Fargate requires task definition to have execution role ARN to support ECR images.",
    ),
}

ASSUMED: dict[str, dict[str, Any]] = {
    "eleven containers": {"containerDefinitions": [container(f"c{number}") for number in range(11)]},
    "a name twice": {"containerDefinitions": [container(), container()]},
    "waits for nobody": {
        "containerDefinitions": [container(dependsOn=[{"containerName": "other", "condition": "START"}])]
    },
    "waits in a circle": {
        "containerDefinitions": [
            container("a", dependsOn=[{"containerName": "b", "condition": "START"}]),
            container("b", dependsOn=[{"containerName": "a", "condition": "START"}]),
        ]
    },
    "unknown volume": {"containerDefinitions": [container(mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}])]},
    "volumes from nobody": {"containerDefinitions": [container(volumesFrom=[{"sourceContainer": "other"}])]},
    "a volume twice": {"volumes": [{"name": "v"}, {"name": "v"}]},
    "ports without a network": {
        "networkMode": "none",
        "containerDefinitions": [container(portMappings=[{"containerPort": 80}])],
    },
    "health check without a command": {"containerDefinitions": [container(healthCheck={"command": []})]},
    "health check too often": {
        "containerDefinitions": [container(healthCheck={"command": ["CMD", "a"], "interval": 1})]
    },
    "less memory than reserved": {"containerDefinitions": [container(memory=64, memoryReservation=128)]},
    "Fargate privileged": FARGATE | {"containerDefinitions": [container(privileged=True)]},
    "Fargate bridge": FARGATE | {"networkMode": "bridge"},
    "Fargate stop timeout": FARGATE | {"containerDefinitions": [container(stopTimeout=121)]},
    "Fargate placement": FARGATE | {"placementConstraints": [{"type": "memberOf", "expression": "a == b"}]},
}


@pytest.mark.gap(12)
@pytest.mark.parametrize("case", [case for case in TOLD if case not in ("no name", "no image", "no memory at all")])
def test_a_definition_that_cannot_be_is_refused(cloud: Cloud, case: str) -> None:
    members, message = TOLD[case]
    request = {"family": cloud.name("family"), "containerDefinitions": [container()], **members}
    assert refusal(cloud.client("ecs").register_task_definition, **request) == ("ClientException", message)


@pytest.mark.parametrize("case", ["no name", "no image", "no memory at all"])
def test_what_moto_refuses_too(cloud: Cloud, case: str) -> None:
    members, message = TOLD[case]
    told = refusal(cloud.client("ecs").register_task_definition, family=cloud.name("family"), **members)
    assert told == ("ClientException", message)


@pytest.mark.gap(12)
@pytest.mark.parametrize("case", ASSUMED)
def test_assumed_texts_of_further_refusals(cloud: Cloud, case: str) -> None:
    request = {"family": cloud.name("family"), "containerDefinitions": [container()], **ASSUMED[case]}
    assert refusal(cloud.client("ecs").register_task_definition, **request)[0] == "ClientException"


@pytest.mark.gap(12)
@pytest.mark.parametrize("cpu", [256, 512, 1024, 2048, 4096, 8192, 16384])
def test_every_documented_fargate_size_is_taken(aws: LocalAws, cpu: Any) -> None:
    """botocore, RegisterTaskDefinition.memory: the table of sizes; the first and last of each row, and one beyond."""
    lowest, highest, step = {
        256: (512, 2048, 1024),
        512: (1024, 4096, 1024),
        1024: (2048, 8192, 1024),
        2048: (4096, 16384, 1024),
        4096: (8192, 30720, 1024),
        8192: (16384, 61440, 4096),
        16384: (32768, 122880, 8192),
    }[cpu]
    ecs = aws.client("ecs")
    request = {"family": "f", "containerDefinitions": [container()], **FARGATE, "cpu": str(cpu)}
    for memory in (lowest, highest):
        assert ecs.register_task_definition(**request | {"memory": str(memory)})["taskDefinition"]["status"] == "ACTIVE"
    for memory in (lowest - 256, highest + step):
        assert refusal(ecs.register_task_definition, **request | {"memory": str(memory)})[0] == "ClientException"
