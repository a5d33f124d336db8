"""The words that every schema is built from, so that the same wish is always written the same way.

Two conventions hold everywhere, for editors as for :mod:`reconciler.manifests.schemas`:

- Where `type` is a list, its first entry is what is wanted and sent; the others are what is also taken, because it can
  be made into it: digits for an integer, a number for text.
- A string that holds a variable (`${{ NAME }}`) is admitted wherever a scalar is wanted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

#: A string that holds a variable; what it becomes is checked after substitution.
VARIABLE = r"\$\{\{"
#: Text that is taken for the number it spells: no AWS number has more than 18 digits.
INTEGER = r"^-?[0-9]{1,18}$"
NUMBER = r"^-?[0-9]{0,18}\.?[0-9]{1,18}$"


def text(description: str = "", *, pattern: str = "", expected: str = "", **keywords: Any) -> Schema:
    """Text; `pattern` (anchored by the caller) comes with the sentence `expected` that editors show in its place."""
    schema: Schema = {"type": ["string", "number"]}
    if pattern:
        schema |= {"pattern": f"{pattern}|{VARIABLE}", "patternErrorMessage": f"expected {expected}"}
    return _described(description, schema | keywords)


def integer(description: str = "", **keywords: Any) -> Schema:
    """A whole number, also as digits in quotes."""
    pattern = {"pattern": f"{INTEGER}|{VARIABLE}", "patternErrorMessage": "expected an integer"}
    return _described(description, {"type": ["integer", "string"], **pattern} | keywords)


def number(description: str = "", **keywords: Any) -> Schema:
    """A number, also as text."""
    pattern = {"pattern": f"{NUMBER}|{VARIABLE}", "patternErrorMessage": "expected a number"}
    return _described(description, {"type": ["number", "string"], **pattern} | keywords)


def boolean(description: str = "", **keywords: Any) -> Schema:
    """True or false, without quotes."""
    pattern = {"pattern": VARIABLE, "patternErrorMessage": "expected true or false"}
    return _described(description, {"type": ["boolean", "string"], **pattern} | keywords)


def choice(description: str, values: Sequence[str | int], **keywords: Any) -> Schema:
    """One of a few words, or of a few numbers."""
    whole = isinstance(values[0], int)
    variable = {"type": "string", "pattern": rf"^[0-9]+$|{VARIABLE}" if whole else VARIABLE}
    types: Schema = {"type": ["integer", "string"] if whole else "string"}
    return _described(description, types | {"anyOf": [{"enum": list(values)}, variable]} | keywords)


def listing(description: str, items: Schema, **keywords: Any) -> Schema:
    """A list whose entries are all alike."""
    return _described(description, {"type": "array", "items": items} | keywords)


def mapping(description: str, values: Schema, **keywords: Any) -> Schema:
    """A mapping whose keys are the author's."""
    return _described(description, {"type": "object", "additionalProperties": values} | keywords)


def closed(
    description: str, properties: Mapping[str, Schema], *, required: Sequence[str] = (), **keywords: Any
) -> Schema:
    """A mapping that has these keys and no others."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return _described(description, schema | keywords)


def reference(target: str, description: str = "") -> Schema:
    """What is written elsewhere: `#/$defs/Name`, or relative to the file, `task-definition.schema.json#/$defs/Name`."""
    return _described(description, {"$ref": target})


def exactly_one_of(*names: str) -> Schema:
    """Exactly one of these keys is there."""
    return {"oneOf": [{"required": [name]} for name in names]}


def not_both(*pairs: tuple[str, str]) -> Schema:
    """Of each pair at most one is there; the second may name a key one level down (`run.timeout`)."""
    return {"allOf": [{"not": _both(first, second)} for first, second in pairs]}


def _both(first: str, second: str) -> Schema:
    outer, _, inner = second.partition(".")
    both: Schema = {"type": "object", "required": [first, outer]}
    return both | {"properties": {outer: {"required": [inner]}}} if inner else both


def _described(description: str, schema: Schema) -> Schema:
    return {"description": description} | schema if description else schema
