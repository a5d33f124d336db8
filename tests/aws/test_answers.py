"""Answers that are not as AWS's models say, or lack what we rely on: one line that names the call and the member."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from reconciler.aws.answers import REQUIRED, check
from reconciler.aws.session import Aws
from reconciler.errors import AwsCallError, OutcomeUnknown

SESSION = botocore.session.Session()


def shape(action: str) -> Any:
    prefix, _, operation = action.partition(":")
    service = {"tag": "resourcegroupstaggingapi"}.get(prefix, prefix)
    return SESSION.get_service_model(service).operation_model(operation).output_shape


RELIED_ON = [(action, path) for action, paths in REQUIRED.items() for path in paths]


@pytest.mark.parametrize(("action", "path"), RELIED_ON)
def test_every_member_that_we_rely_on_is_one_of_the_model_and_is_missed(action: str, path: str) -> None:
    """An answer that holds the way to the member and not the member itself."""
    told = shape(action)
    answer: Any = {}
    holder = answer
    *way, last = path.split(".")
    for name in way:
        told = told.members[name.removesuffix("[]")]
        inner: dict[str, Any] = {}
        holder[name.removesuffix("[]")] = [inner] if name.endswith("[]") else inner
        told = told.member if name.endswith("[]") else told
        holder = inner
    assert last in told.members
    with pytest.raises(OutcomeUnknown, match="it has no ") as raised:
        check(action, answer, shape(action))
    assert raised.value.code == "UnexpectedAnswer"


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"tasks": [{"taskArn": "a", "lastStatus": 7}]}, "tasks[0].lastStatus"),
        ({"tasks": [{"taskArn": "a", "containers": [{"exitCode": "0"}]}]}, "tasks[0].containers[0].exitCode"),
        ({"tasks": [{"taskArn": "a"}], "failures": {"reason": "x"}}, "failures"),
        ({"tasks": [{"taskArn": "a", "createdAt": "now"}]}, "tasks[0].createdAt"),
        ({"tasks": ["a"]}, "tasks[0]"),
    ],
)
def test_a_member_of_another_type_is_named(answer: Any, path: str) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        check("ecs:DescribeServices", answer, shape("ecs:RunTask"))
    assert f"{path} is of another type (UnexpectedAnswer)" in str(raised.value)


def test_what_is_new_or_left_out_is_no_fault() -> None:
    check(
        "ecs:RunTask",
        {"tasks": [{"taskArn": "a", "lastStatus": "DREAMING", "mood": 1}], "more": {}},
        shape("ecs:RunTask"),
    )
    check("ecs:RunTask", {}, shape("ecs:RunTask"))


def answered(caller: Aws, action: str, body: bytes, status: int = 200) -> str:
    """Let an action be answered with this status and body; answer the action's operation."""
    prefix, _, operation = action.partition(":")
    service = {"tag": "resourcegroupstaggingapi"}.get(prefix, prefix)

    class Raw:
        def stream(self) -> Iterator[bytes]:
            yield body

    answer: Any = AWSResponse("https://aws.example", status, HTTPHeaders(), Raw())
    caller.client(service).meta.events.register(f"before-send.*.{operation}", lambda **_: answer)
    return operation


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("ecs:ListTasks", b'["not", "a", "structure"]'),
        ("ecs:DescribeTasks", b'{"tasks": 7}'),
        ("ecs:DescribeTasks", b'{"tasks": [{"createdAt": "soon"}]}'),
        ("ecs:DescribeTasks", b'{"tasks": [{"createdAt": 1e300}]}'),
        ("scheduler:ListSchedules", b'{"Schedules": {"Name": "x"}}'),
        ("batch:DescribeJobs", b"\xff\xfe"),
        ("sts:GetCallerIdentity", b'{"Account": "1"}'),
        ("scheduler:GetSchedule", b"null"),
        ("batch:DescribeJobDefinitions", b"[]"),
        ("iam:GetRole", b"<a><b></a>"),
    ],
)
def test_an_answer_that_the_sdk_cannot_read_may_have_taken_effect(caller: Aws, action: str, body: bytes) -> None:
    operation = answered(caller, action, body)
    members: dict[str, dict[str, Any]] = {
        "ecs:DescribeTasks": {"tasks": ["a"]},
        "iam:GetRole": {"RoleName": "r"},
        "batch:DescribeJobs": {"jobs": ["a"]},
        "scheduler:GetSchedule": {"Name": "nightly"},
    }
    with pytest.raises(OutcomeUnknown) as raised:
        caller.call(action, **members.get(action, {}))
    assert str(raised.value).startswith(f"{operation}: the answer is none of AWS's: see --endpoint-url, or what stands")


