"""How long a comparison takes: `python -m tests.bench.compare`. Printed, never asserted.

Beside prefect-aws's, on many pairs: `python -m tests.bench --only comparing`.
"""

import copy
import sys
import time
import timeit
from collections.abc import Callable
from typing import Any

from reconciler.core.diff import compare
from reconciler.core.digest import digest
from reconciler.kinds.task_definition_rules import RULES

_REPEATS = 5


def written() -> dict[str, Any]:
    """Answer a typical Fargate definition: a job and a log router."""
    log = {"logDriver": "awsfirelens", "options": {"Name": "cloudwatch", "region": "eu-west-1", "log_group_name": "/j"}}
    return {
        "family": "nightly-report",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1 vCPU",
        "memory": "2 GB",
        "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
        "taskRoleArn": "arn:aws:iam::111122223333:role/report",
        "containerDefinitions": [
            {
                "name": "main",
                "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/report:2026-11-02",
                "command": ["python", "-m", "report", "--all"],
                "environment": [{"name": f"SETTING_{number}", "value": str(number)} for number in range(8)],
                "secrets": [{"name": "TOKEN", "valueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/t"}],
                "portMappings": [{"containerPort": 8080}],
                "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}],
                "logConfiguration": log,
            },
            {
                "name": "log_router",
                "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
                "essential": False,
                "firelensConfiguration": {"type": "fluentbit", "options": {"enable-ecs-log-metadata": "true"}},
                "healthCheck": {"command": ["CMD-SHELL", "true"]},
                "environment": [{"name": "AWS_REGION", "value": "eu-west-1"}],
            },
        ],
        "volumes": [{"name": "scratch"}],
    }


def described() -> dict[str, Any]:
    """Answer what DescribeTaskDefinition makes of it."""
    live = copy.deepcopy(written())
    for container in live["containerDefinitions"]:
        container["environment"].reverse()
        for member in ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"):
            container.setdefault(member, [])
        container.setdefault("cpu", 0)
        container.setdefault("essential", True)
        for mapping in container["portMappings"]:
            mapping |= {"hostPort": mapping["containerPort"], "protocol": "tcp"}
    live["containerDefinitions"][1]["healthCheck"] |= {"interval": 30, "timeout": 5, "retries": 3}
    live["containerDefinitions"][1]["user"] = "0"
    live["volumes"][0]["host"] = {}
    return live | {
        "cpu": "1024",
        "memory": "2048",
        "placementConstraints": [],
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly-report:7",
        "revision": 7,
        "status": "ACTIVE",
        "compatibilities": ["EC2", "FARGATE"],
        "requiresAttributes": [{"name": f"com.amazonaws.ecs.capability.{number}"} for number in range(12)],
        "registeredAt": "2026-11-02T03:00:00Z",
        "registeredBy": "arn:aws:iam::111122223333:user/ci",
    }


def microseconds(call: Callable[[], object], times: int) -> float:
    """Answer the processor time of a call, the best of some runs."""
    return min(timeit.repeat(call, number=times, repeat=_REPEATS, timer=time.process_time)) / times * 1e6


def report() -> list[str]:
    """Time the two pairs and answer a line for each."""
    desired, live = written(), described()
    drifted = copy.deepcopy(live)
    drifted["containerDefinitions"][0]["image"] += "-old"
    assert compare(desired, live, RULES) == ()
    assert len(compare(desired, drifted, RULES)) == 1
    return [
        f"equal pair      {microseconds(lambda: compare(desired, live, RULES), 1000):8.0f} µs",
        f"different pair  {microseconds(lambda: compare(desired, drifted, RULES), 50):8.0f} µs",
        f"digest          {microseconds(lambda: digest(desired), 1000):8.0f} µs",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(report()) + "\n")
