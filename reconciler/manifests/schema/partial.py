"""From a schema of the whole to the schema of a part of it, and from many files to one.

A manifest in an editor is only a part: its environments, Settings' defaults and variables add to it before it is
checked. A merge patch (RFC 7386) adds mapping by mapping and replaces lists whole; so a part may leave out any key and
set any key to null, while the entries of a list are complete.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from reconciler.manifests.schema.words import Schema

_PREFIX = "Partial"


def with_partial_forms(document: Schema) -> Schema:
    """Answer an AWS file with its partial form beside it: `$defs/Partial`, and `$defs/PartialX` for each structure."""
    definitions: dict[str, Schema] = dict(document["$defs"])
    root = {key: value for key, value in document.items() if key not in {"$defs", "title", "$comment", "x-botocore"}}
    waiting = [(_PREFIX, root)]
    while waiting:
        name, whole = waiting.pop()
        definitions[name] = partial(whole)
        waiting += [
            (target, document["$defs"][target.removeprefix(_PREFIX)])
            for target in _targets(definitions[name])
            if target.startswith(_PREFIX) and target not in definitions
        ]
    return {**document, "$defs": dict(sorted(definitions.items()))}


def partial(schema: Schema) -> Schema:
    """Answer the schema of a merge patch on what `schema` describes: nothing is required and null removes."""
    if "$ref" in schema:
        return {**schema, "$ref": _partial_target(schema["$ref"])}
    part = {
        key: value for key, value in schema.items() if key not in {"required", "minProperties", "oneOf", "if", "then"}
    }
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        part["type"] = types if "null" in types else [*types, "null"]
    if "anyOf" in schema:
        part["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    if "properties" in schema:
        part["properties"] = {key: partial(value) for key, value in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        part["additionalProperties"] = partial(schema["additionalProperties"])
    pairs = [_not_both_set(member["not"]) for member in schema.get("allOf", ())]
    names = [branch["required"][0] for branch in schema.get("oneOf", ())]
    pairs += [_not_both_set({"type": "object", "required": list(pair)}) for pair in combinations(names, 2)]
    if pairs:
        part["allOf"] = pairs
    return part


def bundle(name: str, read: Callable[[str], Schema]) -> Schema:
    """Answer the schema file `name` and all it refers to as one document; `read` answers a file by its name."""
    definitions: dict[str, Schema] = {}

    def inlined(target: str, home: str) -> str:
        file, _, pointer = target.partition("#")
        file = file or home
        steps = pointer.split("/")[1:]
        whole, inside = (steps[:2], steps[2:]) if steps[:1] == ["$defs"] else ([], steps)
        key = ".".join([file.removesuffix(".schema.json"), *whole[1:]])
        if key not in definitions:
            definitions[key] = {}  # what refers to itself ends here
            definitions[key] = rewritten(_resolve(read(file), whole), file)
        return "/".join(["#/$defs", key, *inside])

    def rewritten(value: Any, home: str) -> Any:
        if isinstance(value, list):
            return [rewritten(entry, home) for entry in value]
        if not isinstance(value, dict):
            return value
        return {
            key: inlined(entry, home) if key == "$ref" and isinstance(entry, str) else rewritten(entry, home)
            for key, entry in value.items()
            if not (key == "$defs" and "properties" in value)
        }

    whole: Schema = rewritten(read(name), name)
    return {**whole, "$defs": dict(sorted(definitions.items()))}


def _partial_target(target: str) -> str:
    file, _, pointer = target.partition("#")
    if pointer.startswith(f"/$defs/{_PREFIX}"):
        return target
    if not pointer:
        return f"{file}#/$defs/{_PREFIX}"
    if pointer.startswith("/$defs/"):
        return f"{file}#/$defs/{_PREFIX}{pointer.removeprefix('/$defs/')}"
    return f"{file}#/$defs/{_PREFIX}{pointer}"


def _not_both_set(both: Schema) -> Schema:
    """A pair excludes each other in a part as well, but a key that is null is on its way out."""
    both = copy.deepcopy(both)
    properties = both.setdefault("properties", {})
    for name in both["required"]:
        properties[name] = {"type": ["object", "array", "string", "number", "boolean"]} | properties.get(name, {})
    return {"not": both}


def _targets(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key == "$ref":
                yield entry.rpartition("/")[2]
            else:
                yield from _targets(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _targets(entry)


def _resolve(document: Schema, steps: Iterable[str]) -> Any:
    node: Any = document
    for step in steps:
        node = node[step]
    return node
