"""How an attempt of a Batch job ends: the language of `outcomes`, one outcome for each attempt.

`exit 1 after 5s, then exit 0` says it of the first attempt and of all that follow. First found:
1. what a control call planned (`/_local/batch/outcome`: `{"jobName": glob, "outcome": text, "times"?: attempts}`; a
   child of an array is also known as `<jobName>:<index>`);
2. the variable `LOCAL_OUTCOME` of any container of the job (an override before the definition);
3. `exit 0 after 5s`.

What means something else than for ECS: `never starts` stays RUNNABLE for ever; `capacity unavailable` and `fails …`
stay RUNNABLE and say so in statusReason after ten minutes; `starts after` is the time in STARTING.
"""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local import outcomes
from reconciler.local.batch.store import Job
from reconciler.local.calls import Place
from reconciler.local.outcomes import Outcome

if TYPE_CHECKING:
    from reconciler.local.world import World

_DEFAULT = "exit 0"
_THEN = re.compile(r",\s*then\s+")


def containers(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The containers of a job, the one that decides first."""
    if request["containerProperties"] is not None:
        yield request["containerProperties"]
    for task in (request["ecsProperties"] or {}).get("taskProperties", ()):
        yield from sorted(task["containers"], key=lambda container: not container["essential"])
    yield from (request["eksProperties"] or {}).get("podProperties", {}).get("containers", ())
    for reach in (request["nodeProperties"] or {}).get("nodeRangeProperties", ()):
        if "container" in reach:
            yield reach["container"]


def problem(request: Mapping[str, Any]) -> str | None:
    """What is wrong with the words in the environment of a job."""
    try:
        for text in _THEN.split(_written(request) or _DEFAULT):
            outcomes.parse(text)
    except ValueError as error:
        return f"{outcomes.VARIABLE}: {error}"
    return None


def chosen(world: "World", place: Place, job: Job, request: Mapping[str, Any]) -> str:
    """The words for the next attempt of a job; what was planned a number of times is used up by it."""
    names = (job["name"], f"{job['name']}:{job['index']}") if "index" in job else (job["name"],)
    for plan in reversed(world.store("batch", place).get("outcomes", [])):
        if plan["times"] != 0 and any(fnmatch.fnmatchcase(name, plan["jobName"]) for name in names):
            if plan["times"] is not None:
                plan["times"] -= 1
            return _of_attempt(plan["outcome"], job["attempt"] + 1)
    return _of_attempt(_written(request) or _DEFAULT, job["attempt"] + 1)


def _of_attempt(text: str, attempt: int) -> str:
    told = _THEN.split(text)
    return told[min(attempt, len(told)) - 1]


def _written(request: Mapping[str, Any]) -> str | None:
    for container in containers(request):
        for entry in [*container.get("environment", ()), *container.get("env", ())]:
            if entry.get("name") == outcomes.VARIABLE:
                return str(entry["value"])
    return None


def plan(world: "World", place: Place, told: Mapping[str, Any]) -> None:
    """Plan how attempts of jobs of some name end. Raises ValueError on words that mean nothing, KeyError on none."""
    for text in _THEN.split(told["outcome"]):
        outcomes.parse(text)
    plans = world.store("batch", place).setdefault("outcomes", [])
    plans.append({"jobName": told["jobName"], "outcome": told["outcome"], "times": told.get("times")})


def parsed(words: str) -> Outcome:
    """The outcome that the words of one attempt mean."""
    return outcomes.parse(words)
