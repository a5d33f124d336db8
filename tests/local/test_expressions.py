"""EventBridge Scheduler's expressions: which there are, and when they fire.

Sources: the Scheduler user guide, "Schedule types" ("guide"), and AWS re:Post's answer on clock changes ("re:Post").
Where nothing public proves a behaviour, the test's name says `assumed`.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.local.expressions import At, Cron, InvalidExpressionError, Rate, iso, parse, zone


def instants(text: Any, *, after: Any, count: Any, at: Any = "UTC") -> Any:
    """The next instants, in UTC, of a cron expression."""
    expression = parse(f"cron({text})")
    assert isinstance(expression, Cron)
    last: float | None = datetime.fromisoformat(after).replace(tzinfo=UTC).timestamp()
    found: list[str] = []
    while last is not None and len(found) < count:
        last = expression.following(last, zone(at))
        if last is not None:
            found.append(iso(last)[:16].replace("T", " "))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The guide's own examples.
        ("0 10 * * ? *", ["2026-01-01 10:00", "2026-01-02 10:00"]),
        ("15 12 * * ? *", ["2026-01-01 12:15", "2026-01-02 12:15"]),
        ("0 18 ? * MON-FRI *", ["2026-01-01 18:00", "2026-01-02 18:00", "2026-01-05 18:00"]),
        ("0 8 1 * ? *", ["2026-01-01 08:00", "2026-02-01 08:00"]),
        ("0/15 * * * ? *", ["2026-01-01 00:15", "2026-01-01 00:30", "2026-01-01 00:45", "2026-01-01 01:00"]),
        ("15 10 ? * 6L 2026-2027", ["2026-01-30 10:15", "2026-02-27 10:15"]),
        # Days of the week count from 1 = SUN, not from 0.
        ("0 0 ? * 1 *", ["2026-01-04 00:00", "2026-01-11 00:00"]),
        ("0 0 ? * 7 *", ["2026-01-03 00:00", "2026-01-10 00:00"]),
        ("0 0 ? * L *", ["2026-01-03 00:00", "2026-01-10 00:00"]),
        ("0 0 ? * 3#2 *", ["2026-01-13 00:00", "2026-02-10 00:00"]),
        ("0 0 ? * SUN#5 *", ["2026-03-29 00:00", "2026-05-31 00:00"]),
        ("0 0 ? * mon,wed *", ["2026-01-05 00:00", "2026-01-07 00:00"]),
        # Days of the month.
        ("0 0 L * ? *", ["2026-01-31 00:00", "2026-02-28 00:00", "2026-03-31 00:00"]),
        ("0 0 31 * ? *", ["2026-01-31 00:00", "2026-03-31 00:00"]),
        ("0 0 3W * ? *", ["2026-01-02 00:00", "2026-02-03 00:00"]),
        ("0 0 1W * ? *", ["2026-02-02 00:00", "2026-03-02 00:00", "2026-04-01 00:00"]),
        ("0 0 31W 1,5 ? *", ["2026-01-30 00:00", "2026-05-29 00:00"]),
        ("0 0 29 2 ? *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 1/10 FEB ? *", ["2026-02-01 00:00", "2026-02-11 00:00", "2026-02-21 00:00", "2027-02-01 00:00"]),
        # Ranges with steps, and of one (localstack #13572: AWS takes them).
        ("0-15/5 8-8 ? * 2,3 *", ["2026-01-05 08:00", "2026-01-05 08:05", "2026-01-05 08:10", "2026-01-05 08:15"]),
        ("30 9 1 JAN ? 2030/5", ["2030-01-01 09:30", "2035-01-01 09:30"]),
    ],
)
def test_a_cron_expression_fires_when_the_guide_says(text: Any, expected: Any) -> None:
    assert instants(text, after="2026-01-01 00:00", count=len(expected)) == expected


def test_a_cron_expression_may_be_over() -> None:
    assert instants("0 0 1 1 ? 2026", after="2025-06-01 00:00", count=2) == ["2026-01-01 00:00"]


def test_a_cron_expression_follows_its_time_zone() -> None:
    """guide "Time zones"."""
    assert instants("30 2 * * ? *", after="2026-01-01 00:00", count=1, at="Europe/Paris") == ["2026-01-01 01:30"]
    assert instants("30 2 * * ? *", after="2026-07-01 00:00", count=1, at="Europe/Paris") == ["2026-07-01 00:30"]
    assert instants("0 3 * * ? *", after="2026-01-01 00:00", count=1, at="Asia/Kathmandu") == ["2026-01-01 21:15"]


def test_a_time_that_the_spring_leaves_out_is_skipped() -> None:
    """re:Post: on 29 March 2026 there is no 02:30 in Paris."""
    found = instants("30 2 * * ? *", after="2026-03-28 00:00", count=3, at="Europe/Paris")
    assert found == ["2026-03-28 01:30", "2026-03-30 00:30", "2026-03-31 00:30"]


def test_of_an_hour_that_the_autumn_repeats_the_first_is_used_assumed() -> None:
    """re:Post: on 25 October 2026 there are two 02:30 in Paris; that the first is taken is assumed."""
    found = instants("30 2 * * ? *", after="2026-10-24 12:00", count=2, at="Europe/Paris")
    assert found == ["2026-10-25 00:30", "2026-10-26 01:30"]


def test_what_fires_all_the_time_pauses_for_a_repeated_hour_assumed() -> None:
    """The rules of re:Post, applied to an expression that fires all the time."""
    spring = instants("0/30 * * * ? *", after="2026-03-29 00:29", count=3, at="Europe/Paris")
    assert spring == ["2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"]
    autumn = instants("0/30 * * * ? *", after="2026-10-25 00:29", count=3, at="Europe/Paris")
    assert autumn == ["2026-10-25 00:30", "2026-10-25 02:00", "2026-10-25 02:30"]


def test_a_rate_counts_elapsed_time_from_its_origin() -> None:
    """guide "Rate-based schedules": `rate(1 days)` is 24 hours, whatever the clocks do."""
    rate = parse("rate(5 minutes)")
    assert isinstance(rate, Rate)
    assert [rate.following(after, 100.0) for after in (0.0, 99.0, 100.0, 399.0, 400.0)] == [100, 100, 400, 400, 700]
    rates = [parse(f"rate({text})") for text in ("1 minute", "1 hours", "2 days")]
    assert rates == [Rate(seconds=60), Rate(seconds=3600), Rate(seconds=172800)]


def test_one_time_is_a_local_time() -> None:
    """guide "One-time schedules"."""
    at = parse("at(2026-07-01T03:00:00)")
    assert isinstance(at, At)
    assert iso(at.instant(zone("UTC"))) == "2026-07-01T03:00:00Z"
    assert iso(at.instant(zone("Europe/Paris"))) == "2026-07-01T01:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "every day",
        "rate(0 minutes)",
        "rate(5 seconds)",
        "rate(-1 hours)",
        "rate(1.5 hours)",
        "rate( 5 minutes)",
        "at(2026-02-30T00:00:00)",
        "at(2026-01-01 00:00:00)",
        "at(2026-01-01T00:00)",
        "cron(nope)",
        "cron(0 10 * * *)",
        "cron(0 10 * * ? * *)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 10 0 * ? *)",
        "cron(0 10 32 * ? *)",
        "cron(0 10 * 13 ? *)",
        "cron(0 10 ? * 0 *)",
        "cron(0 10 ? * 8 *)",
        "cron(0 10 ? * MON#6 *)",
        "cron(0 10 ? * XYZ *)",
        "cron(0 10 * * ? 1969)",
        "cron(0 10 * * ? 2200)",
        "cron(30-10 10 * * ? *)",
        "cron(0 10 LW * ? *)",
        "cron(0/0 10 * * ? *)",
        "cron(0, 10 * * ? *)",
        "Cron(0 10 * * ? *)",
    ],
)
def test_what_the_guide_does_not_know_is_refused(text: Any) -> None:
    with pytest.raises(InvalidExpressionError):
        parse(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "UTC+1"])
def test_an_unknown_time_zone_is_refused(name: Any) -> None:
    with pytest.raises(InvalidExpressionError):
        zone(name)
