"""ECS task definitions: what a registration becomes, which revision a name means, how they are listed and go.

Sources are botocore's documentation of the operation named ("botocore"), recordings of real answers ("recorded") and
public reports ("reported"); `assumed` in a name: nothing public proves it.
"""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import FARGATE, Cloud, container, refusal


@pytest.mark.gap(1)
def test_a_bare_family_is_its_latest_active_revision(cloud: Cloud) -> None:
    """botocore, DescribeTaskDefinition: "specify the family to find the latest ACTIVE revision in that family"."""
    family = cloud.name("family")
    first, second = cloud.register(family), cloud.register(family)
    cloud.client("ecs").deregister_task_definition(taskDefinition=second["taskDefinitionArn"])
    assert cloud.describe(family)["taskDefinitionArn"] == first["taskDefinitionArn"]


def test_a_family_without_an_active_revision_cannot_be_described(cloud: Cloud) -> None:
    """botocore, DescribeTaskDefinition; the text is reported by many tools."""
    definition = cloud.register()
    ecs = cloud.client("ecs")
    ecs.deregister_task_definition(taskDefinition=definition["taskDefinitionArn"])
    told = refusal(ecs.describe_task_definition, taskDefinition=definition["family"])
    assert told == ("ClientException", "Unable to describe task definition.")


@pytest.mark.gap(1)
def test_a_deleted_revision_stays_describable_for_a_while_and_its_number_is_never_used_again(cloud: Cloud) -> None:
    """botocore, DeleteTaskDefinitions: DELETE_IN_PROGRESS; "the revision is incremented the next time"."""
    definition = cloud.register()
    ecs, arn = cloud.client("ecs"), definition["taskDefinitionArn"]
    ecs.deregister_task_definition(taskDefinition=arn)
    (deleted,) = ecs.delete_task_definitions(taskDefinitions=[arn])["taskDefinitions"]
    assert deleted["status"] == "DELETE_IN_PROGRESS"
    assert cloud.describe(arn)["status"] == "DELETE_IN_PROGRESS"
    cloud.wait(120)
    assert cloud.register(definition["family"])["revision"] == 2


def test_an_active_revision_is_not_deleted(cloud: Cloud) -> None:
    """botocore, DeleteTaskDefinitions: "You must deregister a task definition revision before you delete it"."""
    arn = cloud.register()["taskDefinitionArn"]
    answer = cloud.client("ecs").delete_task_definitions(taskDefinitions=[arn])
    reason = "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
    assert (answer["taskDefinitions"], answer["failures"]) == ([], [{"arn": arn, "reason": reason}])


def test_deregistering_twice_changes_nothing(cloud: Cloud) -> None:
    """botocore, DeregisterTaskDefinition."""
    arn = cloud.register()["taskDefinitionArn"]
    ecs = cloud.client("ecs")
    first = ecs.deregister_task_definition(taskDefinition=arn)["taskDefinition"]
    again = ecs.deregister_task_definition(taskDefinition=arn)["taskDefinition"]
    assert (again["status"], again["deregisteredAt"]) == ("INACTIVE", first["deregisteredAt"])


def test_deregistering_needs_a_revision(cloud: Cloud) -> None:
    """botocore, DeregisterTaskDefinition: "You must specify a revision"."""
    family = cloud.register()["family"]
    told = refusal(cloud.client("ecs").deregister_task_definition, taskDefinition=family)
    assert told == ("ClientException", "Revision is missing.")


@pytest.mark.gap(4)
def test_a_container_gets_its_defaults(cloud: Cloud) -> None:
    """recorded: swm16-wREck/Oddiya-Backend, new-task-def.json and what was described of it (August 2025)."""
    check = {"command": ["CMD-SHELL", "true"]}
    definition = cloud.register(
        containerDefinitions=[container(portMappings=[{"containerPort": 8080}], healthCheck=check)], **FARGATE
    )
    assert definition["containerDefinitions"] == [
        {
            "name": "main",
            "image": "public.ecr.aws/docker/library/busybox:1",
            "cpu": 0,
            "memory": 128,
            "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
            "essential": True,
            "environment": [],
            "mountPoints": [],
            "volumesFrom": [],
            "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 30, "timeout": 5, "retries": 3},
            "systemControls": [],
        }
    ]
    assert (definition["volumes"], definition["placementConstraints"]) == ([], [])


