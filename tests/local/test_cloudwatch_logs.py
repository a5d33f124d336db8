"""CloudWatch Logs, which the product keeps its ledger in. Source: botocore's documentation of each operation."""

from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import Cloud, refusal

NOW = 1767225600000
DAY = 86_400_000


def stream(cloud: Cloud, group: Any, name: str = "s") -> Any:
    cloud.client("logs").create_log_stream(logGroupName=group, logStreamName=name)
    return {"logGroupName": group, "logStreamName": name}


def test_a_stream_is_made_once(cloud: Cloud) -> None:
    """CreateLogStream: ResourceAlreadyExistsException."""
    group = cloud.group()
    stream(cloud, group)
    told = refusal(cloud.client("logs").create_log_stream, logGroupName=group, logStreamName="s")
    assert told == ("ResourceAlreadyExistsException", "The specified log stream already exists")


@pytest.mark.gap(10)
@pytest.mark.gap(23)
def test_of_many_who_claim_a_stream_at_once_one_wins_assumed(aws: LocalAws) -> None:
    """The claim of the ledger. That AWS's refusal is atomic is assumed; else two passes could launch one run."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")

    def claim(name: str) -> Any:
        try:
            logs.create_log_stream(logGroupName="/g", logStreamName=name)
        except logs.exceptions.ResourceAlreadyExistsException:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for round_number in range(25):
            assert sum(pool.map(claim, [f"claim-{round_number}"] * 8)) == 1
    assert aws.calls.counts()["logs:CreateLogStream"] == 200


@pytest.mark.gap(23)
def test_creation_times_are_of_the_virtual_clock(aws: LocalAws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    aws.advance(3600)
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    (told,) = logs.describe_log_streams(logGroupName="/g")["logStreams"]
    assert told["creationTime"] == NOW + 3_600_000


@pytest.mark.gap(9)
@pytest.mark.gap(23)
def test_a_listing_may_lag_while_the_refusal_does_not(aws: LocalAws) -> None:
    """No promise is documented of how soon a stream is listed."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    aws.faults.add("logs:Describe*", "lag", seconds=30, times=None)
    assert logs.describe_log_streams(logGroupName="/g")["logStreams"] == []
    told = refusal(logs.create_log_stream, logGroupName="/g", logStreamName="s")
    assert told[0] == "ResourceAlreadyExistsException"
    aws.advance(30)
    assert [told["logStreamName"] for told in logs.describe_log_streams(logGroupName="/g")["logStreams"]] == ["s"]


def test_streams_are_listed_by_prefix_in_pages_of_fifty(cloud: Cloud) -> None:
    """DescribeLogStreams: limit to 50, logStreamNamePrefix; not together with LastEventTime."""
    group, logs = cloud.group(), cloud.client("logs")
    for number in range(51):
        stream(cloud, group, f"once/{number:02d}")
    stream(cloud, group, "schedule/a")
    first = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="once/")
    rest = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="once/", nextToken=first["nextToken"])
    assert (len(first["logStreams"]), [told["logStreamName"] for told in rest["logStreams"]]) == (50, ["once/50"])
    told = refusal(logs.describe_log_streams, logGroupName=group, logStreamNamePrefix="once/", orderBy="LastEventTime")
    message = "Cannot order by LastEventTime with a logStreamNamePrefix."
    assert told == ("InvalidParameterException", message)


@pytest.mark.parametrize("name", ["a:b", "a*b", "x" * 513])
def test_a_stream_has_no_colon_no_star_and_at_most_512_characters(cloud: Cloud, name: str) -> None:
    """CreateLogStream: "Don't use ':' (colon) or '*' (asterisk)"."""
    told = refusal(cloud.client("logs").create_log_stream, logGroupName=cloud.group(), logStreamName=name)
    assert told[0] == "InvalidParameterException"


