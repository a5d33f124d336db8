"""Answers that are not as AWS's models say, or lack what we rely on: one line that names the call and the member."""

from typing import Any

import botocore.session
import pytest

from reconciler.aws.answers import REQUIRED, check
from reconciler.aws.clients import Clients
from reconciler.aws.session import Aws
from reconciler.errors import OutcomeUnknown
from reconciler.local import LocalAws

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


def test_an_answer_that_the_sdk_cannot_read_may_have_taken_effect(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise AttributeError("'str' object has no attribute 'get'")

    monkeypatch.setattr(Clients, "send", unreadable)
    with Aws(environment=aws.environment, region="us-east-1") as session, pytest.raises(OutcomeUnknown) as raised:
        session.call("ecs:RunTask", taskDefinition="f")
    assert str(raised.value).startswith("RunTask: the answer is none of AWS's")
