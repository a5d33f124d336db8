"""How a change reads: what is long is cut where the two sides differ, what only moved is said to have moved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from reconciler.model import ABSENT, FieldChange, Run
from reconciler.reports.json import instant
from reconciler.reports.wording import change_values, run_moment, side_texts


def test_two_long_values_are_cut_around_their_first_difference() -> None:
    before, after = "a" * 900 + "OLD" + "b" * 900, "a" * 900 + "NEW, and longer" + "b" * 900
    one, other = side_texts(FieldChange(path="x", before=before, after=after), 40)
    assert one == "…aaaaaaaaaaaaaOLDbbbbbbbbbbbbbbbbbbbbbbbb… (1805 characters)"
    assert other == "…aaaaaaaaaaaaaNEW, and longerbbbbbbbbbbbb… (1817 characters)"


@pytest.mark.parametrize("where", [0, 1, 5, 20, 500, 989, 999])
def test_wherever_they_differ_it_is_seen(where: int) -> None:
    before = "x" * 1000
    after = f"{before[:where]}Y{before[where + 1 :]}"
    one, other = side_texts(FieldChange(path="x", before=before, after=after), 60)
    assert one != other
    assert "Y" in other
    assert max(len(one), len(other)) < 60 + len("…… (1002 characters)") + 1


def test_a_short_value_beside_a_long_one_stays_whole() -> None:
    one, other = side_texts(FieldChange(path="x", before="short", after="short" + "y" * 200), 40)
    assert one == '"short"'
    assert other.startswith('"shortyyy')
    assert other.endswith("… (207 characters)")


def test_a_value_that_comes_is_cut_in_the_middle() -> None:
    assert change_values(FieldChange(path="x", after="y" * 100), 20) == '"yyyyyyyyyyy…yyyyyy" (102 characters)'


def test_an_entry_that_only_moved_is_said_once() -> None:
    assert change_values(FieldChange(path="command[0→4]", before="e", after="e")) == '"e" moved'
    assert change_values(FieldChange(path="command[0→4]", before="e", after="f")) == '"e" → "f"'
    assert change_values(FieldChange(path="labels[0→4].x", before="e", after="e")) == '"e" → "e"'
    assert change_values(FieldChange(path="command[4]", before=ABSENT, after="e")) == '"e"'


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        ("slot:2026-01-02T02:16:00Z", "2026-01-02 02:16Z"),
        ("slot:2026-01-02T02:00:00Z", "2026-01-02 02:16Z (due 2026-01-02 02:00Z)"),
        ("slot:yesterday", "2026-01-02 02:16Z"),
        ("manual:4711", "2026-01-02 02:16Z"),
    ],
)
def test_a_run_that_began_late_says_which_start_it_is(trigger: str, told: str) -> None:
    run = Run(job="report", trigger=trigger, attempt=1, started=datetime(2026, 1, 2, 2, 16, 10, tzinfo=UTC))
    assert run_moment(run) == told


def test_an_instant_reads_the_same_in_a_plan_and_in_a_saved_one() -> None:
    start = datetime(2026, 11, 26, 19, tzinfo=timezone(timedelta(hours=1)))
    change = FieldChange(path="StartDate", before=ABSENT, after=start)
    saved = replace(change, after=instant(start))
    assert side_texts(change) == side_texts(saved) == ("(not there)", '"2026-11-26T18:00:00Z"')
