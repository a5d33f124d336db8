"""A definition that lives on AWS → the manifest that a person would have written for it.

What is written is the difference from Settings' defaults: what they would add and the live definition has not is taken
out again with null. Members stand in the order of AWS's own reference, lists of structures last; free keys are sorted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.manifests.drafts import DIALECTS
from reconciler.manifests.schema.files import read
from reconciler.manifests.variables import literal
from reconciler.manifests.writing_yaml import dump
from reconciler.model import Spec

#: Members that are spread over lines however short they are: what people come to edit.
_SPREAD: Final = frozenset(
    {
        *("spec", "containerDefinitions", "containerProperties", "ecsProperties", "taskProperties", "containers"),
        *("eksProperties", "podProperties", "nodeProperties", "nodeRangeProperties", "container"),
        *(dialect.body for dialect in DIALECTS.values()),
    }
)
#: What an entry of a list is called by stands first.
_NAMES: Final = ("name", "key", "type")
#: The schema that says in which order AWS's reference has a definition's members.
_SCHEMAS: Final = {"EcsJob": "task-definition", "BatchJob": "job-definition"}
#: The section whose defaults would add a log configuration to a definition.
_LOGS: Final = "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a manifest is written from: `body` is a definition as it is registered, `comments` go on top.

    `name` is the job's without Settings' prefix, `final_name` with it. `instead` says by which member of the spec the
    job runs a definition that it does not own. `sections` are members of the spec for which Settings may have defaults,
    `extra` those for which it has none.
    """

    kind: str
    name: str
    final_name: str
    body: Spec = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, Spec] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    comments: Sequence[str] = ()


def manifest(written: Written, defaults: Mapping[str, Any]) -> str:
    """Answer the manifest's text; `defaults` are Settings' for its kind, as they are written there."""
    dialect = DIALECTS[written.kind]
    body = _ordered(_without_own_name(written, dialect.form.name), _Schema.of(_SCHEMAS[written.kind]))
    spec: dict[str, Any] = {
        **(written.instead or {dialect.body: _over(defaults.get(dialect.body), body)}),
        **{name: _over(defaults.get(name), section) for name, section in written.sections.items()},
        **({_LOGS: None} if defaults.get(_LOGS) is not None else {}),
        **written.extra,
    }
    tags = {"tags": dict(sorted(written.tags.items()))} if written.tags else {}
    document = {
        "apiVersion": "reconciler/v1",
        "kind": written.kind,
        "metadata": {"name": written.name, **tags},
        "spec": spec,
    }
    comments = "".join(f"# {comment}\n" for comment in written.comments)
    return comments + dump(_literal(document), block=_SPREAD)


def _without_own_name(written: Written, member: str) -> Spec:
    """Answer the body without the family where it is the job's name, as it is when none is written."""
    if written.body.get(member) != written.final_name:
        return written.body
    return {name: value for name, value in written.body.items() if name != member}


def _over(default: Any, value: Any) -> Any:
    """Answer what makes `value` of `default` by merging (RFC 7386)."""
    if not isinstance(default, Mapping) or not isinstance(value, Mapping):
        return value
    removed = {member: None for member in default if member not in value and default[member] is not None}
    return {**{member: _over(default.get(member), nested) for member, nested in value.items()}, **removed}


def _literal(value: Any) -> Any:
    """Answer a document in which no text is taken for one with a variable."""
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Mapping):
        return {literal(str(name)): _literal(nested) for name, nested in value.items()}
    return [_literal(entry) for entry in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schema:
    """A place of a generated schema, which has AWS's members in the order of AWS's reference."""

    file: Mapping[str, Any]
    here: Mapping[str, Any]

    @classmethod
    def of(cls, name: str) -> "_Schema":
        file = read(f"{name}.schema.json")
        return cls(file=file, here=file)

    def child(self, keyword: str, member: str = "") -> "_Schema":
        found = self.here.get(keyword) or {}
        found = found.get(member, {}) if member else found
        while isinstance(found, Mapping) and "$ref" in found:
            found = self.file["$defs"][str(found["$ref"]).rpartition("/")[2]]
        return _Schema(file=self.file, here=found if isinstance(found, Mapping) else {})


def _ordered(value: Any, schema: _Schema) -> Any:
    if isinstance(value, Mapping):
        members = list(schema.here.get("properties") or sorted(value))
        known = {
            member: position
            for position, member in enumerate([*_NAMES, *(each for each in members if each not in _NAMES)])
        }
        names = sorted(value, key=lambda name: (_is_long(value[name]), known.get(name, len(known)), name))
        return {name: _ordered(value[name], schema.child("properties", name)) for name in names}
    return [_ordered(entry, schema.child("items")) for entry in value] if isinstance(value, list | tuple) else value


def _is_long(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value)
