"""EventBridge rules that write into CloudWatch Logs: observe, put, delete, each with its policy and its targets.

The rule is made first and goes last, so that whatever was left half-done is found by its name.
"""

import contextlib
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from reconciler.aws.error_codes import classify
from reconciler.aws.session import Aws
from reconciler.errors import AccessDenied, NotFound
from reconciler.kinds.event_rule import Home
from reconciler.model import Resource, Spec

#: PutRule's own members of a rule's spec.
_RULE: Final = ("Name", "Description", "EventPattern", "State")
_TOLD_ONLY: Final = frozenset({"ResponseMetadata", "ManagedBy"})
_POLICIES: Final = 10


class EventRules:
    """The rules on the default bus of one account and Region; safe to use from several threads."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._absent: set[str] = set()

    @property
    def home(self) -> Home:
        """Where the rules are, as their ARNs say it."""
        return Home(partition=self._aws.partition, region=self._aws.region, account=self._aws.account)

    def observe(self, name: str) -> Spec | None:
        """Answer a rule with its `Targets` and the `ResourcePolicy` of its name; None where there is no such rule."""
        try:
            told = self._aws.call("events:DescribeRule", Name=name)
            pages = self._aws.pages("events:ListTargetsByRule", Rule=name)
            targets = [target for answer in pages for target in answer.get("Targets", ())]
        except NotFound:
            with self._lock:
                self._absent.add(name)
            return None
        except AccessDenied:
            with self._lock:
                self._absent.add(name)
            raise
        spec = {member: value for member, value in told.items() if member not in _TOLD_ONLY}
        policy = self._policy(name)
        return {**spec, "Targets": targets, **({"ResourcePolicy": policy} if policy is not None else {})}

    def was_absent(self, name: str) -> bool:
        """Answer whether a rule was not there, or not to be seen, when this object last looked or took it away."""
        with self._lock:
            return name in self._absent

    def put(self, resource: Resource, *, exists: bool, foreign_targets: Collection[str]) -> None:
        """Make a rule or replace it, let it write, and let it have these targets alone."""
        spec = resource.spec
        with self._lock:
            self._absent.discard(resource.name)
        members: dict[str, Any] = {member: spec[member] for member in _RULE}
        if not exists:  # AWS ignores the tags of a rule that is replaced
            members["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(resource.tags.items())]
        self._aws.call("events:PutRule", **members)
        self._aws.call("logs:PutResourcePolicy", policyName=resource.name, policyDocument=spec["ResourcePolicy"])
        self._settled("events:PutTargets", Rule=resource.name, Targets=list(spec["Targets"]))
        if foreign_targets:
            self._settled("events:RemoveTargets", Rule=resource.name, Ids=sorted(foreign_targets))

    def delete(self, name: str, targets: Collection[str]) -> None:
        """Take a rule away; what is gone stays so."""
        with contextlib.suppress(NotFound):
            if targets:
                self._settled("events:RemoveTargets", Rule=name, Ids=sorted(targets))
        with contextlib.suppress(NotFound):
            self._aws.call("logs:DeleteResourcePolicy", policyName=name)
        with contextlib.suppress(NotFound):
            self._aws.call("events:DeleteRule", Name=name)
        with self._lock:
            self._absent.add(name)

    def _policy(self, name: str) -> str | None:
        for answer in self._aws.pages("logs:DescribeResourcePolicies", limit=_POLICIES):
            for policy in answer.get("resourcePolicies", ()):
                if policy.get("policyName") == name:
                    return str(policy.get("policyDocument", ""))
        return None

    def _settled(self, action: str, **members: Any) -> None:
        """Change targets. Raises for the first that AWS answers 200 for and does not change, as for a refused call.

        One that is to go and is not there has gone.
        """
        answer = self._aws.call(action, **members)
        gone = {"ResourceNotFoundException"} if action == "events:RemoveTargets" else set()
        entries: Sequence[Mapping[str, Any]] = answer.get("FailedEntries", ())
        failed = next((entry for entry in entries if entry.get("ErrorCode") not in gone), None)
        if failed is not None:
            code, said = str(failed.get("ErrorCode")), str(failed.get("ErrorMessage"))
            kind = classify(action, code, said, status=400)
            raise kind(f"target {failed.get('TargetId')}: {said}", operation=action.partition(":")[2], code=code)
