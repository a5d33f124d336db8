"""Filling a world: what every embedded AWS has, and what its seed says.

Without a seed there are, in the account and region it was started for: the clusters it was told of (else `default`)
with Fargate's capacity providers and two container instances, the default VPC (moto's), a Fargate compute environment
and a queue for Batch, a log group.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from reconciler.local.calls import AwsError, Place
from reconciler.local.ecs.store import section
from reconciler.local.seed import SeedError
from reconciler.local.world import World

Entry = Mapping[str, Any]

LOG_GROUP: Final = "/ecs"
BATCH_ENVIRONMENT: Final = "local"
BATCH_QUEUE: Final = "default"
_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
_INSTANCES: Final = 2
_FARGATE: Final = ("FARGATE", "FARGATE_SPOT")
_TRUSTED: Final = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
_TRUST: Final = json.dumps({"Version": "2012-10-17", "Statement": [_TRUSTED]})


def prepare(world: World, place: Place, clusters: Sequence[str]) -> None:
    """Make, in a place, what is missing of these clusters (or of any), the log group and Batch's queue."""
    held = section(world, place, "clusters")
    for name in clusters or ([] if held else ["default"]):
        if name not in held:
            _cluster(world, place, {"name": name})
    if LOG_GROUP not in world.store("logs", place).get("groups", {}):
        world.invoke("logs", "CreateLogGroup", {"logGroupName": LOG_GROUP}, place)
    if "batch" in world.services:
        _batch(world, place)


def _batch(world: World, place: Place) -> None:
    named = {"jobQueues": [BATCH_QUEUE]}
    if world.invoke("batch", "DescribeJobQueues", named, place)["jobQueues"]:
        return
    resources = {"type": "FARGATE", "maxvCpus": 256, "subnets": ["subnet-local"], "securityGroupIds": ["sg-local"]}
    environment = {"computeEnvironmentName": BATCH_ENVIRONMENT, "type": "MANAGED", "computeResources": resources}
    world.invoke("batch", "CreateComputeEnvironment", environment, place)
    order = [{"order": 1, "computeEnvironment": BATCH_ENVIRONMENT}]
    queue = {"jobQueueName": BATCH_QUEUE, "state": "ENABLED", "priority": 1, "computeEnvironmentOrder": order}
    world.invoke("batch", "CreateJobQueue", queue, place)


def fill(world: World, seed: Mapping[str, Sequence[Entry]], clusters: Sequence[str]) -> None:
    """Make a fresh world's things. Raises SeedError with the place of the entry that AWS would refuse."""
    for name, make in _MAKERS.items():
        for index, entry in enumerate(seed.get(name, ())):
            try:
                make(world, world.home, entry)
            except (AwsError, ValueError) as error:
                raise SeedError(f"seed: {name}[{index}]: {error}") from None
    prepare(world, world.home, clusters)


def _cluster(world: World, place: Place, entry: Entry) -> None:
    members: dict[str, Any] = {
        "clusterName": entry["name"],
        "capacityProviders": list(entry.get("capacityProviders", _FARGATE)),
        "defaultCapacityProviderStrategy": list(entry.get("defaultStrategy", ())),
    }
    if entry.get("tags"):
        members["tags"] = _ecs_tags(entry["tags"])
    world.invoke("ecs", "CreateCluster", members, place)
    section(world, place, "clusters")[entry["name"]]["instances"] = entry.get("containerInstances", _INSTANCES)


def _vpc(world: World, place: Place, entry: Entry) -> None:
    vpc = world.invoke("ec2", "CreateVpc", {"CidrBlock": entry["cidr"]}, place)["Vpc"]["VpcId"]
    if "id" in entry:
        world.services["ec2"].controls["rename"](world, place, {"from": vpc, "to": entry["id"]})
        vpc = entry["id"]
    _name(world, place, vpc, entry.get("tags", {}))
    public = _public_routes(world, place, vpc) if any(net.get("public") for net in entry["subnets"]) else None
    for net in entry["subnets"]:
        members = {"VpcId": vpc, "CidrBlock": net["cidr"]}
        if "zone" in net:
            members["AvailabilityZone"] = net["zone"]
        subnet = world.invoke("ec2", "CreateSubnet", members, place)["Subnet"]["SubnetId"]
        _name(world, place, subnet, net.get("tags", {}))
        if net.get("public") and public is not None:
            world.invoke("ec2", "AssociateRouteTable", {"RouteTableId": public, "SubnetId": subnet}, place)
            opened = {"SubnetId": subnet, "MapPublicIpOnLaunch": {"Value": True}}
            world.invoke("ec2", "ModifySubnetAttribute", opened, place)
    for name in entry.get("securityGroups", ()):
        group = {"GroupName": name, "Description": name, "VpcId": vpc}
        world.invoke("ec2", "CreateSecurityGroup", group, place)


