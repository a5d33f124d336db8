"""The shortest body that says the same, as `import` writes it."""

from typing import Any

from reconciler.core.minimal import minimal
from reconciler.kinds.job_definition_rules import RULES as JOB_DEFINITION
from reconciler.kinds.task_definition_rules import RULES as TASK_DEFINITION

LIVE: dict[str, Any] = {
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly:7",
    "containerDefinitions": [
        {
            "image": "r/app:1",
            "name": "main",
            "cpu": 0,
            "links": [],
            "portMappings": [{"hostPort": 80, "protocol": "tcp", "containerPort": 80}],
            "essential": True,
            "environment": [{"value": "2", "name": "B"}, {"name": "A", "value": ""}],
            "secrets": [{"name": "Z", "valueFrom": "/z"}, {"name": "Y", "valueFrom": "/y"}],
            "command": ["run", ""],
            "user": None,
            "linuxParameters": {"capabilities": {}, "devices": []},
            "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 4},
        }
    ],
    "family": "nightly",
    "taskRoleArn": "arn:aws:iam::111122223333:role/jobs",
    "networkMode": "awsvpc",
    "revision": 7,
    "volumes": [{"name": "scratch", "host": {}}, {"name": "d", "dockerVolumeConfiguration": {"driver": "local"}}],
    "status": "ACTIVE",
    "cpu": "256",
    "registeredBy": "arn:aws:iam::111122223333:user/ci",
}


def test_what_aws_adds_and_what_is_the_default_is_left_out_and_names_come_first() -> None:
    short = minimal(LIVE, TASK_DEFINITION)
    assert short == {
        "family": "nightly",
        "containerDefinitions": [
            {
                "name": "main",
                "image": "r/app:1",
                "portMappings": [{"containerPort": 80}],
                "environment": [{"name": "A", "value": ""}, {"name": "B", "value": "2"}],
                "secrets": [{"name": "Z", "valueFrom": "/z"}, {"name": "Y", "valueFrom": "/y"}],
                "command": ["run", ""],
                "healthCheck": {"command": ["CMD", "true"], "retries": 4},
            }
        ],
        "taskRoleArn": "arn:aws:iam::111122223333:role/jobs",
        "networkMode": "awsvpc",
        "volumes": [{"name": "scratch"}, {"name": "d", "dockerVolumeConfiguration": {"driver": "local"}}],
        "cpu": "256",
    }
    assert list(short) == ["family", "containerDefinitions", "taskRoleArn", "networkMode", "volumes", "cpu"]
    assert list(short["containerDefinitions"][0])[:2] == ["name", "image"]
    assert list(short["containerDefinitions"][0]["environment"][1]) == ["name", "value"]


def test_what_is_shortened_stays_as_it_was() -> None:
    before = repr(LIVE)
    minimal(LIVE, TASK_DEFINITION)["containerDefinitions"][0]["command"].append("more")
    assert repr(LIVE) == before


def test_an_empty_variable_is_left_out_of_a_job_definition_only() -> None:
    live = {
        "jobDefinitionName": "j",
        "type": "container",
        "parameters": {},
        "containerProperties": {"image": "i", "environment": [{"name": "A", "value": ""}], "ulimits": []},
        "platformCapabilities": ["EC2"],
    }
    assert minimal(live, JOB_DEFINITION) == {
        "jobDefinitionName": "j",
        "type": "container",
        "containerProperties": {"image": "i"},
    }
