"""The ledger and the history over the embedded AWS."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.aws.history import History
from reconciler.aws.ledger import Claim, Ledger, StreamRecord
from reconciler.aws.session import Aws
from reconciler.clock import ManualClock
from reconciler.errors import AccessDenied, NotFound, OutcomeUnknown
from reconciler.local import LocalAws

START = datetime(2026, 1, 1, tzinfo=UTC)
GROUP = "/reconciler/me"


@pytest.fixture
def ledger(caller: Aws) -> Ledger:
    return Ledger(caller, owner="me")


def test_only_one_caller_makes_a_claim(ledger: Ledger) -> None:
    assert ledger.claim("once/a/g1-x/0") == Claim(stream="once/a/g1-x/0", created=START)
    assert ledger.claim("once/a/g1-x/0") is None
    assert ledger.claim("once/a/g1-x/1") is not None


def test_of_many_callers_at_once_one_makes_the_claim(aws: LocalAws) -> None:
    def claim(_: int) -> Claim | None:
        with Aws(environment=aws.environment, clock=ManualClock(START)) as caller:
            return Ledger(caller, owner="me").claim("once/a/g1-x/0")

    with ThreadPoolExecutor(max_workers=8) as pool:
        claims = list(pool.map(claim, range(8)))
    assert [claim for claim in claims if claim is not None] == [Claim(stream="once/a/g1-x/0", created=START)]


def test_a_claim_costs_one_call_once_the_group_is_there(caller: Aws, ledger: Ledger) -> None:
    ledger.claim("once/a/g1-x/0")
    before = caller.calls
    ledger.claim("once/b/g1-x/0")
    assert caller.calls - before == {"logs:CreateLogStream": 1}


def test_what_was_read_before_is_not_listed_again(caller: Aws, ledger: Ledger) -> None:
    ledger.claim("once/a/g1-x/0")
    ledger.record("once/a/g1-x/0", {"event": "start"})
    first = ledger.read("once/")
    other = Ledger(caller, owner="me")
    other.claim("once/b/g1-x/0")
    other.record("once/b/g1-x/0", {"event": "start"})
    other.record("once/a/g1-x/0", {"event": "launched"})
    before = caller.calls
    second = ledger.read("once/")
    assert caller.calls - before == {"logs:FilterLogEvents": 1}
    assert {name: [event["event"] for event in record.events] for name, record in first.items()} == {
        "once/a/g1-x/0": ["start"]
    }
    assert second == other.read("once/")


def test_a_claim_without_a_record_is_read_by_its_name_alone(ledger: Ledger) -> None:
    ledger.claim("once/a/g1-x/0")
    assert ledger.read("once/") == {}
    assert ledger.read_one("once/a/g1-x/0") == StreamRecord(created=START)


def test_whoever_knows_when_a_stream_was_made_reads_it_without_a_listing(caller: Aws, ledger: Ledger) -> None:
    ledger.claim("s")
    taken_in = ledger.record("s", {"event": "start"})
    before = caller.calls
    assert ledger.read_one("s", taken_in) == StreamRecord(created=taken_in, events=({"event": "start"},))
    assert caller.calls - before == {"logs:GetLogEvents": 2}


def test_when_events_were_taken_in_is_said_by_awss_clock(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("s")
    aws.advance(30)
    assert ledger.record("s", {"event": "start"}, {"event": "launched"}) == START + timedelta(seconds=30)


def test_the_group_of_the_claims_never_expires(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("once/a/g1-x/0")
    (group,) = aws.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert "retentionInDays" not in group


def test_a_claim_whose_answer_was_lost_is_nobodys(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("other")
    aws.faults.add("logs:CreateLogStream", "drop_after")
    assert ledger.claim("once/a/g1-x/0") is None
    assert ledger.read_one("once/a/g1-x/0") == StreamRecord(created=START)


def test_a_claim_that_was_never_answered_is_of_unknown_outcome(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("other")
    aws.faults.add("logs:CreateLogStream", "server_error", times=None)
    with pytest.raises(OutcomeUnknown):
        ledger.claim("once/a/g1-x/0")


@pytest.mark.parametrize("name", ["", "once:a", "a*", "x" * 513])
def test_a_name_that_aws_would_refuse_is_a_mistake_of_ours(caller: Aws, ledger: Ledger, name: str) -> None:
    with pytest.raises(ValueError, match="ledger stream"):
        ledger.claim(name)
    assert caller.calls == {}


def test_events_are_read_in_the_order_in_which_they_were_recorded(ledger: Ledger) -> None:
    ledger.claim("once/a/g1-x/0")
    events = [{"event": f"e{number}", "text": "é\n", "number": number} for number in range(30)]
    for event in events:
        ledger.record("once/a/g1-x/0", event)
    record = StreamRecord(created=START, events=tuple(events))
    assert ledger.read_one("once/a/g1-x/0") == record
    assert ledger.read("once/") == {"once/a/g1-x/0": record}


def test_the_order_is_awss_where_two_clocks_disagree(aws: LocalAws, caller: Aws, ledger: Ledger) -> None:
    ledger.claim("s")
    ahead = ManualClock(START)
    with Aws(environment=aws.environment, clock=ahead) as other:
        other.call("logs:DescribeLogGroups")
        ahead.sleep(30)
        Ledger(other, owner="me").record("s", {"event": "first"})
    aws.advance(1)
    ledger.record("s", {"event": "second"})
    record = ledger.read_one("s")
    assert record is not None
    assert [event["event"] for event in record.events] == ["first", "second"]
    assert ledger.read("s")["s"] == record


def test_no_two_events_of_one_caller_have_the_same_time(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("s")
    for number in range(3):
        ledger.record("s", {"number": number})
    events = aws.client("logs").get_log_events(logGroupName=GROUP, logStreamName="s", startFromHead=True)["events"]
    first = int(START.timestamp() * 1000)
    assert [event["timestamp"] for event in events] == [first, first + 1, first + 2]


def test_recording_without_a_claim_is_refused(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.record("once/a/g1-x/0", {"event": "start"})


def test_a_line_that_is_not_ours_is_passed_over(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("s")
    milliseconds = int(START.timestamp() * 1000)
    aws.client("logs").put_log_events(
        logGroupName=GROUP,
        logStreamName="s",
        logEvents=[{"timestamp": milliseconds, "message": text} for text in ("hello", "[1]", '{"event":"start"}')],
    )
    assert ledger.read_one("s") == StreamRecord(created=START, events=({"event": "start"},))


def test_a_hundred_streams_are_read_with_one_call(caller: Aws, aws: LocalAws, ledger: Ledger) -> None:
    for number in range(100):
        ledger.claim(f"once/job-{number}/g1-x/0")
        ledger.record(f"once/job-{number}/g1-x/0", {"event": "finished"})
    ledger.claim("schedule/job-1")
    aws.advance(3600)
    before = caller.calls
    records = ledger.read("once/")
    assert caller.calls - before == {"logs:FilterLogEvents": 1}
    assert list(records.values()) == [StreamRecord(created=START, events=({"event": "finished"},))] * 100


def test_short_pages_are_read_to_their_end(aws: LocalAws, ledger: Ledger) -> None:
    for number in range(5):
        ledger.claim(f"s{number}")
        for turn in range(5):
            ledger.record(f"s{number}", {"turn": turn})
    for operation in ("FilterLogEvents", "GetLogEvents"):
        aws.faults.add(f"logs:{operation}", "page", count=2, times=None)
    turns = tuple({"turn": turn} for turn in range(5))
    assert ledger.read("s") == {f"s{number}": StreamRecord(created=START, events=turns) for number in range(5)}
    assert ledger.read_one("s3") == StreamRecord(created=START, events=turns)


def test_an_empty_memory_is_empty(ledger: Ledger) -> None:
    assert ledger.read("once/") == {}
    assert ledger.read_one("once/a/g1-x/0") is None
    ledger.claim("schedule/a")
    assert ledger.read("once/") == {}


def test_a_memory_that_cannot_be_read_is_not_empty(aws: LocalAws, ledger: Ledger) -> None:
    aws.faults.add("logs:FilterLogEvents", "deny")
    with pytest.raises(AccessDenied):
        ledger.read("once/")


def test_a_stream_that_is_not_listed_yet_counts_as_young(aws: LocalAws, ledger: Ledger) -> None:
    ledger.claim("s")
    aws.advance(30)
    ledger.record("s", {"event": "start"})
    aws.advance(30)
    aws.faults.add("logs:DescribeLogStreams", "lag", seconds=3600, times=None)
    assert ledger.read_one("s") == StreamRecord(created=START + timedelta(seconds=30), events=({"event": "start"},))


@pytest.fixture
def history(caller: Aws) -> History:
    return History(caller, owner="me", retention_days=90)


def test_the_history_tells_what_happened_to_a_job(aws: LocalAws, history: History) -> None:
    assert history.read("a") == ()
    assert history.append("a", {"event": "launched"})
    aws.advance(60)
    assert history.append("a", {"event": "ended", "exitCode": 0})
    assert history.append("b", {"event": "launched"})
    launched = {"at": "2026-01-01T00:00:00+00:00", "event": "launched"}
    ended = {"at": "2026-01-01T00:01:00+00:00", "event": "ended", "exitCode": 0}
    assert history.read("a") == (launched, ended)
    assert history.read("a", limit=1) == (ended,)
    assert history.read("a", since=START + timedelta(seconds=1)) == (ended,)
    assert history.read_all(START) == {
        "a": (launched, ended),
        "b": ({"at": "2026-01-01T00:01:00+00:00", "event": "launched"},),
    }


def test_the_newest_of_a_long_history_are_found(aws: LocalAws, history: History) -> None:
    for number in range(25):
        history.append("a", {"number": number})
        aws.advance(1)
    aws.faults.add("logs:GetLogEvents", "page", count=4, times=None)
    assert [event["number"] for event in history.read("a", limit=10)] == list(range(15, 25))


def test_the_history_is_kept_as_long_as_the_settings_say(aws: LocalAws, caller: Aws, history: History) -> None:
    history.append("a", {"event": "launched"})
    groups = aws.client("logs").describe_log_groups
    assert groups(logGroupNamePrefix="/reconciler/me/runs")["logGroups"][0]["retentionInDays"] == 90
    History(caller, owner="me", retention_days=30).append("a", {"event": "launched"})
    assert groups(logGroupNamePrefix="/reconciler/me/runs")["logGroups"][0]["retentionInDays"] == 30
    before = caller.calls
    history.append("a", {"event": "ended"})
    assert caller.calls - before == {"logs:PutLogEvents": 1}


def test_streams_of_new_jobs_are_made_first_where_the_last_one_was_new(caller: Aws, history: History) -> None:
    def made(*jobs: str) -> dict[str, int]:
        before = caller.calls
        for job in jobs:
            history.append(job, {"event": "launched"})
        return {name.partition(":")[2]: count for name, count in (caller.calls - before).items()}

    history.append("a", {"event": "launched"})
    assert made("b", "c") == {"CreateLogStream": 2, "PutLogEvents": 2}
    assert made("a", "b") == {"PutLogEvents": 2}
    other = History(caller, owner="me", retention_days=90)
    other.append("d", {"event": "launched"})
    other.append("e", {"event": "launched"})
    assert made("d", "e") == {"CreateLogStream": 1, "PutLogEvents": 2}, "d is there, so e may be as well"


def test_what_is_too_old_for_the_history_is_let_go(history: History) -> None:
    assert history.append_all("a", [({"event": "ended"}, START - timedelta(days=20))]) is False
    assert history.read("a") == ()


def test_what_happened_over_several_days_is_told_in_one_go(caller: Aws, history: History) -> None:
    days = [START - timedelta(days=day) for day in (5, 20, 3, 0)]
    assert history.append_all("a", [({"event": "launched"}, day) for day in days]) is False
    told = [str(event["at"])[:10] for event in history.read("a")]
    assert told == [str(day.date()) for day in sorted(days)[1:]]
    assert caller.calls["logs:PutLogEvents"] == len(days) + 1, "a call for each day, and one that found no stream"


def test_a_history_that_may_not_be_written_says_so(aws: LocalAws, history: History) -> None:
    aws.faults.add("logs:PutLogEvents", "deny")
    with pytest.raises(AccessDenied):
        history.append("a", {"event": "launched"})


def test_reads_and_writes_of_one_ledger_may_overlap(ledger: Ledger) -> None:
    def use(number: int) -> int:
        ledger.claim(f"s{number}")
        for turn in range(5):
            ledger.record(f"s{number}", {"turn": turn})
        record = ledger.read_one(f"s{number}")
        return len(record.events) if record is not None else 0

    work: Callable[[int], int] = use
    with ThreadPoolExecutor(max_workers=8) as pool:
        assert list(pool.map(work, range(16))) == [5] * 16


def test_more_is_recorded_at_once_than_one_call_may_hold(caller: Aws, ledger: Ledger) -> None:
    events = [{"event": "launched", "n": number, "ids": ["x" * 4096]} for number in range(300)]
    ledger.append("schedule/a", *events)
    assert [event["n"] for event in ledger.newest("schedule/a", lambda _: False)] == list(range(300))
    history = History(caller, owner="me", retention_days=90)
    assert history.append_all("a", [(event, None) for event in events])
    assert len(history.read("a", limit=1000)) == 300
