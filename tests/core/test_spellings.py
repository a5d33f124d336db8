"""Spellings that are one value, wherever the program runs."""

import time
from collections.abc import Iterator

import pytest

from reconciler.core.spellings import instant


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
@pytest.mark.parametrize(
    "written", ["2026-03-01T00:00:00", "2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T01:00+01:00", 1772323200]
)
def test_an_instant_is_the_same_on_a_host_of_any_zone(written: object) -> None:
    assert instant(written) == "2026-03-01T00:00:00Z"
