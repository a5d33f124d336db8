"""The fault plan: what shall go wrong, at which call and how often. And the log of what was called.

A fault names a call (`ecs:RunTask`, `ecs:*`, `*`), an effect, how many matching calls go through first (`skip`) and how
many it touches then (`times`, None: for ever). Effects:

| effect        | what the client meets                                                                              |
|---------------|----------------------------------------------------------------------------------------------------|
| throttle      | the service's throttling error; nothing happened                                                   |
| server_error  | HTTP 500 (`count` sets another status); nothing happened                                            |
| error         | the AWS error `code` with `reason` as its message; nothing happened                                 |
| expired       | ExpiredTokenException: the credentials are over                                                    |
| deny          | AccessDeniedException                                                                              |
| slow          | the virtual time moves by `seconds` after the call took effect, before its answer                  |
| drop_before   | the connection is cut, nothing happened                                                            |
| drop_after    | the connection is cut after the call took effect: a lost response                                  |
| kill_before   | the process `pid` (default: the caller) is killed before the call                                  |
| kill_after    | … after the call took effect, before it could read the answer                                      |
| run_before    | `action()` is called before the call (in process only)                                             |
| run_after     | … after it took effect                                                                             |
| lag           | a read does not see what is younger than `seconds`                                                 |
| page          | a list gives pages of at most `count`                                                              |
| extra         | the answer has the `members` besides, which no service model need know (JSON; lists by position)   |
| failures      | the answer is 200 with `count` entries in `failures` (RunTask, DescribeTasks), reason `reason`     |
|               | or in `FailedEntries` (PutTargets, RemoveTargets), error `code`                                    |
"""

import fnmatch
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.local.calls import AwsError, Call

EFFECTS: Final = frozenset(
    [
        "throttle",
        "server_error",
        "error",
        "expired",
        "deny",
        "slow",
        "drop_before",
        "drop_after",
        "kill_before",
        "kill_after",
        "run_before",
        "run_after",
        "lag",
        "page",
        "extra",
        "failures",
    ]
)

_THROTTLING: Final[Mapping[str, tuple[str, str, int]]] = {
    "batch": ("TooManyRequestsException", "Too Many Requests", 429),
    "scheduler": ("ThrottlingException", "Rate exceeded", 429),
    "resourcegroupstaggingapi": ("ThrottledException", "Rate exceeded", 400),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "iam": ("Throttling", "Rate exceeded", 400),
    "sts": ("Throttling", "Rate exceeded", 400),
}
"""The throttling error of each service (its service model or API reference, "Common errors"); others answer 400."""


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """One line of the plan; `touched` counts the calls it has met."""

    call: str
    effect: str
    skip: int = 0
    times: int | None = 1
    seconds: float = 0.0
    count: int = 1
    code: str = ""
    reason: str = ""
    pid: int | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    """Members the request must have, with these values."""
    members: Mapping[str, Any] = field(default_factory=dict)
    action: Callable[[], object] | None = None
    seen: int = 0
    touched: int = 0

    def meets(self, name: str, members: Mapping[str, Any]) -> bool:
        """Whether it touches this call; counts."""
        if self.spent or not fnmatch.fnmatchcase(name, self.call):
            return False
        if any(members.get(member) != value for member, value in self.where.items()):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        self.touched += 1
        return True

    @property
    def spent(self) -> bool:
        """Whether it has touched all the calls it was planned for."""
        return self.times is not None and self.touched >= self.times


