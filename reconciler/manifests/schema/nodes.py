"""A schema as a tree to walk along: the quick way to accept a document, and to make its scalars what AWS is sent.

jsonschema is the judge of what a schema means, but takes some milliseconds for a document of ours; a directory has
thousands. So a document is walked along these nodes first, and only one that they refuse is given to jsonschema, which
says why (:mod:`reconciler.manifests.schema.faults`). They know the keywords that our schemas use and refuse to be
built from any other; a test holds the two against each other.
"""

import re
from collections.abc import Callable, Mapping, Sized
from typing import Any

from reconciler.manifests.schema import words
from reconciler.manifests.schema.words import Schema

_TYPES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "array",
}
_INTEGER = re.compile(words.INTEGER)
_NUMBER = re.compile(words.NUMBER)

#: What says nothing about a value.
_ANNOTATIONS = frozenset(
    {"$comment", "$defs", "$schema", "default", "deprecated", "description", "patternErrorMessage", "title"}
)
_KEYWORDS = frozenset(
    {"additionalProperties", "allOf", "anyOf", "const", "enum", "if", "items", "maxItems", "maxLength", "maxProperties"}
    | {"maximum", "minItems", "minLength", "minProperties", "minimum", "not", "oneOf", "pattern", "properties"}
    | {"propertyNames", "required", "then", "type"}
)

_Condition = Callable[[Any], bool]


