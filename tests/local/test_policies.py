"""Policy documents: what a statement says of a request, and what cannot be evaluated and is refused."""

from typing import Any

import pytest

from reconciler.local.policy import decision, statements

TASK = "arn:aws:ecs:eu-west-1:111111111111:task/jobs/0a1b"


def allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | (
        {"Condition": condition["condition"]} if condition else {}
    )


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("ecs:StopTask", "*", True),
        ("ECS:stoptask", "*", True),
        ("ecs:Stop*", "*", True),
        ("ecs:StopTas?", "*", True),
        ("ecs:StopTask?", "*", None),
        ("ecs:[A-Z]*", "*", None),
        (["ecs:RunTask", "ecs:StopTask"], ["arn:aws:ecs:*:*:task/other/*", "arn:aws:ecs:*:*:task/jobs/*"], True),
        ("ecs:StopTask", "arn:aws:ecs:*:*:task/JOBS/*", None),
        ("ecs:StopTask", "arn:aws:ecs:*:*:task/jobs", None),
    ],
)
def test_actions_and_resources_have_two_wildcards(action: Any, resource: Any, expected: bool | None) -> None:
    """IAM user guide, "Action" and "Resource": `*` and `?`; actions pass over letter case, resources do not."""
    assert decision(statements([allow(action, resource)]), "ecs:StopTask", TASK, {}) is expected


def test_a_denial_wins_over_every_allow() -> None:
    """IAM user guide, "Policy evaluation logic"."""
    found = statements([{"Effect": "Deny", "Action": "ecs:Stop*", "Resource": TASK}, allow("*")])
    assert decision(found, "ecs:StopTask", TASK, {}) is False
    assert decision(found, "ecs:StopTask", TASK + "2", {}) is True


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"ecs:CreateAction": "RunTask"}}, True),
        ({"StringEquals": {"ECS:createaction": ["StartTask", "RunTask"]}}, True),
        ({"StringEquals": {"ecs:CreateAction": "Run*"}}, None),
        ({"StringLike": {"ecs:CreateAction": "Run*"}}, True),
        ({"StringEqualsIgnoreCase": {"ecs:CreateAction": "runtask"}}, True),
        ({"StringNotEquals": {"ecs:CreateAction": "RunTask"}}, None),
        ({"StringNotEquals": {"ecs:other": "RunTask"}}, True),
        ({"StringEquals": {"ecs:other": "RunTask"}}, None),
        ({"StringEqualsIfExists": {"ecs:other": "RunTask"}}, True),
        ({"ArnEquals": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/jobs"}}, True),
        ({"ArnEquals": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/web"}}, None),
        ({"Null": {"ecs:other": "true"}}, True),
        ({"Null": {"ecs:CreateAction": True}}, None),
        ({"StringEquals": {"ecs:CreateAction": "RunTask"}, "ArnLike": {"ecs:cluster": "arn:aws:ecs:*:2*"}}, None),
    ],
)
def test_all_conditions_must_hold(condition: Any, expected: bool | None) -> None:
    """IAM user guide, "Condition operators"; a key that is missing meets negated operators and IfExists alone."""
    keys = {"ecs:createaction": ["RunTask"], "ecs:cluster": ["arn:aws:ecs:eu-west-1:111111111111:cluster/jobs"]}
    assert decision(statements([allow("*", condition=condition)]), "ecs:TagResource", TASK, keys) is expected


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"Statement": [{"Effect": "Allow", "NotAction": "ecs:*", "Resource": "*"}]}, r"^statement 0: expected Effect"),
        ({"Statement": {"Effect": "Maybe", "Action": "*", "Resource": "*"}}, r"^statement 0: expected Effect"),
        ([allow("*", condition={"NumericEquals": {"s3:max-keys": "1"}})], r"^statement 0: Condition: NumericEquals "),
        ([allow("*", "arn:aws:s3:::${aws:username}")], r"^statement 0: policy variables"),
        ([allow(["*", 7])], r"^statement 0: expected a text or a list of texts"),
        (["ecs:*"], r"^statement 0: "),
        ({"Statements": []}, r"^expected Version and Statement, got Statements"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(document: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        statements(document)
