import json
from typing import Any

import pytest

from tests.manifests.conftest import Directory

ROLE = "arn:aws:iam::111111111111:role/exec"
VCPU, MEMORY = {"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}
CONTAINER: dict[str, Any] = {"image": "busybox", "resourceRequirements": [VCPU, MEMORY]}
JOB: dict[str, Any] = {"type": "container", "containerProperties": CONTAINER}
FARGATE: dict[str, Any] = {
    "type": "container",
    "platformCapabilities": ["FARGATE"],
    "containerProperties": {**CONTAINER, "executionRoleArn": ROLE},
}


def manifest(definition: dict[str, Any], **spec: Any) -> dict[str, str]:
    spec = {"jobDefinition": definition, "run": {"jobQueue": "q"}, **spec}
    text = {"apiVersion": "reconciler/v1", "kind": "BatchJob", "metadata": {"name": "hello"}, "spec": spec}
    return {"jobs.d/job.json": json.dumps(text)}


def container(**changes: Any) -> dict[str, Any]:
    return {"type": "container", "containerProperties": {**CONTAINER, **changes}}


def tasks(*containers: dict[str, Any], **task: Any) -> dict[str, Any]:
    every = [{"name": "main", **CONTAINER, **each} for each in containers]
    return {"type": "container", "ecsProperties": {"taskProperties": [{**task, "containers": every}]}}


WHERE = "spec.jobDefinition.containerProperties"
TASK = "spec.jobDefinition.ecsProperties.taskProperties[0]"


@pytest.mark.parametrize(
    ("definition", "error"),
    [
        ({"type": "container"}, "spec.jobDefinition: containerProperties or ecsProperties or eksProperties is required for type container"),
        ({**JOB, "type": "multinode"}, f"{WHERE}: containerProperties does not fit type multinode"),
        ({**JOB, **tasks({})}, "spec.jobDefinition.ecsProperties: containerProperties and ecsProperties exclude each other (keep one)"),
        (container(image=None), f"{WHERE}: image is required"),
        (container(resourceRequirements=[MEMORY]), f"{WHERE}: resourceRequirements lacks VCPU (add {{type: VCPU, value: …}})"),
        (container(resourceRequirements=[VCPU, MEMORY, VCPU]), f"{WHERE}.resourceRequirements[2]: VCPU is given twice (first in resourceRequirements[0])"),
        (container(vcpus=1), f"{WHERE}.vcpus: vcpus and the resource requirement VCPU exclude each other (drop vcpus)"),
        (container(resourceRequirements=[{"type": "VCPU", "value": "0.5"}, MEMORY]), f'{WHERE}.resourceRequirements: expected a whole number for VCPU, got "0.5"'),
        (container(environment=[{"name": "AWS_BATCH_X", "value": "1"}]), f"{WHERE}.environment[0].name: AWS_BATCH_X begins with AWS_BATCH, which Batch keeps to itself"),
        (container(environment=[{"name": "A", "value": "1"}], secrets=[{"name": "A", "valueFrom": "x"}]), f'{WHERE}.secrets[0].name: "A" is also in environment (keep the secret and drop the variable)'),
        (container(mountPoints=[{"sourceVolume": "x"}]), f'{WHERE}.mountPoints[0].sourceVolume: no volume "x" (none is declared)'),
        (container(command=["x" * 30_000]), "spec.jobDefinition: the job definition is too large (expected at most 24 KiB, got 29.5 KiB)"),
        (tasks({}, {}), f'{TASK}.containers[1]: duplicate container name "main" (first in containers[0])'),
        (tasks({"dependsOn": [{"containerName": "x", "condition": "START"}]}), f'{TASK}.containers[0].dependsOn[0]: no container "x" (expected one of main)'),
        (tasks({"dependsOn": [{"containerName": "main", "condition": "START"}]}), f"{TASK}.containers[0].dependsOn: the containers wait for each other in a circle (main → main)"),
        (tasks({"mountPoints": [{"sourceVolume": "x"}]}, volumes=[{"name": "y"}]), f'{TASK}.containers[0].mountPoints[0].sourceVolume: no volume "x" (expected one of y)'),
        (container(jobRoleArn="runner"), f'{WHERE}.jobRoleArn: expected the ARN of an IAM role, got "runner"'),
        (tasks({}, taskRoleArn="arn:aws:iam::<account>:role/x"), f'{TASK}.taskRoleArn: expected the ARN of an IAM role, got "arn:aws:iam::<account>:role/x" (a variable is written ${{{{ NAME }}}})'),
        (container(jobRoleArn="arn:aws:iam::XXXXXXXXXXXX:role/x"), f'{WHERE}.jobRoleArn: expected the ARN of an IAM role, got "arn:aws:iam::XXXXXXXXXXXX:role/x" (an account\'s id has twelve digits)'),
        ({**JOB, "retryStrategy": {"evaluateOnExit": [{"action": "EXIT", "onExitCode": "1"}]}}, "spec.jobDefinition.retryStrategy: attempts is required"),
        (container(networkConfiguration={"assignPublicIp": "ENABLED"}), f"{WHERE}.networkConfiguration: networkConfiguration is for Fargate only (add platformCapabilities: [FARGATE])"),
        ({**JOB, "platformCapabilities": ["FARGATE"]}, f"{WHERE}: Fargate requires executionRoleArn"),
        ({**FARGATE, **container(executionRoleArn=ROLE, privileged=True)}, f"{WHERE}.privileged: privileged is not supported on Fargate"),
        ({**FARGATE, **container(executionRoleArn=ROLE, vcpus=1, resourceRequirements=[MEMORY])}, f"{WHERE}.vcpus: vcpus is not supported on Fargate (use resourceRequirements with type VCPU)"),
        ({**FARGATE, **container(executionRoleArn=ROLE, resourceRequirements=[VCPU, {"type": "MEMORY", "value": "512"}])}, f'{WHERE}.resourceRequirements: expected 2048 to 8192 MiB in steps of 1024 with VCPU 1 on Fargate, got "512"'),
        ({**FARGATE, **container(executionRoleArn=ROLE, resourceRequirements=[{"type": "VCPU", "value": "3"}, MEMORY])}, f'{WHERE}.resourceRequirements: expected one of 0.25, 0.5, 1, 2, 4, 8, 16, 32 for VCPU on Fargate, got "3"'),
        ({**FARGATE, **container(executionRoleArn=ROLE, resourceRequirements=[VCPU, MEMORY, {"type": "GPU", "value": "1"}])}, f"{WHERE}.resourceRequirements: a GPU is not supported on Fargate"),
    ],
)  # fmt: skip
def test_what_a_registration_would_refuse(jobs_d: Directory, definition: dict[str, Any], error: str) -> None:
    assert [told.split(" ", 1)[1] for told in jobs_d.errors(manifest(definition))] == [error]


@pytest.mark.parametrize(
    "definition",
    [
        JOB,
        FARGATE,
        container(resourceRequirements=[], vcpus=1, memory=64),
        tasks({}),
        {**FARGATE, **container(executionRoleArn=ROLE, resourceRequirements=[{"type": "VCPU", "value": ".25"}, {"type": "MEMORY", "value": 512}])},
        {
            "type": "multinode",
            "nodeProperties": {
                "numNodes": 2,
                "mainNode": 0,
                "nodeRangeProperties": [{"targetNodes": "0:1", "container": CONTAINER}],
            },
        },
    ],
)  # fmt: skip
def test_what_a_registration_would_accept(jobs_d: Directory, definition: dict[str, Any]) -> None:
    assert jobs_d.errors(manifest(definition)) == []


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ({"activeDeadlineSeconds": 60, "run": {"jobQueue": "q", "timeout": {"attemptDurationSeconds": 60}}},
         "spec.run.timeout: activeDeadlineSeconds and run.timeout exclude each other (keep one of them)"),
        ({"backoffLimit": 1, "run": {"jobQueue": "q", "retryStrategy": {"attempts": 2}}},
         "spec.run.retryStrategy: backoffLimit and run.retryStrategy exclude each other (keep one of them)"),
        ({"activeDeadlineSeconds": 59}, "spec.activeDeadlineSeconds: expected at least 60, got 59"),
        ({"backoffLimit": 10}, "spec.backoffLimit: expected at most 9, got 10"),
    ],
)  # fmt: skip
def test_timeouts_and_retries_have_one_spelling(jobs_d: Directory, spec: dict[str, Any], error: str) -> None:
    assert [told.split(" ", 1)[1] for told in jobs_d.errors(manifest(JOB, **spec))] == [error]
