"""Batch job definitions: what comes back, what is refused, how revisions behave.

Sources are named with each test: "botocore" is the documentation in its `batch` service model; "placebo" are
cloud-custodian's recordings of real answers (tests/data/placebo/test_batch_definition_*). Where nothing public proves a
behaviour or a text, the test's name says `assumed`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
ROLE = "arn:aws:iam::123456789012:role/tasks"


def container(**members: Any) -> Any:
    return {"image": "registry/image:1", "resourceRequirements": NEEDS, **members}


def fargate(**members: Any) -> Any:
    return {
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": container(executionRoleArn=ROLE, **members),
    }


def register(aws: LocalAws, name: Any = "job", **members: Any) -> Any:
    members = members or {"type": "container", "containerProperties": container()}
    return aws.client("batch").register_job_definition(jobDefinitionName=name, **members)


def described(aws: LocalAws, reference: Any) -> Any:
    found = aws.client("batch").describe_job_definitions(jobDefinitions=[reference])["jobDefinitions"]
    assert len(found) == 1
    return found[0]


def refusal(aws: LocalAws, **members: Any) -> Any:
    with pytest.raises(ClientError) as refused:
        register(aws, **members)
    error = refused.value.response["Error"]
    assert error["Code"] == "ClientException"
    return error["Message"].removeprefix("Error executing request, Exception : ").rpartition(", RequestId: ")[0]


@pytest.mark.gap(4)
def test_a_plain_definition_comes_back_with_the_fills_that_recordings_show(aws: LocalAws) -> None:
    """placebo test_batch_definition_tag: the whole answer, less account, name and values."""
    answer = register(aws)
    assert {name: answer[name] for name in ("jobDefinitionName", "jobDefinitionArn", "revision")} == {
        "jobDefinitionName": "job",
        "jobDefinitionArn": "arn:aws:batch:us-east-1:123456789012:job-definition/job:1",
        "revision": 1,
    }
    assert described(aws, "job:1") == {
        "jobDefinitionName": "job",
        "jobDefinitionArn": "arn:aws:batch:us-east-1:123456789012:job-definition/job:1",
        "revision": 1,
        "status": "ACTIVE",
        "type": "container",
        "parameters": {},
        "containerProperties": {
            "image": "registry/image:1",
            "command": [],
            "volumes": [],
            "environment": [],
            "mountPoints": [],
            "ulimits": [],
            "resourceRequirements": NEEDS,
            "secrets": [],
        },
        "tags": {},
        "platformCapabilities": ["EC2"],
        "containerOrchestrationType": "ECS",
    }


def test_fargate_gets_the_latest_platform_version(aws: LocalAws) -> None:
    """botocore FargatePlatformConfiguration.platformVersion: LATEST by default; seen in a real answer."""
    register(aws, **fargate())
    seen = described(aws, "job:1")
    assert seen["platformCapabilities"] == ["FARGATE"]
    assert seen["containerProperties"]["fargatePlatformConfiguration"] == {"platformVersion": "LATEST"}


@pytest.mark.gap(4)
def test_nested_structures_get_their_empty_lists(aws: LocalAws) -> None:
    """Terraform's container_properties_test.go and a real answer with logDriver alone."""
    register(
        aws,
        type="container",
        containerProperties=container(
            logConfiguration={"logDriver": "awslogs"},
            linuxParameters={"devices": [{"hostPath": "/tmp"}], "tmpfs": [{"containerPath": "/t", "size": 1}]},
        ),
    )
    seen = described(aws, "job:1")["containerProperties"]
    assert seen["logConfiguration"] == {"logDriver": "awslogs", "options": {}, "secretOptions": []}
    assert seen["linuxParameters"] == {
        "devices": [{"hostPath": "/tmp", "permissions": []}],
        "tmpfs": [{"containerPath": "/t", "size": 1, "mountOptions": []}],
    }


