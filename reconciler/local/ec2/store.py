"""How the VPCs are held, what a new region has, and how they are filtered.

`call.store` is `{"vpcs": {id: …}, "subnets": …, "routeTables": …, "internetGateways": …, "securityGroups": …}`; each
is kept as its Describe operation answers it. A region begins with a default VPC: one public subnet in each of three
zones, a main route table that leads to an internet gateway, a default security group (VPC user guide, "Default VPCs").
"""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconciler.local.calls import AwsError, Call

Record = dict[str, Any]

SECTIONS: Final = ("vpcs", "subnets", "routeTables", "internetGateways", "securityGroups")
ANYWHERE: Final = "0.0.0.0/0"
_ZONES: Final = "abc"


def held(call: Call, section: str) -> dict[str, Record]:
    """One section of the place's VPC state, made with the default VPC at the first look."""
    store = call.store
    if "vpcs" not in store:
        for name in SECTIONS:
            store[name] = {}
        _make_default(call)
    found: dict[str, Record] = store[section]
    return found


def _make_default(call: Call) -> None:
    vpc = add_vpc(call, "172.31.0.0/16", default=True)
    gateway = add(call, "internetGateways", "igw", "InternetGatewayId", {"Attachments": []})
    gateway["Attachments"] = [{"State": "available", "VpcId": vpc["VpcId"]}]
    main_table(call, vpc["VpcId"])["Routes"].append(route_to(gateway["InternetGatewayId"]))
    for index, zone in enumerate(_ZONES):
        subnet = add_subnet(call, vpc["VpcId"], f"172.31.{16 * index}.0/20", call.place.region + zone)
        subnet |= {"DefaultForAz": True, "MapPublicIpOnLaunch": True}


def add(call: Call, section: str, prefix: str, id_member: str, members: Record) -> Record:
    """A new thing under an identifier of its own; its tags are empty."""
    identifier = f"{prefix}-{call.world.hex_id(17)}"
    record = {id_member: identifier, **members, "OwnerId": call.place.account, "Tags": []}
    call.store[section][identifier] = record
    return record


def add_vpc(call: Call, cidr: str, *, default: bool = False) -> Record:
    """A VPC with its main route table and its default security group."""
    vpc = add(
        call,
        "vpcs",
        "vpc",
        "VpcId",
        {"CidrBlock": cidr, "State": "available", "IsDefault": default, "InstanceTenancy": "default"},
    )
    table = add_route_table(call, vpc)
    table["Associations"].append(_association(call, table, Main=True))
    add_security_group(call, vpc["VpcId"], "default", "default VPC security group")
    return vpc


def add_subnet(call: Call, vpc: str, cidr: str, zone: str) -> Record:
    """A subnet; without a route table of its own it goes by the VPC's main one."""
    members = {
        "VpcId": vpc,
        "CidrBlock": cidr,
        "AvailabilityZone": zone,
        "State": "available",
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "AvailableIpAddressCount": (1 << (32 - int(cidr.rpartition("/")[2]))) - 5,
    }
    subnet = add(call, "subnets", "subnet", "SubnetId", members)
    subnet["SubnetArn"] = call.place.arn("ec2", f"subnet/{subnet['SubnetId']}")
    return subnet


def add_route_table(call: Call, vpc: Record) -> Record:
    """A route table that knows the VPC itself."""
    local = {
        "DestinationCidrBlock": vpc["CidrBlock"],
        "GatewayId": "local",
        "State": "active",
        "Origin": "CreateRouteTable",
    }
    members = {"VpcId": vpc["VpcId"], "Routes": [local], "Associations": []}
    return add(call, "routeTables", "rtb", "RouteTableId", members)


def associate(call: Call, table: Record, subnet: str) -> Record:
    """Let a subnet go by a route table."""
    association = _association(call, table, Main=False, SubnetId=subnet)
    table["Associations"].append(association)
    return association


def _association(call: Call, table: Record, **members: object) -> Record:
    identifier = f"rtbassoc-{call.world.hex_id(17)}"
    state = {"State": "associated"}
    table_id = table["RouteTableId"]
    return {"RouteTableAssociationId": identifier, "RouteTableId": table_id, "AssociationState": state, **members}


def main_table(call: Call, vpc: str) -> Record:
    """A VPC's main route table."""
    return next(
        table
        for table in call.store["routeTables"].values()
        if table["VpcId"] == vpc and any(each["Main"] for each in table["Associations"])
    )


def route_to(gateway: str, cidr: str = ANYWHERE) -> Record:
    """A route to an internet gateway, or another target that is named as one."""
    return {"DestinationCidrBlock": cidr, "GatewayId": gateway, "State": "active", "Origin": "CreateRoute"}


def add_security_group(call: Call, vpc: str, name: str, description: str) -> Record:
    """A security group."""
    members = {"GroupName": name, "Description": description, "VpcId": vpc}
    return add(call, "securityGroups", "sg", "GroupId", members)


def find(call: Call, section: str, identifier: str, code: str, noun: str) -> Record:
    """One thing by its identifier. Raises AwsError of the code that EC2 has for it."""
    found = held(call, section).get(identifier)
    if found is None:
        raise AwsError(code, f"The {noun} '{identifier}' does not exist")
    return found


def renamed(value: Any, before: str, after: str) -> Any:
    """The same records with one identifier replaced wherever it stands, in keys too."""
    if isinstance(value, dict):
        return {renamed(key, before, after): renamed(item, before, after) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, before, after) for item in value]
    return after if value == before else value


def filtered(records: Iterable[Record], filters: Sequence[Mapping[str, Any]], known: Mapping[str, str]) -> list[Record]:
    """The records that match every filter (any of its values; `*` and `?` are wildcards).

    `known` maps filter names to members. Raises AwsError(InvalidParameterValue) for a filter that is not known.
    """
    for told in filters:
        name = told["Name"]
        if name not in known and not name.startswith("tag:") and name != "tag-key":
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return [record for record in records if all(_matches(record, told, known) for told in filters)]


def _matches(record: Record, told: Mapping[str, Any], known: Mapping[str, str]) -> bool:
    name = told["Name"]
    tags = {tag["Key"]: tag["Value"] for tag in record["Tags"]}
    if name == "tag-key":
        values = list(tags)
    elif name.startswith("tag:"):
        values = [tags[name[4:]]] if name[4:] in tags else []
    else:
        values = list(_values(record, known[name].split(".")))
    return any(fnmatch.fnmatchcase(value, pattern) for value in values for pattern in told.get("Values", ()))


def _values(record: Any, path: Sequence[str]) -> Iterable[str]:
    if isinstance(record, list):
        for item in record:
            yield from _values(item, path)
    elif not path:
        yield str(record).lower() if isinstance(record, bool) else str(record)
    elif isinstance(record, dict) and path[0] in record:
        yield from _values(record[path[0]], path[1:])
