"""What is said about schedules that are wrong, word for word."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.core.slots_check import check, check_expression, past
from reconciler.model import ConcurrencyPolicy, Engine, Schedule, Severity

FIVE = "expected five fields (minute, hour, day of month, month, day of week), got"
WEEKDAY = "cron: day of week: expected 0-7 or SUN-SAT, 5L or 1#2, got"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def said(syntax: Any, expression: str, time_zone: str = "UTC", **members: Any) -> list[str]:
    members = {"engine": Engine.RECONCILER, **members}
    schedule = Schedule(syntax=syntax, expression=expression, time_zone=time_zone, **members)
    return [f"{each.severity}: {each}" for each in check(schedule)]


CRON = {
    "61 * * * *": 'cron: minute: expected 0-59, got "61"',
    "0 24 * * *": 'cron: hour: expected 0-23, got "24"',
    "0 0 0 * *": 'cron: day of month: expected 1-31, L or LW, got "0"',
    "0 0 * 13 *": 'cron: month: expected 1-12 or JAN-DEC, got "13"',
    "0 0 * * 8": f'{WEEKDAY} "8"',
    "0 0 * * MON#6": f'{WEEKDAY} "MON#6"',
    "0 0 * * L": f'{WEEKDAY} "L"',
    "*/0 * * * *": 'cron: minute: expected 0-59, got "*/0" (a step is at least 1)',
    "0 22-6 * * *": 'cron: hour: expected 0-23, got "22-6" (a range goes upwards: write 22-23,0-6)',
    "50-10/5 * * * *": 'cron: minute: expected 0-59, got "50-10/5" (a range goes upwards: write 50-59,0-10)',
    "0 0 * NOV-FEB *": (
        'cron: month: expected 1-12 or JAN-DEC, got "NOV-FEB" (a range goes upwards: write NOV-DEC,JAN-FEB)'
    ),
    "0 0 * * FRI-SUN": f'{WEEKDAY} "FRI-SUN" (a range goes upwards: write FRI-7)',
    "0 0 * * sat-tue": f'{WEEKDAY} "SAT-TUE" (a range goes upwards: write SAT,SUN-TUE)',
    "0 0 * * MONDAY": f'{WEEKDAY} "MONDAY" (write MON)',
    "0 0 * * FRIL": f'{WEEKDAY} "FRIL" (write 5L)',
    "0 0 ? * *": 'cron: day of month: expected 1-31, L or LW, got "?" (write * for ?)',
    "0 0 15W * *": (
        'cron: day of month: expected 1-31, L or LW, got "15W" '
        "(there is no nearest weekday here; LW is the last weekday of the month)"
    ),
    "H 3 * * *": 'cron: minute: expected 0-59, got "H" (H is Jenkins\'s: choose a number)',
    "1,,2 * * * *": 'cron: minute: expected 0-59, got "1,,2"',
    "٣ * * * *": 'cron: minute: expected 0-59, got "٣"',
    "30 2 30 2 *": "cron: never starts: there is no day 30 in month 2",
    "0 0 31 4,6,9,11 *": "cron: never starts: there is no day 31 in month 4,6,9,11",
    "0 0 */31 * 1#2": 'cron: never starts: no date matches "0 0 */31 * 1#2"',
    "": f'cron: {FIVE} 0: ""',
    "0 3 * *": f'cron: {FIVE} 4: "0 3 * *"',
    "0 0 3 * * *": f'cron: {FIVE} 6: "0 0 3 * * *" (a schedule has no seconds and no year: leave them out)',
    "0 0 3 ? * MON": f'cron: {FIVE} 6: "0 0 3 ? * MON" (a schedule has no seconds and no year: leave them out)',
    "0 3 * * ? *": f'cron: {FIVE} 6: "0 3 * * ? *" '
    '(these are AWS\'s six fields: leave out the year and write * for ?: "0 3 * * *")',
    "cron(0 3 ? * MON-FRI *)": f'cron: {FIVE} 6: "cron(0 3 ? * MON-FRI *)" '
    '(these are AWS\'s six fields: leave out the year and write * for ?: "0 3 * * MON-FRI")',
    "cron(0 3 ? * 2-6 *)": f'cron: {FIVE} 6: "cron(0 3 ? * 2-6 *)" '
    "(these are AWS's six fields: leave out the year and write * for ?; Sunday is 1 there and 0 here)",
    "cron(0 0 1 1 ? 2021)": f'cron: {FIVE} 6: "cron(0 0 1 1 ? 2021)" '
    "(these are AWS's six fields: leave out the year and write * for ?; years belong in startDate and endDate)",
    "cron(0 3 * * *)": 'cron: expected five fields, got "cron(0 3 * * *)" (write cron: 0 3 * * *)',
    "cron(0 3 * *)": f'cron: {FIVE} 4: "cron(0 3 * *)" (write the five fields alone)',
    "rate(5 minutes)": 'cron: expected five fields, got "rate(5 minutes)" (write rate: 5 minutes)',
    "at(2026-12-01T03:00:00)": (
        'cron: expected five fields, got "at(2026-12-01T03:00:00)" (write at: 2026-12-01T03:00:00)'
    ),
    "@every 90m": (
        'cron: expected @yearly, @monthly, @weekly, @daily or @hourly, got "@every 90m" (write rate: 90 minutes)'
    ),
    "@every 1h": 'cron: expected @yearly, @monthly, @weekly, @daily or @hourly, got "@every 1h" (write rate: 1 hour)',
    # kubernetes/kubernetes#47202, and after its time CRON_TZ was refused there as well
    "CRON_TZ=Europe/Paris 0 3 * * *": (
        'cron: expected five fields alone, got "CRON_TZ=Europe/Paris 0 3 * * *" (write timeZone: Europe/Paris beside it)'
    ),
    "TZ=UTC 0 3 * * *": ('cron: expected five fields alone, got "TZ=UTC 0 3 * * *" (write timeZone: UTC beside it)'),
    "@reboot": (
        'cron: expected @yearly, @monthly, @weekly, @daily or @hourly, got "@reboot" '
        "(there is no boot here; use once to run when something changes)"
    ),
    "0 " * 200: "cron: expected at most 256 characters, got 400",
}


@pytest.mark.parametrize("expression", CRON)
def test_a_cron_expression_that_is_none(expression: str) -> None:
    assert said("cron", expression) == [f"error: {CRON[expression]}"]


RATE = 'rate: expected a rate like "15 minutes", "6 hours" or "1 day", got'
AT = "at: expected a local time like 2026-12-01T03:00:00, got"


@pytest.mark.parametrize(
    ("syntax", "expression", "expected"),
    [
        ("rate", "0 minutes", f'{RATE} "0 minutes"'),
        ("rate", "15m", f'{RATE} "15m"'),
        ("rate", "-5 minutes", f'{RATE} "-5 minutes"'),
        ("rate", "9999999 days", f'{RATE} "9999999 days"'),
        ("rate", "30 seconds", f'{RATE} "30 seconds" (a minute is the shortest interval)'),
        ("rate", "2 weeks", f'{RATE} "2 weeks" (write it in days)'),
        ("rate", "1 month", f'{RATE} "1 month" (months differ in length: use cron)'),
        ("rate", "rate(5 minutes)", f'{RATE} "rate(5 minutes)" (write rate: 5 minutes)'),
        ("at", "tomorrow", f'{AT} "tomorrow"'),
        ("at", "2026-12-01T03:00:00Z", f'{AT} "2026-12-01T03:00:00Z" (its zone belongs in timeZone)'),
        ("at", "at(2026-12-01T03:00:00)", f'{AT} "at(2026-12-01T03:00:00)" (write at: 2026-12-01T03:00:00)'),
        ("at", "2027-02-29T03:00:00", 'at: expected a date and time that exist, got "2027-02-29T03:00:00"'),
    ],
)
def test_a_rate_or_a_moment_that_is_none(syntax: str, expression: str, expected: str) -> None:
    assert said(syntax, expression) == [f"error: {expected}"]


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Pariss", " (did you mean Europe/Paris?)"),
        ("america/new york", " (did you mean America/New_York?)"),
        ("Europe", " (did you mean Europe/Rome?)"),
        ("", ""),
        ("/etc/passwd", ""),
        ("../../etc/passwd", ""),
        ("localtime", ""),
        ("posix/Europe/Paris", " (did you mean Europe/Paris?)"),
    ],
)
def test_a_zone_that_is_none(zone: str, hint: str) -> None:
    expected = f'error: timeZone: unknown time zone "{zone}" (expected an IANA name like Europe/Paris)'
    found = said("cron", "0 3 * * *", zone)
    assert [each.split(" (did")[0] for each in found] == [expected]
    if hint and zone != "Europe":
        assert found == [expected + hint]


def test_every_problem_is_told_at_once() -> None:
    found = check_expression("cron", "0 25 * * *", "Mars")
    assert [each.path for each in found] == ["timeZone", "cron"]


def test_times_that_fall_where_clocks_go_forward() -> None:
    assert said("cron", "30 2 * 3 SUN#2", "America/New_York") == [
        'error: cron: never starts: every "30 2 * 3 SUN#2" in America/New_York falls where clocks go forward '
        "(choose another hour, or timeZone: UTC)"
    ]
    assert said("at", "2027-03-28T02:30:00", "Europe/Paris") == [
        "error: at: 2027-03-28T02:30:00 does not exist in Europe/Paris: clocks go forward across it "
        "(choose another hour)"
    ]


def test_dates_that_leave_nothing() -> None:
    start, end = datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert said("cron", "0 3 * * *", start_date=start, end_date=end) == [
        "error: endDate: expected a time after startDate 2026-12-02T00:00:00+00:00, got 2026-12-01T00:00:00+00:00"
    ]
    assert said("cron", "0 3 24 12 *", start_date=end, end_date=start) == [
        "error: endDate: never starts: no start from 2026-12-01T00:00:00+00:00 to 2026-12-02T00:00:00+00:00"
    ]


def test_what_has_passed_is_a_warning() -> None:
    def told(expression: str, **bounds: Any) -> str:
        schedule = Schedule(
            syntax="cron" if bounds else "at", expression=expression, engine=Engine.RECONCILER, **bounds
        )
        assert check(schedule) == ()
        return str(past(schedule, NOW))

    warning = "is in the past: nothing starts any more (remove the job, or give it another time)"
    assert told("2026-10-31T23:59:59") == f"at: {warning}"
    assert told("2026-12-01T00:00:00") == "None"
    assert told("0 3 * * *", end_date=datetime(2026, 1, 1, tzinfo=UTC)) == f"endDate: {warning}"


def test_what_is_legal_and_probably_not_meant_is_a_warning() -> None:
    assert said("cron", "*/90 * * * *") == [
        'warning: cron: minute "*/90": a step longer than its field matches once in it (for a steady interval use rate)'
    ]


def test_what_eventbridge_cannot_do_is_refused() -> None:
    found = said("cron", "0 0 13 * FRI", engine=Engine.EVENTBRIDGE, concurrency_policy=ConcurrencyPolicy.FORBID)
    assert found == [
        'error: cron: day of month "13" and day of week "FRI" are both restricted (either must match), and AWS takes '
        "only one of them (make two jobs, or use engine: reconciler)",
        "error: concurrencyPolicy: engine eventbridge cannot keep Forbid (expected Allow) (use engine: reconciler)",
    ]
    assert said("cron", "0 0 13 * FRI", concurrency_policy=ConcurrencyPolicy.FORBID) == []


@pytest.mark.parametrize(
    ("syntax", "expression", "zone"),
    [
        ("cron", "*/5 9-17 1-15,L jan-jun,12 mon-fri,7", "Europe/Paris"),
        ("cron", "@Daily", "Asia/Kolkata"),
        ("cron", "\t0  3 * * * ", "Etc/UTC"),
        ("cron", "0 0 29 2 *", "UTC"),
        ("rate", "1 day", "UTC"),
        ("at", "2026-12-01T03:00", "Australia/Lord_Howe"),
    ],
)
def test_what_is_right_is_not_talked_about(syntax: str, expression: str, zone: str) -> None:
    assert said(syntax, expression, zone) == []


def test_errors_come_before_warnings() -> None:
    found = said("cron", "0 */48 13 * FRI", engine=Engine.EVENTBRIDGE)
    assert [each.split(":")[0] for each in found] == [Severity.ERROR, Severity.WARNING]
