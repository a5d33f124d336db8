"""What is said about clock changes before they happen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.core.slots_changes import changes
from reconciler.model import Engine, Schedule

NOW = datetime(2026, 1, 15, tzinfo=UTC)
YEAR = timedelta(days=365)


def said(expression: str, time_zone: str, syntax: Any = "cron", **members: Any) -> list[str]:
    schedule = Schedule(syntax=syntax, expression=expression, engine=Engine.RECONCILER, time_zone=time_zone, **members)
    return [str(each) for each in changes(schedule, NOW, NOW + YEAR)]


@pytest.mark.parametrize(
    ("expression", "time_zone", "expected"),
    [
        (
            "30 2 * * *",
            "Europe/Paris",
            [
                "2026-03-29 Europe/Paris: clocks go from 02:00 to 03:00, the start at 02:30 is skipped",
                "2026-10-25 Europe/Paris: clocks go from 03:00 to 02:00, the start at 02:30 happens once, not twice",
            ],
        ),
        (
            "*/15 1 * * *",
            "America/New_York",
            [
                "2026-11-01 America/New_York: clocks go from 02:00 to 01:00, "
                "the 4 starts from 01:00 to 01:45 happen once, not twice"
            ],
        ),
        (
            "0,15,45 1,2 * * *",
            "Australia/Lord_Howe",
            [
                "2026-04-05 Australia/Lord_Howe: clocks go from 02:00 to 01:30, "
                "the start at 01:45 happens once, not twice",
                "2026-10-04 Australia/Lord_Howe: clocks go from 02:00 to 02:30, "
                "the 2 starts from 02:00 to 02:15 are skipped",
            ],
        ),
        ("0 3 * * *", "Europe/Paris", []),
        ("30 2 * * MON", "Europe/Paris", []),
        ("30 2 * * *", "Asia/Kolkata", []),
        ("30 2 * * *", "America/Sao_Paulo", []),
        ("30 2 * * *", "UTC", []),
    ],
)
def test_a_clock_change_is_said_where_it_touches_a_start(expression: str, time_zone: str, expected: list[str]) -> None:
    assert said(expression, time_zone) == expected


def test_a_day_without_midnight_is_said() -> None:
    schedule = Schedule(syntax="cron", expression="0 0 * * *", engine=Engine.RECONCILER, time_zone="America/Sao_Paulo")
    now = datetime(2018, 6, 1, tzinfo=UTC)
    assert [str(each) for each in changes(schedule, now, now + YEAR)] == [
        "2018-11-04 America/Sao_Paulo: clocks go from 00:00 to 01:00, the start at 00:00 is skipped"
    ]


def test_only_what_stands_that_day_and_only_cron_is_touched() -> None:
    assert said("30 2 * * *", "Europe/Paris", start_date=datetime(2026, 6, 1, tzinfo=UTC)) == [
        "2026-10-25 Europe/Paris: clocks go from 03:00 to 02:00, the start at 02:30 happens once, not twice"
    ]
    assert said("30 2 * * *", "Europe/Paris", end_date=datetime(2026, 3, 1, tzinfo=UTC)) == []
    assert said("30 minutes", "Europe/Paris", "rate") == []
    assert said("2026-10-25T02:30:00", "Europe/Paris", "at") == []
