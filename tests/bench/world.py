"""An embedded AWS in a process of its own, so that what it costs is not counted with what is measured.

It serves whoever follows `environment`; what the bench asks of it besides (how often it was called, when first written
to) goes over a pipe.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.directories import ACCOUNT, REGION

#: What changes something on AWS, of the calls that a pass makes.
WRITES = ("Register*", "Deregister*", "Create*", "Delete*", "Put*", "Tag*", "Untag*", "Run*", "Submit*", "Update*")


class World:
    """A context manager; `state` names a file that the world is read from and kept in."""

    def __init__(self, state: Path | None = None) -> None:
        # not a fork: the memory of a measured process is counted from that of the process it was forked from
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, state), daemon=True)
        self.environment: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        self._process.start()
        self.environment = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ask("stop")
        self._process.join()

    def ask(self, what: str) -> Any:
        """Answer `fresh` (bool), `counts` (by call), or `first-write` (monotonic seconds or None; starts afresh).

        `peek` answers the first write as well, and goes on waiting for it.
        """
        self._pipe.send(what)
        return self._pipe.recv()

    def calls(self) -> Counter[str]:
        """How often each action was called so far."""
        return Counter(self.ask("counts"))


def _serve(pipe: Connection, state: Path | None) -> None:
    from reconciler.local import LocalAws

    first_write: list[float] = []

    def watch() -> None:
        first_write.clear()
        aws.faults.clear()
        for pattern in WRITES:
            aws.faults.add(f"*:{pattern}", "run_before", action=lambda: first_write.append(time.monotonic()))

    with LocalAws(account=ACCOUNT, region=REGION, clusters=["default"], state=state) as aws:
        watch()
        pipe.send(aws.environment)
        while (asked := pipe.recv()) != "stop":
            if asked == "fresh":
                pipe.send(aws.fresh)
            elif asked == "counts":
                with aws.lock():
                    pipe.send(aws.calls.counts())
            elif asked == "peek":
                with aws.lock():
                    pipe.send(min(first_write, default=None))
            elif asked == "first-write":
                with aws.lock():
                    pipe.send(min(first_write, default=None))
                    watch()
    pipe.send(None)
