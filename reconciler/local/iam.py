"""Who may do what: a small policy table, on demand.

Without a policy everybody may do everything. Once a principal has one (`Policies.put`, or the control endpoint
`/_local/policies`), every call of it is checked as IAM does for identity-based policies: an explicit Deny wins, then
an Allow is needed. Statements hold `Effect`, `Action`, `Resource` (wildcards `*` and `?`); conditions, `NotAction` and
resource policies are not known, and refused, so that nobody takes them for checked. The action is the call's own on the
resources it names, and `iam:PassRole` on every role that a call hands to a service.

This proves that the product copes with a refusal, never that a policy is the least it needs.
"""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.local.calls import AwsError, Call
from reconciler.local.faults import denied

Statement = Mapping[str, Any]


class Policies:
    """The statements of each principal, by its ARN (or account for the account's root and plain keys)."""

    def __init__(self) -> None:
        self._statements: dict[str, tuple[Statement, ...]] = {}

    def put(self, principal: str, statements: Sequence[Statement]) -> None:
        """Give a principal a policy. Raises ValueError on a statement that cannot be evaluated."""
        for number, statement in enumerate(statements):
            unknown = set(statement) - {"Sid", "Effect", "Action", "Resource"}
            if unknown or statement.get("Effect") not in ("Allow", "Deny") or "Action" not in statement:
                raise ValueError(
                    f"policy of {principal}: statement {number} "
                    f"(expected Effect Allow or Deny, Action and Resource, got {dict(statement)})"
                )
        self._statements[principal] = tuple(statements)

    def clear(self) -> None:
        """Everybody may do everything again."""
        self._statements.clear()

    def check(self, call: Call, needed: Iterable[tuple[str, str]]) -> AwsError | None:
        """The refusal of the first (action, resource) that the caller's policy does not allow."""
        statements = self._of(call)
        if statements is None:
            return None
        for action, resource in needed:
            if not _allows(statements, action, resource):
                return denied(call, resource, action)
        return None

    def _of(self, call: Call) -> tuple[Statement, ...] | None:
        for key in (call.principal.arn, call.principal.access_key, call.principal.account):
            if key in self._statements:
                return self._statements[key]
        role = role_of_session(call.principal.arn)
        return self._statements.get(role) if role else None


def role_of_session(arn: str) -> str | None:
    """The role's ARN of an assumed-role session's ARN; None for other principals."""
    head, _, session = arn.partition(":assumed-role/")
    if not session:
        return None
    return head.replace(":sts:", ":iam:") + ":role/" + session.partition("/")[0]


def _allows(statements: Iterable[Statement], action: str, resource: str) -> bool:
    allowed = False
    for statement in statements:
        if not _matches(statement["Action"], action.lower(), lower=True):
            continue
        if not _matches(statement.get("Resource", "*"), resource):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


def _matches(patterns: str | Sequence[str], text: str, *, lower: bool = False) -> bool:
    listed = [patterns] if isinstance(patterns, str) else patterns
    return any(fnmatch.fnmatchcase(text, pattern.lower() if lower else pattern) for pattern in listed)