@pytest.mark.gap(4)
def test_variables_without_a_value_are_dropped_and_the_order_is_not_kept(aws: LocalAws) -> None:
    """Terraform's container_properties.go removes entries with an empty value before comparing, and compares a map."""
    written = [{"name": f"N{number}", "value": str(number)} for number in range(8)]
    register(
        aws, type="container", containerProperties=container(environment=[*written, {"name": "EMPTY", "value": ""}])
    )
    seen = described(aws, "job:1")["containerProperties"]["environment"]
    assert seen != written
    assert sorted(seen, key=lambda entry: entry["name"]) == written


def test_an_action_on_exit_is_answered_in_lower_case(aws: LocalAws) -> None:
    """botocore EvaluateOnExit.action: "The values aren't case sensitive"; Terraform's job_definition.go lowers it."""
    strategy = {"attempts": 2, "evaluateOnExit": [{"action": "RETRY", "onExitCode": "1*"}, {"action": "Exit"}]}
    register(aws, type="container", containerProperties=container(), retryStrategy=strategy)
    assert described(aws, "job:1")["retryStrategy"] == {
        "attempts": 2,
        "evaluateOnExit": [{"action": "retry", "onExitCode": "1*"}, {"action": "exit"}],
    }


@pytest.mark.gap(3)
def test_every_member_of_a_definition_is_kept(aws: LocalAws) -> None:
    """botocore RegisterJobDefinition. moto loses schedulingPriority and consumableResourceProperties."""
    given = {
        "parameters": {"x": "1"},
        "schedulingPriority": 7,
        "retryStrategy": {"attempts": 3},
        "propagateTags": True,
        "timeout": {"attemptDurationSeconds": 60},
        "tags": {"team": "data"},
        "consumableResourceProperties": {"consumableResourceList": [{"consumableResource": "licence", "quantity": 2}]},
    }
    register(aws, type="container", containerProperties=container(), **given)
    seen = described(aws, "job:1")
    assert {name: seen[name] for name in given} == given


