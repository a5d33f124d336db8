"""Which subnets an awsvpc task goes to when its author left that open."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.aws.network import Network
from reconciler.aws.session import Aws
from reconciler.errors import Rejected
from reconciler.local import LocalAws

AWSVPC = {"networkMode": "awsvpc"}


class Vpc:
    """A VPC of the embedded AWS with subnets of either kind."""

    def __init__(self, aws: LocalAws) -> None:
        self._ec2 = aws.client("ec2")
        self.id = self._ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self._gateway = self._ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self._ec2.attach_internet_gateway(InternetGatewayId=self._gateway, VpcId=self.id)
        self._count = 0

    def subnet(self, zone: str = "a", tags: Mapping[str, str] | None = None) -> str:
        members: dict[str, Any] = {}
        if tags:
            pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
            members["TagSpecifications"] = [{"ResourceType": "subnet", "Tags": pairs}]
        subnet = self._ec2.create_subnet(
            VpcId=self.id, CidrBlock=f"10.0.{self._count}.0/24", AvailabilityZone=f"us-east-1{zone}", **members
        )
        self._count += 1
        return str(subnet["Subnet"]["SubnetId"])

    def public_subnet(self, zone: str = "a", tags: Mapping[str, str] | None = None) -> str:
        subnet = self.subnet(zone, tags)
        table = self._ec2.create_route_table(VpcId=self.id)["RouteTable"]["RouteTableId"]
        self._ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self._gateway)
        self._ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return subnet

    def make_main_table_public(self) -> None:
        tables = self._ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.id]}])["RouteTables"]
        (main,) = (table for table in tables if any(each.get("Main") for each in table["Associations"]))
        self._ec2.create_route(
            RouteTableId=main["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=self._gateway
        )


@pytest.fixture
def vpc(aws: LocalAws) -> Vpc:
    return Vpc(aws)


def awsvpc(request: Mapping[str, Any]) -> dict[str, Any]:
    return dict(request["networkConfiguration"]["awsvpcConfiguration"])


def test_private_subnets_are_taken_without_a_public_ip(caller: Aws, vpc: Vpc) -> None:
    private = sorted([vpc.subnet("a"), vpc.subnet("b")])
    vpc.public_subnet("a")
    completed = Network(caller).complete({"vpcId": vpc.id, "launchType": "FARGATE"}, AWSVPC)
    assert completed == {
        "launchType": "FARGATE",
        "networkConfiguration": {
            "awsvpcConfiguration": {"securityGroups": [], "subnets": private, "assignPublicIp": "DISABLED"}
        },
    }


def test_public_subnets_are_taken_where_there_are_no_others(caller: Aws, vpc: Vpc) -> None:
    public = sorted([vpc.public_subnet("a"), vpc.public_subnet("b")])
    completed = Network(caller).complete({"vpcId": vpc.id}, AWSVPC)
    assert awsvpc(completed) == {"securityGroups": [], "subnets": public, "assignPublicIp": "ENABLED"}


def test_the_main_route_table_counts_for_a_subnet_without_its_own(caller: Aws, vpc: Vpc) -> None:
    vpc.make_main_table_public()
    public = vpc.subnet("a")
    completed = Network(caller).complete({"vpcId": vpc.id}, AWSVPC)
    assert awsvpc(completed) == {"securityGroups": [], "subnets": [public], "assignPublicIp": "ENABLED"}


def test_tags_narrow_the_subnets(caller: Aws, vpc: Vpc) -> None:
    vpc.subnet("a")
    wanted = vpc.public_subnet("a", {"tier": "jobs", "team": "data"})
    vpc.public_subnet("a", {"tier": "jobs"})
    request = {"vpcId": vpc.id, "subnetTags": {"tier": "jobs", "team": "data"}}
    assert awsvpc(Network(caller).complete(request, AWSVPC)) == {
        "securityGroups": [],
        "subnets": [wanted],
        "assignPublicIp": "ENABLED",
    }


def test_the_default_vpc_is_taken_where_none_is_named(caller: Aws, aws: LocalAws) -> None:
    default = aws.client("ec2").describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    completed = Network(caller).complete({}, AWSVPC)
    assert awsvpc(completed)["subnets"] == sorted(subnet["SubnetId"] for subnet in default)


def test_what_the_author_wrote_stays_and_only_the_rest_is_filled_in(caller: Aws, vpc: Vpc) -> None:
    private = vpc.subnet("a")
    written = {"awsvpcConfiguration": {"securityGroups": ["sg-1"]}}
    completed = Network(caller).complete({"vpcId": vpc.id, "networkConfiguration": written}, AWSVPC)
    assert awsvpc(completed) == {"securityGroups": ["sg-1"], "subnets": [private], "assignPublicIp": "DISABLED"}


def test_an_author_who_wants_a_public_ip_gets_public_subnets(caller: Aws, vpc: Vpc) -> None:
    vpc.subnet("a")
    public = vpc.public_subnet("a")
    written = {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}}
    completed = Network(caller).complete({"vpcId": vpc.id, "networkConfiguration": written}, AWSVPC)
    assert awsvpc(completed) == {"securityGroups": [], "assignPublicIp": "ENABLED", "subnets": [public]}


def test_a_public_ip_in_a_vpc_without_public_subnets_stays_as_it_was_asked_for(caller: Aws, vpc: Vpc) -> None:
    private = vpc.subnet("a")
    written = {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}}
    completed = Network(caller).complete({"vpcId": vpc.id, "networkConfiguration": written}, AWSVPC)
    assert awsvpc(completed) == {"securityGroups": [], "assignPublicIp": "ENABLED", "subnets": [private]}


def test_written_subnets_are_never_looked_up(caller: Aws) -> None:
    written = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    completed = Network(caller).complete({"vpcId": "vpc-1", "networkConfiguration": written}, AWSVPC)
    assert completed == {"networkConfiguration": written}
    assert caller.calls == {}


def test_outside_awsvpc_no_network_is_sent(caller: Aws) -> None:
    request = {
        "vpcId": "vpc-1",
        "subnetTags": {"a": "b"},
        "networkConfiguration": {"awsvpcConfiguration": {}},
        "count": 1,
    }
    assert Network(caller).complete(request, {"networkMode": "bridge"}) == {"count": 1}
    assert Network(caller).complete(request, {}) == {"count": 1}
    assert caller.calls == {}


@pytest.mark.parametrize(
    ("request_", "definition"),
    [
        ({"launchType": "EC2"}, {}),
        ({"capacityProviderStrategy": [{"capacityProvider": "gpu-instances"}]}, {}),
        ({}, {"requiresCompatibilities": ["EC2"]}),
    ],
)
def test_an_instance_takes_no_public_ip(
    caller: Aws, vpc: Vpc, request_: Mapping[str, Any], definition: Mapping[str, Any]
) -> None:
    """RunTask: "Assign public IP is not supported for this launch type." (aws-cdk#13348, by a capacity provider)."""
    public = vpc.public_subnet("a")
    completed = Network(caller).complete({"vpcId": vpc.id, **request_}, {**AWSVPC, **definition})
    assert awsvpc(completed) == {"securityGroups": [], "subnets": [public]}


@pytest.mark.parametrize(
    ("request_", "definition"),
    [
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}, {}),
        ({}, {"requiresCompatibilities": ["EC2", "FARGATE"]}),
    ],
)
def test_what_may_come_to_fargate_takes_a_public_ip(
    caller: Aws, vpc: Vpc, request_: Mapping[str, Any], definition: Mapping[str, Any]
) -> None:
    vpc.public_subnet("a")
    completed = Network(caller).complete({"vpcId": vpc.id, **request_}, {**AWSVPC, **definition})
    assert awsvpc(completed)["assignPublicIp"] == "ENABLED"