def _public_routes(world: World, place: Place, vpc: str) -> str:
    """A route table of the VPC that leads to the internet: what makes a subnet public."""
    gateway = world.invoke("ec2", "CreateInternetGateway", {}, place)["InternetGateway"]["InternetGatewayId"]
    world.invoke("ec2", "AttachInternetGateway", {"InternetGatewayId": gateway, "VpcId": vpc}, place)
    table: str = world.invoke("ec2", "CreateRouteTable", {"VpcId": vpc}, place)["RouteTable"]["RouteTableId"]
    out = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}
    world.invoke("ec2", "CreateRoute", out, place)
    return table


def _name(world: World, place: Place, resource: str, tags: Mapping[str, str]) -> None:
    if tags:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        world.invoke("ec2", "CreateTags", {"Resources": [resource], "Tags": listed}, place)


def _ecs_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _log_group(world: World, place: Place, entry: Entry) -> None:
    members = {"logGroupName": entry["name"]} | ({"tags": entry["tags"]} if entry.get("tags") else {})
    world.invoke("logs", "CreateLogGroup", members, place)
    if "retentionDays" in entry:
        policy = {"logGroupName": entry["name"], "retentionInDays": entry["retentionDays"]}
        world.invoke("logs", "PutRetentionPolicy", policy, place)


def _image(world: World, place: Place, entry: Entry) -> None:
    world.invoke("ecr", "CreateRepository", {"repositoryName": entry["repository"]}, place)
    for tag in entry.get("tags", ["latest"]):
        config = {"digest": f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}"}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": []})
        image = {"repositoryName": entry["repository"], "imageManifest": manifest, "imageTag": tag}
        world.invoke("ecr", "PutImage", image, place)


def _outcome(world: World, place: Place, entry: Entry) -> None:
    world.services["ecs"].controls["outcome"](world, place, entry)


def _request(service: str, operation: str) -> Callable[[World, Place, Entry], None]:
    """A maker for entries that are AWS's own requests."""

    def make(world: World, place: Place, entry: Entry) -> None:
        world.invoke(service, operation, entry, place)

    return make


def _named(service: str, operation: str, **members: str) -> Callable[[World, Place, Entry], None]:
    """A maker for entries whose keys are `members` of an operation; a value with `=` in front is itself the member."""

    def make(world: World, place: Place, entry: Entry) -> None:
        told = {
            member: source.removeprefix("=") if source.startswith("=") else entry[source]
            for member, source in members.items()
        }
        world.invoke(service, operation, told, place)

    return make


_MAKERS: Final[Mapping[str, Callable[[World, Place, Entry], None]]] = {
    "roles": _named("iam", "CreateRole", RoleName="name", AssumeRolePolicyDocument=f"={_TRUST}"),
    "secrets": _named("secretsmanager", "CreateSecret", Name="name", SecretString="value"),
    "parameters": _named("ssm", "PutParameter", Name="name", Value="value", Type="=String"),
    "images": _image,
    "vpcs": _vpc,
    "logGroups": _log_group,
    "clusters": _cluster,
    "taskDefinitions": _request("ecs", "RegisterTaskDefinition"),
    "outcomes": _outcome,
    "computeEnvironments": _request("batch", "CreateComputeEnvironment"),
    "jobQueues": _request("batch", "CreateJobQueue"),
    "jobDefinitions": _request("batch", "RegisterJobDefinition"),
    "scheduleGroups": _named("scheduler", "CreateScheduleGroup", Name="name"),
}
