"""What the proofs have tried is counted, and told at the end of the test run."""

from collections.abc import Callable

import pytest

Tell = Callable[[str], None]
_TRIED = "proof"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Answer what adds a line to those that are told at the end of the test run, whichever process ran the test."""
    return lambda line: record_property(_TRIED, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was tried."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    told = {str(text) for report in reports for name, text in getattr(report, "user_properties", ()) if name == _TRIED}
    if told:
        terminalreporter.section("what the proofs tried")
        for line in sorted(told):
            terminalreporter.write_line(line)
