"""Schedules as `validate -v`, `plan` and `status` show them."""

from datetime import UTC, datetime
from typing import Any

from reconciler.core import schedule_report
from reconciler.model import Engine, JobReport, Report, Schedule
from reconciler.reports import schedule_lines
from reconciler.reports.lines import plain

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NIGHTLY = Schedule(syntax="cron", expression="30 2 * * *", engine=Engine.RECONCILER, time_zone="Europe/Paris")


def shown(**told: Any) -> str:
    schedule = {**schedule_report.described(NIGHTLY, suspended=False), **told}
    job = JobReport(name="nightly", kind="EcsJob", sync=None, health=None, schedule=schedule)
    report = Report(verb="status", owner="me", region=None, account=None, started=NOW, seconds=0.0, jobs=(job,))
    return plain(schedule_lines.schedules(report))


def test_the_next_starts_are_told_by_the_schedules_clocks_and_in_utc() -> None:
    starts = schedule_report.next_starts(NIGHTLY, NOW, suspended=False)
    changes = schedule_report.clock_changes(NIGHTLY, NOW)
    skipped = {"slot": "2026-11-21T01:30:00Z", "missed": 2, "reason": "no pass started it within 300 s"}
    assert shown(**starts, **changes, skipped=skipped).splitlines() == [
        "  nightly  cron 30 2 * * * Europe/Paris  (reconciler)",
        "    Sun 2026-11-22 02:30+0100  2026-11-22T01:30:00Z",
        "    Mon 2026-11-23 02:30+0100  2026-11-23T01:30:00Z",
        "    Tue 2026-11-24 02:30+0100  2026-11-24T01:30:00Z",
        "    Wed 2026-11-25 02:30+0100  2026-11-25T01:30:00Z",
        "    Thu 2026-11-26 02:30+0100  2026-11-26T01:30:00Z",
        "    skipped 2026-11-21T01:30:00Z and 1 before it: no pass started it within 300 s",
        "    2027-03-28 Europe/Paris: clocks go from 02:00 to 03:00, the start at 02:30 is skipped",
        "    2027-10-31 Europe/Paris: clocks go from 03:00 to 02:00, the start at 02:30 happens once, not twice",
    ]


def test_a_suspended_schedule_has_no_next_start() -> None:
    told = {**schedule_report.next_starts(NIGHTLY, NOW, suspended=True), "state": "DISABLED"}
    assert shown(**told).splitlines() == ["  nightly  cron 30 2 * * * Europe/Paris  (reconciler, suspended)"]


def test_one_whose_time_has_passed_says_so() -> None:
    assert shown(nextStarts=[]).splitlines()[1:] == ["    nothing starts any more"]


def test_nothing_is_shown_where_nobody_asked_when_it_starts() -> None:
    assert shown() == ""
