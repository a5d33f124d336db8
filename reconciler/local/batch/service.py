"""AWS Batch: job definitions, queues, jobs and their life. What each part knows is told in its own module."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local import models, shapes
from reconciler.local.batch import outcomes as batch_outcomes
from reconciler.local.batch.attempts import log_line
from reconciler.local.batch.definitions import (
    deregister_job_definition,
    describe_job_definitions,
    forget_definition,
    register_job_definition,
)
from reconciler.local.batch.jobs import cancel_job, describe_jobs, list_jobs, terminate_job
from reconciler.local.batch.lifecycle import advance_job, resume
from reconciler.local.batch.permissions import needs
from reconciler.local.batch.queues import (
    create_compute_environment,
    create_job_queue,
    delete_compute_environment,
    delete_job_queue,
    describe_compute_environments,
    describe_job_queues,
    update_compute_environment,
    update_job_queue,
)
from reconciler.local.batch.states import forget_job
from reconciler.local.batch.store import list_tags_for_resource, tag_resource, tagged, untag_resource
from reconciler.local.batch.submit import submit_job
from reconciler.local.calls import Call, Handler, Place, Service

if TYPE_CHECKING:
    from reconciler.local.world import World


def _checked(handler: Handler) -> Handler:
    """The handler behind the service model's own constraints; evaluateOnExit's actions in either case."""

    def handle(call: Call) -> Mapping[str, Any]:
        model = models.operation_model("batch", call.operation)
        assert model is not None
        for rule in call.get("retryStrategy", {}).get("evaluateOnExit", ()):
            # "The values aren't case sensitive", though the model's enum is in upper case.
            rule["action"] = rule.get("action", "").upper()
        shapes.refuse_broken_constraints("ClientException", model.input_shape, call.members)
        return handler(call)

    return handle


def _update_compute_environment(call: Call) -> Mapping[str, Any]:
    answer = update_compute_environment(call)
    resume(call.world, call.place)
    return answer


def plan_outcome(world: "World", place: Place, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Control `batch/outcome` (see `batch_outcomes`); jobs that are RUNNABLE look for a place again."""
    batch_outcomes.plan(world, place, told)
    resume(world, place)
    return {}


SERVICE = Service(
    name="batch",
    operations={
        name: _checked(handler)
        for name, handler in {
            "RegisterJobDefinition": register_job_definition,
            "DescribeJobDefinitions": describe_job_definitions,
            "DeregisterJobDefinition": deregister_job_definition,
            "CreateComputeEnvironment": create_compute_environment,
            "DescribeComputeEnvironments": describe_compute_environments,
            "UpdateComputeEnvironment": _update_compute_environment,
            "DeleteComputeEnvironment": delete_compute_environment,
            "CreateJobQueue": create_job_queue,
            "DescribeJobQueues": describe_job_queues,
            "UpdateJobQueue": update_job_queue,
            "DeleteJobQueue": delete_job_queue,
            "SubmitJob": submit_job,
            "DescribeJobs": describe_jobs,
            "ListJobs": list_jobs,
            "CancelJob": cancel_job,
            "TerminateJob": terminate_job,
            "TagResource": tag_resource,
            "UntagResource": untag_resource,
            "ListTagsForResource": list_tags_for_resource,
        }.items()
    },
    due={
        "advance-job": advance_job,
        "log-line": log_line,
        "forget-job": forget_job,
        "forget-definition": forget_definition,
    },
    tagged=tagged,
    controls={"outcome": plan_outcome},
    needs=needs,
)