@pytest.mark.parametrize("action", ["logs:DescribeLogGroups", "tag:GetResources"])
@pytest.mark.parametrize("body", [b"<html>welcome to our wifi</html>", b'{"logGroups": [{"logGro', b"ok"])
def test_what_is_no_answer_is_not_taken_for_an_empty_one(caller: Aws, action: str, body: bytes) -> None:
    operation = answered(caller, action, body)
    with pytest.raises(OutcomeUnknown) as raised:
        caller.call(action)
    assert str(raised.value) == (
        f"{operation}: AWS's answer is not as its model says: it is no JSON (UnexpectedAnswer) — "
        "run it again; with -vv the log says more"
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"ResourceTagMappingList": 7}', "ResourceTagMappingList is of another type"),
        (b'{"ResourceTagMappingList": ["a"]}', "ResourceTagMappingList[0] is of another type"),
        (b'{"ResourceTagMappingList": [null]}', "ResourceTagMappingList[0] is of another type"),
        (
            b'{"ResourceTagMappingList": [{"ResourceARN": "a", "Tags": 7}]}',
            "ResourceTagMappingList[0].Tags is of another",
        ),
        (
            b'{"ResourceTagMappingList": [{"ResourceARN": 7}]}',
            "ResourceTagMappingList[0].ResourceARN is of another type",
        ),
        (b'{"ResourceTagMappingList": [{"ResourceARN": "a", "Tags": [{"Key": "k"}]}]}', "it has no ResourceTagMapp"),
        (b'{"PaginationToken": 7, "ResourceTagMappingList": []}', "PaginationToken is of another type"),
        (b"[" * 100_000, "the answer is none of AWS's"),
    ],
)
def test_a_list_of_tags_is_looked_through_although_the_sdk_does_not_read_it(
    caller: Aws, body: bytes, said: str
) -> None:
    answered(caller, "tag:GetResources", body)
    with pytest.raises(OutcomeUnknown, match=re.escape(said)):
        caller.call("tag:GetResources")


def test_an_error_in_place_of_a_list_of_tags_is_one(caller: Aws) -> None:
    body = b'{"__type": "InvalidParameterException", "message": "no", "ResourceTagMappingList": []}'
    answered(caller, "tag:GetResources", body, 400)
    with pytest.raises(AwsCallError, match="GetResources: no"):
        caller.call("tag:GetResources")


@pytest.mark.parametrize("body", [b"<html>welcome to our wifi</html>", b'{"Arn": "arn:aws:sche'])
def test_nor_for_a_description_without_members(caller: Aws, body: bytes) -> None:
    answered(caller, "scheduler:GetSchedule", body)
    with pytest.raises(OutcomeUnknown, match="GetSchedule: AWS's answer is not as its model says: it is no JSON"):
        caller.call("scheduler:GetSchedule", Name="nightly")


@pytest.mark.parametrize("body", [b"", b"{}"])
@pytest.mark.parametrize("action", ["scheduler:GetSchedule", "batch:DescribeJobDefinitions"])
def test_a_description_of_nothing_is_one(caller: Aws, action: str, body: bytes) -> None:
    answered(caller, action, body)
    members = {"Name": "nightly"} if action.startswith("scheduler") else {}
    assert list(caller.call(action, **members)) == ["ResponseMetadata"]


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_answer_is_one(caller: Aws, body: bytes) -> None:
    answered(caller, "logs:DescribeLogGroups", body)
    assert list(caller.call("logs:DescribeLogGroups")) == ["ResponseMetadata"]


def test_a_bug_of_ours_is_not_taken_for_an_answer_of_another_shape(
    caller: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("reconciler.aws.answers.check", broken)
    with pytest.raises(KeyError, match="a bug"):
        caller.call("ecs:ListClusters")


def test_a_bug_in_what_watches_the_calls_is_not_either(caller: Aws) -> None:
    def broken(**_: object) -> None:
        raise ValueError("a bug")

    caller.client("ecs").meta.events.register("before-parse", broken)
    with pytest.raises(ValueError, match="a bug"):
        caller.call("ecs:ListClusters")


@pytest.mark.parametrize("date", ["soon", "", "Thu, 99 Nov 2026 10:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_an_answer_that_does_not_say_when_sets_no_clock(caller: Aws, date: str) -> None:
    def undated(response_dict: Any, **_: object) -> None:
        response_dict["headers"]["date"] = date

    caller.client("ecs").meta.events.register("before-parse", undated)
    assert caller.call("ecs:ListClusters")["clusterArns"] == ["arn:aws:ecs:us-east-1:123456789012:cluster/default"]


def test_a_list_that_never_ends_is_no_answer(caller: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "call", lambda _, **__: {"nextToken": "again"})
    with pytest.raises(OutcomeUnknown, match="its nextToken is the one that was sent"):
        list(islice(caller.pages("ecs:ListClusters"), 9))
