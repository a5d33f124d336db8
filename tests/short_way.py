"""The short way from botocore to an embedded AWS of the same process: the bytes, without the socket between them.

A call through the socket takes twice the processor time, and there are many thousands of them. What a client meets is
the same; only tests of the server itself (tests/local) go through the socket. A signature is left out but for the part
that says who asks, since nobody checks it here.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from reconciler.local import LocalAws
from reconciler.local.dispatch import Dropped
from tests.proof.transport import asked, dispatched, response, say_who_asks


class ShortWay:
    """While it is `open`, calls of this process to any embedded AWS that it has started meanwhile take the short way."""

    def __init__(self) -> None:
        self.open = True
        self._running: dict[str, LocalAws] = {}

    @contextmanager
    def laid(self) -> Iterator[None]:
        """Let it be there."""
        start, stop, send, sign = LocalAws.start, LocalAws.stop, URLLib3Session.send, SigV4Auth.add_auth
        here = os.getpid()

        def started(aws: LocalAws) -> LocalAws:
            start(aws)
            self._running[urlsplit(aws.endpoint).netloc] = aws
            return aws

        def stopped(aws: LocalAws) -> None:
            self._running = {place: each for place, each in self._running.items() if each is not aws}
            stop(aws)

        def there(url: str | None) -> LocalAws | None:
            # a process that was forked off has only a copy of what it would find here
            open_here = self.open and os.getpid() == here
            return self._running.get(urlsplit(url).netloc) if url and open_here else None

        def sent(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            aws = there(request.url)
            return send(session, request) if aws is None else _answer(aws, request)

        def signed(auth: SigV4Auth, request: AWSRequest) -> None:
            (sign if there(request.url) is None else say_who_asks)(auth, request)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LocalAws, "start", started)
            patch.setattr(LocalAws, "stop", stopped)
            patch.setattr(URLLib3Session, "send", sent)
            patch.setattr(SigV4Auth, "add_auth", signed)
            yield


def _answer(aws: LocalAws, request: AWSPreparedRequest) -> AWSResponse:
    with aws.lock():
        answer = dispatched(aws, asked(request))
    if isinstance(answer, Dropped) and answer.kill is not None:
        if answer.kill not in (0, os.getpid()):
            os.kill(answer.kill, signal.SIGKILL)
        answer = replace(answer, kill=None)  # as the server does, which lives in this process
    return response(request, answer)
