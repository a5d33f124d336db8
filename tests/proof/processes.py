"""Real processes, each with a reconciler in it, that wait for every answer of AWS until the test gives it."""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from tests.proof.messages import Ends, Order, Said, Told

_ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One of them; it goes on only from :meth:`tell` to the next :meth:`hear`."""

    pid: int
    connection: Connection

    def tell(self, told: Told) -> None:
        """Give it the answer that it waits for."""
        self.connection.send(told)

    def hear(self) -> Said:
        """Wait until it says something. Raises AssertionError where that is a traceback, EOFError where it is gone."""
        said: Said = self.connection.recv()
        if isinstance(said, Ends):
            self.connection.close()
            assert not said.failure, said.failure
        return said

    def kill(self) -> None:
        """Send SIGKILL, unless it has ended, and wait until it is gone; what it last said has been heard."""
        if self.connection.closed:
            return
        os.kill(self.pid, signal.SIGKILL)
        try:
            while True:
                self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.connection.close()


class Processes:
    """Starts processes, as copies of one that is ready to work (:mod:`tests.proof.nursery`)."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders

    @classmethod
    @contextmanager
    def opened(cls, directories: Mapping[str, Path]) -> Iterator["Processes"]:
        """Let the directories be read, and answer what starts processes on them."""
        ours, theirs = socket.socketpair()
        named = [f"{name}={path}" for name, path in directories.items()]
        command = [sys.executable, "-m", "tests.proof.nursery", str(theirs.fileno()), *named]
        with subprocess.Popen(command, cwd=_ROOT, pass_fds=[theirs.fileno()]) as nursery, ours:
            theirs.close()
            yield cls(ours)
        assert nursery.returncode == 0

    def start(self, order: Order, now: float) -> Process:
        """Start a process. Raises EOFError where it cannot be started; standard error says why."""
        ours, theirs = Pipe()
        socket.send_fds(self._orders, [pickle.dumps(order)], [theirs.fileno()])
        theirs.close()
        process = Process(pid=ours.recv(), connection=ours)
        process.tell(Told(now=now))
        return process