class Node:
    """One place of a document: what is wanted there, and the nodes of what is inside."""

    __slots__ = (
        "_additional_refused",
        "_conditions",
        "_maximum",
        "_minimum",
        "_pattern",
        "_required",
        "_sizes",
        "additional",
        "items",
        "properties",
        "schema",
        "takes_empty",
        "types",
        "wants",
    )

    def __init__(self) -> None:
        self.schema: Schema = {}
        self.types: frozenset[str] = frozenset()
        self.wants: str | None = None
        self.properties: dict[str, Node] = {}
        self.additional: Node | None = None
        self.items: Node | None = None
        self.takes_empty = False
        self._additional_refused = False
        self._required: tuple[str, ...] = ()
        self._pattern: re.Pattern[str] | None = None
        self._minimum: float | None = None
        self._maximum: float | None = None
        self._sizes: Mapping[type[Sized], tuple[int, float]] = {}
        self._conditions: tuple[_Condition, ...] = ()

    def child(self, step: str | int) -> "Node | None":
        """Answer the node of a key or list position, None where the schema says nothing about it."""
        return self.items if isinstance(step, int) else self.properties.get(step, self.additional)

    def accepts(self, value: Any) -> bool:
        """Say whether the schema admits a coerced value."""
        types = self.types
        if types and not _is_one_of(value, types):
            return False
        if isinstance(value, str):
            if self._pattern is not None and self._pattern.search(value) is None:
                return False
        elif isinstance(value, dict):
            if not self._accepts_members(value):
                return False
        elif isinstance(value, list):
            if self.items is not None and not all(map(self.items.accepts, value)):
                return False
        elif (self._minimum is not None or self._maximum is not None) and not self._within(value):
            return False
        if self._sizes and not self._sized(value):
            return False
        return all(condition(value) for condition in self._conditions) if self._conditions else True

    def coerced(self, value: Any) -> Any:
        """Answer `value` as AWS would be sent it; what does not fit, and keys that are unknown, stay as they are."""
        if isinstance(value, dict):
            return self._coerced_members(value)
        if isinstance(value, list):
            return value if self.items is None else [self.items.coerced(entry) for entry in value]
        wants = self.wants
        if wants == "string":
            if isinstance(value, (int, float)) and not isinstance(value, bool) and "number" in self.types:
                return str(value)
        elif wants == "integer":
            return _whole(value)
        elif wants == "number" and isinstance(value, str) and _NUMBER.fullmatch(value):
            return float(value)
        return value

    def _coerced_members(self, value: dict[str, Any]) -> dict[str, Any]:
        properties, additional = self.properties, self.additional
        answer = {}
        for key, entry in value.items():
            node = properties.get(key)
            if node is None:
                answer[key] = entry if additional is None else additional.coerced(entry)
            elif node.takes_empty and entry == "":
                continue
            elif entry is not None or not node.types or "null" in node.types:
                answer[key] = node.coerced(entry)
        return answer

    def _accepts_members(self, value: dict[str, Any]) -> bool:
        properties, additional = self.properties, self.additional
        for key, entry in value.items():
            node = properties.get(key, additional)
            if node is None:
                if self._additional_refused:
                    return False
            elif not node.accepts(entry):
                return False
        return all(key in value for key in self._required)

    def _within(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return True
        return (self._minimum is None or value >= self._minimum) and (self._maximum is None or value <= self._maximum)

    def _sized(self, value: Any) -> bool:
        return all(
            least <= len(value) <= most for kind, (least, most) in self._sizes.items() if isinstance(value, kind)
        )

    def fill(self, schema: Schema, build: Callable[[Schema], "Node"]) -> None:
        """Read `schema`; `build` makes the nodes inside it. Raises ValueError for a keyword that no node knows."""
        unknown = {word for word in schema if not word.startswith("x-")} - _KEYWORDS - _ANNOTATIONS
        if unknown:
            raise ValueError(f"no node knows {', '.join(sorted(unknown))}")
        self.schema = schema
        declared = schema.get("type", [])
        types = declared if isinstance(declared, list) else [declared]
        self.types, self.wants = frozenset(types), types[0] if types else None
        self.properties = {key: build(entry) for key, entry in schema.get("properties", {}).items()}
        additional = schema.get("additionalProperties", True)
        self.takes_empty = schema.get("x-empty") == "absent"
        self._additional_refused = additional is False
        self.additional = build(additional) if isinstance(additional, dict) else None
        self.items = build(schema["items"]) if "items" in schema else None
        self._required = tuple(schema.get("required", ()))
        self._pattern = re.compile(schema["pattern"]) if "pattern" in schema else None
        self._minimum, self._maximum = schema.get("minimum"), schema.get("maximum")
        self._sizes = dict(_sizes(schema))
        self._conditions = tuple(_conditions(schema, build))


def type_of(value: Any) -> str:
    """Answer JSON Schema's word for the type of a value."""
    for kind in type(value).__mro__:
        if kind in _TYPES:
            return _TYPES[kind]
    raise TypeError(f"{type(value).__name__} is not a value that a document can hold")


def _is_one_of(value: Any, types: frozenset[str]) -> bool:
    name = _TYPES.get(type(value)) or type_of(value)
    if name in types:
        return True
    if name == "integer":
        return "number" in types
    return name == "number" and "integer" in types and value.is_integer()


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if _INTEGER.fullmatch(value) else value
    if isinstance(value, bool):
        return value
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    return value


def _sizes(schema: Schema) -> list[tuple[type[Sized], tuple[int, float]]]:
    words_of = (
        (str, "minLength", "maxLength"),
        (list, "minItems", "maxItems"),
        (dict, "minProperties", "maxProperties"),
    )
    return [
        (kind, (schema.get(least, 0), schema.get(most, float("inf"))))
        for kind, least, most in words_of
        if least in schema or most in schema
    ]


def _conditions(schema: Schema, build: Callable[[Schema], Node]) -> list[_Condition]:
    conditions: list[_Condition] = []
    if "enum" in schema:
        conditions.append(tuple(schema["enum"]).__contains__)
    if "const" in schema:
        conditions.append(schema["const"].__eq__)
    if "allOf" in schema:
        conditions += [build(branch).accepts for branch in schema["allOf"]]
    if "anyOf" in schema:
        some = tuple(build(branch).accepts for branch in schema["anyOf"])
        conditions.append(lambda value: any(accepts(value) for accepts in some))
    if "oneOf" in schema:
        one = tuple(build(branch).accepts for branch in schema["oneOf"])
        conditions.append(lambda value: sum(accepts(value) for accepts in one) == 1)
    if "not" in schema:
        refused = build(schema["not"]).accepts
        conditions.append(lambda value: not refused(value))
    if "if" in schema:
        when, then = build(schema["if"]).accepts, build(schema["then"]).accepts
        conditions.append(lambda value: not when(value) or then(value))
    if "propertyNames" in schema:
        named = build(schema["propertyNames"]).accepts
        conditions.append(lambda value: not isinstance(value, dict) or all(map(named, value)))
    return conditions
