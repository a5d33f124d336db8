"""Seeds: what they make, and what is wrong with one told in a line with its place."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.local import LocalAws, seed
from reconciler.local.seed import SeedError

from .conformance import container

WHOLE = """
clusters: [jobs, {name: spare, containerInstances: 0, tags: {team: data}}]
vpcs:
  - id: vpc-0aaa
    cidr: 10.1.0.0/16
    tags: {Name: main}
    subnets: [{cidr: 10.1.0.0/24, tags: {tier: private}}, {cidr: 10.1.1.0/24, public: true}]
    securityGroups: [jobs]
logGroups: [/jobs/report, {name: /jobs/other, retentionDays: 30, tags: {team: data}}]
taskDefinitions: [{family: f, containerDefinitions: [{name: main, image: a, memory: 128}]}]
roles: [worker]
secrets: [{name: db, value: not-secret}]
parameters: [{name: /db/host, value: db.internal}]
images: [{repository: jobs/report, tags: [v1]}]
outcomes: [{family: f, outcome: exit 3}]
"""


def test_a_seed_makes_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(WHOLE)
    with LocalAws(clock="manual", seed=seed.load(path)) as aws:
        ecs = aws.client("ecs")
        assert [arn.rpartition("/")[2] for arn in ecs.list_clusters()["clusterArns"]] == ["jobs", "spare"]
        private = {"Name": "tag:tier", "Values": ["private"]}
        (subnet,) = aws.client("ec2").describe_subnets(Filters=[private])["Subnets"]
        assert (subnet["CidrBlock"], subnet["MapPublicIpOnLaunch"]) == ("10.1.0.0/24", False)
        assert subnet["VpcId"] == "vpc-0aaa"
        of_vpc = [{"Name": "vpc-id", "Values": ["vpc-0aaa"]}]
        assert len(aws.client("ec2").describe_route_tables(Filters=of_vpc)["RouteTables"]) == 2
        assert len(aws.client("ec2").describe_security_groups(Filters=of_vpc)["SecurityGroups"]) == 2
        groups = {group["logGroupName"]: group for group in aws.client("logs").describe_log_groups()["logGroups"]}
        assert groups["/jobs/other"]["retentionInDays"] == 30
        assert aws.client("iam").get_role(RoleName="worker")["Role"]["RoleName"] == "worker"
        assert aws.client("secretsmanager").describe_secret(SecretId="db")["Name"] == "db"
        assert aws.client("ssm").get_parameter(Name="/db/host")["Parameter"]["Value"] == "db.internal"
        (image,) = aws.client("ecr").describe_images(repositoryName="jobs/report")["imageDetails"]
        assert image["imageTags"] == ["v1"]
        arn = ecs.run_task(cluster="jobs", taskDefinition="f")["tasks"][0]["taskArn"]
        aws.advance(60)
        (task,) = ecs.describe_tasks(cluster="jobs", tasks=[arn])["tasks"]
        assert task["containers"][0]["exitCode"] == 3
        assert aws.crashes == []


def test_an_empty_seed_is_none(tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text("# nothing yet\nclusters:\n")
    assert seed.load(path) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clustres: []", "seed: clustres: unknown key (did you mean clusters?)"),
        ("clusters: jobs", "seed: clusters: expected a list, got str"),
        ("clusters: [{nmae: a}]", "seed: clusters[0].nmae: unknown key (did you mean name?)"),
        ("clusters: [{name: 7}]", "seed: clusters[0].name: expected text, got 7"),
        ("secrets: [{name: a}]", "seed: secrets[0].value: missing"),
        ("roles: [[a]]", "seed: roles[0]: expected a mapping, got list"),
        ("vpcs: [{cidr: 10.0.0.0/16, subnets: [{public: true}]}]", "seed: vpcs[0].subnets[0].cidr: missing"),
        ("- a", "seed: {path}: expected a mapping of sections, got list"),
        ("a: [", "seed: {path}:2:1: expected the node content, but found '<stream end>'"),
    ],
)
def test_a_seed_that_says_nothing_is_told_with_its_place(tmp_path: Path, text: Any, message: Any) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text + "\n")
    with pytest.raises(SeedError) as told:
        seed.load(path)
    assert str(told.value) == message.replace("{path}", str(path))


def test_a_seed_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"^seed: .*/none.yaml: cannot be read \(No such file or directory\)$"):
        seed.load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (
            {"taskDefinitions": [{"family": "a b", "containerDefinitions": [container()]}]},
            "seed: taskDefinitions[0]: ClientException: Family contains invalid characters.",
        ),
        (
            {"outcomes": [{"family": "f", "outcome": "explode"}]},
            "seed: outcomes[0]: outcome: 'explode' "
            "(expected such as 'exit 3 after 40s', see reconciler.local.outcomes)",
        ),
    ],
)
def test_what_aws_would_refuse_is_told_with_its_place(told: Any, message: Any) -> None:
    with pytest.raises(SeedError) as error:
        LocalAws(clock="manual", seed=told).start()
    assert str(error.value) == message
