"""EventBridge's expressions read back: what they mean in a manifest, and that both ways mean the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core import expressions
from reconciler.core.eventbridge_cron import Expression, Refusal, to_eventbridge
from reconciler.core.eventbridge_read import Read, from_eventbridge
from reconciler.model import Engine, Schedule


@pytest.mark.parametrize(
    ("text", "syntax", "expression"),
    [
        ("cron(0 3 * * ? *)", "cron", "0 3 * * *"),
        ("cron(0 3 ? * * *)", "cron", "0 3 * * *"),
        ("cron(0/15 8-18 ? * MON-FRI *)", "cron", "*/15 8-18 * * 1-5"),
        ("cron(5 12 ? JAN-MAR SUN,SAT *)", "cron", "5 12 * 1-3 0,6"),
        ("cron(*/10 * ? * 1-7 *)", "cron", "*/10 * * * *"),
        ("cron(0 0 L * ? *)", "cron", "0 0 L * *"),
        ("cron(0 0 ? * L *)", "cron", "0 0 * * 6"),
        ("cron(0 0 ? * 6L *)", "cron", "0 0 * * 5L"),
        ("cron(0 0 ? * 2#1 *)", "cron", "0 0 * * 1#1"),
        ("rate(1 hours)", "rate", "1 hour"),
        ("rate(120 minutes)", "rate", "2 hours"),
        ("rate(90 minutes)", "rate", "90 minutes"),
        ("at(2026-12-01T03:00:00)", "at", "2026-12-01T03:00:00"),
    ],
)
def test_what_a_manifest_can_say(text: str, syntax: str, expression: str) -> None:
    assert from_eventbridge(text) == Read(syntax=syntax, expression=expression)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cron(0 10 * * ? 2026)", "the year 2026 of cron(0 10 * * ? 2026) has no counterpart"),
        (
            "cron(0 0 15W * ? *)",
            '"cron(0 0 15W * ? *)" has no counterpart in a manifest: "15W" is no plain day of month',
        ),
        ("cron(0 3 * * *)", '"cron(0 3 * * *)" has not six fields'),
        ("cron(0 25 * * ? *)", '"cron(0 25 * * ? *)" has no counterpart in a manifest: 25 is out of range'),
        ("rate(0 days)", '"rate(0 days)" has no counterpart in a manifest: '),
        ("sometimes", '"sometimes" is no expression of EventBridge'),
    ],
)
def test_what_it_cannot_say_is_refused_with_the_reason(text: str, reason: str) -> None:
    found = from_eventbridge(text)
    assert isinstance(found, Refusal)
    assert found.reason.startswith(reason)


def field(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    spans = st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.integers(2, 7).map(lambda step: f"*/{step}")
    lists = st.lists(numbers, min_size=1, max_size=4).map(lambda items: ",".join(map(str, items)))
    return st.one_of(st.just("*"), numbers.map(str), spans, steps, lists)


@given(field(0, 59), field(0, 23), st.one_of(field(1, 28), st.just("L")), field(1, 12), field(0, 6), st.booleans())
@settings(max_examples=300)
def test_what_was_sent_is_read_back_as_the_same_times(
    minute: str, hour: str, day: str, month: str, weekday: str, by_week: bool
) -> None:
    text = f"{minute} {hour} * {month} {weekday}" if by_week else f"{minute} {hour} {day} {month} *"
    schedule = Schedule(syntax="cron", expression=text, engine=Engine.EVENTBRIDGE)
    sent = to_eventbridge(schedule)
    if isinstance(sent, Refusal):
        return
    assert isinstance(sent, Expression)
    read = from_eventbridge(sent.text)
    assert isinstance(read, Read)
    before, after = expressions.cron(text), expressions.cron(read.expression)
    for part in ("minutes", "hours", "days", "months", "weekdays"):
        assert getattr(before, part) == getattr(after, part), (text, sent.text, read.expression)
