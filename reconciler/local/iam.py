"""Who may do what: the policies of principals, on demand.

Without a policy everybody may do everything. Once a principal has one (`Policies.put`, `reconcile local --policy`, or
the control endpoint `/_local/policies`), every call of it is checked as IAM does for identity-based policies: an
explicit Deny wins, then an Allow is needed, for every permission that the call takes (`Needed`): its own action on the
resources it names, `iam:PassRole` on every role that it hands to a service, and its service's `TagResource` where it
tags what it makes. Documents are read by :mod:`reconciler.local.policy`; trust policies, boundaries and policies on
resources are not known.

`sts:GetCallerIdentity` takes no permission (STS API reference, GetCallerIdentity).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconciler.local import policy
from reconciler.local.calls import AwsError, Call, Needed
from reconciler.local.faults import denied
from reconciler.local.policy import Keys, Statement

EVERYBODY: Final = "*"
_FREE: Final = frozenset({"sts:GetCallerIdentity"})


class Policies:
    """The statements of each principal, by its ARN (or account for the account's root and plain keys, or `*`)."""

    def __init__(self) -> None:
        self._statements: dict[str, tuple[Statement, ...]] = {}

    def put(self, principal: str, *documents: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """Give a principal these policies and no others: whole documents, or their statements.

        Raises ValueError on a statement that cannot be evaluated.
        """
        try:
            found = tuple(each for document in documents for each in policy.statements(document))
        except (ValueError, TypeError) as error:
            raise ValueError(f"policy of {principal}: {error}") from None
        self._statements[principal] = found

    def know(self, principal: str | None) -> bool:
        """Whether this very principal was given a policy."""
        return principal in self._statements

    def clear(self) -> None:
        """Everybody may do everything again."""
        self._statements.clear()

    def check(self, call: Call, needs: Iterable[Needed]) -> AwsError | None:
        """The refusal of the first permission that the caller's policies do not give; None where they give all."""
        principal = call.principal
        statements = self.of(principal.arn, principal.access_key, principal.account)
        if statements is None:
            return None
        own = {
            "aws:principalarn": (call.principal.arn,),
            "aws:principalaccount": (call.principal.account,),
            "aws:requestedregion": (call.place.region,),
        }
        for needed in needs:
            if needed.action in _FREE:
                continue
            keys: Keys = own | {key.lower(): values for key, values in needed.keys.items()}
            answer = policy.decision(statements, needed.action, needed.resource, keys)
            if answer is not True:
                return denied(call, needed.resource, needed.action, explicitly=answer is False)
        return None

    def of(self, arn: str, *others: str) -> tuple[Statement, ...] | None:
        """The statements of a principal by its ARN (a session's role by its own), else by the first of `others`."""
        for key in (arn, role_of_session(arn), *others, EVERYBODY):
            if key is not None and key in self._statements:
                return self._statements[key]
        return None


def role_of_session(arn: str) -> str | None:
    """The role's ARN of an assumed-role session's ARN; None for other principals."""
    head, _, session = arn.partition(":assumed-role/")
    if not session:
        return None
    return head.replace(":sts:", ":iam:") + ":role/" + session.partition("/")[0]
