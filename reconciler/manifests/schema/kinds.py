"""The two kinds of job, put together from AWS's members and the envelope."""

from collections.abc import Iterable
from typing import Any

from reconciler.manifests.schema import jobs, words
from reconciler.manifests.schema.aws import member_schema
from reconciler.manifests.schema.words import Schema
from reconciler.model import MOST_TASKS

#: The most seconds of a timeout, as of SubmitJob's own (an integer of 32 bits): beyond calendars nothing is computed.
_LONGEST = 2**31 - 1
#: Members of the requests that the reconciler sets itself.
SET_BY_US = {
    "RunTask": frozenset({"clientToken", "startedBy", "taskDefinition"}),
    "SubmitJob": frozenset({"jobDefinition", "jobName"}),
}


def ecs_job(run_task: Schema) -> Schema:
    """Answer the schema of an EcsJob around RunTask's members."""
    run = _run(
        run_task,
        "run-task.schema.json",
        "How tasks are launched: RunTask's own members, and what makes them easier to write.",
        {
            "cluster": words.text("The cluster that runs it.", default="default", minLength=1),
            "count": words.integer("How many tasks each run has.", default=1, minimum=1, maximum=MOST_TASKS),
            "launchType": words.choice(
                "Where it runs. FARGATE_SPOT becomes a capacity provider strategy; left out, the cluster decides.",
                ["EC2", "FARGATE", "EXTERNAL", "FARGATE_SPOT", "MANAGED_INSTANCES"],
            ),
            "vpcId": words.text(
                "Fills what networkConfiguration leaves out, under awsvpc: all private subnets (no public IP), or where"
                " there are none, all public ones (with a public IP). With neither: the default VPC.",
                pattern=r"^vpc-[0-9a-z]+$",
                expected="the id of a VPC, as in vpc-0123456789abcdef0",
            ),
            "subnetTags": words.mapping("Take only subnets that carry these tags.", words.text()),
            "command": jobs.command_of_run("A command for the main container, or container → command."),
            "environment": jobs.environment_of_run(
                "Variables for the main container, or container → variables; null takes one out."
            ),
            "patches": jobs.patches_of_run(),
        },
        **words.not_both(("launchType", "capacityProviderStrategy")),
    )
    properties = {
        **jobs.definition_sources("taskDefinition", "task-definition.schema.json", "task definition"),
        "run": run,
        "logs": _logs(),
        **jobs.common(2700, _event_bridge()),
        "mainContainer": words.text(
            "The container whose exit code decides. Left out: the only essential container, else the first.",
            minLength=1,
        ),
        "startTimeoutSeconds": words.integer(
            "A run that is PROVISIONING or PENDING for longer is stopped and counts as failed. Left out: 300 on"
            " Fargate, else none.",
            minimum=1,
            maximum=_LONGEST,
        ),
        "activeDeadlineSeconds": words.integer(
            "A run that is RUNNING for longer is stopped and counts as failed, while a loop or --wait follows it.",
            minimum=1,
            maximum=_LONGEST,
        ),
        "backoffLimit": words.integer(
            "How often a failed run is tried again, with pauses from 10 s to 10 min, while a loop or --wait follows"
            " it.",
            default=0,
            minimum=0,
        ),
    }
    spec = words.closed(
        "The job.",
        properties,
        **words.exactly_one_of("taskDefinition", "taskDefinitionFile", "taskDefinitionArn", "definitionOf"),
        **words.not_both(("schedule", "once")),
    )
    return jobs.job_file("EcsJob", "A job that runs as ECS tasks.", spec)


def batch_job(submit_job: Schema) -> Schema:
    """Answer the schema of a BatchJob around SubmitJob's members."""
    run = _run(
        submit_job,
        "submit-job.schema.json",
        "How jobs are submitted: SubmitJob's own members, and what makes them easier to write.",
        {
            "jobQueue": words.text(
                "The queue. May be left out where exactly one queue is ENABLED and VALID.", minLength=1
            ),
            "command": jobs.command_of_run("A command for the main container, or container → command."),
            "environment": jobs.environment_of_run(
                "Variables for the main container, or container → variables; null takes one out."
            ),
            "patches": jobs.patches_of_run(),
        },
    )
    properties = {
        **jobs.definition_sources("jobDefinition", "job-definition.schema.json", "job definition"),
        "run": run,
        "logs": _logs(),
        **jobs.common(86400, _event_bridge()),
        "mainContainer": words.text("The container whose exit code decides, where there are several.", minLength=1),
        "startTimeoutSeconds": words.integer(
            "A run that waits for longer to start is ended and counts as failed.", minimum=1, maximum=_LONGEST
        ),
        "activeDeadlineSeconds": words.integer(
            "An attempt that runs for longer is ended by AWS: sent as SubmitJob's timeout, at least 60 s.",
            minimum=60,
            maximum=_LONGEST,
        ),
        "backoffLimit": words.integer(
            "How often AWS tries a failed job again: sent as SubmitJob's retryStrategy.",
            default=0,
            minimum=0,
            maximum=9,
        ),
    }
    spec = words.closed(
        "The job.",
        properties,
        **words.exactly_one_of("jobDefinition", "jobDefinitionFile", "jobDefinitionArn", "definitionOf"),
        **words.not_both(
            ("schedule", "once"), ("activeDeadlineSeconds", "run.timeout"), ("backoffLimit", "run.retryStrategy")
        ),
    )
    return jobs.job_file("BatchJob", "A job that runs on AWS Batch.", spec)


def _run(request: Schema, file: str, description: str, ours: dict[str, Schema], **keywords: Any) -> Schema:
    operation = request["x-aws"]
    members: Iterable[str] = (member for member in request["properties"] if member not in SET_BY_US[operation])
    properties = {
        member: words.reference(f"{file}#/properties/{member}", request["properties"][member].get("description", ""))
        for member in members
    }
    return words.closed(description, {**properties, **ours}, **keywords) | {"x-aws": operation}


def _logs() -> Schema:
    return words.closed(
        "Gives the awslogs driver to containers that have no logConfiguration; the pass makes the group, never the"
        " container.",
        {
            "group": words.text(
                "The CloudWatch log group. Left out: /jobs/<name>.",
                pattern=r"^[A-Za-z0-9_./#-]{1,512}$",
                expected="up to 512 letters, digits and . - _ / #",
            ),
            "streamPrefix": words.text("What the streams' names begin with.", default="job", minLength=1),
            "retentionDays": words.choice(
                "How long the group keeps its events. Left out: as it is.", jobs.RETENTION_DAYS
            ),
            "createGroup": words.boolean("Whether the pass makes the group.", default=True),
            "options": words.mapping("Further options of the awslogs driver.", words.text()),
        },
    )


def _event_bridge() -> Schema:
    def scheduler(shape: str, member: str) -> Schema:
        return member_schema("scheduler", shape, member)

    retry_policy = scheduler("Target", "RetryPolicy") | {"x-aws": "CreateSchedule"}
    return words.closed(
        "What EventBridge Scheduler needs beside the time, for engine eventbridge.",
        {
            "roleArn": scheduler("Target", "RoleArn")
            | {"description": "The role that EventBridge Scheduler launches with; required for engine eventbridge."},
            "groupName": scheduler("CreateScheduleInput", "GroupName"),
            "flexibleTimeWindowMinutes": scheduler("FlexibleTimeWindow", "MaximumWindowInMinutes"),
            "retryPolicy": retry_policy,
            "deadLetterArn": scheduler("DeadLetterConfig", "Arn"),
            "kmsKeyArn": scheduler("CreateScheduleInput", "KmsKeyArn"),
        },
    )