@pytest.mark.gap(4)
@pytest.mark.parametrize(("mode", "port"), [("awsvpc", 80), ("host", 80), ("bridge", 0), (None, 0)])
def test_the_host_port_follows_the_network_mode(cloud: Cloud, mode: Any, port: Any) -> None:
    """recorded for awsvpc and bridge; terraform-aws-ecs-service issue 33 for host."""
    network = {"networkMode": mode} if mode else {}
    definition = cloud.register(containerDefinitions=[container(portMappings=[{"containerPort": 80}])], **network)
    assert definition["containerDefinitions"][0]["portMappings"][0]["hostPort"] == port


@pytest.mark.gap(4)
def test_the_network_mode_is_not_filled_in(cloud: Cloud) -> None:
    """recorded: AWS CLI's sleep360 example has none."""
    assert "networkMode" not in cloud.register()


@pytest.mark.gap(4)
def test_any_protocol_but_udp_is_tcp(cloud: Cloud) -> None:
    """botocore, PortMapping.protocol: "treats any other specified value as tcp"."""
    ports = [{"containerPort": number, "protocol": word} for number, word in enumerate(("TCP", "udp", "sctp"), start=1)]
    definition = cloud.register(containerDefinitions=[container(portMappings=ports)])
    assert [port["protocol"] for port in definition["containerDefinitions"][0]["portMappings"]] == ["tcp", "udp", "tcp"]


@pytest.mark.gap(4)
@pytest.mark.parametrize(
    ("cpu", "memory", "units", "mebibytes"),
    [("1 vCPU", "2 GB", "1024", "2048"), ("0.5vcpu", "1GB", "512", "1024"), (".25 vCPU", "0.5 GB", "256", "512")],
)
def test_sizes_become_units_and_mebibytes(cloud: Cloud, cpu: Any, memory: Any, units: Any, mebibytes: Any) -> None:
    """botocore, RegisterTaskDefinition.cpu and memory: "converted to an integer"; ecspresso tests the spellings."""
    definition = cloud.register(**FARGATE | {"cpu": cpu, "memory": memory})
    assert (definition["cpu"], definition["memory"]) == (units, mebibytes)


def test_assumed_an_empty_size_or_role_is_none(cloud: Cloud) -> None:
    """amazon-ecs-cli registers so (its pull request 665 shows the request); what is described of it is not recorded."""
    empty: Any = dict.fromkeys(("cpu", "memory", "taskRoleArn", "executionRoleArn"), "")
    definition = cloud.register(**empty, containerDefinitions=[container()])
    assert empty.keys().isdisjoint(definition)


def test_fargate_takes_a_tmpfs(cloud: Cloud) -> None:
    """botocore 1.44.8, LinuxParameters.tmpfs: unlike its neighbours it is not refused (announced on 2026-01-06)."""
    linux = {"tmpfs": [{"containerPath": "/tmp", "size": 64}]}
    definition = cloud.register(**FARGATE | {"containerDefinitions": [container(linuxParameters=linux)]})
    assert definition["containerDefinitions"][0]["linuxParameters"] == linux


@pytest.mark.gap(4)
def test_environment_comes_back_in_the_order_of_a_java_hash_map(cloud: Cloud) -> None:
    """recorded: swm16-wREck/Oddiya-Backend and 13 more lists; neither the order of the input nor sorted.

    "Aa" and "BB" have one hash code in Java (2112): they share slot 0 of 8, in the order of the input.
    """
    variables = [{"name": name, "value": "x"} for name in ("b", "BB", "a", "Aa")]
    definition = cloud.register(containerDefinitions=[container(environment=variables)])
    told = [variable["name"] for variable in definition["containerDefinitions"][0]["environment"]]
    assert told == ["BB", "Aa", "a", "b"]


