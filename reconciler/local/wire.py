"""HTTP requests to operations and members, and back: the five protocols that AWS SDKs speak.

`json` (X-Amz-Target) and `rest-json` (method and path) are read whole for our own services, `smithy-rpc-v2-cbor` too
(botocore 1.44.5's choice for the tagging API), `query` as far as STS needs it. For services that moto answers only
the operation's name is read, for the call log and the fault plan.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from reconciler.local import cbor, models, shapes
from reconciler.local.calls import AwsError, Members
from reconciler.local.ec2 import wire as ec2_wire

if TYPE_CHECKING:
    from botocore.model import OperationModel

JSON, REST_JSON, CBOR, QUERY, EC2, REST_XML = "json", "rest-json", "cbor", "query", "ec2", "rest-xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request; header names in lower case, the path as it was sent."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def arguments(self) -> dict[str, list[str]]:
        """The query string's parameters, or the form body's where there is one."""
        form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return parse_qs(self.body.decode() if form else self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a request asks for: a service, an operation, the protocol it came in, the labels of its path."""

    service: str
    operation: str
    protocol: str
    labels: Mapping[str, str] = field(default_factory=dict)


def target(request: Request, service: str) -> Target:
    """What the request asks of `service` (botocore's name). Raises AwsError(UnknownOperationException) when nothing."""
    amz_target = request.headers.get("x-amz-target")
    if amz_target:
        return Target(service=service, operation=amz_target.rpartition(".")[2], protocol=JSON)
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Target(service=service, operation=request.path.rpartition("/")[2], protocol=CBOR)
    protocol = models_protocol(service)
    if protocol in (QUERY, EC2):
        action = request.arguments().get("Action", ["?"])[0]
        return Target(service=service, operation=action, protocol=protocol)
    if protocol not in (REST_JSON, REST_XML):
        raise unknown_operation(request)
    if protocol == REST_XML:
        # S3 tells its operations apart by query and headers too: the log and the plan know them by their method.
        return Target(service=service, operation=request.method, protocol=REST_XML)
    found = models.route(service, request.method, request.path)
    if found is None:
        raise unknown_operation(request)
    return Target(service=service, operation=found[0], protocol=protocol, labels=found[1])


def models_protocol(service: str) -> str:
    """The protocol that botocore's model of the service names; "json" for a service it does not know."""
    model = models.service_model(service)
    return str(model.metadata["protocol"]) if model is not None else JSON


def unknown_operation(request: Request) -> AwsError:
    """AWS's answer to a request that names no operation."""
    return AwsError("UnknownOperationException", f"no operation at {request.method} {request.path}", 404)


def read(request: Request, asked: Target, operation: "OperationModel") -> Members:
    """The members of a request to one of our own services. Raises AwsError (SerializationException) on bad ones."""
    shape = operation.input_shape
    if shape is None:
        return {}
    if asked.protocol == QUERY:
        return _read_query(request, shape)
    if asked.protocol == EC2:
        return ec2_wire.read(request.arguments(), shape)
    if asked.protocol == CBOR:
        try:
            body = cbor.decode(request.body) if request.body else {}
        except ValueError as error:
            raise AwsError("SerializationException", str(error)) from None
    else:
        body = _read_json(request.body)
    members: Members = shapes.parse(shape, body)
    if asked.protocol == REST_JSON:
        members.update(_located(request, asked, shape))
    return members


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        raise AwsError("SerializationException", f"the body is not JSON: {error}") from None


def _located(request: Request, asked: Target, shape: shapes.Shape) -> Members:
    """Members that REST protocols carry in the path, the query string and the headers."""
    arguments = request.arguments() if request.query else {}
    members: Members = {}
    for name, member in shape.members.items():
        place = member.serialization.get("location")
        wire_name = member.serialization.get("name", name)
        if place == "uri":
            members[name] = asked.labels[wire_name]
        elif place == "querystring" and wire_name in arguments:
            texts = arguments[wire_name]
            if member.type_name == "list":
                members[name] = texts
            else:
                members[name] = _from_text(member, texts[0], name)
        elif place == "header" and wire_name.lower() in request.headers:
            members[name] = _from_text(member, request.headers[wire_name.lower()], name)
    return members


