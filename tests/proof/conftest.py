"""What the proofs have tried is counted, and told at the end of the test run."""

import pytest

Summary = list[str]
_LINES: pytest.StashKey[Summary] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[_LINES] = []


@pytest.fixture
def proof_summary(request: pytest.FixtureRequest) -> Summary:
    """Lines that are told at the end of the test run."""
    return request.config.stash[_LINES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell them."""
    lines = config.stash[_LINES]
    if lines:
        terminalreporter.section("what the proofs tried")
        for line in lines:
            terminalreporter.write_line(line)
