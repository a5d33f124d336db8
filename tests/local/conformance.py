"""What the tests of the conformance suite share."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

FARGATE: dict[str, Any] = {
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
}


def container(name: str = "main", **members: Any) -> dict[str, Any]:
    return {"name": name, "image": "public.ecr.aws/docker/library/busybox:1", "memory": 128, **members}


class Cloud:
    """What a conformance test needs of any AWS: clients, names of its own, time that passes, and tidying up."""

    def __init__(self, client: Callable[[str], Any], wait: Callable[[float], None]) -> None:
        self.client = client
        self.wait = wait
        self._tidy: list[Callable[[], object]] = []

    def name(self, word: str) -> str:
        return f"conformance-{word}-{uuid.uuid4().hex[:12]}"

    def later(self, tidy: Callable[[], object]) -> None:
        self._tidy.append(tidy)

    def tidy(self) -> None:
        while self._tidy:
            self._tidy.pop()()

    def register(self, family: str | None = None, **members: Any) -> dict[str, Any]:
        """Register a definition, that goes away at the end of the test; its description."""
        ecs = self.client("ecs")
        request = {"family": family or self.name("family"), "containerDefinitions": [container()], **members}
        definition: dict[str, Any] = ecs.register_task_definition(**request)["taskDefinition"]
        self.later(lambda: self._deregister(definition["taskDefinitionArn"]))
        return definition

    def _deregister(self, arn: str) -> None:
        from botocore.exceptions import ClientError

        with suppress(ClientError):  # the test may have deleted it
            self.client("ecs").deregister_task_definition(taskDefinition=arn)

    def describe(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("ecs").describe_task_definition(taskDefinition=identifier)
        described: dict[str, Any] = found["taskDefinition"]
        return described

    def group(self) -> str:
        """A log group that goes away at the end of the test."""
        logs, name = self.client("logs"), "/" + self.name("group")
        logs.create_log_group(logGroupName=name)
        self.later(lambda: logs.delete_log_group(logGroupName=name))
        return name


def refusal(call: Callable[..., Any], **members: Any) -> tuple[str, str]:
    """The code and the message of the error that a call must end in."""
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as told:
        call(**members)
    return told.value.response["Error"]["Code"], told.value.response["Error"]["Message"]


def service_role(aws: Any) -> dict[str, Any]:
    """What moto alone wants to make a Batch compute environment, and AWS does not: an explicit, existing role."""
    from reconciler.local import LocalAws

    if isinstance(aws, LocalAws):
        return {}
    role = aws.client("iam").create_role(RoleName="batch", AssumeRolePolicyDocument="{}")
    return {"serviceRole": role["Role"]["Arn"]}


def subnet(aws: Any) -> str:
    """One of the default VPC."""
    found: str = aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    return found