def test_an_empty_value_of_environment_is_kept(cloud: Cloud) -> None:
    """recorded: cloud-custodian, test_ecs_service_update_definition."""
    definition = cloud.register(containerDefinitions=[container(environment=[{"name": "EMPTY", "value": ""}])])
    assert definition["containerDefinitions"][0]["environment"] == [{"name": "EMPTY", "value": ""}]


@pytest.mark.gap(4)
def test_a_variable_without_a_value_is_dropped(cloud: Cloud) -> None:
    """reported: aws-actions/amazon-ecs-deploy-task-definition pull request 224."""
    definition = cloud.register(containerDefinitions=[container(environment=[{"name": "NONE"}])])
    assert definition["containerDefinitions"][0]["environment"] == []


@pytest.mark.gap(4)
def test_assumed_of_two_variables_of_one_name_the_later_wins(cloud: Cloud) -> None:
    """Nothing recorded; inferred from the hash map. If AWS refuses instead, `validate` has refused before."""
    twice = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    definition = cloud.register(containerDefinitions=[container(environment=twice)])
    assert definition["containerDefinitions"][0]["environment"] == [{"name": "A", "value": "2"}]


def test_secrets_keep_their_order(cloud: Cloud) -> None:
    """recorded: a live list of five that is neither sorted nor in hash order."""
    arn = "arn:aws:ssm:us-east-1:123456789012:parameter/"
    secrets = [{"name": name, "valueFrom": arn + name} for name in ("AWS_ACCESS_KEY_ID", "URL", "OTEL", "B")]
    definition = cloud.register(
        containerDefinitions=[container(secrets=secrets)], executionRoleArn="arn:aws:iam::123456789012:role/exec"
    )
    assert definition["containerDefinitions"][0]["secrets"] == secrets


@pytest.mark.gap(4)
def test_volumes_get_their_defaults(cloud: Cloud) -> None:
    """recorded (host {}, EFS /), Terraform's volume defaults for Docker volumes."""
    volumes = [
        {"name": "bind"},
        {"name": "docker", "dockerVolumeConfiguration": {}},
        {"name": "efs", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
    ]
    assert cloud.register(volumes=volumes)["volumes"] == [
        {"name": "bind", "host": {}},
        {"name": "docker", "dockerVolumeConfiguration": {"scope": "task", "driver": "local"}},
        {"name": "efs", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/"}},
    ]


@pytest.mark.gap(4)
def test_a_role_by_name_becomes_its_arn(cloud: Cloud) -> None:
    """reported: amazon-ecs-render-task-definition issue 19, an answer of AWS."""
    definition = cloud.register(taskRoleArn="worker")
    assert definition["taskRoleArn"].endswith(":role/worker")


@pytest.mark.gap(4)
def test_the_read_only_members_are_told(cloud: Cloud) -> None:
    """botocore, TaskDefinition: registeredAt, registeredBy, requiresAttributes."""
    definition = cloud.register(**FARGATE)
    assert {"registeredAt", "registeredBy", "requiresAttributes"} <= set(definition)
    assert {"name": "ecs.capability.task-eni"} in definition["requiresAttributes"]


@pytest.mark.gap(4)
@pytest.mark.parametrize("member", ["enableFaultInjection", "trustedExecutionConfiguration"])
def test_every_member_comes_back(cloud: Cloud, member: Any) -> None:
    """botocore, TaskDefinition has them all."""
    value: Any = {"enableFaultInjection": True, "trustedExecutionConfiguration": {"isolationMode": "SHARED"}}[member]
    assert cloud.register(**{member: value})[member] == value


@pytest.mark.gap(4)
def test_compatibilities_follow_the_network_mode(cloud: Cloud) -> None:
    """recorded: bridge is EXTERNAL and EC2, in no promised order."""
    assert set(cloud.register()["compatibilities"]) == {"EXTERNAL", "EC2"}


def test_tags_come_only_when_asked_for(cloud: Cloud) -> None:
    """botocore, DescribeTaskDefinition.include."""
    ecs = cloud.client("ecs")
    arn = cloud.register(tags=[{"key": "team", "value": "data"}])["taskDefinitionArn"]
    assert ecs.describe_task_definition(taskDefinition=arn).get("tags", []) == []
    assert ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])["tags"] == [
        {"key": "team", "value": "data"}
    ]


