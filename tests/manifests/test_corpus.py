"""Every real task definition becomes an EcsJob; what AWS would refuse is refused, at its line and for this reason.

The reasons are ours, the files are not: a value is never repeated here (`"…"`). Three kinds of refusal make up most:
placeholders of other tools' templates (`{{ }}`, `<NAME>`, `AC180`), members that documentation left out (memory,
execution role), and mistakes (ports, volumes, a secret that is also a variable).
"""

import json
import re
import shutil
from pathlib import Path

import pytest

from reconciler.manifests import LoadRequest, load
from reconciler.model import Manifests, Problem, Severity

ACCEPTED = 180
REFUSED: dict[str, list[str]] = {
    "AlpriElse__uiuc-hammock-spots__.aws__task-definition.json": [
        "65 volumes[0].name: expected up to 255 letters, digits, underscores and hyphens",
        "105 tags[0].key: expected some text",
    ],
    "CS3219-AY2223S1-T33__cs3219-project-ay2223s1-g33__.aws__task-definitio-judge0.json": [
        "16 containerDefinitions[0].image: image is required",
        "42 containerDefinitions[1].image: image is required",
    ],
    "CS3219-AY2223S1-T33__cs3219-project-ay2223s1-g33__.aws__task-definition-judge0.json": [
        "16 containerDefinitions[0].image: image is required",
        "43 containerDefinitions[1].image: image is required",
    ],
    "CS3219-AY2223S1-T33__cs3219-project-ay2223s1-g33__.aws__task-definition-judge0.json@294ac53168.json": [
        "16 containerDefinitions[0].image: image is required",
        "42 containerDefinitions[1].image: image is required",
    ],
    "CS3219-AY2223S1-T33__cs3219-project-ay2223s1-g33__.aws__task-definition.json": [
        "29 containerDefinitions[1].image: image is required",
        "57 containerDefinitions[2].image: image is required",
        "85 containerDefinitions[3].image: image is required",
        "123 containerDefinitions[4].image: image is required",
        "151 containerDefinitions[5].image: image is required",
        "180 containerDefinitions[6].image: image is required",
        "208 containerDefinitions[7].image: image is required",
        "255 containerDefinitions[8].image: image is required",
        "272 containerDefinitions[9].image: image is required",
    ],
    "CS3219-AY2223S1-T33__cs3219-project-ay2223s1-g33__.aws__task-definition.json@593a541970.json": [
        "2 containerDefinitions: expected at most 10 containers",
        "10 containerDefinitions[0].image: image is required",
        "32 containerDefinitions[1].image: image is required",
        "70 containerDefinitions[3].image: image is required",
        "98 containerDefinitions[4].image: image is required",
        "126 containerDefinitions[5].image: image is required",
        "164 containerDefinitions[6].image: image is required",
        "192 containerDefinitions[7].image: image is required",
        "221 containerDefinitions[8].image: image is required",
        "249 containerDefinitions[9].image: image is required",
        "296 containerDefinitions[10].image: image is required",
        "313 containerDefinitions[11].image: image is required",
    ],
    "GitSDamien__OC_11_Medhead_ERS__aws__ECS_task-definition-rev-1.json": [
        "33 containerDefinitions[0].repositoryCredentials: ECR takes no credentials",
        "33 containerDefinitions[0].repositoryCredentials: a private registry needs an executionRoleArn",
        "71 containerDefinitions[1].repositoryCredentials: ECR takes no credentials",
        "71 containerDefinitions[1].repositoryCredentials: a private registry needs an executionRoleArn",
    ],
    "Hokusai-protocol__hokusai-data-pipeline__api-task-definition.json": [
        '69 containerDefinitions[0].secrets[1].name: "…" is also in environment',
        '73 containerDefinitions[0].secrets[2].name: "…" is also in environment',
        '81 containerDefinitions[0].secrets[4].name: duplicate secret "…" (first in secrets[3])',
    ],
    "Jnpaul1984__Cricksy_Scorer__GPU_CHUNKED_PIPELINE_IMPLEMENTATION.md#block9.json": [
        "65 taskRoleArn: expected the ARN of an IAM role",
        "66 executionRoleArn: expected the ARN of an IAM role",
    ],
    "PrefectHQ__prefect__docs__integrations__prefect-aws__ecs-worker__manual-deployment.mdx#block45.json": [
        "9 executionRoleArn: expected the ARN of an IAM role",
        "10 taskRoleArn: expected the ARN of an IAM role",
    ],
    "PrefectHQ__prefect__docs__integrations__prefect-aws__ecs__iam__task-definition.json": [
        "9 executionRoleArn: expected the ARN of an IAM role",
        "10 taskRoleArn: expected the ARN of an IAM role",
    ],
    "TrustAllianceNZ__trustalliance-ipfs__taskdef.json": [
        "2 executionRoleArn: expected the ARN of an IAM role",
        "3 taskRoleArn: expected the ARN of an IAM role",
        "8 containerDefinitions[0].name: expected up to 255 letters, digits, underscores and hyphens",
        "34 family: expected up to 255 letters, digits, underscores and hyphens",
    ],
    "TrustAllianceNZ__trustalliance-ipfs__taskdef.json@598f303bac.json": [
        "2 executionRoleArn: expected the ARN of an IAM role",
        "3 taskRoleArn: expected the ARN of an IAM role",
        "8 containerDefinitions[0].name: expected up to 255 letters, digits, underscores and hyphens",
        "34 family: expected up to 255 letters, digits, underscores and hyphens",
    ],
    "TrustAllianceNZ__trustalliance-ipfs__taskdefinition.json": [
        "8 containerDefinitions[0].name: expected up to 255 letters, digits, underscores and hyphens",
        "34 family: expected up to 255 letters, digits, underscores and hyphens",
    ],
    "aws-observability__aws-otel-collector__examples__ec2__aws-cloudwatch__ecs-ec2-sidecar.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "aws-observability__aws-otel-collector__examples__ec2__aws-cloudwatch__ecs-fargate-sidecar.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "aws-observability__aws-otel-collector__examples__ecs__aws-cloudwatch__ecs-fargate-sidecar.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "aws-observability__aws-otel-collector__examples__ecs__aws-prometheus__ecs-ec2-task-def.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "5 networkMode: expected bridge, host, awsvpc or none",
        "9 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "aws-observability__aws-otel-collector__examples__ecs__aws-prometheus__ecs-fargate-task-def.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "23 containerDefinitions[1].image: expected an image such as repository/name:tag",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__daemon-service__cwagent-ecs-instance-metric__cwagent-ecs-instance-metric.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__replica-service__cwagent-prometheus__cwagent-prometheus-task-definition.json": [
        "2 family: expected up to 255 letters, digits, underscores and hyphens",
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "5 networkMode: expected bridge, host, awsvpc or none",
        "35 requiresCompatibilities[0]: expected EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__sidecar__combination__combination-ec2.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "9 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__sidecar__combination__combination-fargate.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "9 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__sidecar__cwagent-sdkmetrics__cwagent-sdkmetrics-ec2.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "9 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__sidecar__cwagent-statsd__cwagent-statsd-ec2.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "aws-samples__amazon-cloudwatch-container-insights__ecs-task-definition-templates__deployment-mode__sidecar__cwagent-statsd__cwagent-statsd-fargate.json": [
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "aws-samples__aws-containers-task-definitions__gunicorn__gunicorn_fargate.json": [
        "22 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "aws-samples__aws-containers-task-definitions__jetty__jetty_fargate.json": [
        "26 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "aws-samples__aws-containers-task-definitions__kibana__kibana_ec2.json": [
        "9 containerDefinitions[0].portMappings[0].hostPort: expected containerPort (5601) under networkMode awsvpc",
    ],
    "aws-samples__aws-containers-task-definitions__kibana__kibana_fargate.json": [
        "29 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "aws-samples__aws-containers-task-definitions__nginx__nginx_fargate.json": [
        "18 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "aws-samples__aws-containers-task-definitions__tomcat__tomcat_ec2.json": [
        "12 containerDefinitions[0].portMappings[0].hostPort: expected containerPort (8080) under networkMode awsvpc",
    ],
    "aws-samples__aws-containers-task-definitions__tomcat__tomcat_fargate.json": [
        "4 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "aws-samples__aws-containers-task-definitions__wildfly__wildfly_fargate.json": [
        "34 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "aws__aws-for-fluent-bit__troubleshooting__tools__log-loss-test-framework__awslogs-benchmarking-scripts__cross-region-test__fargate-task.json": [
        "2 family: expected up to 255 letters, digits, underscores and hyphens",
    ],
    "aws__aws-for-fluent-bit__troubleshooting__tools__log-loss-test-framework__awslogs-benchmarking-scripts__fargate-task.json": [
        "2 family: expected up to 255 letters, digits, underscores and hyphens",
    ],
    "aws__aws-for-fluent-bit__troubleshooting__tools__log-loss-test-framework__awslogs-benchmarking-scripts__task-def.json": [
        "2 family: expected up to 255 letters, digits, underscores and hyphens",
    ],
    "aws__aws-for-fluent-bit__troubleshooting__tutorials__cloud-firelens-crash-repro-template__task-def-template.json": [
        "2 family: expected up to 255 letters, digits, underscores and hyphens",
        "3 taskRoleArn: expected the ARN of an IAM role",
        "4 executionRoleArn: expected the ARN of an IAM role",
        "16 containerDefinitions[0].image: expected an image such as repository/name:tag",
        "63 containerDefinitions[1].image: expected an image such as repository/name:tag",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__create-blue-green.md#block8.json": [
        "30 executionRoleArn: expected the ARN of an IAM role",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__ecs-inference.md#block3.json": [
        "16 executionRoleArn: expected the ARN of an IAM role",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__example_task_definitions.md#block7.json": [
        "33 containerDefinitions[0]: memory is required (here, as memoryReservation, or for the whole task)",
        "51 containerDefinitions[1]: memory is required (here, as memoryReservation, or for the whole task)",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__firelens-taskdef.md#block2.json": [
        "3 containerDefinitions[0]: memory is required (here, as memoryReservation, or for the whole task)",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__firelens-taskdef.md#block3.json": [
        "3 containerDefinitions[0]: memory is required (here, as memoryReservation, or for the whole task)",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__specifying-sensitive-data-tutorial.md#block1.json": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "awsdocs__amazon-ecs-developer-guide__doc_source__tutorial-wfsx-volumes.md#block1.json": [
        '19 containerDefinitions[0].mountPoints[0].sourceVolume: no volume "…" (expected one of fsx-windows-vol)',
        '42 containerDefinitions[1].mountPoints[0].sourceVolume: no volume "…" (expected one of fsx-windows-vol)',
    ],
    "enoduor__realdoc__task-def-env-clerk.json": [
        '63 containerDefinitions[0].secrets[4].name: "…" is also in environment',
    ],
    "jeujai__Librarian__.kiro__specs__aws-production-deployment__design.md#block3.json": [
        "9 executionRoleArn: expected the ARN of an IAM role",
        "10 taskRoleArn: expected the ARN of an IAM role",
    ],
    "jeujai__Librarian__src__multimodal_librarian__validation__USAGE_GUIDE.md#block3.json": [
        "7 containerDefinitions[0]: memory is required (here, as memoryReservation, or for the whole task)",
    ],
    "kayac__ecspresso__tests__run-test-td.json": [
        "40 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "kayac__ecspresso__tests__td-in-tags.json": [
        "41 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "kayac__ecspresso__tests__td-plain-in-tags.json": [
        "40 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "kayac__ecspresso__tests__td-plain.json": [
        "40 containerDefinitions[0].image: expected an image such as repository/name:tag",
    ],
    "kuy__saml-proxy__ecs-task.json": [
        "4 executionRoleArn: expected the ARN of an IAM role",
    ],
    "pipe-cd__pipecd__examples__v0__ecs__attachment__taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
        "4 containerDefinitions[0].command: expected a list",
    ],
    "pipe-cd__pipecd__examples__v0__ecs__bluegreen__taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "pipe-cd__pipecd__examples__v0__ecs__servicediscovery__simple__taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "pipe-cd__pipecd__examples__v0__ecs__standalone-task__launch-type__ec2__network-mode__awsvpc__taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "pipe-cd__pipecd__examples__v0__ecs__standalone-task__launch-type__ec2__network-mode__bridge__taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "pipe-cd__pipecd__examples__v0__ecs__standalone-task__launch-type__fargate__taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "pipe-cd__pipecd__pkg__app__piped__platformprovider__ecs__testdata__new_taskdef.yaml": [
        "2 executionRoleArn: expected the ARN of an IAM role",
    ],
    "rajvasupilli__test-actions__ec2-task-definition.json": [
        "12 containerDefinitions[0].portMappings[0].hostPort: expected containerPort (8080) under networkMode awsvpc",
    ],
    "rajvasupilli__test-actions__ecs-task-definition.json@5eb0925588.json": [
        "12 containerDefinitions[0].portMappings[0].hostPort: expected containerPort (80) under networkMode awsvpc",
    ],
    "shogogg__aws-cdk-ecspresso-laravel-example-2024__infra__aws__ecspresso__ecs-service-task-definition.json": [
        "2 family: expected up to 255 letters, digits, underscores and hyphens",
        "9 executionRoleArn: expected the ARN of an IAM role",
        "13 containerDefinitions[0].image: expected an image such as repository/name:tag",
        "26 containerDefinitions[1].image: expected an image such as repository/name:tag",
    ],
    "siheon012__capstone__front__README.md#block38.json": [
        "1 : Fargate requires networkMode: awsvpc",
        "6 containerDefinitions[0].image: an ECR image needs an executionRoleArn on Fargate",
        "19 containerDefinitions[0].logConfiguration: awslogs needs an executionRoleArn on Fargate",
    ],
    "stuartshay__AzureDevOpsKats__ecspresso__shared_config__task-def.json": [
        "8 containerDefinitions[0].image: expected an image such as repository/name:tag",
        "41 family: expected up to 255 letters, digits, underscores and hyphens",
        "44 executionRoleArn: expected the ARN of an IAM role",
        "45 taskRoleArn: expected the ARN of an IAM role",
    ],
    "swm16-wREck__Oddiya-Backend__terraform__ecs-infrastructure__optimized-task-definition.json": [
        "9 executionRoleArn: expected the ARN of an IAM role",
        "10 taskRoleArn: expected the ARN of an IAM role",
    ],
    "toddllm__music_box__realtime-service__ecs-task-definition.json": [
        "9 taskRoleArn: expected the ARN of an IAM role",
        "10 executionRoleArn: expected the ARN of an IAM role",
    ],
    "toddllm__music_box__test-task-definition.json.bak": [
        "8 executionRoleArn: expected the ARN of an IAM role",
    ],
}


