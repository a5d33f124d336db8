"""`doctor`: what is there, what is not, and what cannot be told; by reading alone."""

import json

import pytest

from reconciler.model import Check, Verdict
from tests.engine.harness import Directory

ROLE = "arn:aws:iam::123456789012:role/exec"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"
TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "%s"}, "Action": "sts:AssumeRole"}]}'
JOB = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {{name: {name}}}
    spec:
      taskDefinition:
        containerDefinitions:
          - name: app
            image: "{image}"
            secrets: [{{name: A, valueFrom: "{secret}"}}]
      run: {{cluster: {cluster}, launchType: {launch_type}}}
      logs: {{createGroup: {made}, group: /jobs/app}}
"""


def write(
    directory: Directory,
    name: str = "app",
    *,
    image: str = f"{IMAGE}:1",
    secret: str = SECRET,
    cluster: str = "default",
    launch_type: str = "FARGATE",
    made: str = "true",
) -> None:
    text = JOB.format(name=name, image=image, secret=secret, cluster=cluster, launch_type=launch_type, made=made)
    directory.write(**{name: text})


def doctor(directory: Directory) -> dict[str, tuple[Verdict, str]]:
    return {check.what: (check.verdict, check.reason) for check in checks(directory)}


def checks(directory: Directory) -> tuple[Check, ...]:
    directory.aws.faults.add("iam:SimulatePrincipalPolicy", "deny", times=None)
    with directory.reconciler() as reconciler:
        return reconciler.operator.doctor(directory.manifests().jobs).checks or ()


def furnish(directory: Directory, service: str = "ecs-tasks.amazonaws.com") -> str:
    """Make the role, the image and the secret, and answer the secret's ARN."""
    directory.aws.client("iam").create_role(RoleName="exec", AssumeRolePolicyDocument=TRUST % service)
    ecr = directory.aws.client("ecr")
    ecr.create_repository(repositoryName="app")
    media = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media, "config": {"digest": "sha256:0"}, "layers": []})
    ecr.put_image(repositoryName="app", imageManifest=manifest, imageManifestMediaType=media, imageTag="1")
    secret = directory.aws.client("secretsmanager").create_secret(Name="db", SecretString="hush")
    return str(secret["ARN"])


def test_what_is_there_is_ok(directory: Directory) -> None:
    secret = furnish(directory)
    write(directory, secret=f"{secret}:password::")
    directory.aws.client("logs").create_log_group(logGroupName="/jobs/app")
    assert doctor(directory) == {
        "cluster": (Verdict.OK, ""),
        "credentials": (Verdict.OK, ""),
        "image": (Verdict.OK, ""),
        "log group": (Verdict.OK, ""),
        "network": (Verdict.OK, ""),
        "permissions": (
            Verdict.SKIPPED,
            "iam:SimulatePrincipalPolicy is not allowed on * for arn:aws:iam::123456789012:user/local",
        ),
        "role": (Verdict.OK, ""),
        "secret": (Verdict.OK, ""),
    }


def test_what_is_not_there_is_ng_with_the_reason(directory: Directory) -> None:
    write(directory, cluster="nowhere", made="false", image=f"{IMAGE}:2")
    found = doctor(directory)
    assert {what: reason for what, (verdict, reason) in found.items() if verdict is Verdict.NG} == {
        "cluster": "it does not exist",
        "image": "The repository with name 'app' does not exist in the registry with id '123456789012'",
        "log group": "it does not exist",
        "role": "it does not exist",
        "secret": "it does not exist",
    }


def test_what_cannot_be_told_is_skipped_with_the_reason(directory: Directory) -> None:
    write(directory, image="python:3.12", secret=SECRET.replace("eu-west-1", "us-east-1"))
    for call in ("iam:GetRole", "ecs:DescribeClusters"):
        directory.aws.faults.add(call, "deny", times=None)
    found = doctor(directory)
    assert {what: reason for what, (verdict, reason) in found.items() if verdict is Verdict.SKIPPED} == {
        "cluster": "ecs:DescribeClusters is not allowed on * for arn:aws:iam::123456789012:user/local",
        "image": "only private ECR repositories are asked",
        "log group": "it is not there yet; the next pass makes it",
        "permissions": "iam:SimulatePrincipalPolicy is not allowed on * for arn:aws:iam::123456789012:user/local",
        "role": "iam:GetRole is not allowed on * for arn:aws:iam::123456789012:user/local",
        "secret": "it is in us-east-1",
    }


@pytest.mark.parametrize(
    ("registry", "found"),
    [
        ("dkr.ecr.eu-west-1.amazonaws.com", (Verdict.OK, "")),
        ("dkr.ecr-fips.eu-west-1.amazonaws.com", (Verdict.OK, "")),
        ("dkr-ecr.eu-west-1.on.aws", (Verdict.OK, "")),
        ("dkr.ecr.cn-north-1.amazonaws.com.cn", (Verdict.SKIPPED, "it is in cn-north-1")),
        ("dkr.ecr.eusc-de-east-1.amazonaws.eu", (Verdict.SKIPPED, "it is in eusc-de-east-1")),
    ],
)
def test_a_registry_is_known_by_each_of_its_names(
    directory: Directory, registry: str, found: tuple[Verdict, str]
) -> None:
    """ECR user guide, "Making requests over IPv6" and "FIPS endpoints"; the partitions' suffixes."""
    furnish(directory)
    write(directory, image=f"123456789012.{registry}/app:1")
    assert doctor(directory)["image"] == found


def test_a_role_that_tasks_may_not_take_on_is_ng(directory: Directory) -> None:
    furnish(directory, "lambda.amazonaws.com")
    write(directory)
    assert doctor(directory)["role"] == (Verdict.NG, "it does not trust ecs-tasks.amazonaws.com")


@pytest.mark.parametrize(
    ("launch_type", "reason"),
    [
        ("EC2", "it has no container instance, and launchType EC2 needs one"),
        ("FARGATE_SPOT", "the capacity provider FARGATE_SPOT is not associated with it (there are none)"),
    ],
)
def test_a_cluster_without_the_capacity_is_ng(directory: Directory, launch_type: str, reason: str) -> None:
    directory.aws.client("ecs").create_cluster(clusterName="bare")
    write(directory, cluster="bare", launch_type=launch_type)
    if launch_type == "EC2":
        file = directory.path / "app.yaml"
        file.write_text(
            file.read_text().replace("taskDefinition:", "taskDefinition:\n    requiresCompatibilities: [EC2]")
        )
    assert doctor(directory)["cluster"] == (Verdict.NG, reason)


def test_each_thing_is_looked_at_once_and_nothing_is_changed(directory: Directory) -> None:
    furnish(directory)
    write(directory)
    write(directory, "other")
    before = directory.aws.calls.counts()
    found = checks(directory)
    made = {
        call: number - before.get(call, 0)
        for call, number in directory.aws.calls.counts().items()
        if number != before.get(call, 0)
    }
    assert made["iam:GetRole"] == made["ecr:DescribeImages"] == 1
    assert all(call.partition(":")[2].startswith(("Get", "Describe", "List", "Simulate")) for call in made), made
    assert "secretsmanager:GetSecretValue" not in made
    assert {check.jobs for check in found if check.what == "role"} == {("app", "other")}


def test_without_credentials_nothing_else_is_looked_at(directory: Directory) -> None:
    write(directory)
    directory.aws.faults.add("sts:GetCallerIdentity", "expired", times=None)
    found = checks(directory)
    assert [(check.what, check.verdict) for check in found] == [("credentials", Verdict.NG)]
