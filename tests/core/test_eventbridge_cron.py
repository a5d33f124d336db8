"""Schedules in AWS's words: each form once, and two thousand at random against another reading of both grammars."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.core import expressions, slots
from reconciler.core.eventbridge_cron import Expression, Refusal, start_date, start_date_holds, to_eventbridge
from reconciler.core.expressions import BadExpression
from reconciler.local import expressions as local
from reconciler.model import Engine, Schedule
from tests.core.aws_cron_by_day import NotAws, starts


def schedule(syntax: Any, expression: str, time_zone: str = "UTC", **members: Any) -> Schedule:
    return Schedule(syntax=syntax, expression=expression, engine=Engine.EVENTBRIDGE, time_zone=time_zone, **members)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "aws"),
    [
        ("* * * * *", "* * * * ? *"),
        ("0 3 * * *", "0 3 * * ? *"),
        ("*/15 * * * *", "0/15 * * * ? *"),
        ("5/20 * * * *", "5/20 * * * ? *"),
        ("*/25 * * * *", "0/25 * * * ? *"),
        ("*/40 * * * *", "0,40 * * * ? *"),
        ("10-30/10 * * * *", "10,20,30 * * * ? *"),
        ("*/90 * * * *", "0 * * * ? *"),
        ("0 9-17 * * *", "0 9-17 * * ? *"),
        ("0 9-17/2 * * *", "0 9,11,13,15,17 * * ? *"),
        ("0 22-23,0-2 * * *", "0 0,1,2,22,23 * * ? *"),
        ("0 0 1,15 * *", "0 0 1,15 * ? *"),
        ("0 0 */2 * *", "0 0 1/2 * ? *"),
        ("0 0 L * *", "0 0 L * ? *"),
        ("0 0 31,L * *", "0 0 L * ? *"),
        ("0 0 1-31 * *", "0 0 * * ? *"),
        ("0 0 1 JAN,apr,7 *", "0 0 1 1,4,7 ? *"),
        ("0 0 1 */3 *", "0 0 1 1,4,7,10 ? *"),
        ("0 0 1 6-8 *", "0 0 1 6-8 ? *"),
        ("0 0 * * 0", "0 0 ? * SUN *"),
        ("0 0 * * 7", "0 0 ? * SUN *"),
        ("0 0 * * 0,7", "0 0 ? * SUN *"),
        ("0 0 * * sun", "0 0 ? * SUN *"),
        ("0 0 * * 1-5", "0 0 ? * MON-FRI *"),
        ("0 0 * * 5-7", "0 0 ? * SUN,FRI,SAT *"),
        ("0 0 * * 6,0", "0 0 ? * SUN,SAT *"),
        ("0 0 * * */2", "0 0 ? * SUN,TUE,THU,SAT *"),
        ("0 0 * * 0-6", "0 0 * * ? *"),
        ("0 0 * * 1-7", "0 0 * * ? *"),
        ("0 0 * * 5L", "0 0 ? * 6L *"),
        ("0 0 * * 7L", "0 0 ? * 1L *"),
        ("0 0 * * MON#2", "0 0 ? * 2#2 *"),
        ("0 0 * * 7#5", "0 0 ? * 1#5 *"),
        ("0 0 * * MON,1#2", "0 0 ? * MON *"),
        ("0 0 13 * 0-6", "0 0 * * ? *"),
        ("0 0 1-31 * FRI", "0 0 * * ? *"),
        ("@hourly", "0 * * * ? *"),
        ("@daily", "0 0 * * ? *"),
        ("@weekly", "0 0 ? * SUN *"),
        ("@monthly", "0 0 1 * ? *"),
        ("@yearly", "0 0 1 1 ? *"),
        # wata727/elastic_whenever#70, winglang/wing#7115
        ("30 1,8 * * 0,1,4,5,6", "30 1,8 ? * SUN,MON,THU,FRI,SAT *"),
        ("15 12 * * 0", "15 12 ? * SUN *"),
    ],
)
def test_each_form_in_awss_words(cron: str, aws: str) -> None:
    translated = to_eventbridge(schedule("cron", cron, "Europe/Paris"))
    assert translated == Expression(text=f"cron({aws})", time_zone="Europe/Paris")


APART = "are both restricted ({} must match), and AWS takes only one of them"
TWO_JOBS = "make two jobs, or use engine: reconciler"


@pytest.mark.parametrize(
    ("cron", "reason", "hint"),
    [
        ("0 0 13 * FRI", f'day of month "13" and day of week "FRI" {APART.format("either")}', TWO_JOBS),
        ("0 0 */2 * MON", f'day of month "*/2" and day of week "MON" {APART.format("both")}', TWO_JOBS),
        ("0 0 L * */2", f'day of month "L" and day of week "*/2" {APART.format("both")}', TWO_JOBS),
        ("0 0 LW * *", 'AWS documents "L" alone as the last day of a month, not "LW"', TWO_JOBS),
        ("0 0 1,L * *", 'AWS documents "L" alone as the last day of a month, not "1,L"', TWO_JOBS),
        (
            "0 0 * * 1#1,3#1",
            'AWS takes a day with "#" or "L" alone, not "1#1,3#1"',
            "make a job for each, or use engine: reconciler",
        ),
        (
            "0 0 * * TUE,5L",
            'AWS takes a day with "#" or "L" alone, not "TUE,5L"',
            "make a job for each, or use engine: reconciler",
        ),
    ],
)
def test_what_aws_cannot_say_is_refused_with_the_reason(cron: str, reason: str, hint: str) -> None:
    assert to_eventbridge(schedule("cron", cron)) == Refusal(reason=reason, hint=hint)


def test_an_expression_that_is_too_long_for_aws_is_refused() -> None:
    every_but_one = "0-28,30-59 0-11,13-23 1-14,16-31 1-6,8-12 *"
    assert to_eventbridge(schedule("cron", every_but_one)) == Refusal(
        reason="AWS allows an expression of 256 characters, this one takes 341",
        hint="use ranges, or steps of equal width",
    )


@pytest.mark.parametrize(
    ("rate", "aws"),
    [
        ("1 minute", "rate(1 minute)"),
        ("15 minutes", "rate(15 minutes)"),
        ("60 minutes", "rate(1 hour)"),
        ("90 minutes", "rate(90 minutes)"),
        ("1 hours", "rate(1 hour)"),
        ("24 hours", "rate(1 day)"),
        ("36 hours", "rate(36 hours)"),
        ("7 day", "rate(7 days)"),
    ],
)
def test_a_rate_in_awss_words(rate: str, aws: str) -> None:
    assert to_eventbridge(schedule("rate", rate)) == Expression(text=aws, time_zone="UTC")


def test_one_moment_in_awss_words() -> None:
    paris = "Europe/Paris"
    assert to_eventbridge(schedule("at", "2026-12-01T03:00", paris)) == Expression(
        text="at(2026-12-01T03:00:00)", time_zone=paris
    )
    # clocks show it twice: the first is 00:30 in UTC
    assert to_eventbridge(schedule("at", "2026-10-25T02:30:00", paris)) == Expression(
        text="at(2026-10-25T00:30:00)", time_zone="UTC"
    )
    assert to_eventbridge(schedule("at", "2026-03-29T02:30:00", paris)) == Refusal(
        reason="2026-03-29T02:30:00 does not exist in Europe/Paris: clocks go forward across it"
    )


def test_the_start_date_of_a_rate_is_the_next_start_of_the_loop() -> None:
    now = utc("2026-05-05 10:07:30")
    assert start_date(schedule("rate", "15 minutes"), now) == utc("2026-05-05 10:15")
    assert start_date(schedule("rate", "7 days"), now) == utc("2026-05-07 00:00")
    later = schedule("rate", "15 minutes", start_date=utc("2026-06-01 00:01"))
    assert start_date(later, now) == utc("2026-06-01 00:15")
    assert start_date(schedule("rate", "15 minutes", end_date=utc("2026-05-01 00:00")), now) is None


def test_other_schedules_have_the_start_date_of_the_manifest_while_it_is_to_come() -> None:
    bounded = schedule("cron", "0 3 * * *", start_date=utc("2026-06-01 00:00"))
    assert start_date(bounded, utc("2026-05-05 00:00")) == utc("2026-06-01 00:00")
    assert start_date(bounded, utc("2026-06-05 00:00")) is None
    assert start_date(schedule("cron", "0 3 * * *"), utc("2026-06-05 00:00")) is None
    assert start_date(schedule("at", "2026-12-01T03:00:00"), utc("2026-06-05 00:00")) is None


NOW = "2026-05-05 10:07:30"
QUARTERS = schedule("rate", "15 minutes")


@pytest.mark.parametrize(
    ("wanted", "live", "holds"),
    [
        (QUARTERS, "2026-05-05 10:15", True),
        (QUARTERS, "2026-05-05 10:00", True),
        (QUARTERS, "2025-01-01 00:45", True),
        (QUARTERS, "2025-01-01 00:46", False),
        (QUARTERS, "2026-05-05 10:30", False),
        (QUARTERS, None, False),
        (schedule("rate", "30 minutes"), "2026-05-05 09:15", False),
        (schedule("cron", "0 3 * * *"), None, True),
        (schedule("cron", "0 3 * * *"), "2026-06-01 00:00", False),
        (schedule("cron", "0 3 * * *"), "2026-05-01 00:00", True),
        (schedule("cron", "0 3 * * *", start_date=utc("2026-06-01 00:00")), "2026-06-01 00:00", True),
        (schedule("cron", "0 3 * * *", start_date=utc("2026-06-01 00:00")), None, False),
        (schedule("cron", "0 3 * * *", start_date=utc("2026-05-01 00:00")), None, True),
        (schedule("at", "2026-12-01T03:00:00"), "2026-06-01 00:00", True),
    ],
)
def test_whether_a_live_start_date_needs_to_be_sent_again(wanted: Schedule, live: str | None, holds: bool) -> None:
    assert start_date_holds(wanted, utc(live) if live else None, utc(NOW)) is holds


# Two thousand expressions at random. All sides are asked for two whole years, with a 29 February in them, so most of
# them are sparse.
BATCHES, BATCH = 20, 100
SINCE, UNTIL = utc("2027-07-01 00:00"), utc("2029-07-01 00:00")
ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def number(chance: random.Random, low: int, high: int, names: tuple[str, ...] = ()) -> str:
    value = chance.randint(low, high)
    if names and value - low < len(names) and chance.random() < 0.3:
        name = names[value - low]
        return chance.choice((name, name.lower(), name.title()))
    return str(value)


def term(chance: random.Random, low: int, high: int, names: tuple[str, ...] = ()) -> str:
    match chance.randrange(10):
        case 0:
            first, last = sorted((chance.randint(low, high), chance.randint(low, high)))
            return f"{first}-{last}"
        case 1:
            first, last = sorted((chance.randint(low, high), chance.randint(low, high)))
            return f"{first}-{last}/{chance.randint(1, high)}"
        case 2:
            return f"{chance.randint(low, high)}/{chance.randint(1, high)}"
        case 3:
            return f"*/{chance.randint(1, high)}"
        case _:
            return number(chance, low, high, names)


def field(chance: random.Random, low: int, high: int, names: tuple[str, ...] = ()) -> str:
    return ",".join(term(chance, low, high, names) for _ in range(chance.choice((1, 1, 1, 2, 3))))


def expression(chance: random.Random) -> str:
    minute = "*" if chance.random() < 0.05 else field(chance, 0, 59)
    hour = "*" if chance.random() < 0.1 else field(chance, 0, 23)
    day = chance.choice(("*", "*", "*", "*", "*", "L", "LW", "1,L", field(chance, 1, 31), field(chance, 1, 31)))
    month = "*" if chance.random() < 0.5 else field(chance, 1, 12, MONTHS)
    special = (f"{chance.randint(0, 7)}L", f"{number(chance, 0, 6, DAYS)}#{chance.randint(1, 5)}")
    plain = field(chance, 0, 7, DAYS)
    weekday = chance.choice(("*", "*", "*", "*", plain, plain, *special, f"{special[1]},{chance.randint(0, 7)}"))
    return " ".join((minute, hour, day, month, weekday))


def readable(chance: random.Random, most: int) -> str:
    """Answer an expression with at most so many starts on each of its days."""
    while True:
        text = expression(chance)
        try:
            cron = expressions.cron(text)
        except BadExpression:  # 30 February
            continue
        if len(cron.minutes) * len(cron.hours) <= most:
            return text


def embedded_starts(aws: Expression, count: int) -> list[float]:
    """Answer when the embedded AWS, which has a reading of its own, starts that."""
    cron = local.parse(aws.text)
    assert isinstance(cron, local.Cron)
    found = [SINCE.timestamp()]
    for _ in range(count):
        following = cron.following(found[-1], local.zone(aws.time_zone))
        assert following is not None
        found.append(following)
    return found[1:]


def hard(text: str) -> bool:
    """Answer whether an expression has something that AWS does not."""
    day, weekday = text.split()[2], text.split()[4]
    both = day != "*" and weekday != "*"
    return both or day in ("LW", "1,L") or ("," in weekday and ("#" in weekday or "L" in weekday))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_both_engines_start_the_same_slots(batch: int) -> None:
    chance = random.Random(batch)
    translated = 0
    for _ in range(BATCH):
        text = readable(chance, 6)
        wanted = schedule("cron", text, chance.choice(ZONES))
        aws = to_eventbridge(wanted)
        if isinstance(aws, Refusal):
            assert hard(text), (text, aws)
            continue
        translated += 1
        found = list(slots.instants(wanted, SINCE, UNTIL))
        assert found == starts(aws.text, aws.time_zone, SINCE, UNTIL), (text, aws)
        assert [each.timestamp() for each in found[:3]] == embedded_starts(aws, len(found[:3])), (text, aws)
    assert translated >= BATCH // 2


@pytest.mark.parametrize("zone", ZONES)
def test_dense_schedules_agree_around_clock_changes(zone: str) -> None:
    chance = random.Random(zone)
    dense = ["* * * * *", "*/5 * * * *", "*/15 8-18 * * 1-5", *(readable(chance, 1440) for _ in range(30))]
    for text in dense:
        wanted = schedule("cron", text, zone)
        aws = to_eventbridge(wanted)
        if isinstance(aws, Refusal):
            assert hard(text), (text, aws)
            continue
        for day in ("2026-03-27", "2026-10-02", "2026-10-23", "2026-04-03"):
            since = utc(f"{day} 12:00")
            until = since + timedelta(days=3)
            assert list(slots.instants(wanted, since, until)) == starts(aws.text, zone, since, until), (text, aws)


@pytest.mark.parametrize("text", ["cron(0 0 1 * 2 *)", "cron(0 0 ? * ? *)", "cron(0 0 ? * 0 *)", "cron(0 0 ? * */2 *)"])
def test_the_other_reading_is_strict(text: str) -> None:
    with pytest.raises(NotAws):
        starts(text, "UTC", SINCE, SINCE + timedelta(days=7))