ACCEPTED_BATCH = 26
REFUSED_BATCH: dict[str, list[str]] = {
    "aws-samples__aws-genomics-workflows__docs__orchestration__nextflow__nextflow-overview.md#block3.json": [
        "11 spec.jobDefinition.containerProperties.jobRoleArn: expected the ARN of an IAM role",
    ],
    "aws__aws-cli__awscli__examples__batch__describe-job-definitions.rst#block1.json": [
        "8 spec.jobDefinition.containerProperties.parameters: unknown key",
        "10 spec.jobDefinition.containerProperties.environment: expected a list",
    ],
    "aws__aws-cli__awscli__examples__batch__register-job-definition.rst#block1.json": [
        "1 : holds no jobDefinition (expected containerProperties or nodeProperties or eksProperties or ecsProperties)",
    ],
    "awsdocs__aws-batch-user-guide__doc_source__batch-cwe-target.md#block0.json": [
        "1 spec.jobDefinition: type is required",
    ],
    "awsdocs__aws-batch-user-guide__doc_source__job-definition-template.md#block0.json": [
        "2 spec.jobDefinition.jobDefinitionName: expected up to 128 letters, digits, underscores and hyphens, a letter or digit first",
        "8 spec.jobDefinition.containerProperties: image is required",
        "11 spec.jobDefinition.containerProperties.memory: memory and the resource requirement MEMORY exclude each other",
        "59 spec.jobDefinition.containerProperties.resourceRequirements: expected a whole number for MEMORY",
        '103 spec.jobDefinition.containerProperties.secrets[0].name: "…" is also in environment',
        "123 spec.jobDefinition.nodeProperties.nodeRangeProperties[0].container.memory: memory and the resource requirement MEMORY exclude each other",
        "171 spec.jobDefinition.nodeProperties.nodeRangeProperties[0].container.resourceRequirements: expected a whole number for MEMORY",
        '215 spec.jobDefinition.nodeProperties.nodeRangeProperties[0].container.secrets[0].name: "…" is also in environment',
        "230 spec.jobDefinition.retryStrategy.attempts: expected at least 1",
        "242 spec.jobDefinition.timeout.attemptDurationSeconds: expected at least 60",
        "274 spec.jobDefinition.eksProperties.podProperties.containers[0].resources.limits.KeyName: expected some text",
        "277 spec.jobDefinition.eksProperties.podProperties.containers[0].resources.requests.KeyName: expected some text",
        "304 spec.jobDefinition.eksProperties.podProperties.volumes[0].emptyDir.sizeLimit: expected some text",
    ],
    "cloud-custodian__cloud-custodian__tests__data__placebo__test_batch_definition_deregister__batch.DescribeJobDefinitions_1.json": [
        "1 : holds no jobDefinition (expected containerProperties or nodeProperties or eksProperties or ecsProperties)",
    ],
    "cloud-custodian__cloud-custodian__tests__data__placebo__test_batch_definition_deregister__batch.DescribeJobDefinitions_2.json": [
        "1 : holds no jobDefinition (expected containerProperties or nodeProperties or eksProperties or ecsProperties)",
    ],
    "cloud-custodian__cloud-custodian__tests__data__placebo__test_batch_definition_tag__batch.DescribeJobDefinitions_1.json": [
        "1 : holds no jobDefinition (expected containerProperties or nodeProperties or eksProperties or ecsProperties)",
    ],
    "kyosu-1__batcha__README.md#block4.json": [
        "2 spec.jobDefinition.jobDefinitionName: expected up to 128 letters, digits, underscores and hyphens, a letter or digit first",
    ],
    "kyosu-1__batcha__testdata__job-definition.json": [
        "2 spec.jobDefinition.jobDefinitionName: expected up to 128 letters, digits, underscores and hyphens, a letter or digit first",
    ],
    "mi-fukai__aws-batch-job-definition__aws__batch__job-definition-template.json@e91f0778f9.json": [
        "47 spec.jobDefinition.retryStrategy: attempts is required",
    ],
    "mi-fukai__aws-batch-job-definition__job-definition-template.json": [
        "32 spec.jobDefinition.containerProperties.logConfiguration.LogDriver: unknown key",
        "47 spec.jobDefinition.retryStrategy: attempts is required",
    ],
    "rnzsgh__aws-batch-sample-job-python__batch-job-definition.json": [
        "2 spec.jobDefinition.jobDefinitionName: expected up to 128 letters, digits, underscores and hyphens, a letter or digit first",
        "4 spec.jobDefinition.containerProperties: image is required",
    ],
    "swajahataziz__namd-aws-batch__batch-resources__job_definition.json": [
        "10 spec.jobDefinition.containerProperties.jobRoleArn: expected the ARN of an IAM role",
    ],
    "swajahataziz__namd-aws-batch__batch-resources__job_definition.json@eb2e2d4e2b.json": [
        "10 spec.jobDefinition.containerProperties.jobRoleArn: expected the ARN of an IAM role",
    ],
    "swajahataziz__namd-aws-batch__README.md#block19.json": [
        "1 : holds no jobDefinition (expected containerProperties or nodeProperties or eksProperties or ecsProperties)",
    ],
}


