"""When schedules fire, and what happens when their target refuses.

Source: the Scheduler user guide ("Schedule types", "Configuring flexible time windows", "Managing a schedule's
dead-letter queue", "Deleting a schedule" for ActionAfterCompletion) and botocore's RetryPolicy: retries with
exponential backoff until either the number of attempts or the age of the event is used up.
Of our choosing: it fires at the very instant (AWS: within the minute), the place in a flexible window comes from the
schedule's ARN and time, pauses between attempts are 30 s, 60 s, 120 s … to an hour at most.
Assumed: attempts under way go on when their schedule is changed or deleted, a first one that waits in its window does
not.
"""

import fnmatch
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Place
from reconciler.local.expressions import At, Rate, parse, zone
from reconciler.local.scheduler.dead_letters import bury
from reconciler.local.scheduler.store import forget, schedules
from reconciler.local.scheduler.targets import deliver, payload

if TYPE_CHECKING:
    from reconciler.local.world import World

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 3600.0
_NOTED = 100


def plan(world: "World", place: Place, key: str, after: float | None = None) -> bool:
    """Let the next firing be due; False where there is none. Without `after` the schedule is new or changed."""
    schedule = schedules(world, place)[key]
    if schedule["described"]["State"] != "ENABLED":
        return False
    instant = _next(world, schedule, after)
    if instant is None:
        return False
    world.schedule(
        place, "scheduler", "fire", max(instant, world.now()), schedule=key, version=schedule["version"], time=instant
    )
    return True


def _next(world: "World", schedule: Mapping[str, Any], after: float | None) -> float | None:
    described = schedule["described"]
    expression, there = parse(described["ScheduleExpression"]), zone(described["ScheduleExpressionTimezone"])
    if isinstance(expression, At):
        instant: float | None = expression.instant(there)
        # StartDate and EndDate are ignored for one-time schedules.
        return instant if after is None and instant is not None and instant >= schedule["origin"] else None
    start = described.get("StartDate")
    if isinstance(expression, Rate):
        # A rate is counted from its StartDate, or begins at once.
        origin = schedule["origin"] if start is None else start
        begin = world.now() if after is None else after
        instant = expression.following(begin, origin) if after is not None or begin > origin else origin
    else:
        begin = world.now() if after is None else after
        instant = expression.following(begin if start is None else max(begin, start - 0.001), there)
    end = described.get("EndDate")
    return None if instant is None or (end is not None and instant > end) else instant


