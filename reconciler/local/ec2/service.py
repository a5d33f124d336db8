"""EC2 as far as tasks need it: VPCs, subnets, route tables, internet gateways, security groups.

Of its own and not moto's, because a first look at moto's EC2 costs two seconds and a hundred megabytes, and every task
in awsvpc mode looks. Source: botocore's documentation of each operation and of its filters; error codes from the EC2
API reference, "Error codes".
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from reconciler.local.calls import AwsError, Call, Handler, Place, Service
from reconciler.local.ec2.store import (
    Record,
    add,
    add_route_table,
    add_security_group,
    add_subnet,
    add_vpc,
    associate,
    filtered,
    find,
    held,
    renamed,
    route_to,
)

if TYPE_CHECKING:
    from reconciler.local.world import World

_VPC: Final = ("vpcs", "InvalidVpcID.NotFound", "vpc ID")
_SUBNET: Final = ("subnets", "InvalidSubnetID.NotFound", "subnet ID")
_TABLE: Final = ("routeTables", "InvalidRouteTableID.NotFound", "routeTable ID")
_GATEWAY: Final = ("internetGateways", "InvalidInternetGatewayID.NotFound", "internetGateway ID")
_GROUP: Final = ("securityGroups", "InvalidGroup.NotFound", "security group")
_PAGE: Final = 1000

_FILTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "vpcs": {
        "vpc-id": "VpcId",
        "is-default": "IsDefault",
        "isDefault": "IsDefault",
        "cidr": "CidrBlock",
        "state": "State",
    },
    "subnets": {
        "subnet-id": "SubnetId",
        "vpc-id": "VpcId",
        "state": "State",
        "availability-zone": "AvailabilityZone",
        "default-for-az": "DefaultForAz",
        "map-public-ip-on-launch": "MapPublicIpOnLaunch",
        "cidr-block": "CidrBlock",
    },
    "routeTables": {
        "route-table-id": "RouteTableId",
        "vpc-id": "VpcId",
        "association.subnet-id": "Associations.SubnetId",
        "association.main": "Associations.Main",
        "route.gateway-id": "Routes.GatewayId",
    },
    "internetGateways": {"internet-gateway-id": "InternetGatewayId", "attachment.vpc-id": "Attachments.VpcId"},
    "securityGroups": {
        "group-id": "GroupId",
        "group-name": "GroupName",
        "vpc-id": "VpcId",
        "description": "Description",
    },
}


def _find(call: Call, kind: tuple[str, str, str], identifier: str) -> Record:
    section, code, noun = kind
    return find(call, section, identifier, code, noun)


def _describe(kind: tuple[str, str, str], ids: str, answer: str) -> Handler:
    """A Describe operation: by identifiers (each must exist) and filters, in pages."""

    def describe(call: Call) -> Mapping[str, Any]:
        section = kind[0]
        named = call.get(ids)
        records = held(call, section).values() if named is None else [_find(call, kind, each) for each in named]
        found = filtered(records, call.get("Filters", []), _FILTERS[section])
        page, token = call.page(found, size=call.get("MaxResults", _PAGE), token=call.get("NextToken"))
        return {answer: page, "NextToken": token}

    return describe


def _tagged(call: Call, record: Record) -> Record:
    """The record with the tags that the request specifies for it."""
    for specification in call.get("TagSpecifications", []):
        record["Tags"] = specification.get("Tags", [])
    return record


def create_vpc(call: Call) -> Mapping[str, Any]:
    """A VPC with its main route table and default security group."""
    held(call, "vpcs")
    return {"Vpc": _tagged(call, add_vpc(call, call.members["CidrBlock"]))}


def create_subnet(call: Call) -> Mapping[str, Any]:
    """A subnet in one zone, the first one where none is named."""
    vpc = _find(call, _VPC, call.members["VpcId"])
    zone = call.get("AvailabilityZone", f"{call.place.region}a")
    return {"Subnet": _tagged(call, add_subnet(call, vpc["VpcId"], call.members["CidrBlock"], zone))}


def modify_subnet_attribute(call: Call) -> Mapping[str, Any]:
    """Whether what is launched there gets a public address."""
    subnet = _find(call, _SUBNET, call.members["SubnetId"])
    if "MapPublicIpOnLaunch" in call.members:
        subnet["MapPublicIpOnLaunch"] = call.members["MapPublicIpOnLaunch"]["Value"]
    return {}


def create_internet_gateway(call: Call) -> Mapping[str, Any]:
    """A gateway that belongs to no VPC yet."""
    held(call, "vpcs")
    return {
        "InternetGateway": _tagged(call, add(call, "internetGateways", "igw", "InternetGatewayId", {"Attachments": []}))
    }


def attach_internet_gateway(call: Call) -> Mapping[str, Any]:
    """Give a gateway to a VPC."""
    gateway = _find(call, _GATEWAY, call.members["InternetGatewayId"])
    vpc = _find(call, _VPC, call.members["VpcId"])
    gateway["Attachments"] = [{"State": "available", "VpcId": vpc["VpcId"]}]
    return {}


def create_route_table(call: Call) -> Mapping[str, Any]:
    """A route table that only knows the VPC."""
    return {"RouteTable": _tagged(call, add_route_table(call, _find(call, _VPC, call.members["VpcId"])))}


def create_route(call: Call) -> Mapping[str, Any]:
    """A way out of a route table, through a gateway of any kind."""
    table = _find(call, _TABLE, call.members["RouteTableId"])
    cidr = call.members["DestinationCidrBlock"]
    if any(route["DestinationCidrBlock"] == cidr for route in table["Routes"]):
        raise AwsError("RouteAlreadyExists", f"The route identified by {cidr} already exists.")
    if call.get("NatGatewayId") is not None:
        route = route_to("", cidr) | {"NatGatewayId": call.members["NatGatewayId"]}
        del route["GatewayId"]
    else:
        route = route_to(_find(call, _GATEWAY, call.members["GatewayId"])["InternetGatewayId"], cidr)
    table["Routes"].append(route)
    return {"Return": True}


def associate_route_table(call: Call) -> Mapping[str, Any]:
    """Let a subnet go by a route table of its own."""
    table = _find(call, _TABLE, call.members["RouteTableId"])
    subnet = _find(call, _SUBNET, call.members["SubnetId"])
    association = associate(call, table, subnet["SubnetId"])
    state = association["AssociationState"]
    return {"AssociationId": association["RouteTableAssociationId"], "AssociationState": state}


def create_security_group(call: Call) -> Mapping[str, Any]:
    """A security group, in the default VPC where none is named."""
    default = next((vpc["VpcId"] for vpc in held(call, "vpcs").values() if vpc["IsDefault"]), "")
    vpc = _find(call, _VPC, call.get("VpcId", default))["VpcId"]
    name = call.members["GroupName"]
    if any((group["VpcId"], group["GroupName"]) == (vpc, name) for group in held(call, "securityGroups").values()):
        raise AwsError("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc}'")
    group = _tagged(call, add_security_group(call, vpc, name, call.members["Description"]))
    return {"GroupId": group["GroupId"], "Tags": group["Tags"]}


def create_tags(call: Call) -> Mapping[str, Any]:
    """Tags on things of any kind, over those they have."""
    for identifier in call.members["Resources"]:
        kinds = (_VPC, _SUBNET, _TABLE, _GATEWAY, _GROUP)
        record = next((held(call, kind[0])[identifier] for kind in kinds if identifier in held(call, kind[0])), None)
        if record is None:
            raise AwsError("InvalidID", f"The ID '{identifier}' is not valid")
        tags = {tag["Key"]: tag["Value"] for tag in [*record["Tags"], *call.members["Tags"]]}
        record["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {}


def _delete(kind: tuple[str, str, str], member: str, hinders: Callable[[Call, str], bool]) -> Handler:
    """A Delete operation, refused while something else depends on the thing."""

    def delete(call: Call) -> Mapping[str, Any]:
        identifier = call.members[member]
        _find(call, kind, identifier)
        if hinders(call, identifier):
            raise AwsError(
                "DependencyViolation", f"The {kind[2]} '{identifier}' has dependencies and cannot be deleted."
            )
        del held(call, kind[0])[identifier]
        return {}

    return delete


def _has_subnets(call: Call, vpc: str) -> bool:
    return any(subnet["VpcId"] == vpc for subnet in held(call, "subnets").values())


def _nothing(_call: Call, _identifier: str) -> bool:
    return False


def rename(world: "World", place: Place, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Control `ec2/rename`: `{"from": id, "to": id}`: what AWS named itself is found by the id that manifests name."""
    store = world.store("ec2", place)
    store.update(renamed(store, given["from"], given["to"]))
    return {}


SERVICE = Service(
    name="ec2",
    operations={
        "CreateVpc": create_vpc,
        "DeleteVpc": _delete(_VPC, "VpcId", _has_subnets),
        "DescribeVpcs": _describe(_VPC, "VpcIds", "Vpcs"),
        "CreateSubnet": create_subnet,
        "DeleteSubnet": _delete(_SUBNET, "SubnetId", _nothing),
        "DescribeSubnets": _describe(_SUBNET, "SubnetIds", "Subnets"),
        "ModifySubnetAttribute": modify_subnet_attribute,
        "CreateInternetGateway": create_internet_gateway,
        "AttachInternetGateway": attach_internet_gateway,
        "DescribeInternetGateways": _describe(_GATEWAY, "InternetGatewayIds", "InternetGateways"),
        "CreateRouteTable": create_route_table,
        "CreateRoute": create_route,
        "AssociateRouteTable": associate_route_table,
        "DescribeRouteTables": _describe(_TABLE, "RouteTableIds", "RouteTables"),
        "CreateSecurityGroup": create_security_group,
        "DescribeSecurityGroups": _describe(_GROUP, "GroupIds", "SecurityGroups"),
        "CreateTags": create_tags,
    },
    controls={"rename": rename},
)
