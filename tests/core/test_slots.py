"""Which slot is due, what starts next, and the bounds of a schedule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.core import slots
from reconciler.core.expressions import BadExpression
from reconciler.core.slots import Due
from reconciler.model import Engine, Schedule

DEADLINE = timedelta(seconds=300)
NOTHING = Due(instant=None, missed=0)


def cron(expression: str, time_zone: str = "UTC", **members: Any) -> Schedule:
    return Schedule(syntax="cron", expression=expression, engine=Engine.RECONCILER, time_zone=time_zone, **members)


def rate(expression: str, **members: Any) -> Schedule:
    return Schedule(syntax="rate", expression=expression, engine=Engine.RECONCILER, **members)


def at(expression: str, time_zone: str = "UTC", **members: Any) -> Schedule:
    return Schedule(syntax="at", expression=expression, engine=Engine.RECONCILER, time_zone=time_zone, **members)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def texts(moments: Any) -> list[str]:
    return [f"{each:%Y-%m-%d %H:%M}" for each in moments]


def test_a_slot_is_due_from_its_instant_until_its_deadline() -> None:
    nightly, since = cron("0 3 * * *"), utc("2026-05-05 03:00")
    slot = utc("2026-05-06 03:00")
    assert slots.due(nightly, since, utc("2026-05-06 02:59:59"), DEADLINE) == NOTHING
    assert slots.due(nightly, since, slot, DEADLINE) == Due(instant=slot, missed=0)
    assert slots.due(nightly, since, utc("2026-05-06 03:05"), DEADLINE) == Due(instant=slot, missed=0)
    assert slots.due(nightly, since, utc("2026-05-06 03:05:01"), DEADLINE) == Due(instant=None, missed=1)


def test_a_slot_that_was_started_is_not_due_again() -> None:
    assert slots.due(cron("0 3 * * *"), utc("2026-05-06 03:00"), utc("2026-05-06 03:00:30"), DEADLINE) == NOTHING


def test_of_several_missed_slots_at_most_the_newest_is_due() -> None:
    found = slots.due(cron("* * * * *"), utc("2026-05-05 03:00"), utc("2026-05-05 03:10:20"), DEADLINE)
    assert found == Due(instant=utc("2026-05-05 03:10"), missed=9)


@pytest.mark.parametrize("schedule", [cron("0 3 * * *"), rate("1 hour"), at("2026-05-05T03:00:00")])
def test_a_clock_set_back_before_the_last_start_makes_nothing_due(schedule: Schedule) -> None:
    assert slots.due(schedule, utc("2026-05-06 03:00"), utc("2026-05-06 02:00"), timedelta(days=1)) == NOTHING


# Bugs that others published about what is due; `since` is the last start, or since when a schedule stands.
PUBLISHED = {
    "kubernetes/kubernetes#63371: an edit at 10:30 started the 10:00 that the new schedule would have had": (
        cron("0 10 * * *"), "2026-05-05 10:30", "2026-05-05 10:30:10", 7200, None, 0,
    ),
    "kubernetes/kubernetes#65457: the same an hour later, within a long deadline": (
        cron("30 9 * * *"), "2026-05-05 10:30", "2026-05-05 11:30", 86400, None, 0,
    ),
    "kubernetes/kubernetes#123220: the zone was edited, and a start of the morning came again": (
        cron("0 9 * * *", "Asia/Kolkata"), "2026-05-05 09:00", "2026-05-05 09:05", 86400, None, 0,
    ),
    "kubernetes/kubernetes#45825: never again after a long suspension; resumed at 12:00 it stands since then": (
        cron("*/5 * * * *"), "2026-05-05 12:00", "2026-05-05 12:05:03", 300, "2026-05-05 12:05", 0,
    ),
    "kubernetes/kubernetes#42649: more than 100 missed starts overnight, and none ever after": (
        cron("* * * * *"), "2026-05-04 20:00", "2026-05-05 08:00:30", 60, "2026-05-05 08:00", 99,
    ),
    "kubernetes/kubernetes#110919: years of missed starts are counted no further than needed": (
        cron("* * * * *"), "2020-01-01 00:00", "2026-05-05 08:00:30", 60, "2026-05-05 08:00", 99,
    ),
    "kubernetes/kubernetes#83642: a run of two hours, and every start of these missed": (
        cron("*/10 * * * *"), "2026-05-05 08:00", "2026-05-05 10:01", 60, "2026-05-05 10:00", 11,
    ),
    "argoproj/argo-workflows#4445: resumed in the minute of a start, it fired that one too": (
        cron("0 12 * * *"), "2026-05-05 12:00:20", "2026-05-05 12:00:30", 300, None, 0,
    ),
    "hashicorp/nomad#11052: a new leader started the present slot again": (
        cron("0 * * * *"), "2026-05-05 12:00", "2026-05-05 12:00:45", 300, None, 0,
    ),
    "hashicorp/nomad#14505: as did a client that came back, a slot later": (
        cron("0 * * * *"), "2026-05-05 12:00", "2026-05-05 13:00:45", 300, "2026-05-05 13:00", 0,
    ),
    "hashicorp/nomad#2721: after an election the last start was taken for one of another zone": (
        cron("0 6 * * *", "America/New_York"), "2026-05-05 10:00", "2026-05-05 11:30", 7200, None, 0,
    ),
    "wata727/elastic_whenever#54: deleted and made anew around a start, which was lost": (
        cron("0 12 * * *"), "2026-05-04 12:00", "2026-05-05 12:00:02", 300, "2026-05-05 12:00", 0,
    ),
    "wata727/elastic_whenever#57: the same for a rate": (
        rate("1 hour"), "2026-05-05 11:00", "2026-05-05 12:00:02", 300, "2026-05-05 12:00", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PUBLISHED.values(), ids=[each.replace("/", "-") for each in PUBLISHED])
def test_what_is_due_where_others_went_wrong(case: tuple[Schedule, str, str, int, str | None, int]) -> None:
    schedule, since, now, deadline, instant, missed = case
    found = slots.due(schedule, utc(since), utc(now), timedelta(seconds=deadline))
    assert found == Due(instant=utc(instant) if instant else None, missed=missed)


def test_the_second_pass_through_a_repeated_hour_makes_nothing_due() -> None:
    schedule = cron("*/15 * * * *", "Europe/Paris")
    last = utc("2026-10-25 00:45")  # 02:45 in summer time
    assert slots.due(schedule, last, utc("2026-10-25 01:59"), DEADLINE) == NOTHING
    assert slots.due(schedule, last, utc("2026-10-25 02:00"), DEADLINE).instant == utc("2026-10-25 02:00")


def test_a_loop_that_returns_in_a_repeated_hour_finds_the_first_pass() -> None:
    schedule = cron("30 2 * * *", "Europe/Paris")
    found = slots.due(schedule, utc("2026-10-24 00:30"), utc("2026-10-25 01:10"), timedelta(hours=1))
    assert found == Due(instant=utc("2026-10-25 00:30"), missed=0)


def test_next_starts_are_counted_and_end_with_the_schedule() -> None:
    assert texts(slots.next_starts(cron("0 3 * * *", "Europe/Paris"), utc("2026-10-23 12:00"))) == [
        "2026-10-24 01:00", "2026-10-25 02:00", "2026-10-26 02:00", "2026-10-27 02:00", "2026-10-28 02:00",
    ]  # fmt: skip
    bounded = cron("0 3 * * *", end_date=utc("2026-10-25 03:00"))
    assert texts(slots.next_starts(bounded, utc("2026-10-23 12:00"))) == ["2026-10-24 03:00", "2026-10-25 03:00"]
    assert slots.next_starts(at("2026-10-23T12:00:00"), utc("2026-10-23 12:00")) == ()


def test_start_and_end_date_both_belong_to_the_schedule() -> None:
    bounds: dict[str, Any] = {"start_date": utc("2026-05-05 10:00"), "end_date": utc("2026-05-05 12:00")}
    for schedule in (cron("0 * * * *", **bounds), rate("1 hour", **bounds)):
        found = slots.instants(schedule, utc("2026-05-05 00:00"), utc("2026-05-06 00:00"))
        assert texts(found) == ["2026-05-05 10:00", "2026-05-05 11:00", "2026-05-05 12:00"]
        day = timedelta(days=1)
        assert slots.due(schedule, utc("2026-05-05 00:00"), utc("2026-05-06 00:00"), day).missed == 2
        assert slots.due(schedule, utc("2026-05-05 00:00"), utc("2026-05-05 09:59"), day) == NOTHING
    assert slots.next_starts(at("2026-05-05T12:30:00", **bounds), utc("2026-05-05 00:00")) == ()


def test_the_rarest_date_is_found() -> None:
    leap_mondays = cron("0 0 29 2 */7", "Europe/Paris")
    assert texts(slots.next_starts(leap_mondays, utc("2024-03-01 00:00"), 2)) == [
        "2032-02-28 23:00",
        "2060-02-28 23:00",
    ]


def test_starts_that_never_exist_end_the_search() -> None:
    never = cron("30 2 * 3 SUN#2", "America/New_York")
    assert slots.next_starts(never, utc("2026-01-01 00:00")) == ()
    assert slots.due(never, utc("2020-01-01 00:00"), utc("2026-01-01 00:00"), DEADLINE) == NOTHING


def test_an_unreadable_expression_is_an_error() -> None:
    with pytest.raises(BadExpression, match=r'hour: expected 0-23, got "25"'):
        slots.next_starts(cron("0 25 * * *"), utc("2026-01-01 00:00"))
    with pytest.raises(BadExpression, match=r'unknown time zone "Mars/Olympus"'):
        slots.next_starts(cron("0 3 * * *", "Mars/Olympus"), utc("2026-01-01 00:00"))