def _from_text(shape: shapes.Shape, text: str, name: str) -> Any:
    match shape.type_name:
        case "integer" | "long":
            try:
                return int(text)
            except ValueError:
                raise shapes.wrong_type(name, "an integer", text) from None
        case "boolean":
            return text == "true"
    return text


def _read_query(request: Request, shape: shapes.Shape) -> Members:
    """The members of a query request: flat parameters, lists as `Name.member.1`, structures as `Name.Member`."""
    members: Members = _query_value({name: texts[0] for name, texts in request.arguments().items()}, shape, "")
    return members


def _query_value(flat: Mapping[str, str], shape: shapes.Shape, key: str) -> Any:
    match shape.type_name:
        case "structure":
            prefix = f"{key}." if key else ""
            read = {name: _query_value(flat, member, prefix + name) for name, member in shape.members.items()}
            told = {name: value for name, value in read.items() if value is not None}
            return told if told or not key else None
        case "list":
            items: list[Any] = []
            while (item := _query_value(flat, shape.member, f"{key}.member.{len(items) + 1}")) is not None:
                items.append(item)
            return items or None
        case "map":
            return None  # no call of ours has one
    return _from_text(shape, flat[key], key) if key in flat else None


def success(asked: Target, operation: "OperationModel", members: Mapping[str, Any], request_id: str) -> Answer:
    """The answer that carries `members`. Raises TypeError where they do not fit the model: a slip of the handler."""
    shape = operation.output_shape
    if asked.protocol == EC2:
        written = ec2_wire.write(operation.name, shape, members, request_id)
        return Answer(headers={"Content-Type": "text/xml"}, body=written)
    built = shapes.build(shape, members, asked.operation) if shape is not None else {}
    headers = {"x-amzn-RequestId": request_id}
    match asked.protocol:
        case "cbor":
            headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
            return Answer(headers=headers, body=cbor.encode(built))
        case "query":
            inner = _xml(operation.name + "Result", built) if built else ""
            meta = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            headers["Content-Type"] = "text/xml"
            body = f"<{operation.name}Response>{inner}{meta}</{operation.name}Response>"
            return Answer(headers=headers, body=body.encode())
    headers["Content-Type"] = "application/json" if asked.protocol == REST_JSON else "application/x-amz-json-1.1"
    return Answer(headers=headers, body=json.dumps(built, separators=(",", ":")).encode())


def with_members(answer: Answer, members: Mapping[str, Any]) -> Answer:
    """A JSON answer with more members than its model has; lists are met entry by entry."""
    return replace(answer, body=json.dumps(_merged(json.loads(answer.body), members)).encode())


def _merged(value: Any, more: Any) -> Any:
    if isinstance(value, dict) and isinstance(more, Mapping):
        return value | {name: _merged(value.get(name), inner) for name, inner in more.items()}
    if isinstance(value, list) and isinstance(more, list):
        return [_merged(entry, inner) for entry, inner in zip(value, more, strict=False)] + value[len(more) :]
    return more


def _xml(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_xml(key, item) for key, item in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(_xml('member', item) for item in value)}</{name}>"
    if isinstance(value, float):  # STS answers no other number that is not whole than time stamps
        value = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    return f"<{name}>{escape(str(value))}</{name}>"


def failure(protocol: str, error: AwsError, request_id: str) -> Answer:
    """The answer that carries an error, in the protocol the request came in."""
    headers = {"x-amzn-RequestId": request_id}
    if protocol == EC2:
        return Answer(status=error.status, headers={"Content-Type": "text/xml"}, body=ec2_wire.fault(error, request_id))
    if protocol in (QUERY, REST_XML):
        detail = (
            f"<Error><Type>Sender</Type><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
        )
        if protocol == REST_XML:
            detail = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
            body = detail
        else:
            body = f"<ErrorResponse>{detail}<RequestId>{request_id}</RequestId></ErrorResponse>"
        return Answer(status=error.status, headers=headers | {"Content-Type": "text/xml"}, body=body.encode())
    told = {"__type": error.code, "message": error.message, **error.members}
    if protocol == CBOR:
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Answer(status=error.status, headers=headers, body=cbor.encode(told))
    headers["x-amzn-ErrorType"] = error.code
    headers["Content-Type"] = "application/json" if protocol == REST_JSON else "application/x-amz-json-1.1"
    return Answer(status=error.status, headers=headers, body=json.dumps(told).encode())
