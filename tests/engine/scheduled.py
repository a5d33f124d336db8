"""Schedules beside the directory: manifests of scheduled jobs, time that passes, and what was started for which slot."""

import json
from collections import Counter
from typing import Any

from reconciler.model import Report
from tests.engine.batch import NEEDS, jobs
from tests.engine.harness import Directory

ROLE = "arn:aws:iam::123456789012:role/scheduler"
BY_LOOP = "engine: reconciler"
BY_EVENTBRIDGE = f"engine: eventbridge, eventBridge: {{roleArn: '{ROLE}'}}"
GROUP = "reconciler-tests"
SLOT = "RECONCILER_SCHEDULED_TIME"


def scheduled(
    name: str,
    when: str = 'cron: "*/15 * * * *"',
    *,
    engine: str = BY_LOOP,
    policy: str = "",
    outcome: str = "exit 0 after 5s",
    run: str = "{}",
    image: str = "app:1",
    more: str = "",
) -> str:
    """Answer the manifest of a scheduled EcsJob; `policy` are further members of its schedule section."""
    return f"""
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {{name: {name}}}
        spec:
          taskDefinition:
            containerDefinitions:
              - {{name: app, image: "{image}", dockerLabels: {{local.outcome: "{outcome}"}}}}
          run: {run}
          schedule: {{{when}, {engine}{f", {policy}" if policy else ""}}}
          {more}
    """


def scheduled_batch(
    name: str,
    when: str = 'cron: "*/15 * * * *"',
    *,
    engine: str = BY_LOOP,
    policy: str = "",
    outcome: str = "exit 0 after 5s",
) -> str:
    """Answer the manifest of a scheduled BatchJob; `policy` are further members of its schedule section."""
    return f"""
        apiVersion: reconciler/v1
        kind: BatchJob
        metadata: {{name: {name}}}
        spec:
          jobDefinition:
            type: container
            containerProperties:
              image: app:1
              resourceRequirements: {NEEDS}
              environment: [{{name: LOCAL_OUTCOME, value: "{outcome}"}}]
          schedule: {{{when}, {engine}{f", {policy}" if policy else ""}}}
    """


def passes(directory: Directory, seconds: float, every: float = 60.0) -> Report:
    """Let time go by, with a pass after each `every` seconds, all of one process."""
    report = None
    with directory.reconciler() as reconciler:
        for _ in range(int(seconds / every)):
            directory.aws.advance(every)
            report = directory.watched(reconciler.apply)
    assert report is not None
    return report


def told(task: Any) -> dict[str, str]:
    """Answer the variables that a task was started with."""
    overrides = task.get("overrides", {}).get("containerOverrides", ())
    return {each["name"]: each["value"] for override in overrides for each in override.get("environment", ())}


def starts(directory: Directory) -> Counter[tuple[str, str]]:
    """Answer how many tasks were ever started for each job and slot."""
    directory.look()
    every = [told(task) for task in directory.tasks.values()]
    return Counter((each["RECONCILER_JOB"], each[SLOT]) for each in every if SLOT in each)


def batch_starts(directory: Directory) -> Counter[tuple[str, str]]:
    """Answer how many Batch jobs were submitted for each job and slot."""
    ids = [job["id"] for job in jobs(directory)]
    batch = directory.aws.client("batch")
    found: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(ids), 100):
        for job in batch.describe_jobs(jobs=ids[start : start + 100])["jobs"]:
            variables = {each["name"]: each["value"] for each in job["container"]["environment"]}
            found[variables["RECONCILER_JOB"], variables[SLOT]] += 1
    return found


def schedules(directory: Directory) -> dict[str, dict[str, Any]]:
    """Answer every schedule on AWS by `group/name`, its Input read."""
    scheduler = directory.aws.client("scheduler")
    found = {}
    for each in scheduler.list_schedules()["Schedules"]:
        live = scheduler.get_schedule(GroupName=each["GroupName"], Name=each["Name"])
        live["Target"]["Input"] = json.loads(live["Target"]["Input"])
        found[f"{each['GroupName']}/{each['Name']}"] = live
    return found


def slot_events(directory: Directory, job: str) -> list[dict[str, Any]]:
    """Answer what the ledger holds of a job's schedule."""
    logs = directory.aws.client("logs")
    events = logs.get_log_events(logGroupName="/reconciler/tests", logStreamName=f"schedule/{job}", startFromHead=True)[
        "events"
    ]
    return [json.loads(event["message"]) for event in events]
