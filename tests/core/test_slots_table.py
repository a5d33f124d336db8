"""The table of tests/data/slots.yaml, and a second reading of schedules, against the slots of the loop."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.core import slots
from reconciler.core.slots import Due
from reconciler.model import Engine, Schedule
from tests.core.slots_by_minute import cron_starts, wall_clock

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent.parent / "data" / "slots.yaml").read_text())
SYNTAXES = ("cron", "rate", "at")
EVER = timedelta(days=36600)


def schedule_of(case: dict[str, Any]) -> Schedule:
    syntax = next(each for each in SYNTAXES if each in case)
    return Schedule(
        syntax=syntax,  # type: ignore[arg-type]
        expression=case[syntax],
        engine=Engine.RECONCILER,
        time_zone=case["zone"],
    )


def name_of(case: dict[str, Any]) -> str:
    what = next(case[each] for each in SYNTAXES if each in case)
    return str(case.get("about", f"{what} {case['zone']} {case['last']}")).replace("/", "-")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_start_of_the_table(case: dict[str, Any]) -> None:
    schedule = schedule_of(case)
    last, now = datetime.fromisoformat(case["last"]), datetime.fromisoformat(case["now"])
    starts = [datetime.fromisoformat(each) for each in case["starts"]]
    assert list(slots.instants(schedule, last, now)) == starts
    newest = starts[-1] if starts else None
    assert slots.due(schedule, last, now, EVER) == Due(instant=newest, missed=max(len(starts) - 1, 0))


def test_the_table_has_what_was_promised() -> None:
    assert len(CASES) >= 300
    zones = {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC"}
    assert zones <= {case["zone"] for case in CASES}
    assert sum("about" in case for case in CASES) >= 35


# around the changes of the clocks, of which Lord Howe's are half an hour and Cairo's come on a Friday at midnight
PERIODS = {
    "Europe/Paris": ("2026-03-27", "2026-10-23"),
    "America/New_York": ("2027-03-12", "2027-11-05"),
    "Australia/Lord_Howe": ("2026-10-02", "2026-04-03"),
    "America/Sao_Paulo": ("2018-11-02", "2019-02-15"),
    "Africa/Cairo": ("2026-04-23", "2026-10-29"),
    "Asia/Kolkata": ("2026-03-27", "2026-10-23"),
    "UTC": ("2028-02-27", "2026-12-30"),
}
MINUTES = ("0", "30", "*", "*/15", "7,37", "0-59/13", "59", "1-3")
HOURS = ("*", "2", "0-3", "*/2", "1,2,3", "23", "0", "22-23", "1/3")
DAYS = ("*", "*", "*", "L", "28-31", "*/2", "1,29", "LW", "4")
MONTHS = ("*", "*", "*/2", "MAR,OCT,NOV", "2-4")
WEEKDAYS = ("*", "*", "*", "SUN", "0", "7", "5-7", "*/2", "SAT,MON", "0L", "SUN#1", "1#4")


@pytest.mark.parametrize("zone", PERIODS)
def test_a_second_reading_agrees_around_clock_changes(zone: str) -> None:
    chance = random.Random(zone)
    clock = wall_clock(zone)
    for start in PERIODS[zone]:
        for _ in range(40):
            expression = " ".join(chance.choice(field) for field in (MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS))
            after = datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(seconds=chance.randrange(86400))
            until = after + timedelta(seconds=chance.randrange(3 * 86400))
            schedule = Schedule(syntax="cron", expression=expression, engine=Engine.RECONCILER, time_zone=zone)
            expected = cron_starts(expression, clock, after, until)
            assert list(slots.instants(schedule, after, until)) == expected, (expression, zone, after, until)
            missed = min(max(len(expected) - 1, 0), slots.MISSED_AT_MOST - 1)
            newest = expected[-1] if expected else None
            assert slots.due(schedule, after, until, EVER) == Due(instant=newest, missed=missed), expression
