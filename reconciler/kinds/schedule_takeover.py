"""A schedule that somebody else made, as it is compared when it is taken over: by what it starts and when.

Ours calls another target, in other words, with a token, and tells the run its slot. None of that is a difference that a
person made, and none is left once it is adopted.
"""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.core import eventbridge_read
from reconciler.core.eventbridge_cron import Refusal
from reconciler.core.schedules import AWS_RETRIES
from reconciler.kinds import schedule_target
from reconciler.kinds.schedule import MAPS
from reconciler.kinds.schedule_target import Started
from reconciler.model import Spec

#: Lists whose order means nothing.
_UNORDERED: Final = frozenset({"subnets", "securityGroups", "environment"})
_TOLD: Final = "RECONCILER_"


def as_ours(live: Spec, wanted: Spec) -> Spec:
    """Answer `live` with `wanted`'s words wherever both mean the same."""
    target, ours = dict(live.get("Target") or {}), wanted["Target"]
    theirs, own = schedule_target.by_schedule(target), schedule_target.by_schedule(ours)
    if theirs is not None and own is not None and _same_start(theirs, own):
        target = {
            **{member: value for member, value in target.items() if member not in {"EcsParameters", "Input"}},
            "Arn": ours["Arn"],
            "Input": ours["Input"],
        }
    if {**AWS_RETRIES, **(target.get("RetryPolicy") or {})} == AWS_RETRIES:
        target["RetryPolicy"] = ours["RetryPolicy"]
    seen = {**live, "Target": target}
    seen.pop("ActionAfterCompletion", None)
    if _same_time(live, wanted):
        seen["ScheduleExpression"] = wanted["ScheduleExpression"]
        if str(wanted["ScheduleExpression"]).startswith("rate("):
            seen |= {"StartDate": wanted["StartDate"]} if "StartDate" in wanted else {}
    return seen


def _same_time(live: Spec, wanted: Spec) -> bool:
    one, other = (eventbridge_read.from_eventbridge(str(spec["ScheduleExpression"])) for spec in (live, wanted))
    return one == other and not isinstance(one, Refusal)


def _same_start(one: Started, other: Started) -> bool:
    return (
        _same_definition(one.definition, other.definition)
        and _name(one.where) == _name(other.where)
        and _essence(one.request) == _essence(other.request)
        and not one.lost
    )


def _same_definition(live: str, wanted: str) -> bool:
    """Whether a definition is the one in force: that revision itself, or its name, which means the newest."""
    live, wanted = _name(live), _name(wanted)
    return live == wanted or live == wanted.partition(":")[0]


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _essence(request: Any, member: str = "") -> Any:
    """Answer a request without what is the same as nothing, and without what tells a run which one it is."""
    if isinstance(request, Mapping):
        if member in MAPS:
            return dict(request)
        kept = {name: _essence(value, name) for name, value in request.items() if name != "tags"}
        return {name: value for name, value in kept.items() if not schedule_target.says_nothing(name, value)}
    if isinstance(request, list | tuple):
        entries = [_essence(entry) for entry in request if not _is_told(entry)]
        entries = [entry for entry in entries if member != "containerOverrides" or list(entry) != ["name"]]
        return sorted(entries, key=_order) if member in _UNORDERED else entries
    return request


def _is_told(entry: Any) -> bool:
    """Whether a variable is one of those that a run is told of itself."""
    return isinstance(entry, Mapping) and str(entry.get("name", "")).startswith(_TOLD)


def _order(entry: Any) -> str:
    return str(entry.get("name", "")) if isinstance(entry, Mapping) else str(entry)
