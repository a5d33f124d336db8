"""EC2's own protocol: flat form parameters in (`Filter.1.Value.2`), XML out, lower-case names from the model.

Source: the smithy `aws.protocols#ec2Query` specification and botocore's EC2Serializer, whose way back this is.
"""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from reconciler.local.calls import AwsError, Members
from reconciler.local.shapes import Shape

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


def read(arguments: Mapping[str, list[str]], shape: Shape) -> Members:
    """The members of a request. Raises AwsError(InvalidParameterValue) where a number or boolean is none."""
    flat = {name: texts[0] for name, texts in arguments.items()}
    members: Members = _structure(flat, shape, "")
    return members


def _structure(flat: Mapping[str, str], shape: Shape, prefix: str) -> Members:
    members: Members = {}
    for name, member in shape.members.items():
        value = _value(flat, member, prefix + _request_name(name, member))
        if value is not None:
            members[name] = value
    return members


def _request_name(name: str, member: Shape) -> str:
    """queryName, else the XML name with a capital, else the member's own name."""
    traits = member.serialization
    if "queryName" in traits:
        return str(traits["queryName"])
    told = str(traits.get("name", name))
    return told[:1].upper() + told[1:]


def _value(flat: Mapping[str, str], shape: Shape, key: str) -> Any:
    match shape.type_name:
        case "structure":
            return _structure(flat, shape, key + ".") or None
        case "list":
            items: list[Any] = []
            while (item := _value(flat, shape.member, f"{key}.{len(items) + 1}")) is not None:
                items.append(item)
            return items or None
    text = flat.get(key)
    if text is None:
        return None
    try:
        return _SCALARS.get(shape.type_name, str)(text)
    except (ValueError, KeyError):
        raise AwsError("InvalidParameterValue", f"Value ({text}) for parameter {key} is invalid.") from None


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


_SCALARS: Mapping[str, Any] = {"integer": int, "long": int, "float": float, "double": float, "boolean": _boolean}


def write(operation: str, shape: Shape, members: Mapping[str, Any], request_id: str) -> bytes:
    """The answer's XML. Raises TypeError where a handler answers what the model lacks."""
    inner = _element_members(shape, members, operation) if shape is not None else ""
    name = f"{operation}Response"
    return f'<{name} xmlns="{_NAMESPACE}"><requestId>{request_id}</requestId>{inner}</{name}>'.encode()


def _element_members(shape: Shape, members: Mapping[str, Any], path: str) -> str:
    told = []
    for name, value in members.items():
        if name not in shape.members:
            raise TypeError(f"{path}.{name}: {shape.name} has no such member")
        if value is not None:
            member = shape.members[name]
            told.append(_element(member, str(member.serialization.get("name", name)), value, f"{path}.{name}"))
    return "".join(told)


def _element(shape: Shape, name: str, value: Any, path: str) -> str:
    match shape.type_name:
        case "structure":
            inner = _element_members(shape, value, path)
        case "list":
            inner = "".join(_element(shape.member, "item", item, path) for item in value)
        case "boolean":
            inner = "true" if value else "false"
        case _:
            inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def fault(error: AwsError, request_id: str) -> bytes:
    """An error's XML."""
    told = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
    return f"<Response><Errors>{told}</Errors><RequestID>{request_id}</RequestID></Response>".encode()
