"""What EventBridge answers for a rule's targets, of which it may take some and leave others."""

from typing import Any

import pytest

from reconciler.aws.event_rules import EventRules
from reconciler.aws.session import Aws
from reconciler.errors import Rejected, Throttled
from reconciler.kinds import event_rule
from reconciler.local import LocalAws
from reconciler.model import Settings

RULE = event_rule.desired(
    Settings(owner="tests"), event_rule.Home(partition="aws", region="us-east-1", account="123456789012"), None
)


def failing(monkeypatch: pytest.MonkeyPatch, caller: Aws, *codes: str) -> EventRules:
    """Answer the rules of an account where changing targets fails for each of these reasons."""
    failed = [{"TargetId": code, "ErrorCode": code, "ErrorMessage": "no"} for code in codes]

    def call(_: Aws, action: str, /, **__: Any) -> dict[str, Any]:
        return {"FailedEntries": failed} if action.endswith("Targets") else {}

    monkeypatch.setattr(Aws, "call", call)
    return EventRules(caller)


def test_a_target_that_has_gone_hides_none_that_could_not_be_removed(
    monkeypatch: pytest.MonkeyPatch, caller: Aws
) -> None:
    failing(monkeypatch, caller, "ResourceNotFoundException").delete("rule", ["one"])
    with pytest.raises(Rejected, match="target LimitExceeded: no"):
        failing(monkeypatch, caller, "ResourceNotFoundException", "LimitExceeded").delete("rule", ["one", "two"])


def test_targets_that_others_are_changing_are_put_once_more(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("events:PutTargets", "failures")
    EventRules(caller).put(RULE, exists=False, foreign_targets=())
    assert [call.outcome for call in aws.calls.named("events:PutTargets")] == ["ok", "ok"]
    assert caller.throttles == {"events:PutTargets": 1}


def test_targets_that_others_go_on_changing_are_left_to_the_next_pass(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("events:PutTargets", "failures", times=None, reason="try again")
    with pytest.raises(Throttled) as raised:
        EventRules(caller).put(RULE, exists=False, foreign_targets=())
    assert str(raised.value) == "PutTargets: target history: try again (ConcurrentModificationException)"
    assert len(aws.calls.named("events:PutTargets")) == 5


def test_a_rule_that_others_are_changing_is_put_once_more(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("events:PutRule", "error", code="ConcurrentModificationException", reason="try again")
    EventRules(caller).put(RULE, exists=False, foreign_targets=())
    assert [call.outcome for call in aws.calls.named("events:PutRule")] == ["ConcurrentModificationException", "ok"]