def fire(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """A schedule's time has come, if it is still the same schedule: invoke its target now or within the window."""
    key, time = arguments["schedule"], arguments["time"]
    schedule = schedules(world, place).get(key)
    if schedule is None or schedule["version"] != arguments["version"]:
        return
    last = not plan(world, place, key, after=time)
    window = schedule["described"]["FlexibleTimeWindow"].get("MaximumWindowInMinutes", 0) * 60
    arn = place.arn("scheduler", f"schedule/{key}")
    chance = int(hashlib.sha256(f"{world.entropy}/{arn}/{time}".encode()).hexdigest()[:8], 16)
    delay = chance % window if window else 0
    invocation = {
        "schedule": key,
        "version": schedule["version"],
        "arn": arn,
        "target": schedule["described"]["Target"],
        "time": time,
        "attempt": 1,
        "last": last,
    }
    if delay:
        world.schedule(place, "scheduler", "invoke", world.now() + delay, **invocation)
    else:
        invoke(world, place, invocation)


def invoke(world: "World", place: Place, invocation: Mapping[str, Any]) -> None:
    """One attempt at a target; a refusal is followed by another attempt, in the end by the dead-letter queue."""
    schedule = schedules(world, place).get(invocation["schedule"])
    current = schedule is not None and schedule["version"] == invocation["version"]
    if invocation["attempt"] == 1 and not current:
        return
    words = {
        "schedule-arn": invocation["arn"],
        "scheduled-time": invocation["time"],
        "execution-id": world.hex_id(16),
        "attempt-number": invocation["attempt"],
    }
    sent = payload(world, place, invocation["target"], words)
    try:
        _attempt(world, place, invocation, sent)
    except AwsError as error:
        _note(world, place, invocation, str(error))
        _refused(world, place, invocation, words["execution-id"], sent, error)
        return
    _note(world, place, invocation, "delivered")
    _done(world, place, invocation)


def _note(world: "World", place: Place, invocation: Mapping[str, Any], outcome: str) -> None:
    """Keep the newest invocations for whoever asks why nothing came."""
    noted = world.store("scheduler", place).setdefault("invocations", [])
    told = {"at": world.now(), "outcome": outcome}
    noted.append({**told, **{name: invocation[name] for name in ("schedule", "time", "attempt")}})
    del noted[:-_NOTED]


def _attempt(world: "World", place: Place, invocation: Mapping[str, Any], sent: str) -> None:
    failure = _planned_failure(world, place, invocation["schedule"])
    if failure is None or failure["moment"] == "after":
        deliver(world, place, invocation["arn"], invocation["target"], sent)
    if failure is not None:
        raise AwsError("InternalFailure", "planned by a control call")


def _refused(
    world: "World", place: Place, invocation: Mapping[str, Any], execution: str, sent: str, error: AwsError
) -> None:
    policy = invocation["target"]["RetryPolicy"]
    retries = invocation["attempt"] - 1
    pause = min(FIRST_PAUSE * 2**retries, LONGEST_PAUSE)
    exhausted = None
    if retries >= policy["MaximumRetryAttempts"]:
        exhausted = "MaximumRetryAttempts"
    elif world.now() + pause - invocation["time"] > policy["MaximumEventAgeInSeconds"]:
        exhausted = "MaximumEventAgeInSeconds"
    if exhausted is None:
        again = {**invocation, "attempt": invocation["attempt"] + 1}
        world.schedule(place, "scheduler", "invoke", world.now() + pause, **again)
        return
    bury(world, place, invocation, execution=execution, sent=sent, error=error, condition=exhausted)
    _done(world, place, invocation)


def _done(world: "World", place: Place, invocation: Mapping[str, Any]) -> None:
    """After its last invocation a schedule that says so deletes itself."""
    schedule = schedules(world, place).get(invocation["schedule"])
    if schedule is None or schedule["version"] != invocation["version"] or not invocation["last"]:
        return
    if schedule["described"]["ActionAfterCompletion"] == "DELETE":
        forget(world, place, invocation["schedule"])


def _planned_failure(world: "World", place: Place, key: str) -> Mapping[str, Any] | None:
    for failure in world.store("scheduler", place).get("failures", []):
        if failure["times"] > 0 and fnmatch.fnmatchcase(key.partition("/")[2], failure["name"]):
            failure["times"] -= 1
            return dict(failure)
    return None


def plan_failure(world: "World", place: Place, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Control `scheduler/failure`: `{"name": glob, "times"?: 1, "moment"?: "before" | "after"}`.

    So many invocations of schedules of that name fail; `after`: though the target did what it was asked, as when its
    answer is lost.
    """
    moment = told.get("moment", "before")
    if moment not in ("before", "after"):
        raise ValueError(f"scheduler/failure: moment (expected before or after, got {moment!r})")
    failure = {"name": str(told["name"]), "times": int(told.get("times", 1)), "moment": moment}
    world.store("scheduler", place).setdefault("failures", []).append(failure)
    return {}


def invocations(world: "World", place: Place, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Control `scheduler/invocations`: the newest hundred (`{"name"?: glob}`), and what came of each."""
    noted = world.store("scheduler", place).get("invocations", [])
    name = str(told.get("name", "*"))
    return {"invocations": [entry for entry in noted if fnmatch.fnmatchcase(entry["schedule"].partition("/")[2], name)]}
