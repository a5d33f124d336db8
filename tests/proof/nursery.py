"""`python -m tests.proof.nursery SOCKET NAME=DIRECTORY…`: a process that others are forked from, ready to work.

It has read the directories and rehearsed, so that it has imported and made all there is to import and make, which would
cost every process more than its work does; of AWS it knows nothing but who it is there. For each order that comes over the inherited `SOCKET` (a descriptor's number) it
forks one. That one tells its process id over the connection that came with the order, and from then on asks there for
every answer of AWS, for the time, and to sleep. The nursery ends when nobody can order any more.
"""

import contextlib
import gc
import os
import pickle
import random
import socket
import sys
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from reconciler.aws.session import Aws
from reconciler.engine import Limits, Reconciler, Until
from reconciler.local.dispatch import Dropped
from reconciler.local.embedded import environment
from reconciler.local.wire import Answer, Request
from reconciler.local.world import DEFAULT_ACCOUNT
from reconciler.manifests import LoadRequest, load
from reconciler.model import Manifests, Report
from tests.engine.harness import REGION, WAIT
from tests.proof.course import is_over
from tests.proof.messages import Asks, Ends, Order, Passed, Said, Sleeps, Told, Verb
from tests.proof.transport import wired

#: Nobody listens there: what is sent goes another way.
_ENDPOINT: Final = "http://127.0.0.1:9"
#: Seconds between two passes of a loop.
_MINUTE: Final = 60.0
#: Bytes of an order.
_LONGEST: Final = 65_536


class Link:
    """The way to whoever started this process; as a clock, it tells the time that was last heard of."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._now = 0.0

    def open(self, connection: Connection) -> None:
        """Begin to talk: say who one is, and hear what time it is."""
        self._connection = connection
        connection.send(os.getpid())
        self._hear()

    def say(self, said: Said) -> None:
        """Say the last words."""
        assert self._connection is not None
        self._connection.send(said)

    def ask(self, said: Asks | Sleeps) -> Answer | Dropped | None:
        """Say something and wait for the answer."""
        self.say(said)
        return self._hear()

    def send(self, request: Request) -> Answer | Dropped:
        """Send a request to AWS."""
        answer = self.ask(Asks(request=request))
        assert answer is not None
        return answer

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now, UTC)

    def synchronise(self, instant: datetime) -> timedelta:
        return instant - self.now()

    def sleep(self, seconds: float) -> None:
        self.ask(Sleeps(seconds=seconds))

    def _hear(self) -> Answer | Dropped | None:
        assert self._connection is not None
        told: Told = self._connection.recv()
        self._now = told.now
        return told.answer


def main(orders: socket.socket, directories: Mapping[str, Path]) -> None:
    """Fork processes as they are ordered."""
    manifests = {name: load(directory, LoadRequest()) for name, directory in directories.items()}
    link, variables = Link(), environment(_ENDPOINT, DEFAULT_ACCOUNT, REGION)
    with Aws(environment=variables, region=REGION, clock=link) as aws:
        while (order := _next(orders)) is not None:
            told, connection = order
            if told.rehearsal:
                _live(told, manifests[told.directory], aws, link, connection)
                gc.collect()
                gc.freeze()  # what the collector does not touch, the copies share
            elif os.fork() == 0:
                orders.close()
                gc.disable()  # it does not live long enough to need it
                _live(told, manifests[told.directory], aws, link, connection)
                os._exit(0)
            connection.close()
            _bury(os.WNOHANG)
        _bury()


def _bury(options: int = 0) -> None:
    """Wait for those that have ended, or for all: then their work is counted as this process's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _next(orders: socket.socket) -> tuple[Order, Connection] | None:
    """Answer the next order and the way to whoever gave it; they come one at a time."""
    content, descriptors, _, _ = socket.recv_fds(orders, _LONGEST, 1)
    return (pickle.loads(content), Connection(descriptors[0])) if content else None


def _live(order: Order, manifests: Manifests, aws: Aws, link: Link, connection: Connection) -> None:
    """Do what was ordered and say how it went."""
    chance = random.Random(order.chance)
    try:
        link.open(connection)
        with wired(link.send, _ENDPOINT, lambda: uuid.UUID(int=chance.getrandbits(128), version=4)):
            reconciler = Reconciler(manifests=manifests, aws=aws, clock=link, limits=Limits(), commit=order.commit)
            link.say(Ends(passed=_passed(_done(order.verb, reconciler, link))))
    except BaseException:  # noqa: BLE001 - told to the test
        link.say(Ends(failure=traceback.format_exc()))


def _done(verb: Verb, reconciler: Reconciler, link: Link) -> Report:
    match verb:
        case Verb.WAIT:
            return reconciler.wait(Until.ONCE, WAIT)
        case Verb.APPLY:
            return reconciler.apply()
        case Verb.PLAN:
            return reconciler.plan()
        case Verb.DRIFT:
            return reconciler.drift()
        case Verb.LOOP:
            while True:
                link.ask(Sleeps(seconds=_MINUTE, passed=_passed(reconciler.apply())))


def _passed(report: Report) -> Passed:
    """Answer what can be told of a report: its steps hold functions."""
    return Passed(report=replace(report, steps=()), over=is_over(report))


if __name__ == "__main__":
    main(
        socket.socket(fileno=int(sys.argv[1])),
        {name: Path(path) for name, _, path in (each.partition("=") for each in sys.argv[2:])},
    )