@pytest.mark.gap(23)
def test_events_that_are_too_old_too_new_or_past_the_retention_are_told_and_not_stored(aws: LocalAws) -> None:
    """PutLogEvents: 14 days, 2 hours ahead, the group's retention; rejectedLogEventsInfo's indexes."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    target = {"logGroupName": "/g", "logStreamName": "s"}

    def put(*times: Any) -> Any:
        events = [{"timestamp": when, "message": "x"} for when in times]
        return logs.put_log_events(**target, logEvents=events).get("rejectedLogEventsInfo")

    assert put(NOW - 14 * DAY - 1, NOW - 14 * DAY) == {"tooOldLogEventEndIndex": 1}
    assert put(NOW, NOW + 7_200_001) == {"tooNewLogEventStartIndex": 1}
    logs.put_retention_policy(logGroupName="/g", retentionInDays=1)
    assert put(NOW - DAY - 1, NOW - DAY) == {"expiredLogEventEndIndex": 1}
    stored = [event["timestamp"] for event in logs.get_log_events(**target)["events"]]
    assert stored == [NOW - DAY, NOW]


def test_an_event_is_read_back_right_after_it_was_taken_in_assumed(cloud: Cloud) -> None:
    """No page promises it of GetLogEvents. Were it false, two loops that disagree about the cluster might both send."""
    held, logs = stream(cloud, cloud.group()), cloud.client("logs")
    for number in range(3):
        logs.put_log_events(**held, logEvents=[{"timestamp": NOW, "message": str(number)}])
        told = logs.get_log_events(**held, startFromHead=True)["events"]
        assert [event["message"] for event in told] == [str(each) for each in range(number + 1)]


@pytest.mark.parametrize("seconds", [0, 1, 3600])
def test_a_date_and_a_creation_time_are_of_one_clock_assumed(aws: LocalAws, seconds: int) -> None:
    """No page promises it. By both it is known whose announcement of a launch was the first."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    aws.advance(seconds)
    answer = logs.create_log_stream(logGroupName="/g", logStreamName="s")
    date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    (told,) = logs.describe_log_streams(logGroupName="/g")["logStreams"]
    assert abs(told["creationTime"] / 1000 - date.timestamp()) < 4


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([0, -1], "Log events in a single PutLogEvents request must be in chronological order."),
        ([-DAY - 1, 0], "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."),
    ],
)
def test_a_batch_that_cannot_be_is_refused(aws: LocalAws, times: Any, message: Any) -> None:
    """PutLogEvents: the constraints of a batch."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    events = [{"timestamp": NOW + offset, "message": "x"} for offset in times]
    told = refusal(logs.put_log_events, logGroupName="/g", logStreamName="s", logEvents=events)
    assert told == ("InvalidParameterException", message)


def test_reading_goes_on_from_its_token_and_says_the_end_by_the_same_token(aws: LocalAws) -> None:
    """GetLogEvents: "If you have reached the end of the stream, it returns the same token you passed in"."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    target = {"logGroupName": "/g", "logStreamName": "s"}
    logs.put_log_events(**target, logEvents=[{"timestamp": NOW, "message": str(number)} for number in range(3)])
    read, token = [], None
    while True:
        page = {"nextToken": token} if token else {"startFromHead": True}
        answer = logs.get_log_events(**target, limit=2, **page)
        read += [event["message"] for event in answer["events"]]
        if answer["nextForwardToken"] == token:
            break
        token = answer["nextForwardToken"]
    assert read == ["0", "1", "2"]
    logs.put_log_events(**target, logEvents=[{"timestamp": NOW, "message": "3"}])
    assert [event["message"] for event in logs.get_log_events(**target, nextToken=token)["events"]] == ["3"]
    assert [event["message"] for event in logs.get_log_events(**target, limit=2)["events"]] == ["2", "3"]


def test_a_page_of_events_is_at_most_one_megabyte(aws: LocalAws) -> None:
    """GetLogEvents: "as many log events as can fit in a response size of 1 MB (up to 10,000 log events)"."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    for _ in range(3):
        event = {"timestamp": NOW, "message": "x" * 400_000}
        logs.put_log_events(logGroupName="/g", logStreamName="s", logEvents=[event])
    answer = logs.get_log_events(logGroupName="/g", logStreamName="s", startFromHead=True)
    assert len(answer["events"]) == 2


def test_events_of_many_streams_are_filtered_in_order_of_time(aws: LocalAws) -> None:
    """FilterLogEvents: names or prefix, times, terms; user guide, "Filter pattern syntax" for the terms."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/g")
    for number, name in enumerate(("runs/a", "runs/b", "other")):
        logs.create_log_stream(logGroupName="/g", logStreamName=name)
        events = [{"timestamp": NOW + number + 10 * index, "message": f"{name} {index}"} for index in range(2)]
        logs.put_log_events(logGroupName="/g", logStreamName=name, logEvents=events)

    def found(**asked: Any) -> Any:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/g", **asked)
        return [event["message"] for page in pages for event in page["events"]]

    assert found(logStreamNamePrefix="runs/") == ["runs/a 0", "runs/b 0", "runs/a 1", "runs/b 1"]
    assert found(logStreamNames=["other"], startTime=NOW + 12) == ["other 1"]
    assert found(filterPattern='"runs/a" -1') == ["runs/a 0"]
    assert found(filterPattern="?other ?b", endTime=NOW + 5) == ["runs/b 0", "other 0"]
    assert found(limit=1)[0] == "runs/a 0"
    told = refusal(logs.filter_log_events, logGroupName="/g", logStreamNames=["other"], logStreamNamePrefix="o")
    assert told[0] == "InvalidParameterException"


def test_a_group_has_a_retention_of_documented_days_and_tags(cloud: Cloud) -> None:
    """PutRetentionPolicy.retentionInDays; TagResource takes the ARN without `:*`."""
    group, logs = cloud.group(), cloud.client("logs")
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    assert refusal(logs.put_retention_policy, logGroupName=group, retentionInDays=31)[0] == "InvalidParameterException"
    (told,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert told["retentionInDays"] == 30
    logs.tag_resource(resourceArn=told["logGroupArn"], tags={"team": "data"})
    assert logs.list_tags_for_resource(resourceArn=told["logGroupArn"])["tags"] == {"team": "data"}
    assert told["arn"] == told["logGroupArn"] + ":*"


@pytest.mark.parametrize("operation", ["describe_log_streams", "filter_log_events"])
def test_a_group_that_is_missing_is_told(cloud: Cloud, operation: Any) -> None:
    told = refusal(getattr(cloud.client("logs"), operation), logGroupName="/" + cloud.name("missing"))
    assert told == ("ResourceNotFoundException", "The specified log group does not exist.")
