"""What RunTask refuses, with ECS's error codes and, where a public report shows them, its words.

Source: botocore's documentation of RunTask's members and the developer guide's API error messages.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.local.calls import AwsError, Call
from reconciler.local.ecs.clusters import check_strategy
from reconciler.local.ecs.store import Record, client_error, find_revision, invalid

MAX_COUNT: Final = 10
_MAX_OVERRIDES: Final = 8192
_MAX_SUBNETS, _MAX_SECURITY_GROUPS = 16, 5
_STARTED_BY: Final = re.compile(r"[A-Za-z0-9_/-]{1,128}")
_TOKEN: Final = re.compile(r"[!-~]{1,64}")
_PLATFORMS: Final = re.compile(r"LATEST|1\.[0-4]\.0")
_FARGATE: Final = ("FARGATE", "FARGATE_SPOT")


def check_words(call: Call) -> None:
    """Refuse a count, token, startedBy, group or overrides that cannot be."""
    if not 1 <= call.get("count", 1) <= MAX_COUNT:
        raise invalid(f"count should be between 1 and {MAX_COUNT}.")
    token = call.get("clientToken")
    if token is not None and not _TOKEN.fullmatch(token):
        raise invalid("clientToken should be 1 to 64 ASCII characters in the range 33-126.")
    started_by = call.get("startedBy")
    if started_by is not None and not _STARTED_BY.fullmatch(started_by):
        raise invalid("startedBy should be 1 to 128 letters, numbers, hyphens, forward slashes and underscores.")
    overrides = json.dumps(call.get("overrides", {}), separators=(",", ":"))
    if len(overrides) > _MAX_OVERRIDES:
        raise invalid(f"Overrides can have at most {_MAX_OVERRIDES} characters, got {len(overrides)}.")
    for member, most in (("placementConstraints", 10), ("placementStrategy", 5)):
        if len(call.get(member, ())) > most:
            raise invalid(f"{member} can have at most {most} items.")


def definition_to_run(call: Call) -> Record:
    """The revision that the call names, which must be ACTIVE, with overrides that fit its containers."""
    held = find_revision(call.world, call.place, call.members["taskDefinition"])
    if held is None:
        raise client_error("TaskDefinition not found.")
    if held["definition"]["status"] != "ACTIVE":
        raise client_error("TaskDefinition is inactive")
    names = {container["name"] for container in held["definition"]["containerDefinitions"]}
    for override in call.get("overrides", {}).get("containerOverrides", ()):
        if override.get("name") not in names:
            raise invalid(
                f"Override for container named {override.get('name')} is not a container in the TaskDefinition."
            )
    return held


def launch(call: Call, cluster: Record, definition: Mapping[str, Any]) -> tuple[str, str | None]:
    """The launch type and the capacity provider that the tasks get.

    An explicit type or strategy, else the cluster's default strategy, else EC2; what it names must be there and able
    to run the definition.
    """
    launch_type, strategy = call.get("launchType"), call.get("capacityProviderStrategy")
    if launch_type and strategy:
        raise invalid("Specify either Launch Type or Capacity Provider Strategy, but not both.")
    if not launch_type:
        strategy = strategy or cluster["strategy"]
        check_strategy(strategy, cluster["providers"])
    provider = _heaviest(strategy) if strategy and not launch_type else None
    if provider is not None:
        launch_type = "FARGATE" if provider in _FARGATE else "EC2"
    launch_type = launch_type or "EC2"
    if launch_type in ("EC2", "EXTERNAL") and not cluster["instances"] and provider is None:
        raise invalid("No Container Instances were found in your cluster.")
    if launch_type not in definition["compatibilities"]:
        raise invalid(f"Task definition does not support launch_type {launch_type}.")
    _check_platform(call, launch_type)
    return launch_type, provider


def _heaviest(strategy: list[Record]) -> str:
    provider: str = max(strategy, key=lambda item: (item.get("base", 0), item.get("weight", 0)))["capacityProvider"]
    return provider


def _check_platform(call: Call, launch_type: str) -> None:
    version = call.get("platformVersion")
    if version is None:
        return
    if launch_type != "FARGATE":
        raise invalid(f"The platform version must be null when specifying an {launch_type} launch type.")
    if not _PLATFORMS.fullmatch(version):
        raise AwsError("PlatformUnknownException", "The specified platform does not exist.")


def check_network(call: Call, definition: Mapping[str, Any], launch_type: str) -> None:
    """awsvpc needs a network configuration whose subnets and security groups exist; other modes must have none."""
    given = call.get("networkConfiguration")
    if definition.get("networkMode") != "awsvpc":
        if given is not None:
            raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
        return
    network = (given or {}).get("awsvpcConfiguration")
    if network is None:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    subnets, groups = network.get("subnets", []), network.get("securityGroups", [])
    if not subnets:
        raise invalid("subnets can not be empty.")
    if len(subnets) > _MAX_SUBNETS:
        raise invalid(f"subnets can have at most {_MAX_SUBNETS} items.")
    if len(groups) > _MAX_SECURITY_GROUPS:
        raise invalid(f"securityGroups can have at most {_MAX_SECURITY_GROUPS} items.")
    if network.get("assignPublicIp") == "ENABLED" and launch_type != "FARGATE":
        raise invalid("Assign public IP is not supported for this launch type.")
    _look_up(call, "subnet", "DescribeSubnets", {"SubnetIds": subnets})
    if groups:
        _look_up(call, "security group", "DescribeSecurityGroups", {"GroupIds": groups})


def _look_up(call: Call, kind: str, operation: str, members: Record) -> None:
    try:
        call.world.invoke("ec2", operation, members, call.place)
    except AwsError as error:
        named = ", ".join(*members.values())
        raise invalid(
            f"Error retrieving {kind} information for [{named}]: {error.message} (ErrorCode: {error.code})"
        ) from None
