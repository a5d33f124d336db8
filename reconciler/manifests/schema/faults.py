"""Why a document does not fit its schema, in words that help: what was expected, what is there, what to do.

jsonschema finds the errors; here each becomes one :class:`Fault`, and what follows from another is left out: a key that
is missing because it is misspelt, a value that fits neither branch of a choice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests.schema import hints
from reconciler.manifests.schema.files import FILES, Reader
from reconciler.manifests.schema.nodes import Node, type_of
from reconciler.manifests.schema.words import Schema
from reconciler.model import Path

#: A jsonschema ValidationError; its stubs call every member possibly unset, which of a raised error none is.
Error = Any

#: Below these, what was written is not repeated: it may be a password.
_UNSPOKEN = frozenset(
    {"env", "environment", "options", "parameters", "secretOptions", "secrets", "value", "variables", "webhook"}
)
#: The most characters of a value that a message repeats.
_ECHO = 40

_WORDS: Mapping[str, str] = {
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}
#: Errors about the keys of a mapping; there can be several at one place. Of the others one is enough.
_ABOUT_KEYS = frozenset({"additionalProperties", "required", "oneOf", "not", "minProperties", "maxProperties"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a document: where, what, and what to do about it.

    `missing` are the places where something should have been: what rests on them is no more certain than on `path`.
    """

    path: Path
    message: str
    hint: str = ""
    missing: tuple[Path, ...] = field(default=(), compare=False)

    @property
    def doubted(self) -> tuple[Path, ...]:
        """The places of which nothing is known now."""
        return self.missing or (self.path,)


def unknown_kind(kind: Any) -> Fault:
    """Answer the fault of a `kind` that is none."""
    message = f"expected {_either(list(FILES))}, got {_shown(kind, ('kind',))}"
    return Fault(path=("kind",), message=message, hint=hints.did_you_mean(kind, FILES))


def explain(root: Node, read: Reader, file: str, document: Any) -> list[Fault]:
    """Answer the faults of a document that `root`, the node of `file`, has refused."""
    errors = sorted(_errors(read, file, root.coerced(document)), key=_order)
    unknown = {
        (path, key): hints.unknown_key(root, path, key)
        for error in errors
        if error.validator == "additionalProperties"
        for path in [tuple(error.absolute_path)]
        for key in error.instance
        if key not in error.schema.get("properties", {})
    }
    meant = {hint.meant for hint in unknown.values() if hint.meant is not None}
    faults = [
        Fault(path=(*path, key), message="unknown key", hint=hint.text, missing=_meant(hint, (*path, key)))
        for (path, key), hint in unknown.items()
    ]
    spoken: set[Path] = set()
    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" or _follows(error, path, spoken):
            continue
        faults += _faults(error, root, hints.value_at(document, path), meant)
        if error.validator not in _ABOUT_KEYS:
            spoken.add(path)
    return sorted(faults, key=lambda fault: _sortable(fault.path))


def _meant(hint: hints.KeyHint, path: Path) -> tuple[Path, ...]:
    return (path, (*hint.meant[0], hint.meant[1])) if hint.meant is not None else ()


def _errors(read: Reader, file: str, coerced: Any) -> Iterable[Error]:
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    registry: Any = Registry(retrieve=lambda uri: DRAFT202012.create_resource(read(uri)))  # type: ignore[call-arg]
    return Draft202012Validator({"$ref": file}, registry=registry).iter_errors(coerced)


def _order(error: Error) -> tuple[list[tuple[str, int]], bool]:
    """Choices first: where a value fits no type either, the words of the choice say more."""
    return _sortable(error.absolute_path), error.validator != "anyOf"


def _faults(error: Error, root: Node, written: Any, meant: set[tuple[Path, str]]) -> Iterator[Fault]:
    path: Path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        yield _bad_name(error, path)
        return
    value = error.validator_value
    match error.validator:
        case "required":
            yield from _missing(path, [name for name in value if name not in error.instance], meant)
        case "oneOf":
            names = [branch["required"][0] for branch in value]
            present = [name for name in error.instance if name in names]
            if present:
                yield _exclusive(path, present)
            elif not any((path, name) in meant for name in names):
                missing = tuple((*path, name) for name in names)
                yield Fault(path=path, message=f"one of {_either(names)} is required", missing=missing)
        case "not":
            outer = value["required"]
            inner = [
                f"{key}.{name}"
                for key in outer
                for name in value.get("properties", {}).get(key, {}).get("required", ())
            ]
            yield _exclusive(
                path, [key for key in outer if not any(name.startswith(f"{key}.") for name in inner)] + inner
            )
        case "minProperties" | "maxProperties" if error.schema.get("maxProperties") == 1:
            yield Fault(path=path, message=f"expected exactly one of {_either(list(error.schema['properties']))}")
        case _:
            yield _misfit(error, root, path, written)