@pytest.mark.gap(3)
def test_ecs_properties_are_taken_and_filled(aws: LocalAws) -> None:
    """Terraform's ecs_properties.go and its test. moto refuses ecsProperties."""
    containers: list[dict[str, Any]] = [
        {"name": "main", "image": "i:1", "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]},
        {"name": "init", "image": "i:2", "essential": False},
    ]
    register(aws, type="container", ecsProperties={"taskProperties": [{"containers": containers}]})
    empty: dict[str, Any] = {"command": [], "environment": [], "mountPoints": [], "secrets": [], "ulimits": []}
    assert described(aws, "job:1")["ecsProperties"] == {
        "taskProperties": [
            {
                "containers": [
                    {**containers[0], **empty, "resourceRequirements": [], "essential": True},
                    {**containers[1], **empty, "resourceRequirements": [], "dependsOn": []},
                ],
                "platformVersion": "LATEST",
                "volumes": [],
            }
        ]
    }


def test_eks_properties_are_filled_and_have_no_platform(aws: LocalAws) -> None:
    """botocore EksContainer.name: "Default" is used; platformCapabilities "must not be specified for EKS"."""
    register(aws, type="container", eksProperties={"podProperties": {"containers": [{"image": "i:1"}]}})
    seen = described(aws, "job:1")
    assert seen["containerOrchestrationType"] == "EKS"
    assert "platformCapabilities" not in seen
    assert seen["eksProperties"]["podProperties"] == {
        "containers": [
            {"image": "i:1", "name": "Default", "args": [], "command": [], "env": [], "volumeMounts": []},
        ],
        "volumes": [],
    }


@pytest.mark.gap(3)
def test_node_properties_come_back(aws: LocalAws) -> None:
    """botocore NodeProperties. moto drops all of them in describe."""
    reach = {"targetNodes": "0:1", "container": container(instanceType="c5.large")}
    register(aws, type="multinode", nodeProperties={"numNodes": 2, "mainNode": 0, "nodeRangeProperties": [reach]})
    seen = described(aws, "job:1")["nodeProperties"]
    assert (seen["numNodes"], seen["mainNode"]) == (2, 0)
    assert seen["nodeRangeProperties"][0]["targetNodes"] == "0:1"
    assert seen["nodeRangeProperties"][0]["container"]["instanceType"] == "c5.large"
    assert seen["nodeRangeProperties"][0]["container"]["volumes"] == []


@pytest.mark.gap(3)
def test_a_revision_takes_nothing_over_from_the_one_before(aws: LocalAws) -> None:
    """Each revision is what its request says. In moto revision 2 inherits these members from revision 1 for ever."""
    members = fargate()
    register(
        aws,
        **members,
        parameters={"x": "1"},
        retryStrategy={"attempts": 3},
        propagateTags=True,
        timeout={"attemptDurationSeconds": 60},
    )
    register(aws, type="container", containerProperties=container())
    seen = described(aws, "job:2")
    assert seen["parameters"] == {}
    assert seen["platformCapabilities"] == ["EC2"]
    assert {"retryStrategy", "propagateTags", "timeout"}.isdisjoint(seen)


@pytest.mark.gap(3)
def test_a_definition_is_described_by_name_by_name_and_revision_and_by_arn(aws: LocalAws) -> None:
    """botocore DescribeJobDefinitions.jobDefinitions: an ARN or `name:revision`. moto knows no `name:revision`."""
    arn = register(aws)["jobDefinitionArn"]
    register(aws)
    register(aws, name="other")
    batch = aws.client("batch")
    assert described(aws, "job:1") == described(aws, arn)
    assert batch.describe_job_definitions(jobDefinitions=["job:9", "no:1"])["jobDefinitions"] == []
    by_name = batch.describe_job_definitions(jobDefinitionName="job")["jobDefinitions"]
    assert sorted(found["revision"] for found in by_name) == [1, 2]
    with pytest.raises(ClientError, match="can't be used with other parameters"):
        batch.describe_job_definitions(jobDefinitions=[arn], status="ACTIVE")


def test_an_arn_of_another_account_or_region_means_nothing_here(aws: LocalAws) -> None:
    """An ARN names its account and region."""
    arn = register(aws)["jobDefinitionArn"]
    batch = aws.client("batch")
    for other in (arn.replace("123456789012", "999999999999"), arn.replace("us-east-1", "eu-west-1")):
        assert batch.describe_job_definitions(jobDefinitions=[other])["jobDefinitions"] == []


@pytest.mark.gap(6)
def test_definitions_come_in_pages(aws: LocalAws) -> None:
    """botocore DescribeJobDefinitions.maxResults: 1 to 100, 100 if left out. moto ignores it."""
    for number in range(101):
        register(aws, name=f"job-{number}")
    batch = aws.client("batch")
    first = batch.describe_job_definitions(status="ACTIVE")
    second = batch.describe_job_definitions(status="ACTIVE", nextToken=first["nextToken"])
    assert [len(page["jobDefinitions"]) for page in (first, second)] == [100, 1]
    assert "nextToken" not in second
    pages = batch.get_paginator("describe_job_definitions").paginate(PaginationConfig={"PageSize": 40})
    names = [found["jobDefinitionName"] for page in pages for found in page["jobDefinitions"]]
    assert len(names) == len(set(names)) == 101
    with pytest.raises(ClientError, match="maxResults"):
        batch.describe_job_definitions(maxResults=101)


@pytest.mark.gap(3)
def test_a_deregistered_revision_is_inactive_for_180_days_and_its_number_is_never_used_again(aws: LocalAws) -> None:
    """botocore DeregisterJobDefinition: "permanently deleted after 180 days". moto keeps it for ever."""
    register(aws)
    batch = aws.client("batch")
    for _ in range(2):
        batch.deregister_job_definition(jobDefinition="job:1")
    assert described(aws, "job:1")["status"] == "INACTIVE"
    assert batch.describe_job_definitions(jobDefinitionName="job", status="ACTIVE")["jobDefinitions"] == []
    aws.advance(180 * 86400 - 1)
    assert described(aws, "job:1")["status"] == "INACTIVE"
    aws.advance(1)
    assert batch.describe_job_definitions(jobDefinitions=["job:1"])["jobDefinitions"] == []
    assert register(aws)["revision"] == 2


def test_deregistering_what_is_not_there_is_refused_assumed(aws: LocalAws) -> None:
    """cloud-custodian #2370 saw a ClientException for a bad reference; moto succeeds silently."""
    register(aws)
    for reference in ("job", "job:2", "none:1"):
        with pytest.raises(ClientError) as refused:
            aws.client("batch").deregister_job_definition(jobDefinition=reference)
        assert refused.value.response["Error"]["Code"] == "ClientException"


@pytest.mark.gap(9)
def test_a_lagging_read_sees_the_past(aws: LocalAws) -> None:
    """No read-after-write promise is documented; cromwell #4076 saw new definitions missing for a while."""
    register(aws)
    aws.advance(60)
    register(aws)
    aws.client("batch").deregister_job_definition(jobDefinition="job:1")
    aws.faults.add("batch:DescribeJobDefinitions", "lag", seconds=30)
    seen = aws.client("batch").describe_job_definitions(jobDefinitionName="job")["jobDefinitions"]
    assert [(found["revision"], found["status"]) for found in seen] == [(1, "ACTIVE")]


@pytest.mark.gap(15)
def test_tags_can_be_put_on_taken_off_and_listed(aws: LocalAws) -> None:
    """botocore TagResource, UntagResource, ListTagsForResource; the tagging API lists INACTIVE revisions too."""
    arn = register(aws, type="container", containerProperties=container(), tags={"a": "1"})["jobDefinitionArn"]
    batch = aws.client("batch")
    batch.tag_resource(resourceArn=arn, tags={"b": "2"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert described(aws, "job:1")["tags"] == {"b": "2"}
    batch.deregister_job_definition(jobDefinition=arn)
    tagging = aws.client("resourcegroupstaggingapi")
    listed = tagging.get_resources(ResourceTypeFilters=["batch:job-definition"])["ResourceTagMappingList"]
    assert listed == [{"ResourceARN": arn, "Tags": [{"Key": "b", "Value": "2"}]}]
    with pytest.raises(ClientError, match="not found"):
        batch.tag_resource(resourceArn=arn.replace(":1", ":2"), tags={"b": "2"})


@pytest.mark.gap(12)
@pytest.mark.parametrize(
    ("members", "text"),
    [
        (
            {"type": "container", "containerProperties": {"image": "i", "resourceRequirements": NEEDS[1:]}},
            "vCPU is not provided.",
        ),
        (
            {"type": "container", "containerProperties": container(), "retryStrategy": {}},
            "RetryAttempts must be provided with retry strategy",
        ),
        (
            {"type": "container", "containerProperties": container(networkConfiguration={})},
            "networkConfiguration not applicable for EC2.",
        ),
    ],
)
def test_refusals_have_the_texts_that_people_quoted(aws: LocalAws, members: Any, text: Any) -> None:
    """ASFHyP3/hyp3 #586; Terraform's acceptance test of an empty retry strategy; a blog's stack error."""
    assert refusal(aws, **members) == text


@pytest.mark.parametrize(
    "members",
    [
        {"name": "bad name!"},
        {"name": "n" * 129},
        {"containerProperties": container(image="")},
        {"containerProperties": container(image="i" * 256)},
        {"containerProperties": container(resourceRequirements=NEEDS[:1])},
        {"containerProperties": container(resourceRequirements=[*NEEDS[:1], {"type": "MEMORY", "value": "3"}])},
        {"containerProperties": container(resourceRequirements=[*NEEDS[:1], {"type": "MEMORY", "value": "lots"}])},
        {"containerProperties": container(environment=[{"name": "AWS_BATCH_X", "value": "1"}])},
        {"containerProperties": container(jobRoleArn="nope")},
        {"containerProperties": container(command=["x" * 25 * 1024])},
        {"retryStrategy": {"attempts": 0}},
        {"retryStrategy": {"attempts": 11}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "RETRY"}] * 6}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "REPEAT"}]}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "RETRY", "onExitCode": "x"}]}},
        {"timeout": {"attemptDurationSeconds": 59}},
        {"schedulingPriority": 10000},
        {"tags": {f"k{number}": "v" for number in range(51)}},
        {"tags": {"aws:mine": "v"}},
        {"ecsProperties": {"taskProperties": []}},
        {"type": "multinode"},
        {"eksProperties": {"podProperties": {"containers": [{"image": "i"}]}}},
    ],
    ids=str,
)
def test_a_definition_beyond_the_documented_limits_is_refused(aws: LocalAws, members: Any) -> None:
    """botocore's documentation of each member; 24 KiB and 50 tags: the user guide's service_limits.md."""
    refused = {"type": "container", "containerProperties": container(), **members}
    with pytest.raises(ClientError) as error:
        register(aws, **refused)
    assert error.value.response["Error"]["Code"] == "ClientException"


