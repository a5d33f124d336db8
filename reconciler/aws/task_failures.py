"""Why RunTask made no task, and whether waiting may help.

Sources: developer guide "Amazon ECS API failure reasons"; re:Post knowledge center "Capacity is unavailable" for
Fargate; hako (eagletmt/hako `ecs.rb`) for clusters that scale up from no instance at all; airflow#48001.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.errors import AwsCallError
from reconciler.model import Failure

#: (pattern of the reason or message, whether it passes, what it means); the first that fits counts. What is a sentence
#: of AWS's says itself what it means.
_REASONS: Final[Sequence[tuple[re.Pattern[str], bool, str]]] = tuple(
    (re.compile(pattern, re.IGNORECASE), transient, meaning)
    for pattern, transient, meaning in (
        (r"^RESOURCE:GPU", True, "no container instance has as many GPUs free"),
        (r"^RESOURCE:ENI", True, "no container instance can take another network interface"),
        (r"^RESOURCE:", True, "no container instance has as much of it free"),
        (r"^AGENT$", True, "the container instance's agent is disconnected"),
        (r"capacity is unavailable", True, ""),
        (r"limit on the number of (tasks|vCPUs)", True, ""),
        (r"no container instances were found", True, ""),
        (r"^EMPTY CAPACITY PROVIDER", True, "the capacity provider has no container instance"),
        (r"^ATTRIBUTE", False, "no container instance has an attribute that the definition needs"),
        (r"^LOCATION", False, "no container instance is in the zone that the task needs"),
        (r"^MemberOf placement constraint", False, "no container instance meets the placement constraints"),
        (r"^(MISSING|INACTIVE)$", False, "the container instance is not part of the cluster"),
    )
)


def from_answer(failure: Mapping[str, Any]) -> Failure:
    """Read one of the `failures` that RunTask answers with HTTP 200."""
    reason, detail = str(failure.get("reason") or "unknown"), str(failure.get("detail") or "")
    transient, meaning = _judge(reason)
    return Failure(reason=reason, detail=detail or meaning, id=str(failure.get("arn") or ""), transient=transient)


def from_refusal(refusal: AwsCallError) -> Failure | None:
    """Read a refusal that is about capacity as a failure that passes; None for any other."""
    transient, _ = _judge(refusal.detail)
    return Failure(reason=refusal.code, detail=refusal.detail, transient=True) if transient else None


def without_reason() -> Failure:
    """Stand for an answer with neither a task nor a failure."""
    return Failure(reason="NO_TASK", detail="AWS answered without a task and without a reason", transient=True)


def _judge(reason: str) -> tuple[bool, str]:
    return next(((transient, meaning) for row, transient, meaning in _REASONS if row.search(reason)), (False, ""))