@pytest.mark.gap(4)
def test_a_registration_answers_its_tags(cloud: Cloud) -> None:
    """botocore, RegisterTaskDefinitionResponse.tags."""
    tags = [{"key": "team", "value": "data"}]
    answer = cloud.client("ecs").register_task_definition(
        family=cloud.name("family"), containerDefinitions=[container()], tags=tags
    )
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    cloud.later(lambda: cloud.client("ecs").deregister_task_definition(taskDefinition=arn))
    assert answer["tags"] == tags


# -- lists ------------------------------------------------------------------------------------------------------------


def test_a_family_prefix_is_the_whole_name(cloud: Cloud) -> None:
    """botocore, ListTaskDefinitions.familyPrefix: "The full family name"."""
    definition = cloud.register()
    ecs, family = cloud.client("ecs"), definition["family"]
    assert ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"] == [definition["taskDefinitionArn"]]
    assert ecs.list_task_definitions(familyPrefix=family[:-1])["taskDefinitionArns"] == []


@pytest.mark.gap(6)
def test_a_list_pages_and_sorts_by_number(cloud: Cloud) -> None:
    """botocore, ListTaskDefinitions: sort, maxResults, nextToken."""
    family = cloud.name("family")
    arns = [cloud.register(family)["taskDefinitionArn"] for _ in range(11)]
    ecs = cloud.client("ecs")
    first = ecs.list_task_definitions(familyPrefix=family, sort="DESC", maxResults=10)
    assert first["taskDefinitionArns"] == arns[:0:-1]
    rest = ecs.list_task_definitions(familyPrefix=family, sort="DESC", maxResults=10, nextToken=first["nextToken"])
    assert rest["taskDefinitionArns"] == arns[:1]
    assert "nextToken" not in rest


@pytest.mark.gap(6)
def test_a_page_holds_a_hundred(aws: LocalAws) -> None:
    """botocore, ListTaskDefinitions.maxResults: "between 1 and 100 results"."""
    ecs = aws.client("ecs")
    for number in range(101):
        ecs.register_task_definition(family=f"f{number}", containerDefinitions=[container()])
    answer = ecs.list_task_definitions()
    assert len(answer["taskDefinitionArns"]) == 100
    assert len(ecs.list_task_definitions(nextToken=answer["nextToken"])["taskDefinitionArns"]) == 1
    assert refusal(ecs.list_task_definitions, maxResults=101)[0] == "InvalidParameterException"


@pytest.mark.gap(6)
def test_pages_can_be_forced_to_be_small(aws: LocalAws) -> None:
    """The plan's own: what a caller that forgets to page would miss."""
    ecs = aws.client("ecs")
    for _ in range(3):
        ecs.register_task_definition(family="f", containerDefinitions=[container()])
    aws.faults.add("ecs:ListTaskDefinitions", "page", count=1, times=None)
    pages = list(ecs.get_paginator("list_task_definitions").paginate())
    assert [len(page["taskDefinitionArns"]) for page in pages] == [1, 1, 1]


def test_a_token_of_another_list_is_refused(aws: LocalAws) -> None:
    """assumed text; that a token belongs to its operation is botocore's: "The nextToken value returned from …"."""
    ecs = aws.client("ecs")
    for name in ("a", "b"):
        ecs.create_cluster(clusterName=name)
    token = ecs.list_clusters(maxResults=1)["nextToken"]
    assert refusal(ecs.list_task_definitions, nextToken=token) == ("InvalidParameterException", "Invalid token")


