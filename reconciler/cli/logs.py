"""Logs on stderr, without hidden values, and without the SDK's own, which would print whole requests."""

import logging
import sys
from typing import Protocol


class Scrubs(Protocol):
    """Whoever knows what must not be printed."""

    def scrub(self, text: str) -> str:
        """Answer `text` without hidden values."""
        ...


class _Scrubbed(logging.Formatter):
    def __init__(self, scrubs: Scrubs) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._scrubs = scrubs

    def format(self, record: logging.LogRecord) -> str:
        return self._scrubs.scrub(super().format(record))


def start(verbosity: int, scrubs: Scrubs) -> None:
    """Send our own log to stderr: warnings, with -v information, with -vv everything."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Scrubbed(scrubs))
    logger = logging.getLogger("reconciler")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel((logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)])
