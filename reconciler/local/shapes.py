"""Requests and answers walked along botocore's shapes.

`parse` turns what came over the wire into Python values and refuses what has the wrong type, as AWS does, and what the
model does not know, which AWS may silently ignore: the embedded AWS is stricter there, because a member that AWS
ignores is a mistake of ours.
`build` does the way back and raises (a crash, not an AWS error) when a handler answers something the model lacks.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from reconciler.local.calls import AwsError

Shape = Any  # botocore.model.Shape, whose subclasses a reader tells apart by `type_name`
_INTEGERS = ("integer", "long")
_FLOATS = ("float", "double")


def wrong_type(path: str, expected: str, got: object) -> AwsError:
    """AWS's refusal of a value that is not of its member's type (JSON protocols: SerializationException)."""
    return AwsError("SerializationException", f"{path}: expected {expected}, got {type(got).__name__}")


Names = Callable[[Shape], Mapping[str, tuple[str, Shape]]]
"""A structure's members by the names that a request has for them."""


@lru_cache(maxsize=4096)
def wire_names(shape: Shape) -> dict[str, tuple[str, Shape]]:
    """A structure's members by the name they have on the wire."""
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


@lru_cache(maxsize=4096)
def member_names(shape: Shape) -> dict[str, tuple[str, Shape]]:
    """A structure's members by botocore's names: what is called from the inside."""
    return {name: (name, member) for name, member in shape.members.items()}


def parse(shape: Shape, value: Any, path: str = "", *, names: Names = wire_names) -> Any:
    """The value as Python holds it: time stamps as epoch seconds, blobs as bytes, nulls left out."""
    kind = shape.type_name
    if kind == "structure":
        return _parse_structure(shape, value, path, names)
    if kind == "list":
        if not isinstance(value, list | tuple):
            raise wrong_type(path, "a list", value)
        given = ((index, item) for index, item in enumerate(value) if item is not None)
        return [parse(shape.member, item, f"{path}[{index}]", names=names) for index, item in given]
    if kind == "map":
        if not isinstance(value, dict):
            raise wrong_type(path, "a map", value)
        return {key: parse(shape.value, item, f"{path}.{key}", names=names) for key, item in value.items()}
    return _SCALARS[kind](value, path)


def _parse_structure(shape: Shape, value: object, path: str, names: Names) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    if not isinstance(value, dict):
        raise wrong_type(path or "the request", "an object", value)
    members = names(shape)
    parsed = {}
    for key, item in value.items():
        if key not in members:
            if key == "__type":
                continue
            raise AwsError("SerializationException", f"{path}.{key}: unknown member of {shape.name}".lstrip("."))
        if item is not None:
            name, member = members[key]
            parsed[name] = parse(member, item, f"{path}.{name}".lstrip("."), names=names)
    return parsed


def _string(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(path, "a string", value)
    return value


def _integer(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise wrong_type(path, "an integer", value)
    return int(value)


def _float(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(path, "a number", value)
    return float(value)


def _boolean(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise wrong_type(path, "a boolean", value)
    return value


def _timestamp(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(path, "epoch seconds", value)
    return float(value)


def _blob(value: object, path: str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(_string(value, path), validate=True)
    except binascii.Error:
        raise wrong_type(path, "base64 text", value) from None


_SCALARS: Mapping[str, Callable[[Any, str], Any]] = {
    "string": _string,
    "character": _string,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
    **dict.fromkeys(_INTEGERS, _integer),
    **dict.fromkeys(_FLOATS, _float),
}


def build(shape: Shape, value: Any, path: str = "") -> Any:
    """The value as JSON would carry it, time stamps as floats, None left out. Raises TypeError on a slip of ours."""
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return value
        members = shape.members
        built = {}
        for name, item in value.items():
            if name not in members:
                raise TypeError(f"{path}.{name}: {shape.name} has no such member")
            if item is not None:
                member = members[name]
                built[member.serialization.get("name", name)] = build(member, item, f"{path}.{name}")
        return built
    if kind == "list":
        return [build(shape.member, item, path) for item in value]
    if kind == "map":
        return {key: build(shape.value, item, path) for key, item in value.items()}
    if kind == "blob" and isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if not isinstance(value, _EXPECTED[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise TypeError(f"{path}: expected {kind}, got {value!r}")
    return value


_EXPECTED: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "timestamp": (float, int),
    "blob": (str, bytes),
    **dict.fromkeys(_INTEGERS, (int,)),
    **dict.fromkeys(_FLOATS, (float, int)),
}


def constraints(shape: Shape, value: Any, open_enums: frozenset[str], path: str = "") -> list[str]:
    """What the model's own constraints say against a parsed value, in AWS's words for each of them.

    Source: the `required`, `enum`, `min`, `max` and `pattern` traits of botocore's service model and the wording of
    AWS's generic validation ("1 validation error detected: Value … failed to satisfy constraint: …").
    """
    found: list[str] = []
    kind = shape.type_name
    if kind == "structure":
        found += [
            f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
            for name in shape.required_members
            if name not in value
        ]
        for name, item in value.items():
            found += constraints(shape.members[name], item, open_enums, _join(path, name))
        return found
    found += [] if shape.name in open_enums else _broken(shape, kind, value, path)
    if kind == "list":
        for index, item in enumerate(value):
            found += constraints(shape.member, item, open_enums, f"{path}.{index + 1}.member")
    elif kind == "map":
        for item in value.values():
            found += constraints(shape.value, item, open_enums, f"{path}.value")
    return found


def _join(path: str, name: str) -> str:
    lowered = name[:1].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


def _broken(shape: Shape, kind: str, value: Any, path: str) -> list[str]:
    traits = shape.metadata
    told = []
    sized = kind in ("string", "list", "map", "blob")
    measure = len(value) if sized else value
    if kind == "string" and traits.get("enum") and value not in traits["enum"]:
        told.append(f"Member must satisfy enum value set: [{', '.join(traits['enum'])}]")
    if not isinstance(measure, int | float) or isinstance(measure, bool) or kind == "timestamp":
        measure = None
    if measure is not None and traits.get("min") is not None and measure < traits["min"]:
        told.append(f"Member must have {'length' if sized else 'value'} greater than or equal to {traits['min']}")
    if measure is not None and traits.get("max") is not None and measure > traits["max"]:
        told.append(f"Member must have {'length' if sized else 'value'} less than or equal to {traits['max']}")
    if kind == "string" and traits.get("pattern") and not _matches(traits["pattern"], value):
        told.append(f"Member must satisfy regular expression pattern: {traits['pattern']}")
    return [f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}" for constraint in told]


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    # The models' patterns are Java's: the few that Python cannot read (\p{L}) are not checked.
    try:
        return re.compile(pattern)
    except re.error:
        return None


def refuse_broken_constraints(
    code: str, shape: Shape, value: Mapping[str, Any], open_enums: frozenset[str] = frozenset()
) -> None:
    """Raise AWS's one error for all broken constraints of a request."""
    found = constraints(shape, value, open_enums) if shape is not None else []
    if found:
        plural = "s" if len(found) > 1 else ""
        raise AwsError(code, f"{len(found)} validation error{plural} detected: {'; '.join(found)}")