def _sortable(path: Iterable[str | int]) -> list[tuple[str, int]]:
    return [("", step) if isinstance(step, int) else (step, 0) for step in path]


def _follows(error: Error, path: Path, spoken: set[Path]) -> bool:
    """Say whether an error only follows from another: keys of what is no mapping, a second word on the same value."""
    if error.validator in _ABOUT_KEYS:
        return not isinstance(error.instance, dict)
    return path in spoken and "propertyNames" not in error.absolute_schema_path


def _missing(path: Path, names: Sequence[str], meant: set[tuple[Path, str]]) -> Iterator[Fault]:
    for name in names:
        if (path, name) not in meant:
            hint = hints.required(path, name)
            yield Fault(path=path, message=f"{name} is required", hint=hint, missing=((*path, name),))


def _exclusive(path: Path, names: Sequence[str]) -> Fault:
    steps = names[-1].split(".")
    return Fault(path=(*path, *steps), message=f"{' and '.join(names)} exclude each other", hint="keep one of them")


def _bad_name(error: Error, path: Path) -> Fault:
    name, limit = error.instance, error.validator_value
    match error.validator:
        case "minLength":
            message = f'expected some text as key, got "{name}"'
        case "maxLength":
            message = f"expected a key of at most {limit} characters, got {len(name)}"
        case _:
            message = f"{error.schema['patternErrorMessage']} as key"
    return Fault(path=(*path, name), message=message)


def _misfit(error: Error, root: Node, path: Path, written: Any) -> Fault:
    limit, value = error.validator_value, error.instance
    got = _shown(written, path)
    hint = ""
    match error.validator:
        case "anyOf" | "enum":
            allowed = limit if error.validator == "enum" else limit[0]["enum"]
            expected = _either([str(entry) for entry in allowed])
            hint = hints.choice(root, path, written, allowed)
        case "type":
            expected = _expected_type(error.schema)
            if type_of(written) == "string":  # where a list or mapping is wanted: perhaps a whole command line
                got = _WORDS["string"]
            hint = hints.wrong_type(error.schema, written)
        case "pattern":
            expected = _expected_text(error.schema)
            hint = hints.wrong_type(error.schema, written)
        case "minimum":
            expected = f"at least {limit}"
        case "maximum":
            expected = f"at most {limit}"
        case "minLength":
            expected = "some text" if limit == 1 else f"at least {limit} characters"
        case "maxLength":
            expected, got = f"at most {limit} characters", str(len(value))
        case "minItems":
            expected, got = (
                "at least one entry" if limit == 1 else f"at least {limit} entries",
                str(len(value) or "none"),
            )
        case "maxItems" | "maxProperties":
            expected, got = f"at most {limit} {'entry' if limit == 1 else 'entries'}", str(len(value))
        case "minProperties":
            expected, got = "at least one entry", "none"
        case other:
            raise NotImplementedError(f"no schema of ours had {other} so far")
    return Fault(path=path, message=f"expected {expected}, got {got}", hint=hint)


def _expected_type(schema: Schema) -> str:
    types = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if types[0] in {"array", "object"}:
        return _either([_WORDS[name] for name in types if name in {"array", "object"}])
    return _expected_text(schema) if "patternErrorMessage" in schema else _WORDS[types[0]]


def _expected_text(schema: Schema) -> str:
    message: str = schema.get("patternErrorMessage", f"expected text like {schema.get('pattern')}")
    return message.removeprefix("expected ")


def _shown(value: Any, path: Path) -> str:
    """Answer what a message repeats of a value: never what may be secret, and of long things only their kind."""
    name = type_of(value)
    if name in {"object", "array", "null"}:
        return _WORDS[name]
    if not _UNSPOKEN.isdisjoint(path):
        return "a boolean" if name == "boolean" else _WORDS[name]
    if name == "boolean":
        return "true" if value else "false"
    text = str(value)
    text = text if len(text) <= _ECHO else f"{text[:_ECHO]}…"
    return f'"{text}"' if name == "string" else text


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
