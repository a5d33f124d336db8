"""What EventBridge answers for a rule's targets, of which it may take some and leave others."""

from typing import Any

import pytest

from reconciler.aws.event_rules import EventRules
from reconciler.aws.session import Aws
from reconciler.errors import Rejected


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
