"""A job definition with the overrides of a SubmitJob put in (botocore: ContainerOverrides and its siblings)."""

from collections.abc import Mapping
from typing import Any

from reconciler.local.calls import Call

_KEYED = {"environment": "name", "env": "name", "resourceRequirements": "type"}


def override(call: Call, request: dict[str, Any]) -> None:
    """Put the overrides of the call into the properties of the request."""
    if request["containerProperties"] is not None:
        _merge(request["containerProperties"], call.get("containerOverrides", {}))
    if request["ecsProperties"] is not None:
        _override_tasks(call.get("ecsPropertiesOverride", {}), request["ecsProperties"])
    if request["eksProperties"] is not None:
        _override_pods(call.get("eksPropertiesOverride", {}), request["eksProperties"])
    if request["nodeProperties"] is not None:
        _override_nodes(call.get("nodeOverrides", {}), request["nodeProperties"])


def _override_tasks(wanted: Mapping[str, Any], properties: dict[str, Any]) -> None:
    for task in wanted.get("taskProperties", ()):
        for changes in task.get("containers", ()):
            for container in properties["taskProperties"][0]["containers"]:
                if container.get("name") == changes.get("name"):
                    _merge(container, changes)


def _override_pods(wanted: Mapping[str, Any], properties: dict[str, Any]) -> None:
    for changes in wanted.get("podProperties", {}).get("containers", ()):
        for container in properties["podProperties"]["containers"]:
            if changes.get("name", container["name"]) == container["name"]:
                _merge(container, changes)


def _override_nodes(wanted: Mapping[str, Any], properties: dict[str, Any]) -> None:
    properties["numNodes"] = wanted.get("numNodes", properties["numNodes"])
    for changes in wanted.get("nodePropertyOverrides", ()):
        for reach in properties["nodeRangeProperties"]:
            if reach["targetNodes"] == changes["targetNodes"] and "container" in reach:
                _merge(reach["container"], changes.get("containerOverrides", {}))


def _merge(container: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Put an override into a container: lists of variables and resources by their keys, all else whole."""
    for member, value in changes.items():
        key = _KEYED.get(member)
        if key is None:
            container[member] = value
        else:
            merged = {entry[key]: entry for entry in [*container.get(member, []), *value]}
            container[member] = list(merged.values())
