"""One attempt of a Batch job: where it runs, what it logs, how its end is noted, and whether there is another.

Sources: the Batch user guide (job_retries.md, "Automated job retries"; logging to the group /aws/batch/job, streams
named <job definition>/default/<task id>), botocore's documentation of RetryStrategy and EvaluateOnExit.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.batch.outcomes import chosen, containers, parsed
from reconciler.local.batch.store import Job, held, milliseconds, request_of
from reconciler.local.calls import Place
from reconciler.local.logs import store as logs_store
from reconciler.local.outcomes import Outcome

if TYPE_CHECKING:
    from reconciler.local.world import World

LOG_GROUP = "/aws/batch/job"
_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_.-]+)")


def plan(world: "World", place: Place, job: Job) -> Outcome:
    """Decide how the next attempt ends."""
    job["words"] = chosen(world, place, job, request_of(held(world, place, "jobs"), job))
    return parsed(job["words"])


def planned(job: Job) -> Outcome:
    """How the attempt under way ends."""
    return parsed(job["words"])


def launch(world: "World", place: Place, job: Job) -> None:
    """An attempt gets its ECS task."""
    request = request_of(held(world, place, "jobs"), job)
    job["attempt"] += 1
    cluster = "AWSBatch"
    for environment in held(world, place, "environments").values():
        if environment["described"]["computeEnvironmentArn"] in request["environments"]:
            cluster = environment["described"]["ecsClusterArn"].rpartition("/")[2]
    fargate = "FARGATE" in (request["platformCapabilities"] or ())
    job["running"] = {
        "task": place.arn("ecs", f"task/{cluster}/{world.hex_id()}"),
        "instance": None if fargate else place.arn("ecs", f"container-instance/{cluster}/{world.hex_id()}"),
        "stream": None,
        "started": None,
    }


def start(world: "World", place: Place, job: Job, outcome: Outcome) -> str | None:
    """The container begins to run and to log; the reason where it cannot."""
    request = request_of(held(world, place, "jobs"), job)
    main = next(containers(request), {})
    image = main.get("image", "")
    if outcome.end == "cannot pull":
        return f"CannotPullContainerError: failed to resolve ref {image}: {image}: not found"
    if outcome.end == "cannot initialize":
        return (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed"
        )
    running = job["running"]
    group, prefix = _log_place(request, main)
    if group is not None:
        stream = f"{prefix}/{main.get('name', 'default')}/{running['task'].rpartition('/')[2]}"
        command = " ".join(_substituted(word, request["parameters"]) for word in main.get("command", ()))
        first = [f"attempt {job['attempt']} of {job['name']}: {command}"]
        if not _write(world, place, group, stream, main, first):
            return f"CannotStartContainerError: failed to create log stream in {group}: the log group does not exist"
        running["stream"] = [group, stream]
        for seconds, line in outcome.logs:
            world.schedule(
                place, "batch", "log-line", world.now() + seconds, job=job["id"], attempt=job["attempt"], line=line
            )
    running["started"] = world.now()
    return None


def log_line(world: "World", place: Place, arguments: Mapping[str, Any]) -> None:
    """A line that an outcome planned, if its attempt still runs."""
    job = held(world, place, "jobs").get(arguments["job"])
    if job is not None and job["running"] is not None and job["attempt"] == arguments["attempt"]:
        group, stream = job["running"]["stream"]
        logs_store.write(world, place, group, stream, [arguments["line"]])


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
    world: "World", place: Place, job: Job, *, code: int | None, status_reason: str, reason: str | None
) -> dict[str, Any]:
    """Note the end of an attempt; what evaluateOnExit looks at."""
    running = job["running"]
    if running["stream"] is not None:
        group, stream = running["stream"]
        last = f"ended with exit code {code}" if code is not None else f"ended: {status_reason}"
        logs_store.write(world, place, group, stream, [last])
    attempt = {
        "exitCode": code,
        "reason": reason,
        "taskArn": running["task"],
        "containerInstanceArn": running["instance"],
        "logStreamName": running["stream"][1] if running["stream"] is not None else None,
        "startedAt": milliseconds(running["started"]) if running["started"] is not None else None,
        "stoppedAt": milliseconds(world.now()),
        "statusReason": status_reason,
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