@pytest.mark.gap(6)
def test_families_know_whether_they_have_an_active_revision(cloud: Cloud) -> None:
    """botocore, ListTaskDefinitionFamilies.status."""
    definition = cloud.register()
    ecs, family = cloud.client("ecs"), definition["family"]
    ecs.deregister_task_definition(taskDefinition=definition["taskDefinitionArn"])
    assert ecs.list_task_definition_families(familyPrefix=family[:-1])["families"] == [family]
    assert ecs.list_task_definition_families(familyPrefix=family, status="ACTIVE")["families"] == []
    assert ecs.list_task_definition_families(familyPrefix=family, status="INACTIVE")["families"] == [family]


# -- identifiers ------------------------------------------------------------------------------------------------------


@pytest.mark.gap(20)
@pytest.mark.parametrize("swap", [("123456789012", "999999999999"), ("us-east-1", "eu-west-1")])
def test_an_arn_of_another_account_or_region_is_refused(aws: LocalAws, swap: Any) -> None:
    """assumed code; moto answers with a definition of its own account."""
    ecs = aws.client("ecs")
    arn = ecs.register_task_definition(family="f", containerDefinitions=[container()])["taskDefinition"]
    told = refusal(ecs.describe_task_definition, taskDefinition=arn["taskDefinitionArn"].replace(*swap))
    assert told[0] == "InvalidParameterException"


@pytest.mark.gap(11)
def test_a_revision_that_is_no_number_is_a_refusal_not_a_crash(aws: LocalAws) -> None:
    """moto: ValueError in process, 500 from its server. The text is moto's own for deregistering."""
    told = refusal(aws.client("ecs").describe_task_definition, taskDefinition="f:abc")
    assert told == ("InvalidParameterException", "Invalid revision number. Number: abc")


def test_regions_and_accounts_are_apart(aws: LocalAws) -> None:
    """Every ARN says its region and account."""
    for options in ({}, {"region": "eu-west-1"}, {"account": "222233334444"}):
        ecs = aws.client("ecs", **options)
        arn = ecs.register_task_definition(family="f", containerDefinitions=[container()])["taskDefinition"]
        account, region = options.get("account", "123456789012"), options.get("region", "us-east-1")
        assert arn["taskDefinitionArn"] == f"arn:aws:ecs:{region}:{account}:task-definition/f:1"


# -- tags -------------------------------------------------------------------------------------------------------------


@pytest.mark.gap(12)
@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([{"key": f"k{number}", "value": ""} for number in range(51)], "InvalidParameterException"),
        ([{"key": "aws:x", "value": ""}], "InvalidParameterException"),
        ([{"key": "a", "value": "1"}, {"key": "a", "value": "2"}], "InvalidParameterException"),
        ([], "ClientException"),
    ],
    ids=["51", "aws:", "twice", "none"],
)
def test_tags_that_cannot_be_are_refused(aws: LocalAws, tags: Any, code: Any) -> None:
    """botocore, Tags; "Tags can not be empty." is quoted in Terraform's task definition resource."""
    if len(tags) > 50:
        ecs = aws.client("ecs")
        arn = ecs.register_task_definition(family="f", containerDefinitions=[container()], tags=tags[:50])
        arn = arn["taskDefinition"]["taskDefinitionArn"]
        assert refusal(ecs.tag_resource, resourceArn=arn, tags=tags[50:])[0] == code
        return
    told = refusal(
        aws.client("ecs").register_task_definition, family="f", containerDefinitions=[container()], tags=tags
    )
    assert told[0] == code


def test_tags_of_an_inactive_revision_can_be_changed(cloud: Cloud) -> None:
    """What the reconciler's bookkeeping rests on: tags are the only part of a revision that can change."""
    ecs, arn = cloud.client("ecs"), cloud.register()["taskDefinitionArn"]
    ecs.deregister_task_definition(taskDefinition=arn)
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["a", "unknown"])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
