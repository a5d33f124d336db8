"""RunTask's clientToken: what makes a repeated call return the first one's tasks.

Scope: one cluster. Lifetime: the shorter of 24 hours and one hour after the last task of the call stopped. The same
token with other parameters is refused with ConflictException and the ARNs of the tasks that exist. A repeat gives
running tasks whole, those stopped in the last hour by ARN and statuses. Source: the developer guide's "Ensuring
idempotency". That a call which placed no task uses up no token is assumed: nothing public tells.
"""

import hashlib
import json
from typing import Any, Final

from reconciler.local.calls import AwsError, Call
from reconciler.local.ecs.store import Record, section, tasks_of

_DAY: Final = 86_400.0
_HOUR: Final = 3_600.0


def _fingerprint(call: Call) -> str:
    asked = {name: value for name, value in call.members.items() if name != "clientToken"}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def repeated(call: Call, cluster: str) -> list[Record] | None:
    """The tasks that this token made already; None where it is new or forgotten. Raises AwsError(ConflictException)."""
    token = call.get("clientToken")
    known = section(call.world, call.place, "tokens").setdefault(cluster, {})
    remembered = known.get(token)
    if token is None or remembered is None:
        return None
    tasks = tasks_of(call.world, call.place, cluster)
    held = [tasks[task_id]["task"] for task_id in remembered["tasks"] if task_id in tasks]
    stops = [task["stoppedAt"] for task in held if "stoppedAt" in task]
    running = len(stops) < len(held)
    gone = not held
    if call.now >= remembered["created"] + _DAY or gone or (not running and call.now >= max(stops) + _HOUR):
        del known[token]
        return None
    if remembered["asked"] != _fingerprint(call):
        arns = [call.place.arn("ecs", f"task/{cluster}/{task_id}") for task_id in remembered["tasks"]]
        raise AwsError(
            "ConflictException",
            "The RunTask request could not be processed due to conflicts: the clientToken was used with others.",
            resourceIds=arns,
        )
    return held


def remember(call: Call, cluster: str, task_ids: list[str]) -> None:
    """Keep what the token made, if it made anything."""
    token = call.get("clientToken")
    if token is not None and task_ids:
        known: dict[str, Any] = section(call.world, call.place, "tokens").setdefault(cluster, {})
        known[token] = {"asked": _fingerprint(call), "created": call.now, "tasks": task_ids}


def forget(known: dict[str, Any], now: float, gone: str) -> None:
    """Drop tokens whose day is over or whose last task `gone` has just vanished, so that a state file stays small."""
    for token in [
        token
        for token, remembered in known.items()
        if now >= remembered["created"] + _DAY or remembered["tasks"] == [gone]
    ]:
        del known[token]
