"""Logs: on stderr, as much as was asked for, without hidden values."""

import io
import logging
from datetime import UTC, datetime

import pytest

from reconciler.cli import logs
from reconciler.cli.logs_shown import printer
from reconciler.engine.run_logs import LogsSeen
from reconciler.model.run import LogLine


class Scrubs:
    def scrub(self, text: str) -> str:
        return text.replace("hunter2", "***")


@pytest.mark.parametrize(
    ("verbosity", "told"),
    [
        (0, "WARNING reconciler.aws: with ***\n"),
        (1, "WARNING reconciler.aws: with ***\nINFO reconciler.aws: i\n"),
        (2, "WARNING reconciler.aws: with ***\nINFO reconciler.aws: i\nDEBUG reconciler.aws: d\n"),
    ],
)
def test_more_words_tell_more(capsys: pytest.CaptureFixture[str], verbosity: int, told: str) -> None:
    logs.start(verbosity, Scrubs())
    logger = logging.getLogger("reconciler.aws")
    logger.warning("with %s", "hunter2")
    logger.info("i")
    logger.debug("d")
    logging.getLogger("botocore").debug("a whole request")
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("plain \x1b[32mgreen\x1b[0m\tway", "plain green\tway"),
        ("\x1b]8;;http://x\x07link\x1b[2J\x9b1m", "\\x1b]8;;http://x\\x07link\\x1b[2J\\x9b1m"),
        ("::set-output name=x::y", "\\::set-output name=x::y"),
        ("  ##[add-mask]x", "  ##\\[add-mask]x"),
        ("anywhere ##[set-output name=x;]y", "anywhere ##\\[set-output name=x;]y"),
        ("a::b", "a::b"),
    ],
)
def test_what_containers_write_commands_neither_a_terminal_nor_a_runner(
    monkeypatch: pytest.MonkeyPatch, told: str, shown: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stream = io.StringIO()
    line = LogLine(text=told, at=datetime(2026, 1, 1, tzinfo=UTC))
    printer(lambda text: text, lambda: stream)(LogsSeen(lines=(line,)))
    assert stream.getvalue() == f"{shown}\n"
