"""The services that the embedded AWS leaves to moto: IAM, SQS, SNS, ECR, S3, SSM, DynamoDB and the like.

moto is heavy, so it is imported at the first call that needs it.

State between starts: moto cannot be dumped (queues, images and parameters hold locks and lambdas), so its mutating
calls are *journalled* and repeated, in order, at the first moto call after a start. Its identifiers come out the same,
because moto's source of randomness is seeded before every journalled call by the call's number. Not journalled, hence
forgotten: messages in SQS queues. Creation times of what moto holds are those of the repetition.

moto's state is one per Python process. Of several embedded AWSs in a process the one that calls moto takes it over:
moto is emptied and the journal of that one repeated.
"""

import io
import logging
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from reconciler.local import models
from reconciler.local.calls import AwsError, Place, Principal
from reconciler.local.wire import Answer, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_READS = re.compile(r"(Describe|List|Get|Head|BatchGet|Lookup|Query|Scan|Select|Test|Validate|Filter)")
_MESSAGES = (
    *("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"),
    *("ChangeMessageVisibility", "Publish"),
)
_KEPT_HEADERS = ("host", "authorization", "content-type", "x-amz-target", "x-amz-tagging", "if-match", "if-none-match")


class MotoOwner:
    """Who fills moto's one state at present. moto keeps it in module variables; so must we."""

    current: "Fallthrough | None" = None


@lru_cache(maxsize=1)
def _application() -> "WSGIApplication":
    """moto's WSGI application without CORS, with a quiet log and without Docker."""
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "1"
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    default_user_config["batch"] = {"use_docker": False}
    default_user_config["lambda"] = {"use_docker": False}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application: WSGIApplication = DomainDispatcherApplication(create_backend_app)
    return application


class Fallthrough:
    """moto as one embedded AWS sees it: an HTTP request in, an HTTP answer out, and the journal of what changed."""

    def __init__(self, entropy: str) -> None:
        self._entropy = entropy
        self._journal: list[dict[str, Any]] = []

    def reset(self) -> None:
        """Forget everything."""
        self._journal = []
        if MotoOwner.current is self:
            MotoOwner.current = None

    def dump(self) -> list[dict[str, Any]]:
        """The journal, JSON values."""
        return self._journal

    def load(self, journal: list[dict[str, Any]]) -> None:
        """Take over a journal; it is repeated when moto is first needed."""
        self.reset()
        self._journal = list(journal)

    def handle(self, request: Request, operation: str, place: Place) -> Answer:
        """moto's answer to the request, made in the account and region of `place`."""
        self._take_over()
        if _mutates(operation, request):
            entry = _entry(request, place)
            answer = self._repeat(entry, len(self._journal))
            if answer.status < 400:
                self._journal.append(entry)
            return answer
        return _ask(request, place)

    def _take_over(self) -> None:
        if MotoOwner.current is self:
            return
        _application()
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data

        for backends in BackendDict._instances:  # noqa: SLF001 - moto's own reset makes every default VPC anew: 0.3 s
            if backends.service_name == "s3":
                for backend in backends.values():
                    backend.reset()  # closes the temporary files of its objects
            backends.clear()
        BackendDict._instances.clear()  # noqa: SLF001
        reset_model_data()
        MotoOwner.current = self
        for number, entry in enumerate(self._journal):
            self._repeat(entry, number)

    def _repeat(self, entry: Mapping[str, Any], number: int) -> Answer:
        place = Place(entry["account"], entry["region"])
        _seed(f"{self._entropy}/{number}")
        return _ask(_request(entry), place)

    def invoke(
        self, service: str, operation: str, members: Mapping[str, Any], place: Place, principal: Principal
    ) -> dict[str, Any]:
        """Call an operation of a moto service from the inside. Raises AwsError as the service would answer."""
        from botocore.parsers import create_parser
        from botocore.serialize import create_serializer

        model = models.service_model(service)
        operation_model = models.operation_model(service, operation)
        if model is None or operation_model is None:
            raise AwsError("UnknownOperationException", f"{service} has no operation {operation}")
        protocol = str(model.metadata["protocol"])
        sent = create_serializer(protocol, False).serialize_to_request(dict(members), operation_model)
        body = sent["body"]
        if isinstance(body, dict):
            from urllib.parse import urlencode

            body = urlencode(body)
        scope = f"{principal.access_key}/20260101/{place.region}/{model.signing_name}/aws4_request"
        headers = {name.lower(): str(value) for name, value in sent["headers"].items()}
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=local"
        if protocol in ("query", "ec2"):
            headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8"
        request = Request(
            method=sent["method"],
            path=sent["url_path"],
            query=_query_text(sent["query_string"]),
            headers=headers,
            body=body.encode() if isinstance(body, str) else bytes(body),
        )
        answer = self.handle(request, operation, place)
        parsed: dict[str, Any] = create_parser(protocol).parse(
            {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body},
            operation_model.output_shape,  # type: ignore[arg-type]  # the stubs forget that None is fine
        )
        if answer.status >= 400:
            error = parsed.get("Error", {})
            raise AwsError(error.get("Code", str(answer.status)), error.get("Message", ""), answer.status)
        parsed.pop("ResponseMetadata", None)
        return parsed


def _query_text(query: Any) -> str:
    from urllib.parse import urlencode

    return urlencode(query, doseq=True) if isinstance(query, Mapping) else str(query or "")


def _mutates(operation: str, request: Request) -> bool:
    if operation in _MESSAGES:
        return False
    if operation in ("GET", "HEAD"):
        return False
    return _READS.match(operation) is None or request.method in ("PUT", "DELETE")


def _entry(request: Request, place: Place) -> dict[str, Any]:
    return {
        "account": place.account,
        "region": place.region,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": {
            name: value
            for name, value in request.headers.items()
            if name in _KEPT_HEADERS or name.startswith(("x-amz-meta", "x-amz-copy", "x-amz-decoded", "x-amz-content"))
        },
        "body": b64encode(request.body).decode(),
    }


def _request(entry: Mapping[str, Any]) -> Request:
    return Request(
        method=entry["method"],
        path=entry["path"],
        query=entry["query"],
        headers=entry["headers"],
        body=b64decode(entry["body"]),
    )


def _seed(text: str) -> None:
    from moto.moto_api._internal import mock_random

    mock_random.seed(text)


def _ask(request: Request, place: Place) -> Answer:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "RAW_URI": request.path + (f"?{request.query}" if request.query else ""),
        "REQUEST_URI": request.path + (f"?{request.query}" if request.query else ""),
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": request.headers.get("host", "127.0.0.1"),
        "HTTP_X_MOTO_ACCOUNT_ID": place.account,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    skipped = ("host", "content-length", "content-type", "x-moto-account-id", "connection", "expect")
    for name, value in request.headers.items():
        if name not in skipped:
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    started: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        started.update(status=int(status.split(" ", 1)[0]), headers=headers)

    chunks = _application()(environ, start_response)
    body = b"".join(chunks)
    dropped = ("content-length", "connection", "date", "server")
    headers = {name: value for name, value in started["headers"] if name.lower() not in dropped}
    return Answer(status=started["status"], headers=headers, body=body)
