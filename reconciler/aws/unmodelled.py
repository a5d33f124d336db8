"""What AWS describes and no request of the installed service model could have said.

botocore reads of an answer what its model knows and drops the rest without a word: a member that AWS has added since
would be neither compared nor shown. So the answer is looked at once more, beside the shape of the request that makes
such a thing, and what the request has no word for is kept under :data:`KEY`, by its place in what is described. A
member that holds nothing (null, `[]`, `{}`) says nothing and is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from reconciler.core.rules import NotCompared, Rules
from reconciler.kinds import job_definition_rules, schedule_rules, task_definition_rules
from reconciler.model import Path, Spec

if TYPE_CHECKING:
    from botocore.model import ServiceModel

#: The member, none of AWS's, that holds what was kept: a mapping of places to values.
KEY: Final = "unmodelled"
#: Which operation of a service describes, under which member (none: the answer itself), and which one registers.
_DESCRIBING: Final[Mapping[str, tuple[str, str, str, Rules]]] = {
    "ecs": ("DescribeTaskDefinition", "taskDefinition", "RegisterTaskDefinition", task_definition_rules.RULES),
    "batch": ("DescribeJobDefinitions", "jobDefinitions", "RegisterJobDefinition", job_definition_rules.RULES),
    "scheduler": ("GetSchedule", "", "CreateSchedule", schedule_rules.RULES),
}


def operation(service: str) -> str | None:
    """Name the operation of a service whose answers :func:`keep` reads, None where there is none."""
    return _DESCRIBING[service][0] if service in _DESCRIBING else None


def keep(parsed: dict[str, Any], raw: Any, model: "ServiceModel") -> frozenset[str]:
    """Put into a parsed answer what botocore dropped of `raw`; answer which members that are (`volumes[].new`)."""
    _, member, registering, rules = _DESCRIBING[model.service_name]
    known = _request(model, registering)
    told = {row.path for row in rules if isinstance(row, NotCompared) and row.side == "response"}
    patterns: set[str] = set()
    for described, whole in _pairs(parsed, raw, member):
        found = {place: value for place, value in _beyond(whole, known) if place[0] not in told}
        if found:
            described[KEY] = found
            patterns |= {_pattern(place) for place in found}
    return frozenset(patterns)


def parted(described: Mapping[str, Any]) -> tuple[Spec, Mapping[Path, Any]]:
    """Answer what is described as the service model knows it, and what it does not know, by place."""
    if KEY not in described:
        return described, {}
    return {name: value for name, value in described.items() if name != KEY}, described[KEY]


def _pairs(parsed: dict[str, Any], raw: Any, member: str) -> Iterator[tuple[dict[str, Any], Any]]:
    ours, whole = (parsed.get(member), raw.get(member)) if member else (parsed, raw)
    if isinstance(ours, list):
        yield from zip(ours, whole, strict=True)
    elif ours is not None:
        yield ours, whole


@dataclass(frozen=True, slots=True)
class _Known:
    """What a request has at one place: members of a structure, by their name on the wire; entries of a list or map.

    None stands for plain values.
    """

    members: Mapping[str, "_Known | None"]
    entry: "_Known | None" = None


def _beyond(value: Any, known: _Known) -> list[tuple[Path, Any]]:
    """Find the members that a part of a request has not; the places are told from there."""
    found: list[tuple[Path, Any]] = []
    if known.entry is not None:
        inside = enumerate(value) if type(value) is list else value.items() if type(value) is dict else ()
        for step, entry in inside:
            found += [((step, *place), inner) for place, inner in _beyond(entry, known.entry)]
    elif type(value) is dict:
        for name, inner in value.items():
            part = known.members.get(name, _NEW)
            if part is _NEW:
                if inner is not None and inner != [] and inner != {}:
                    found.append(((name,), inner))
            elif part is not None:
                found += [((name, *place), more) for place, more in _beyond(inner, part)]
    return found


#: Stands where a request has no such member.
_NEW: Final = _Known({})


@cache
def _request(model: "ServiceModel", registering: str) -> _Known:
    return _laid_out(model.operation_model(registering).input_shape) or _NEW


def _laid_out(shape: Any) -> _Known | None:
    if shape.type_name == "structure":
        members = shape.members.items()
        return _Known({part.serialization.get("name", name): _laid_out(part) for name, part in members})
    inside = {"list": "member", "map": "value"}.get(shape.type_name)
    entry = _laid_out(getattr(shape, inside)) if inside is not None else None
    return _Known({}, entry) if entry is not None else None


def _pattern(place: Path) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
