"""What systemd wants to hear of a service of `Type=notify` (sd_notify(3)); silent where there is no systemd."""

import contextlib
import os
import socket
from typing import Final

from reconciler.engine.watch_events import Passed, PassFailed, Started, Stopped, Told, Waiting
from reconciler.reports.summary import headline

_VARIABLE: Final = "NOTIFY_SOCKET"


class Notifier:
    """Tells systemd that the loop is up, alive after every turn, and about to end."""

    def __init__(self) -> None:
        self._address = os.environ.get(_VARIABLE, "")

    def __call__(self, told: Told) -> None:
        """Pass on what systemd has a word for."""
        if not self._address:
            return
        match told:
            case Passed(report=report):
                lines = ["WATCHDOG=1", f"STATUS={headline(report)}"]
            case PassFailed():
                lines = ["WATCHDOG=1", "STATUS=no pass can be made; see the log"]
            case Started():
                lines = ["READY=1", "STATUS=watching"]
            case Waiting():
                lines = ["READY=1", "WATCHDOG=1", "STATUS=waiting for manifests that can be read; see the log"]
            case Stopped():
                lines = ["STOPPING=1"]
            case _:
                lines = []
        if lines:
            self._send("\n".join(lines))

    def beat(self) -> None:
        """Tell that the loop is alive in the middle of a pass, which may take long where much is to be registered."""
        if self._address:
            self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.connect(address)
            connection.sendall(text.encode())
