"""Log groups and events over the embedded AWS."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.aws import log_events
from reconciler.aws.instants import milliseconds
from reconciler.aws.log_groups import LogGroups
from reconciler.aws.log_streams import LogStream
from reconciler.aws.run_logs import RunLogs
from reconciler.aws.session import Aws
from reconciler.errors import NotFound, Rejected
from reconciler.local import LocalAws

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_groups_of_one_directory_are_listed_together(caller: Aws) -> None:
    groups = LogGroups(caller)
    for number in range(60):
        groups.make(f"/jobs/j{number:02}", 30)
    groups.make("/other", None)
    before = caller.calls
    found = groups.observe([*(f"/jobs/j{number:02}" for number in range(0, 60, 2)), "/other", "/jobs/nope", "plain"])
    assert found == {**{f"/jobs/j{number:02}": 30 for number in range(0, 60, 2)}, "/other": None}
    assert caller.calls - before == {"logs:DescribeLogGroups": 4}


def test_a_crowded_directory_is_left_for_single_questions(caller: Aws, aws: LocalAws) -> None:
    groups = LogGroups(caller)
    for number in range(20):
        groups.make(f"/jobs/j{number:02}", None)
    aws.faults.add("logs:DescribeLogGroups", "page", count=2, times=None)
    before = caller.calls
    assert groups.observe(["/jobs/j18", "/jobs/j19", "/jobs/j1"]) == {"/jobs/j18": None, "/jobs/j19": None}
    assert caller.calls - before == {"logs:DescribeLogGroups": 3 + 3}


def test_a_group_that_only_begins_alike_is_another(caller: Aws) -> None:
    groups = LogGroups(caller)
    groups.make("/jobs/report-2", 7)
    assert groups.observe(["/jobs/report"]) == {}


def test_a_group_that_is_there_gets_the_retention_and_the_tags(caller: Aws, aws: LocalAws) -> None:
    groups = LogGroups(caller)
    groups.make("/jobs/a", None, {"team": "data"})
    groups.make("/jobs/a", 14, {"team": "ops"})
    groups.make("/jobs/a", None)
    assert groups.observe(["/jobs/a"]) == {"/jobs/a": 14}
    arn = f"arn:aws:logs:us-east-1:{aws.account}:log-group:/jobs/a"
    assert aws.client("logs").list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "ops"}


def test_a_retention_that_aws_does_not_know_is_refused(caller: Aws) -> None:
    with pytest.raises(Rejected, match="InvalidParameterException"):
        LogGroups(caller).make("/jobs/a", 8)


@pytest.fixture
def stream(caller: Aws) -> tuple[str, str]:
    caller.call("logs:CreateLogGroup", logGroupName="/g")
    caller.call("logs:CreateLogStream", logGroupName="/g", logStreamName="s")
    return "/g", "s"


def put(caller: Aws, *messages: str) -> None:
    at = milliseconds(caller.clock.now())
    for message in messages:
        log_events.put(caller, "/g", "s", [(at, message)])


def test_a_stream_is_read_from_its_start_or_from_an_instant(caller: Aws, stream: tuple[str, str]) -> None:
    put(caller, "one")
    caller.clock.sleep(10)
    put(caller, "two")
    assert [(event.at, event.message) for event in log_events.read(caller, *stream)] == [
        (START, "one"),
        (START + timedelta(seconds=10), "two"),
    ]
    later = log_events.read(caller, *stream, since=START + timedelta(seconds=1))
    assert [event.message for event in later] == ["two"]


def test_a_missing_group_or_stream_is_named(caller: Aws, stream: tuple[str, str]) -> None:
    with pytest.raises(NotFound) as caught:
        list(log_events.read(caller, "/nope", "s"))
    assert str(caught.value) == "GetLogEvents: log group /nope does not exist (ResourceNotFoundException)"
    with pytest.raises(NotFound) as caught:
        list(log_events.read(caller, "/g", "nope"))
    assert str(caught.value) == "GetLogEvents: log stream nope does not exist (ResourceNotFoundException)"


def test_a_stream_is_read_on_where_it_was_left(caller: Aws) -> None:
    caller.call("logs:CreateLogGroup", logGroupName="/g")
    tail = RunLogs(caller).tail(LogStream(container="app", group="/g", stream="s"))
    assert tail.poll_quietly() == ()
    with pytest.raises(NotFound, match="log stream s does not exist"):
        tail.poll()
    caller.call("logs:CreateLogStream", logGroupName="/g", logStreamName="s")
    polled = []
    for texts in (("one",), (), ("two", "three")):
        for text in texts:
            log_events.put(caller, "/g", "s", [(milliseconds(caller.clock.now()), text)])
        polled.append([event.message for event in tail.poll()])
    assert polled == [["one"], [], ["two", "three"]]


def test_an_event_that_is_too_old_is_told(caller: Aws, stream: tuple[str, str]) -> None:
    with pytest.raises(Rejected, match="tooOldLogEventEndIndex"):
        log_events.put(caller, *stream, [(milliseconds(START - timedelta(days=15)), "x")])


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
    ],
)
def test_a_streams_page_is_in_the_console_of_its_partition(aws: LocalAws, region: str, host: str) -> None:
    with Aws(environment=aws.environment, region=region) as caller:
        page = RunLogs(caller).page(LogStream(container="main", group="/jobs/a", stream="job/main/1"))
    assert page == (
        f"https://{host}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
        "$252Fjobs$252Fa/log-events/job$252Fmain$252F1"
    )