class FaultPlan:
    """All planned faults."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, call: str, effect: str, **options: Any) -> Fault:
        """Plan a fault. Raises ValueError on an unknown effect, TypeError on an unknown option."""
        if effect not in EFFECTS:
            raise ValueError(f"fault {call}: effect (expected one of {', '.join(sorted(EFFECTS))}, got {effect!r})")
        if effect.startswith("run_") != (options.get("action") is not None):
            raise ValueError(f"fault {call}: run_before and run_after need an action, the others take none")
        fault = Fault(call=call, effect=effect, **options)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Drop the plan."""
        self._faults.clear()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Faults that were planned a number of times and have not happened that often yet."""
        return tuple(fault for fault in self._faults if fault.times is not None and not fault.spent)

    def meeting(self, service: str, operation: str, members: Mapping[str, Any]) -> tuple[Fault, ...]:
        """The faults that touch this call, in the order they were planned."""
        if not self._faults:
            return ()
        name = f"{service}:{operation}"
        return tuple(fault for fault in self._faults if fault.meets(name, members))


def throttled(call: Call, code: str = "", reason: str = "") -> AwsError:
    """The error by which a service says that it is called too often."""
    usual, message, status = _THROTTLING.get(call.service, ("ThrottlingException", "Rate exceeded", 400))
    return AwsError(code or usual, reason or message, status)


def refusal(call: Call) -> AwsError | None:
    """The error that the plan gives to this call instead of handling it."""
    for fault in call.faults:
        match fault.effect:
            case "throttle":
                return throttled(call, fault.code, fault.reason)
            case "server_error":
                code = "InternalFailure" if call.service in ("iam", "sts", "ec2") else "ServerException"
                status = fault.count if fault.count > 1 else 500
                return AwsError(fault.code or code, fault.reason or "Service Unavailable. Please try again.", status)
            case "error":
                return AwsError(fault.code, fault.reason)
            case "expired":
                code = "ExpiredToken" if call.service in ("iam", "sts", "s3") else "ExpiredTokenException"
                return AwsError(code, "The security token included in the request is expired", 403)
            case "deny":
                return denied(call, "*")
    return None


def denied(call: Call, resource: str, action: str | None = None, *, explicitly: bool = False) -> AwsError:
    """AWS's AccessDeniedException (IAM user guide, "Troubleshoot access denied error messages").

    EC2 has a code and a sentence of its own (EC2 API reference, "Error codes": UnauthorizedOperation).
    """
    action = action or call.action
    why = (
        "with an explicit deny in an identity-based policy"
        if explicitly
        else f"because no identity-based policy allows the {action} action"
    )
    told = f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {resource} {why}"
    if call.service == "ec2":
        return AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation. {told}", 403)
    code = "AccessDenied" if call.service in ("iam", "sts", "s3", "sns") else "AccessDeniedException"
    status = 403 if call.service in ("batch", "scheduler", "iam", "sts", "s3") else 400
    return AwsError(code, told, status)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call as it was met: who called what, when (virtual), with which members, and what came of it."""

    number: int
    service: str
    operation: str
    time: float
    account: str
    region: str
    principal: str
    members: Mapping[str, Any]
    outcome: str
    """`ok`, an error code, `dropped` or `crash`."""

    @property
    def name(self) -> str:
        """`ecs:RunTask`."""
        return f"{self.service}:{self.operation}"


class CallLog:
    """The calls in order; counts are complete, records only the newest `limit`."""

    def __init__(self, limit: int = 20_000) -> None:
        self._records: deque[CallRecord] = deque(maxlen=limit)
        self._counts: Counter[str] = Counter()

    def add(self, call: Call, outcome: str) -> None:
        """Remember one call."""
        record = CallRecord(
            number=self.total + 1,
            service=call.service,
            operation=call.operation,
            time=call.now,
            account=call.place.account,
            region=call.place.region,
            principal=call.principal.arn,
            members=call.members,
            outcome=outcome,
        )
        self._counts[record.name] += 1
        self._records.append(record)

    @property
    def total(self) -> int:
        """How many calls there were, retries included."""
        return self._counts.total()

    def counts(self) -> dict[str, int]:
        """How often each operation was called, by name, sorted."""
        return dict(sorted(self._counts.items()))

    @property
    def newest(self) -> CallRecord:
        """The last call that was met. Raises IndexError where there was none."""
        return self._records[-1]

    def named(self, pattern: str) -> tuple[CallRecord, ...]:
        """The records whose name matches (`ecs:RunTask`, `ecs:*`)."""
        return tuple(record for record in self._records if fnmatch.fnmatchcase(record.name, pattern))

    def __iter__(self) -> Any:
        return iter(tuple(self._records))

    def __len__(self) -> int:
        return self.total

    def clear(self) -> None:
        """Start counting afresh."""
        self._records.clear()
        self._counts.clear()
