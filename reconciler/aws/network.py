"""Which subnets a task of networkMode awsvpc goes to, where its author left that open.

`vpcId` and `subnetTags` of the run section are ours and are taken out of the request. What the author wrote in
`networkConfiguration` stays; only members that are missing are filled in: the private subnets of the VPC (the default
one where none is named) without a public IP, or where it has none, all public ones with one, never a mixture. No
security group is named, for the VPC's own default; the list is sent empty, which AWS takes for absent (prefect-aws
has always sent it so) and moto cannot do without.

A subnet is public when its route table, its own or else the VPC's main one, has a route to an internet gateway (VPC
user guide, "Subnet types").
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.aws.session import Aws
from reconciler.errors import Rejected
from reconciler.model import Spec

_OURS: Final = ("vpcId", "subnetTags")
#: RunTask takes at most so many subnets (awsvpcConfiguration.subnets).
_MOST_SUBNETS: Final = 16
#: How long an answer is used for other jobs of the pass.
_FRESH: Final = timedelta(minutes=1)
#: As launch types and as capacity providers; everything else runs on instances.
_FARGATE: Final = frozenset({"FARGATE", "FARGATE_SPOT"})

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnets:
    """A VPC's subnets, in the order of their ids, by whether they reach the internet directly."""

    vpc: str
    private: tuple[str, ...]
    public: tuple[str, ...]


class Network:
    """Looks subnets up, each question once in a while; safe to use from several threads."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._known: dict[tuple[str | None, Tags], tuple[datetime, Subnets]] = {}

    def complete(self, request: Spec, definition: Spec) -> Spec:
        """Answer RunTask's request with its network filled in.

        Raises Rejected where there is no default VPC or no subnet that fits.
        """
        sent = {member: value for member, value in request.items() if member not in _OURS}
        if definition.get("networkMode") != "awsvpc":
            sent.pop("networkConfiguration", None)
            return sent
        written = dict((request.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {})
        if not written.get("subnets"):
            wanted_tags = tuple(sorted((request.get("subnetTags") or {}).items()))
            written = _filled(written, self.subnets(request.get("vpcId"), wanted_tags), request, definition)
            sent["networkConfiguration"] = {"awsvpcConfiguration": written}
        return sent

    def subnets(self, vpc: str | None, tags: Tags) -> Subnets:
        """Answer the subnets of a VPC, or of the default one, that carry all `tags`."""
        with self._lock:
            now, known = self._aws.clock.now(), self._known.get((vpc, tags))
            if known is None or now - known[0] > _FRESH:
                known = (now, self._look_up(vpc, tags))
                self._known[(vpc, tags)] = known
            return known[1]

    def _look_up(self, vpc: str | None, tags: Tags) -> Subnets:
        vpc = vpc or self._default_vpc()
        filters = _filters({"vpc-id": vpc, "state": "available", **{f"tag:{key}": value for key, value in tags}})
        found = [
            subnet
            for answer in self._aws.pages("ec2:DescribeSubnets", Filters=filters)
            for subnet in answer.get("Subnets", ())
            if not subnet.get("OutpostArn") and not subnet.get("Ipv6Native")
        ]
        if not found:
            narrowed = " with the tags " + ", ".join(f"{key}={value}" for key, value in tags) if tags else ""
            raise Rejected(f"run.vpcId: {vpc} has no subnet{narrowed}", operation="DescribeSubnets", code="NoSubnet")
        public = self._public_subnets(vpc, found)
        ordered = [str(subnet["SubnetId"]) for subnet in _spread(found)]
        return Subnets(
            vpc=vpc,
            private=tuple(subnet for subnet in ordered if subnet not in public),
            public=tuple(subnet for subnet in ordered if subnet in public),
        )

    def _default_vpc(self) -> str:
        for answer in self._aws.pages("ec2:DescribeVpcs", Filters=_filters({"is-default": "true"})):
            for vpc in answer.get("Vpcs", ()):
                return str(vpc["VpcId"])
        raise Rejected(
            "there is no default VPC: name run.vpcId or run.networkConfiguration",
            operation="DescribeVpcs",
            code="NoDefaultVpc",
        )

    def _public_subnets(self, vpc: str, subnets: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        main, own = False, dict[str, bool]()
        for answer in self._aws.pages("ec2:DescribeRouteTables", Filters=_filters({"vpc-id": vpc})):
            for table in answer.get("RouteTables", ()):
                is_public = any(_leads_out(route) for route in table.get("Routes", ()))
                for association in table.get("Associations", ()):
                    if association.get("Main"):
                        main = is_public
                    elif association.get("SubnetId"):
                        own[str(association["SubnetId"])] = is_public
        ids = (str(subnet["SubnetId"]) for subnet in subnets)
        return frozenset(subnet for subnet in ids if own.get(subnet, main))


def _leads_out(route: Mapping[str, Any]) -> bool:
    return str(route.get("GatewayId", "")).startswith("igw-") and route.get("State", "active") == "active"


def _spread(subnets: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Order subnets so that any first few lie in as many zones as possible; always the same way."""
    by_zone: dict[str, list[Mapping[str, Any]]] = {}
    for subnet in sorted(subnets, key=lambda each: str(each["SubnetId"])):
        by_zone.setdefault(str(subnet.get("AvailabilityZone", "")), []).append(subnet)
    rounds = ((turn, zone, subnet) for zone, group in by_zone.items() for turn, subnet in enumerate(group))
    return [subnet for _, _, subnet in sorted(rounds, key=lambda entry: entry[:2])]


def _filled(written: Mapping[str, Any], found: Subnets, request: Spec, definition: Spec) -> dict[str, Any]:
    """Choose one kind of subnet; an author who asks for a public IP wants public ones."""
    asked = written.get("assignPublicIp")
    use_public = not found.private or (asked == "ENABLED" and bool(found.public))
    chosen = found.public if use_public else found.private
    filled = {"securityGroups": [], **written, "subnets": sorted(chosen[:_MOST_SUBNETS])}
    if asked is None and not _on_instances(request, definition):
        filled["assignPublicIp"] = "ENABLED" if use_public else "DISABLED"
    return filled


def _on_instances(request: Spec, definition: Spec) -> bool:
    """Whether a task is known to go to an instance, for which RunTask takes no public IP (aws-cdk#13348)."""
    capacity = {entry.get("capacityProvider") for entry in request.get("capacityProviderStrategy") or ()}
    if request.get("launchType"):
        capacity.add(request["launchType"])
    # where neither is said the cluster chooses, among what the definition is fit for
    capacity = capacity or set(definition.get("requiresCompatibilities") or ())
    return bool(capacity) and not capacity & _FARGATE


def _filters(wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": [value]} for name, value in wanted.items()]
