"""AWS's half of the schemas: the members of a request, out of the service models that botocore brings along."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from reconciler.manifests.schema import documented, words
from reconciler.manifests.schema.words import Schema

if TYPE_CHECKING:
    from botocore.model import ServiceModel, Shape, StructureShape

#: What a person reads while hovering: whole sentences up to about this many characters.
_DESCRIPTION_LENGTH = 320

#: A model's integer is a signed 32-bit one (Smithy, simple shapes).
_INT32_MAX = 2**31 - 1

#: What docker's and AWS's pages say over and over, and what leads away from the editor.
_BOILERPLATE = re.compile(
    r"(This parameter (maps to|requires version)|For (more )?information|For details|`sudo docker version)\b"
)


def request_schema(service: str, operation: str, *, title: str, optional: Iterable[str] = ()) -> Schema:
    """Answer the schema of a request: every member, with the structures it needs under `$defs`.

    `optional` names required members that somebody else fills in (`family` from the manifest's name).
    """
    translation = _Translation(service)
    shape = translation.input_of(operation)
    root = translation.structure(shape)
    left = [member for member in root.get("required", ()) if member not in set(optional)]
    root.pop("required", None)
    if left:
        root["required"] = left
    return {"title": title, "x-aws": operation, **root, "$defs": dict(sorted(translation.definitions.items()))}


def member_schema(service: str, shape_name: str, member: str) -> Schema:
    """Answer the schema of one member, its structures written out in place."""
    translation = _Translation(service)
    schema = translation.member(shape_name, member)
    target = schema.pop("$ref", None)
    return schema if target is None else {**translation.definitions[target.rpartition("/")[2]], **schema}


def read_only_members(service: str, described: str, operation: str) -> list[str]:
    """Answer what AWS adds to a registered definition: the described shape's members that the request has not."""
    translation = _Translation(service)
    return sorted(set(translation.members(described)) - set(translation.input_of(operation).members))


class _Translation:
    """One service's shapes as JSON Schema; each structure is translated once, by its name."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._model: ServiceModel = _service_model(service)
        self.definitions: dict[str, Schema] = {}

    def input_of(self, operation: str) -> "StructureShape":
        shape = self._model.operation_model(operation).input_shape
        assert shape is not None, f"{operation} has no input"
        return shape

    def members(self, shape_name: str) -> Iterable[str]:
        shape: StructureShape = self._model.shape_for(shape_name)  # type: ignore[assignment]
        return shape.members

    def structure(self, shape: "StructureShape") -> Schema:
        properties = {member: self.member(shape.name, member) for member in shape.members}
        looked_up = documented.LOOKED_UP.get((self._service, shape.name), ())
        required = [member for member in shape.required_members if member not in looked_up]
        required += documented.REQUIRED.get((self._service, shape.name), ())
        schema = words.closed(plain(shape.documentation), properties, required=required)
        if getattr(shape, "is_tagged_union", False):
            schema |= {"minProperties": 1, "maxProperties": 1}
        return schema

    def member(self, shape_name: str, member: str) -> Schema:
        shape: StructureShape = self._model.shape_for(shape_name)  # type: ignore[assignment]
        schema = self._schema(shape.members[member])
        known = documented.MEMBERS.get((self._service, shape_name, member))
        if known is not None:
            schema |= words.choice("", known.choices, **documented.EMPTY) if known.choices else known.keywords
            if known.pattern:
                schema |= words.text(pattern=known.pattern, expected=known.expected)
        if shape.members[member].metadata.get("deprecated"):
            schema["deprecated"] = True
        description = plain(shape.members[member].documentation)
        return {"description": description, **schema} if description else schema

    def _schema(self, shape: "Shape") -> Schema:
        match shape.type_name:
            case "structure":
                return self._reference(shape)
            case "list":
                limits = _limits(shape, minimum="minItems", maximum="maxItems")
                return words.listing("", self._schema(shape.member), **limits)  # type: ignore[attr-defined]
            case "map":
                # an empty map is an absent one to AWS, also where the model asks for an entry (Batch's tags)
                limits = {"maxProperties": shape.metadata["max"]} if "max" in shape.metadata else {}
                return words.mapping("", self._schema(shape.value), **limits)  # type: ignore[attr-defined]
            case "string":
                return _text(shape)
            case "integer":
                bounds = {"maximum": _INT32_MAX} | _limits(shape, minimum="minimum", maximum="maximum")
                return words.integer("", **bounds)
            case "long":
                return words.integer(**_limits(shape, minimum="minimum", maximum="maximum"))
            case "float" | "double":
                return words.number(**_limits(shape, minimum="minimum", maximum="maximum"))
            case "boolean":
                return words.boolean()
            case other:
                raise NotImplementedError(f"{shape.name} is a {other}; no request had one so far")

    def _reference(self, shape: "Shape") -> Schema:
        if shape.name not in self.definitions:
            self.definitions[shape.name] = {}  # a structure that holds itself ends here
            self.definitions[shape.name] = self.structure(shape)  # type: ignore[arg-type]
        return words.reference(f"#/$defs/{shape.name}")


def _text(shape: "Shape") -> Schema:
    values = shape.metadata.get("enum")
    if values:
        return words.choice("", values, **documented.EMPTY)
    limits = _limits(shape, minimum="minLength", maximum="maxLength")
    if limits.get("minLength") == 0:
        del limits["minLength"]
    pattern, expected = documented.SHAPES.get(shape.metadata.get("pattern", ""), ("", ""))
    return words.text(pattern=pattern, expected=expected, **limits)


def _limits(shape: "Shape", *, minimum: str, maximum: str) -> Schema:
    metadata = shape.metadata
    return {keyword: metadata[name] for name, keyword in (("min", minimum), ("max", maximum)) if name in metadata}


def _service_model(service: str) -> "ServiceModel":
    import botocore.loaders
    import botocore.model

    description = botocore.loaders.Loader().load_service_model(service, "service-2")
    return botocore.model.ServiceModel(description, service_name=service)


def plain(documentation: str) -> str:
    """Answer the first sentences of an HTML documentation as plain text, notes and lists left out."""
    reader = _FirstParagraphs()
    reader.feed(documentation)
    reader.close()
    flowing = re.sub(r"\s+([.,;:)])", r"\1", re.sub(r"\s+", " ", "".join(reader.pieces))).strip()
    flowing = re.sub(r"`\s*([^`]*?)\s*`", r"`\1`", flowing)
    sentences = [sentence for sentence in re.split(r"(?<=[.:])\s+(?=[A-Z`])", flowing) if sentence]
    kept = [sentence for sentence in sentences if not _BOILERPLATE.match(sentence) and not sentence.endswith(":")]
    answer = ""
    for sentence in kept:
        if answer and len(answer) + len(sentence) > _DESCRIPTION_LENGTH:
            break
        answer = f"{answer} {sentence}".strip()
    return answer


class _FirstParagraphs(HTMLParser):
    """Collects running text; `code` becomes backticks, asides and lists are skipped."""

    _ASIDES = frozenset({"note", "important", "ul", "ol", "dl", "caution", "warning"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag in self._ASIDES:
            self._depth += 1
        elif not self._depth:
            self.pieces.append({"code": "`", "p": " "}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._ASIDES:
            self._depth -= 1
        elif not self._depth:
            self.pieces.append({"code": "`", "p": " "}.get(tag, ""))

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.pieces.append(data)
