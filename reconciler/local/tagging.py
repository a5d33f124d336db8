"""The Resource Groups Tagging API: one index of the tags of everything that our own services hold.

Source: botocore's `resourcegroupstaggingapi` service model, the documentation of each operation.

The index is filled from the services (`Service.tagged`) when somebody asks for its first page, and keeps what it saw:
tags that changed after the horizon of a lagging read (the fault `lag`) are not seen yet, and a resource that is gone or
lost its tags stays listed with empty tags for an hour ("tagged or previously tagged resources"; how long is assumed).
What moto holds (queues, roles, VPCs) is not in it.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.local.calls import AwsError, Call, Service, Tagged

_PAGE = 100
_FILTER_VALUES = 20
_REMEMBERED = 3600.0

Entry = dict[str, Any]
"""`{"order": n, "states": [[since, tags], …]}`: what the index saw of one resource, oldest first."""


def get_resources(call: Call) -> Mapping[str, Any]:
    """The tagged and previously tagged resources that pass the filters, at most 100 a page."""
    _check(call)
    token = call.get("PaginationToken") or None
    index = _index(call)
    if token is None:
        _refresh(index, _present(call), call.now)
    arns = call.get("ResourceARNList")
    listed = _ordered(index) if arns is None else [(arn, index[arn]) for arn in arns if arn in index]
    wanted = _Filters(call)
    found = [
        (arn, tags)
        for arn, entry in listed
        if wanted.type_of(arn) and (tags := _seen(entry, call.horizon)) is not None and wanted.tags(tags)
    ]
    if arns is not None:
        return {"ResourceTagMappingList": _mappings(found)}
    page, following = call.page(found, size=call.get("ResourcesPerPage", _PAGE), token=token)
    # AWS answers an empty string, not null, on the last page.
    return {"ResourceTagMappingList": _mappings(page), "PaginationToken": following or ""}


def _mappings(found: Iterable[tuple[str, Mapping[str, str]]]) -> list[Mapping[str, Any]]:
    return [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}
        for arn, tags in found
    ]


def get_tag_keys(call: Call) -> Mapping[str, Any]:
    """Every tag key in use."""
    keys = sorted({key for tags in _all_tags(call) for key in tags})
    page, following = call.page(keys, size=_PAGE, token=call.get("PaginationToken") or None)
    return {"TagKeys": page, "PaginationToken": following or ""}


def get_tag_values(call: Call) -> Mapping[str, Any]:
    """Every value in use of one tag key."""
    key = call.members["Key"]
    values = sorted({tags[key] for tags in _all_tags(call) if key in tags})
    page, following = call.page(values, size=_PAGE, token=call.get("PaginationToken") or None)
    return {"TagValues": page, "PaginationToken": following or ""}


class _Filters:
    """What a GetResources call asks for."""

    def __init__(self, call: Call) -> None:
        self._types = frozenset(call.get("ResourceTypeFilters", ()))
        self._tags = [(wanted["Key"], frozenset(wanted.get("Values", ()))) for wanted in call.get("TagFilters", ())]

    def type_of(self, arn: str) -> bool:
        """Whether the resource is of a wanted type: `ecs`, or `ecs:task-definition`."""
        if not self._types:
            return True
        service, resource = arn.split(":", 5)[2::3]
        kind = resource.replace(":", "/").partition("/")[0]
        return service in self._types or f"{service}:{kind}" in self._types

    def tags(self, tags: Mapping[str, str]) -> bool:
        """Whether every filter's key is there, with one of its values where it names any."""
        return all(key in tags and (not values or tags[key] in values) for key, values in self._tags)


def _check(call: Call) -> None:
    for member in ("TagFilters", "ResourceTypeFilters", "ResourcesPerPage", "TagsPerPage", "PaginationToken"):
        if "ResourceARNList" in call.members and call.get(member):
            raise _invalid(f"ResourceARNList and {member} cannot be specified in the same request")
    if not 1 <= call.get("ResourcesPerPage", _PAGE) <= _PAGE:
        raise _invalid("ResourcesPerPage must be between 1 and 100")
    if any(len(wanted.get("Values", ())) > _FILTER_VALUES for wanted in call.get("TagFilters", ())):
        raise _invalid("A tag filter can have at most 20 values")
    if any("Key" not in wanted for wanted in call.get("TagFilters", ())):
        raise _invalid("Each TagFilter must contain a key")
    if call.get("ExcludeCompliantResources", False) and not call.get("IncludeComplianceDetails", False):
        raise _invalid("ExcludeCompliantResources can be true only if IncludeComplianceDetails is true")
    for member in ("TagsPerPage", "IncludeComplianceDetails"):
        if call.get(member):
            raise _invalid(f"{member} is not known to the embedded AWS")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def _index(call: Call) -> dict[str, Entry]:
    index: dict[str, Entry] = call.store.setdefault("index", {})
    return index


def _present(call: Call) -> Iterable[Tagged]:
    for service in call.world.services.values():
        if service.tagged is not None:
            yield from service.tagged(call.world, call.place)


def _refresh(index: dict[str, Entry], present: Iterable[Tagged], now: float) -> None:
    """Take in what changed since the index was last filled; forget what is long gone."""
    there = set()
    for resource in present:
        there.add(resource.arn)
        entry = index.get(resource.arn)
        if entry is None and not resource.tags:
            continue
        if entry is None:
            # The order of a listing means nothing: it is arbitrary, but stays.
            entry = index[resource.arn] = {"order": zlib.crc32(resource.arn.encode()), "states": []}
        states = entry["states"]
        if not states or states[-1][1] != resource.tags:
            states.append([resource.changed, dict(resource.tags)])
    for arn in [arn for arn in index if arn not in there]:
        states = index[arn]["states"]
        if states[-1][1]:
            states.append([now, {}])
        elif states[-1][0] + _REMEMBERED <= now:
            del index[arn]


def _ordered(index: Mapping[str, Entry]) -> list[tuple[str, Entry]]:
    return sorted(index.items(), key=lambda entry: entry[1]["order"])


def _seen(entry: Entry, horizon: float) -> Mapping[str, str] | None:
    """The tags as a read with this horizon sees them; None where it does not see the resource at all yet."""
    states: Sequence[tuple[float, Mapping[str, str]]] = entry["states"]
    return next((tags for since, tags in reversed(states) if since <= horizon), None)


def _all_tags(call: Call) -> list[Mapping[str, str]]:
    index = _index(call)
    _refresh(index, _present(call), call.now)
    return [tags for entry in index.values() if (tags := _seen(entry, call.horizon))]


SERVICE = Service(
    name="resourcegroupstaggingapi",
    operations={"GetResources": get_resources, "GetTagKeys": get_tag_keys, "GetTagValues": get_tag_values},
    constraint_error="InvalidParameterException",
)
