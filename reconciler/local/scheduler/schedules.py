"""Schedules: made, changed, read, listed, deleted (when they fire is told in `scheduler_firing`).

Source: botocore's documentation of each operation; `scheduler_fills` for what AWS adds, `scheduler_checks` for what it
refuses.
"""

import zlib
from collections.abc import Mapping
from typing import Any

from reconciler.local.calls import Call
from reconciler.local.scheduler.checks import check
from reconciler.local.scheduler.fills import filled
from reconciler.local.scheduler.firing import plan
from reconciler.local.scheduler.store import (
    DEFAULT_GROUP,
    Schedule,
    conflict,
    find_group,
    find_schedule,
    forget,
    new_version,
    remember,
    repeated,
    schedules,
)

_PAGE = 100


def create_schedule(call: Call) -> Mapping[str, Any]:
    """A new schedule; one of that name is a conflict unless the token is that of the first request."""
    answer = repeated(call)
    if answer is not None:
        return answer
    check(call)
    group_name = call.get("GroupName", DEFAULT_GROUP)
    group = find_group(call, group_name)
    key = f"{group_name}/{call.members['Name']}"
    if key in schedules(call.world, call.place):
        raise conflict(f"Schedule {call.members['Name']} already exists.")
    if group["state"] == "DELETING":
        raise conflict(f"Schedule group {group_name} is being deleted.")
    schedules(call.world, call.place)[key] = {"created": call.now}
    return remember(call, _put(call, key))


def update_schedule(call: Call) -> Mapping[str, Any]:
    """Everything anew: what the request leaves out goes back to its default."""
    answer = repeated(call)
    if answer is not None:
        return answer
    check(call)
    key, _ = find_schedule(call)
    return remember(call, _put(call, key))


def _put(call: Call, key: str) -> Mapping[str, Any]:
    schedule = schedules(call.world, call.place)[key]
    schedule["described"] = filled(call.members)
    schedule["modified"] = schedule["origin"] = call.now
    schedule["version"] = new_version(call.world, call.place)
    plan(call.world, call.place, key)
    return {"ScheduleArn": _arn(call, key)}


def _arn(call: Call, key: str) -> str:
    return call.place.arn("scheduler", f"schedule/{key}")


def get_schedule(call: Call) -> Mapping[str, Any]:
    """One schedule with everything."""
    key, schedule = find_schedule(call)
    return {
        **schedule["described"],
        "Arn": _arn(call, key),
        "CreationDate": schedule["created"],
        "LastModificationDate": schedule["modified"],
    }


def delete_schedule(call: Call) -> Mapping[str, Any]:
    """The schedule goes, with what it would have done."""
    answer = repeated(call)
    if answer is not None:
        return answer
    key, _ = find_schedule(call)
    forget(call.world, call.place, key)
    return remember(call, {})


def list_schedules(call: Call) -> Mapping[str, Any]:
    """Schedules of one group or of all, by prefix and state, without the details of their targets.

    A lagging list does not see the newest and still shows what was deleted.
    """
    group, prefix, state = call.get("GroupName"), call.get("NamePrefix", ""), call.get("State")
    if group is not None:
        find_group(call, group)
    present = [(key, schedule) for key, schedule in schedules(call.world, call.place).items()]
    for when, schedule in call.store.get("gone", []):
        if when > call.horizon:
            described = schedule["described"]
            present.append((f"{described['GroupName']}/{described['Name']}", schedule))
    found = [
        _summary(call, key, schedule)
        for key, schedule in sorted(present, key=lambda held: zlib.crc32(held[0].encode()))
        if schedule["created"] <= call.horizon
        and group in (None, schedule["described"]["GroupName"])
        and schedule["described"]["Name"].startswith(prefix)
        and state in (None, schedule["described"]["State"])
    ]
    page, token = call.page(found, size=call.get("MaxResults", _PAGE), token=call.get("NextToken"))
    return {"Schedules": page, "NextToken": token}


def _summary(call: Call, key: str, schedule: Schedule) -> dict[str, Any]:
    described = schedule["described"]
    return {
        "Arn": _arn(call, key),
        "Name": described["Name"],
        "GroupName": described["GroupName"],
        "State": described["State"],
        "CreationDate": schedule["created"],
        "LastModificationDate": schedule["modified"],
        "Target": {"Arn": described["Target"]["Arn"]},
    }
