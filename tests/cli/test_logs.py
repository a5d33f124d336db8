"""Logs: on stderr, as much as was asked for, without hidden values."""

import logging

import pytest

from reconciler.cli import logs


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
