"""Calls of botocore to an embedded AWS of the same process, with nothing between the two but the bytes.

The server answers some hundred calls a second through its socket, and several times as many without it. What a client
meets is the same: the fault plan cuts connections as the server does, and a `kill` ends the "process" by an exception
that nothing catches, after which that process can call nobody any more.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Self, cast
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from reconciler.local import LocalAws
from reconciler.local.dispatch import Dropped
from reconciler.local.wire import Answer, Request
from tests.engine.harness import Killed


class _Body:
    """What botocore reads an answer's bytes from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


#: Answers a request, or says how the connection is cut.
Send = Callable[[Request], Answer | Dropped]


@contextmanager
def direct(aws: LocalAws, met: Callable[[], object]) -> Iterator[None]:
    """Let every call of this process to `aws` take the short way; `met` is told before and after each.

    The SDK's own tokens are drawn from the embedded AWS's chance.
    """

    def send(request: Request) -> Answer | Dropped:
        with aws.lock():
            met()
            try:
                return dispatched(aws, request)
            finally:
                met()

    with wired(send, aws.endpoint, aws.world.uuid):
        yield


@contextmanager
def wired(send: Send, endpoint: str, token: Callable[[], object]) -> Iterator[None]:
    """Let every call of this process be answered by `send`, and the SDK's tokens be drawn from `token`.

    Calls that a pass makes at the same time are made one after the other: whenever the same is done, the same is sent
    in the same order. Pauses between the SDK's tries take no time, and signatures are left out but for the part that
    says who asks. What goes to another address than `endpoint` goes there.
    """
    elsewhere: Callable[[Any, AWSPreparedRequest], AWSResponse] = URLLib3Session.send

    def answer(session: Any, request: AWSPreparedRequest) -> AWSResponse:
        if not request.url.startswith(endpoint):
            return elsewhere(session, request)
        return response(request, send(asked(request)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", answer)
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
        patch.setattr("botocore.handlers.uuid", SimpleNamespace(uuid4=token))
        patch.setattr("botocore.auth.SigV4Auth.add_auth", say_who_asks)
        patch.setattr("reconciler.aws.concurrent.ThreadPoolExecutor", OneHand)
        yield


def dispatched(aws: LocalAws, asked: Request) -> Answer | Dropped:
    """Answer a request as the server does; whoever calls holds its lock."""
    dispatcher = aws.server.dispatcher
    try:
        answer = dispatcher.handle(asked)
    except Exception as error:  # noqa: BLE001 - as the server does: the test that met it fails by `aws.crashes`
        answer = dispatcher.crashed(error)
    if isinstance(answer, Dropped):
        return answer
    return replace(answer, headers={"Date": dispatcher.date(), **answer.headers})


class OneHand:
    """An executor that does what it is given at once, in the caller's own thread."""

    def __init__(self, max_workers: int) -> None:
        self._workers = max_workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def map(self, function: Callable[[Any], Any], everything: Iterable[Any]) -> list[Any]:
        return [function(each) for each in everything]

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function())
        except Exception as error:  # noqa: BLE001 - told to whoever asks for the result; a killed process asks nothing
            future.set_exception(error)
        return future


def say_who_asks(auth: Any, request: Any) -> None:
    """Sign a request by the part alone that the embedded AWS reads."""
    scope = f"{auth.credentials.access_key}/20260101/{auth._region_name}/{auth._service_name}/aws4_request"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"


def asked(request: AWSPreparedRequest) -> Request:
    """Read what botocore is about to send."""
    url = urlsplit(request.url)
    body = request.body or b""
    return Request(
        method=request.method,
        path=url.path or "/",
        query=url.query,
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(cast("bytes", body)),
    )


def response(request: AWSPreparedRequest, answer: Answer | Dropped) -> AWSResponse:
    """Answer what botocore reads. Raises what it raises of a connection that is cut, Killed where the caller is killed."""
    if isinstance(answer, Dropped):
        if answer.kill is not None:
            raise Killed
        raise ConnectionClosedError(endpoint_url=request.url, request=request)
    return AWSResponse(request.url, answer.status, HTTPHeaders.from_dict(answer.headers), _Body(answer.body))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
