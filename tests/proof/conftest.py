"""What the proofs have tried is counted, and told at the end of the test run."""

from collections import Counter
from collections.abc import Callable

import pytest

Tell = Callable[[str], None]
Count = Callable[[str, int], None]
_TRIED = "proof"
_COUNTED = "proof count"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Answer what adds a line to those that are told at the end of the test run, whichever process ran the test."""
    return lambda line: record_property(_TRIED, line)


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Count:
    """Answer what adds to a number that is told at the end of the test run, whichever processes ran the tests."""
    return lambda what, number: record_property(_COUNTED, [what, number])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was tried."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    told = {str(text) for report in reports for name, text in getattr(report, "user_properties", ()) if name == _TRIED}
    sums: Counter[str] = Counter()
    for report in reports:
        if report.when == "teardown":  # whose properties are those of the whole test
            for name, counted in report.user_properties:
                if name == _COUNTED:
                    sums[counted[0]] += counted[1]
    told |= {f"{what}: {number:,}" for what, number in sums.items()}
    if told:
        terminalreporter.section("what the proofs tried")
        for line in sorted(told):
            terminalreporter.write_line(line)
