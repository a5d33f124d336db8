"""The 23 gaps of moto 5.2.5 that the embedded AWS closes: each has a test that fails on moto alone.

    pytest tests/local -m gap --bare-moto       shows it: none of them may pass

The tests themselves are in the rooms' own files, marked `gap(number)`; here are those that span rooms.
"""

import json
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

from .conformance import container, refusal

GAPS = {
    1: "a bare family is INACTIVE, numbers are used again, no DELETE_IN_PROGRESS",
    2: "clientToken is ignored",
    3: "revisions of Batch inherit from the one before",
    4: "what AWS fills in and rewrites",
    5: "default filters of lists",
    6: "pages",
    7: "life cycles, exit codes, reasons, expiry",
    8: "lost answers, throttling, 5xx, slow answers",
    9: "eventual consistency",
    10: "conditional writes and counters that are not atomic",
    11: "Python exceptions and 500s",
    12: "validation",
    13: "what is INACTIVE, DISABLED or unknown runs",
    14: "EventBridge Scheduler: resets, groups, firing",
    15: "the tagging API does not see Batch and Scheduler, and never lags",
    16: "state changes reach nobody",
    17: "containers write no logs",
    18: "permissions",
    19: "the network can be reached",
    20: "accounts and regions in ARNs are not checked",
    21: "StopTask keeps the task's tags",
    22: "the Date header is not the virtual time",
    23: "CloudWatch Logs as a ledger",
}


def test_every_gap_has_a_test() -> None:
    marked = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        marked |= {int(number) for number in re.findall(r"mark\.gap\((\d+)\)", path.read_text())}
    assert marked == set(GAPS)


@pytest.mark.gap(3)
def test_a_batch_revision_takes_nothing_from_the_one_before(aws: LocalAws) -> None:
    """botocore, RegisterJobDefinition: a revision is what its own request says."""
    batch = aws.client("batch")
    properties = {
        "image": "a",
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    }
    first = {"parameters": {"a": "1"}, "propagateTags": True, "schedulingPriority": 5}
    for members in (first, {}):
        batch.register_job_definition(
            jobDefinitionName="job", type="container", containerProperties=properties, **members
        )
    told = {
        definition["revision"]: definition
        for definition in batch.describe_job_definitions(jobDefinitionName="job")["jobDefinitions"]
    }
    assert (told[1]["schedulingPriority"], told[2].get("parameters"), told[2].get("propagateTags")) == (5, {}, None)


@pytest.mark.gap(14)
def test_an_updated_schedule_forgets_what_was_left_out(aws: LocalAws) -> None:
    """botocore, UpdateSchedule: "uses all values, including empty values, specified in the request"."""
    scheduler = aws.client("scheduler")
    role = "arn:aws:iam::123456789012:role/scheduler"
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": role}
    request = {
        "Name": "nightly",
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target,
    }
    scheduler.create_schedule(**request, State="DISABLED", Description="off", ActionAfterCompletion="DELETE")
    scheduler.update_schedule(**request)
    told = scheduler.get_schedule(Name="nightly")
    assert (told["State"], told["ActionAfterCompletion"], "Description" in told) == ("ENABLED", "NONE", False)


@pytest.mark.gap(15)
def test_the_tagging_api_sees_definitions_of_batch(aws: LocalAws) -> None:
    """Tagging API reference, "Supported services": batch:job-definition."""
    properties = {
        "image": "a",
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    }
    made = aws.client("batch").register_job_definition(
        jobDefinitionName="job", type="container", containerProperties=properties, tags={"team": "data"}
    )
    found = aws.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "team", "Values": ["data"]}])
    assert [each["ResourceARN"] for each in found["ResourceTagMappingList"]] == [made["jobDefinitionArn"]]


@pytest.mark.gap(16)
def test_a_task_that_changes_reaches_a_queue(aws: LocalAws) -> None:
    """Developer guide, "Amazon ECS task state change events"; through a rule to SQS."""
    queue = aws.client("sqs").create_queue(QueueName="changes")["QueueUrl"]
    events = aws.client("events")
    events.put_rule(Name="changes", EventPattern='{"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}')
    events.put_targets(Rule="changes", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:changes"}])
    ecs = aws.client("ecs")
    ecs.register_task_definition(family="job", containerDefinitions=[container()])
    arn = ecs.run_task(taskDefinition="job")["tasks"][0]["taskArn"]
    aws.advance(60)
    (message,) = aws.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert (told["detail-type"], told["detail"]["taskArn"]) == ("ECS Task State Change", arn)


@pytest.mark.gap(22)
def test_the_date_header_is_the_virtual_time(aws: LocalAws) -> None:
    """The product takes its time from there: RFC 9110, Date."""
    aws.advance(90)
    for service, operation in (("ecs", "list_clusters"), ("sts", "get_caller_identity"), ("sqs", "list_queues")):
        answer = getattr(aws.client(service), operation)()
        assert answer["ResponseMetadata"]["HTTPHeaders"]["date"] == "Thu, 01 Jan 2026 00:01:30 GMT"
    with pytest.raises(ClientError, match="Cluster not found") as told:
        aws.client("ecs").list_tasks(cluster="none")
    assert told.value.response["ResponseMetadata"]["HTTPHeaders"]["date"] == "Thu, 01 Jan 2026 00:01:30 GMT"


def test_vpcs_are_told_by_filters_and_refused_by_name(aws: LocalAws) -> None:
    """botocore, DescribeSubnets.Filters; EC2 API reference, "Error codes"."""
    ec2 = aws.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    by_vpc = {"Name": "vpc-id", "Values": [vpc["VpcId"]]}
    zones = [subnet["AvailabilityZone"] for subnet in ec2.describe_subnets(Filters=[by_vpc])["Subnets"]]
    assert zones == ["us-east-1a", "us-east-1b", "us-east-1c"]
    (table,) = ec2.describe_route_tables(Filters=[by_vpc])["RouteTables"]
    assert [route["GatewayId"].partition("-")[0] for route in table["Routes"]] == ["local", "igw"]
    own = ec2.create_vpc(
        CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b&<c>"}]}]
    )["Vpc"]
    assert ec2.describe_vpcs(Filters=[{"Name": "tag:a", "Values": ["b*"]}])["Vpcs"] == [own]
    assert refusal(ec2.describe_vpcs, Filters=[{"Name": "colour", "Values": ["red"]}])[0] == "InvalidParameterValue"
    told = refusal(ec2.describe_subnets, SubnetIds=["subnet-0"])
    assert told == ("InvalidSubnetID.NotFound", "The subnet ID 'subnet-0' does not exist")
