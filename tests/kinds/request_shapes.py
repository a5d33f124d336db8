"""Values for AWS's request shapes: one with every member, and any number of random ones."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

from reconciler.core.rules import Rules
from reconciler.kinds import job_definition_rules, schedule_rules, task_definition_rules
from reconciler.model import Path


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request whose body is compared by a table."""

    service: str
    operation: str
    rules: Rules

    @property
    def shape(self) -> StructureShape:
        return _shape(self.service, self.operation)


REQUESTS = {
    request.operation: request
    for request in (
        Request(service="ecs", operation="RegisterTaskDefinition", rules=task_definition_rules.RULES),
        Request(service="batch", operation="RegisterJobDefinition", rules=job_definition_rules.RULES),
        Request(service="scheduler", operation="CreateSchedule", rules=schedule_rules.RULES),
    )
}


@cache
def _shape(service: str, operation: str) -> StructureShape:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def full(shape: Shape, path: Path = (), version: int = 0) -> Any:
    """Answer a value with every member, two entries in every list, and no two alike."""
    match shape:
        case StructureShape():
            return {name: full(member, (*path, name), version) for name, member in shape.members.items()}
        case ListShape():
            return [full(shape.member, (*path, position), version) for position in range(2)]
        case MapShape():
            return {f"key-{position}": full(shape.value, (*path, f"key-{position}"), version) for position in range(2)}
        case _:
            return scalar(shape, path, version)


def scalar(shape: Shape, path: Path, version: int) -> Any:
    """Answer a plain value for a place: another one for another place and for another version."""
    number = sum(step for step in path if isinstance(step, int))
    enum = getattr(shape, "enum", None)
    if shape.type_name == "boolean":
        return version == 0
    if shape.type_name in ("integer", "long"):
        return 7000 + 100 * number + version
    if shape.type_name == "timestamp":
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number, hours=version)
    if enum and len(enum) > 1:
        return enum[-1 - (number + version) % 2]
    return f"{path[-1] if isinstance(path[-1], str) else 'entry'}-{number}-{version}"


def members(shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Enumerate every member, every list's first entry and every map's first key of :func:`full`, and its shape."""
    match shape:
        case StructureShape():
            nested = [((*path, name), member) for name, member in shape.members.items()]
        case ListShape():
            nested = [((*path, 0), shape.member)]
        case MapShape():
            nested = [((*path, "key-0"), shape.value)]
        case _:
            nested = []
    for place, member in nested:
        yield place, member
        yield from members(member, place)


def around(value: Any, path: Path) -> Any:
    """Answer a value with, beside what stands at a place, only the plain members on the way there."""
    if not path:
        return value
    step, *rest = path
    if isinstance(value, list):
        return [around(nested, tuple(rest)) if at == step else _plain(nested) for at, nested in enumerate(value)]
    return _plain(value) | {step: around(value[step], tuple(rest))}


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: nested for name, nested in value.items() if not isinstance(nested, dict | list)}


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Answer a copy with another value at a place; with `...` for the new value, without the place."""
    if not path:
        return new
    step, *rest = path
    if isinstance(value, Mapping):
        changed = {
            name: replaced(nested, tuple(rest), new) if name == step else nested for name, nested in value.items()
        }
        return {name: nested for name, nested in changed.items() if nested is not ...}
    changed_list = [replaced(nested, tuple(rest), new) if at == step else nested for at, nested in enumerate(value)]
    return [nested for nested in changed_list if nested is not ...]


def at(value: Any, path: Path) -> Any:
    """Answer what stands at a place."""
    for step in path:
        value = value[step]
    return value


def places(value: Any, pattern: str) -> list[Path]:
    """Answer the places of a value that a row's path names, as far as their parents exist."""
    found: list[Path] = [()]
    for step in pattern.replace("[]", ".[]").split("."):
        if step == "[]":
            found = [(*place, position) for place in found for position in range(len(_list_at(value, place)))]
        else:
            found = [(*place, step) for place in found if isinstance(_get(value, place), Mapping)]
    return found


def _list_at(value: Any, place: Path) -> list[Any]:
    nested = _get(value, place)
    return nested if isinstance(nested, list) else []


def _get(value: Any, place: Path) -> Any:
    for step in place:
        value = value.get(step) if isinstance(value, Mapping) else value[step]
    return value


def pattern(path: Path) -> str:
    """Answer where a place stands, whatever the position in its lists."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def places_of(value: Any, place: Path = ()) -> Iterator[Path]:
    """Enumerate every member and entry there is in a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, nested in inside:
        yield (*place, step)
        yield from places_of(nested, (*place, step))


#: Words and numbers that rows know, so that random values hit defaults and conditions often.
_TEXTS = (
    "", "a", "b", "0", "tcp", "awsvpc", "host", "bridge", "1 vCPU", "1024", "1 GB", "jobs", "/", "LATEST", "UTC",
    "arn:aws:iam::111122223333:role/jobs", "ENABLED", "DISABLED", "LINUX", "X86_64", "FARGATE", "EC2", "NONE",
    "ClusterFirst", "default", "local", "task", "enabled", "SHARED", "APPMESH", '{"a": [1]}', "at(2026-01-01T00:00:00)",
)  # fmt: skip
_NUMBERS = (0, 1, 2, 3, 5, 30, 60, 80, 185, 300, 86400)


#: How likely a member is there: sparse values meet empty parents, dense ones reach the deepest member.
DENSITIES = (0.15, 0.4, 0.6, 0.85, 0.85)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Random values of a shape, sparse and dense ones."""
    return st.builds(
        lambda seed, density: random_value(shape, random.Random(seed), density),
        st.integers(min_value=0, max_value=2**32),
        st.sampled_from(DENSITIES),
    )


def random_value(shape: Shape, chance: random.Random, density: float) -> Any:
    """Answer a value with any members, up to three entries a list, nulls and empties included."""
    match shape:
        case StructureShape():
            names = [name for name in shape.members if chance.random() < density]
            return {
                name: None if chance.random() < 0.05 else random_value(shape.members[name], chance, density)
                for name in names
            }
        case ListShape():
            return [random_value(shape.member, chance, density) for _ in range(chance.choice((0, 1, 2, 2, 3)))]
        case MapShape():
            keys = chance.sample(("a", "b", "aws:c"), chance.randrange(3))
            return {key: random_value(shape.value, chance, density) for key in keys}
    if shape.type_name == "boolean":
        return chance.random() < 0.5
    if shape.type_name in ("integer", "long"):
        return chance.choice(_NUMBERS)
    if shape.type_name == "timestamp":
        return chance.choice(("2026-03-01T00:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)))
    return chance.choice((*getattr(shape, "enum", ()), *_TEXTS))