@pytest.mark.parametrize(("vcpu", "memory"), [("0.25", "512"), ("1.0", "8192"), ("4", "30720"), ("16", "122880")])
def test_fargate_offers_documented_pairs(aws: LocalAws, vcpu: Any, memory: Any) -> None:
    """botocore ResourceRequirement.value, the table of vCPU and memory on Fargate."""
    needs = [{"type": "VCPU", "value": vcpu}, {"type": "MEMORY", "value": memory}]
    assert register(aws, **fargate(resourceRequirements=needs))["revision"] == 1


@pytest.mark.gap(12)
@pytest.mark.parametrize(
    "members",
    [
        {"resourceRequirements": [{"type": "VCPU", "value": "3"}, {"type": "MEMORY", "value": "2048"}]},
        {"resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "7"}]},
        {"resourceRequirements": [{"type": "VCPU", "value": "16"}, {"type": "MEMORY", "value": "33000"}]},
        {"executionRoleArn": ""},
        {"ulimits": [{"name": "core", "softLimit": 0, "hardLimit": 0}]},
        {"privileged": True},
        {"linuxParameters": {"sharedMemorySize": 1}},
        {"volumes": [{"name": "v", "host": {"sourcePath": "/x"}}]},
        {"resourceRequirements": [*NEEDS, {"type": "GPU", "value": "1"}]},
    ],
    ids=str,
)
def test_fargate_refuses_what_it_has_not(aws: LocalAws, members: Any) -> None:
    """botocore ContainerProperties: "isn't applicable to jobs that are running on Fargate resources"; pairs; role."""
    given = fargate()
    given["containerProperties"].update(members)
    with pytest.raises(ClientError) as error:
        register(aws, **given)
    assert error.value.response["Error"]["Code"] == "ClientException"


def _corpus() -> Any:
    beside = Path(__file__).parents[2].parent / "shared" / "corpus"
    folder = Path(os.environ.get("RECONCILER_CORPUS", beside)) / "batch"
    return sorted(folder.glob("*placebo*.json"))


@pytest.mark.skipif(not _corpus(), reason="the corpus of real definitions is not here")
@pytest.mark.parametrize("path", _corpus(), ids=lambda path: path.name)
def test_recorded_definitions_come_back_as_they_were_recorded(aws: LocalAws, path: Any) -> None:
    """Registering what a recorded answer says gives that answer back, less what older answers lack."""
    computed = {"jobDefinitionArn", "revision", "status", "containerOrchestrationType"}
    for recorded in json.loads(path.read_text())["data"]["jobDefinitions"]:
        given = {name: value for name, value in recorded.items() if name not in computed and value not in ({}, None)}
        revision = aws.client("batch").register_job_definition(**given)["revision"]
        seen = described(aws, f"{recorded['jobDefinitionName']}:{revision}")
        kept = {name: value for name, value in recorded.items() if name not in computed}
        assert {name: seen[name] for name in kept if name != "containerProperties"} == {
            name: value for name, value in kept.items() if name != "containerProperties"
        }
        properties = recorded["containerProperties"]
        assert {name: seen["containerProperties"][name] for name in properties} == properties