def test_more_subnets_than_ecs_takes_are_spread_over_the_zones(caller: Aws, vpc: Vpc) -> None:
    zones = {vpc.subnet(zone): zone for zone in "a" * 15 + "bbc"}
    chosen = awsvpc(Network(caller).complete({"vpcId": vpc.id}, AWSVPC))["subnets"]
    assert len(chosen) == 16
    assert sorted(zones[subnet] for subnet in chosen if zones[subnet] != "a") == ["b", "b", "c"]
    assert chosen == awsvpc(Network(caller).complete({"vpcId": vpc.id}, AWSVPC))["subnets"]


def test_a_question_is_asked_once_in_a_while(caller: Aws, aws: LocalAws, vpc: Vpc) -> None:
    vpc.subnet("a")
    network = Network(caller)
    network.complete({"vpcId": vpc.id}, AWSVPC)
    network.complete({"vpcId": vpc.id}, AWSVPC)
    assert caller.calls == {"ec2:DescribeSubnets": 1, "ec2:DescribeRouteTables": 1}
    aws.advance(61)
    network.complete({"vpcId": vpc.id}, AWSVPC)
    assert caller.calls == {"ec2:DescribeSubnets": 2, "ec2:DescribeRouteTables": 2}


def test_a_vpc_without_a_fitting_subnet_is_named(caller: Aws, vpc: Vpc) -> None:
    vpc.subnet("a")
    with pytest.raises(Rejected) as caught:
        Network(caller).complete({"vpcId": vpc.id, "subnetTags": {"tier": "x"}}, AWSVPC)
    assert str(caught.value) == f"DescribeSubnets: run.vpcId: {vpc.id} has no subnet with the tags tier=x (NoSubnet)"


def test_without_a_default_vpc_it_says_what_to_name(caller: Aws, aws: LocalAws) -> None:
    ec2 = aws.client("ec2")
    (default,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [default["VpcId"]]}])["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=default["VpcId"])
    with pytest.raises(Rejected) as caught:
        Network(caller).complete({}, AWSVPC)
    assert str(caught.value) == (
        "DescribeVpcs: there is no default VPC: name run.vpcId or run.networkConfiguration (NoDefaultVpc)"
    )
