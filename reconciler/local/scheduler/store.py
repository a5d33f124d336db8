"""How EventBridge Scheduler's groups and schedules are held, and how requests with a token are remembered.

The state of one place: `groups` by name (`{"state", "created", "modified", "tags", "tagged"}`), `schedules` by
`group/name` (`{"described", "created", "modified", "version", "origin"}`), `gone` (schedules that a lagging list still
shows), `tokens`, `versions` (a counter: what is due for another version of a schedule is no longer due).
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Place

if TYPE_CHECKING:
    from reconciler.local.world import World

Schedule = dict[str, Any]
Group = dict[str, Any]

DEFAULT_GROUP = "default"
TOKEN_SECONDS = 86_400.0
"""How long a ClientToken is remembered: assumed, AWS does not say."""


def groups(world: "World", place: Place) -> dict[str, Group]:
    """All groups by name; the default one is always there."""
    held: dict[str, Group] = world.store("scheduler", place).setdefault("groups", {})
    if DEFAULT_GROUP not in held:
        held[DEFAULT_GROUP] = new_group(world.now(), {})
    return held


def new_group(now: float, tags: Mapping[str, str]) -> Group:
    """A group as it is held."""
    return {"state": "ACTIVE", "created": now, "modified": now, "tags": dict(tags), "tagged": now}


def schedules(world: "World", place: Place) -> dict[str, Schedule]:
    """All schedules by `group/name`."""
    held: dict[str, Schedule] = world.store("scheduler", place).setdefault("schedules", {})
    return held


def new_version(world: "World", place: Place) -> int:
    """A number that no schedule of this place had before."""
    store = world.store("scheduler", place)
    store["versions"] = number = store.get("versions", 0) + 1
    return int(number)


def find_group(call: Call, name: str) -> Group:
    """The group of that name. Raises AwsError(ResourceNotFoundException)."""
    group = groups(call.world, call.place).get(name)
    if group is None:
        raise AwsError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
    return group


def find_schedule(call: Call) -> tuple[str, Schedule]:
    """The schedule that the call names, with its key. Raises AwsError(ResourceNotFoundException)."""
    key = f"{call.get('GroupName', DEFAULT_GROUP)}/{call.members['Name']}"
    schedule = schedules(call.world, call.place).get(key)
    if schedule is None:
        raise AwsError("ResourceNotFoundException", f"Schedule {call.members['Name']} does not exist.", 404)
    return key, schedule


def conflict(message: str) -> AwsError:
    """The ConflictException."""
    return AwsError("ConflictException", message, 409)


def invalid(message: str) -> AwsError:
    """The ValidationException."""
    return AwsError("ValidationException", message)


def forget(world: "World", place: Place, key: str) -> None:
    """A schedule goes; lagging lists show it for a while."""
    schedule = schedules(world, place).pop(key)
    gone = world.store("scheduler", place).setdefault("gone", [])
    now = world.now()
    gone[:] = [entry for entry in gone if entry[0] > now - TOKEN_SECONDS]
    gone.append([now, schedule])


def repeated(call: Call) -> Mapping[str, Any] | None:
    """The answer that a request with this ClientToken had before; a token with another request is a conflict."""
    token = call.get("ClientToken")
    if token is None:
        return None
    tokens = call.store.setdefault("tokens", {})
    for known in [known for known, entry in tokens.items() if entry["until"] <= call.now]:
        del tokens[known]
    entry = tokens.get(f"{call.operation}/{token}")
    if entry is None:
        return None
    if entry["request"] != _fingerprint(call):
        raise conflict("The request uses the same client token as a previous, but non-identical request.")
    answer: Mapping[str, Any] = entry["answer"]
    return answer


def remember(call: Call, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep the answer for repetitions of the request."""
    token = call.get("ClientToken")
    if token is not None:
        entry = {"request": _fingerprint(call), "answer": dict(answer), "until": call.now + TOKEN_SECONDS}
        call.store.setdefault("tokens", {})[f"{call.operation}/{token}"] = entry
    return answer


def _fingerprint(call: Call) -> str:
    return json.dumps({name: value for name, value in call.members.items() if name != "ClientToken"}, sort_keys=True)
