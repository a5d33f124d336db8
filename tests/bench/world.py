"""An embedded AWS in a process of its own, so that what it costs is not counted with what is measured.

It serves whoever follows `environment`; what the bench asks of it besides (how often it was called, when first written
to) goes over a pipe.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Mapping
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from tests.bench.directories import ACCOUNT, REGION

if TYPE_CHECKING:
    from reconciler.local import LocalAws

#: What changes something on AWS, of the calls that a pass makes.
WRITES = ("Register*", "Deregister*", "Create*", "Delete*", "Put*", "Tag*", "Untag*", "Run*", "Submit*", "Update*")


class Observed(Protocol):
    """An AWS whose visitors are measured."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that lead an SDK or a command line there."""

    def calls(self) -> Counter[str]:
        """How often each action was called so far."""

    def first_write(self) -> float | None:
        """When it was first written to since this was last asked (monotonic seconds); None where it was not."""


class World:
    """A context manager."""

    def __init__(self) -> None:
        # not a fork: the memory of a measured process is counted from that of the process it was forked from
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
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
        """Answer `counts` (by call), or `first-write` (monotonic seconds or None; starts afresh).

        `peek` answers the first write as well, and goes on waiting for it.
        """
        self._pipe.send(what)
        return self._pipe.recv()

    def calls(self) -> Counter[str]:
        """How often each action was called so far."""
        return Counter(self.ask("counts"))

    def first_write(self) -> float | None:
        """When it was first written to since this was last asked, as Observed has it."""
        written: float | None = self.ask("first-write")
        return written


class Writes:
    """When an embedded AWS was first written to; it takes the place of its fault plan."""

    def __init__(self, aws: "LocalAws") -> None:
        self._aws = aws
        self._seen: list[float] = []
        self.again()

    @property
    def first(self) -> float | None:
        """Monotonic seconds; None where nothing was written yet."""
        with self._aws.lock():
            return min(self._seen, default=None)

    def again(self) -> float | None:
        """Answer the first one and wait for the next."""
        with self._aws.lock():
            first = min(self._seen, default=None)
            self._seen.clear()
            self._aws.faults.clear()
            for pattern in WRITES:
                self._aws.faults.add(f"*:{pattern}", "run_before", action=self._write)
            return first

    def _write(self) -> None:
        self._seen.append(time.monotonic())


def _serve(pipe: Connection) -> None:
    from reconciler.local import LocalAws

    with LocalAws(account=ACCOUNT, region=REGION, clusters=["default"]) as aws:
        writes = Writes(aws)
        pipe.send(aws.environment)
        while (asked := pipe.recv()) != "stop":
            match asked:
                case "counts":
                    with aws.lock():
                        pipe.send(aws.calls.counts())
                case "peek":
                    pipe.send(writes.first)
                case "first-write":
                    pipe.send(writes.again())
    pipe.send(None)
