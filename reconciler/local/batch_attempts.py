"""One attempt of a Batch job: how it will end, where it runs, what it logs, and whether there is another.

Sources: the Batch user guide (job_retries.md, "Automated job retries"; logging to the group /aws/batch/job, streams
named <job definition>/default/<task id>), botocore's documentation of RetryStrategy and EvaluateOnExit.
"""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local import batch_outcomes, logs_store
from reconciler.local.batch_outcomes import Outcome
from reconciler.local.batch_store import Job, held, milliseconds, request_of
from reconciler.local.calls import Place

if TYPE_CHECKING:
    from reconciler.local.world import World

LOG_GROUP = "/aws/batch/job"
_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_.-]+)")


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


def wanted_outcome(request: Mapping[str, Any]) -> str | None:
    """What the environment of any container says of its end."""
    for container in containers(request):
        for entry in [*container.get("environment", ()), *container.get("env", ())]:
            if entry.get("name") == batch_outcomes.VARIABLE:
                return str(entry["value"])
    return None


def planned(world: "World", place: Place, job: Job) -> Outcome:
    """How the attempt under way, or the next one, ends: as a control call told, else as the manifest says."""
    if job["running"] is not None:
        return Outcome(**job["running"]["outcome"])
    told = None
    for rule in world.store("batch", place).get("outcomes", ()):
        if fnmatch.fnmatchcase(job["name"], rule["name"]):
            told = rule["outcome"]
    told = told or wanted_outcome(request_of(held(world, place, "jobs"), job)) or "exit 0"
    return batch_outcomes.of_attempt(told, job["attempt"] + 1)


def launch(world: "World", place: Place, job: Job) -> None:
    """An attempt gets its ECS task."""
    request = request_of(held(world, place, "jobs"), job)
    outcome = planned(world, place, job)
    job["attempt"] += 1
    task = world.hex_id()
    cluster = "AWSBatch"
    for environment in held(world, place, "environments").values():
        if environment["described"]["computeEnvironmentArn"] in request["environments"]:
            cluster = environment["described"]["ecsClusterArn"].rpartition("/")[2]
    fargate = "FARGATE" in (request["platformCapabilities"] or ())
    instance = None if fargate else place.arn("ecs", f"container-instance/{cluster}/{world.hex_id()}")
    job["running"] = {
        "outcome": {"ending": outcome.ending, "code": outcome.code, "seconds": outcome.seconds},
        "task": place.arn("ecs", f"task/{cluster}/{task}"),
        "instance": instance,
        "stream": None,
        "started": None,
    }


def started(world: "World", place: Place, job: Job, outcome: Outcome) -> str | None:
    """The container begins to run and logs its command; the reason where it cannot."""
    request = request_of(held(world, place, "jobs"), job)
    main = next(containers(request), {})
    if outcome.ending == "cannot pull":
        image = main.get("image", "")
        return f"CannotPullContainerError: failed to resolve ref {image}: {image}: not found"
    running = job["running"]
    group, prefix = _log_place(request, main)
    if group is not None:
        stream = f"{prefix}/{main.get('name', 'default')}/{running['task'].rpartition('/')[2]}"
        command = " ".join(_substituted(word, request["parameters"]) for word in main.get("command", ()))
        if not _write(world, place, group, stream, main, [f"attempt {job['attempt']} of {job['name']}: {command}"]):
            return f"CannotStartContainerError: failed to create log stream in {group}: the log group does not exist"
        running["stream"] = [group, stream]
    running["started"] = world.now()
    return None


def _log_place(request: Mapping[str, Any], container: Mapping[str, Any]) -> tuple[str | None, str]:
    """The log group, None for other drivers than awslogs, and the prefix of the stream."""
    configuration = container.get("logConfiguration") or {"logDriver": "awslogs"}
    if configuration["logDriver"] != "awslogs":
        return None, ""
    options = configuration.get("options", {})
    return options.get("awslogs-group", LOG_GROUP), options.get("awslogs-stream-prefix", request["definitionName"])


def _write(
    world: "World", place: Place, group: str, stream: str, container: Mapping[str, Any], lines: list[str]
) -> bool:
    options = container.get("logConfiguration", {}).get("options", {})
    makes = group == LOG_GROUP or options.get("awslogs-create-group") == "true"
    if makes and group not in world.store("logs", place).get("groups", {}):
        world.invoke("logs", "CreateLogGroup", {"logGroupName": group}, place)
    return logs_store.write(world, place, group, stream, lines)


def _substituted(word: str, parameters: Mapping[str, str]) -> str:
    return _REFERENCE.sub(lambda found: parameters.get(found[1], found[0]), word)


def conclude(
    world: "World", place: Place, job: Job, outcome: Outcome, reason: str, problem: str | None
) -> dict[str, Any]:
    """Note the end of an attempt; what evaluateOnExit looks at."""
    running = job["running"]
    code = outcome.code if outcome.ending == "exit" else None
    if running["stream"] is not None:
        group, stream = running["stream"]
        last = f"ended with exit code {code}" if code is not None else f"ended: {reason}"
        logs_store.write(world, place, group, stream, [last])
    attempt = {
        "exitCode": code,
        "reason": problem,
        "taskArn": running["task"],
        "containerInstanceArn": running["instance"],
        "logStreamName": running["stream"][1] if running["stream"] is not None else None,
        "startedAt": milliseconds(running["started"]) if running["started"] is not None else None,
        "stoppedAt": milliseconds(world.now()),
        "statusReason": reason,
    }
    job["attempts"].append(attempt)
    job["running"] = None
    return attempt


def retried(world: "World", place: Place, job: Job, attempt: Mapping[str, Any]) -> bool:
    """Whether a failed attempt is followed by another: as the first rule that matches says, yes where none does."""
    strategy = request_of(held(world, place, "jobs"), job)["retryStrategy"]
    if job["attempt"] >= strategy["attempts"]:
        return False
    code = attempt["exitCode"]
    facts = {
        "onStatusReason": attempt["statusReason"],
        "onReason": attempt["reason"] or "",
        "onExitCode": "" if code is None else str(code),
    }
    for rule in strategy["evaluateOnExit"]:
        if all(_matches(rule[name], fact) for name, fact in facts.items() if name in rule):
            return bool(rule["action"] == "retry")
    return True


def _matches(pattern: str, text: str) -> bool:
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return text == pattern