def read(definition: Path, directory: Path, kind: str, member: str) -> Manifests:
    jobs_d = directory / "jobs.d"
    jobs_d.mkdir(parents=True)
    shutil.copy(definition, directory / definition.name)
    (jobs_d / "job.yaml").write_text(
        f"apiVersion: reconciler/v1\nkind: {kind}\nmetadata: {{name: job}}\n"
        f"spec:\n  {member}: {json.dumps(f'../{definition.name}')}\n"
    )
    return load(jobs_d, LoadRequest())


def errors(manifests: Manifests) -> list[str]:
    return [told(problem) for problem in manifests.problems if problem.severity is Severity.ERROR]


def told(problem: Problem) -> str:
    path = problem.path.removeprefix("spec.taskDefinition").removeprefix(".")
    reason = re.sub(r'"[^"]*"', '"…"', problem.message.split(", got")[0])
    return f"{problem.source.line if problem.source else 0} {path}: {reason}"


def test_what_people_register_is_accepted_or_refused_with_the_line(corpus: Path, tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    accepted = 0
    for number, definition in enumerate(sorted((corpus / "written").iterdir())):
        manifests = read(definition, tmp_path / str(number), "EcsJob", "taskDefinitionFile")
        if errors(manifests):
            found[definition.name] = errors(manifests)
            assert manifests.jobs == ()
        else:
            accepted += 1
            assert [job.name for job in manifests.jobs] == ["job"]

    assert found == REFUSED
    assert accepted == ACCEPTED


@pytest.mark.parametrize("side", ["described", "written"])
def test_both_sides_of_one_registration_are_accepted(corpus: Path, tmp_path: Path, side: str) -> None:
    definitions = sorted((corpus / "pairs").glob(f"*.{side}.json"))

    assert definitions
    for number, definition in enumerate(definitions):
        assert errors(read(definition, tmp_path / str(number), "EcsJob", "taskDefinitionFile")) == []


def test_job_definitions_are_accepted_or_refused_with_the_line(corpus: Path, tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    accepted = 0
    for number, definition in enumerate(sorted((corpus / "batch").iterdir())):
        manifests = read(definition, tmp_path / str(number), "BatchJob", "jobDefinitionFile")
        if errors(manifests):
            found[definition.name] = errors(manifests)
        else:
            accepted += 1

    assert found == REFUSED_BATCH
    assert accepted == ACCEPTED_BATCH
