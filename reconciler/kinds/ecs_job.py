"""The kind EcsJob: a task definition and RunTask."""

from collections.abc import Mapping

from reconciler.core.rules import Rules
from reconciler.kinds import patch, run_task, task_definition
from reconciler.kinds.task_definition_rules import RULES
from reconciler.model import Job, Launch, Resource, RunKey, Settings, Spec


class EcsJob:
    """ECS tasks; see :class:`reconciler.kinds.kind.Kind` for what each answer means."""

    name = "EcsJob"
    definition_kind = task_definition.KIND
    rules: Rules = RULES

    def definition(self, job: Job, settings: Settings) -> Resource | None:
        """Answer the task definition that the job owns."""
        return task_definition.desired(job, settings)

    def main_container(self, job: Job, definition: Spec) -> str | None:
        """Name the container whose exit code decides."""
        return task_definition.main_container(job, definition)

    def run_request(self, job: Job, definition: Spec) -> Spec:
        """Answer RunTask's members as the author wants them."""
        return run_task.run_request(job, self.main_container(job, definition))

    def target(self, job: Job) -> str | None:
        """Name the cluster."""
        return str(job.run.get("cluster") or "default")

    def launches(self, request: Spec, key: RunKey, target: str, definition_arn: str) -> tuple[Launch, ...]:
        """Split the request into calls of ten tasks."""
        return run_task.launches(request, key, target, definition_arn)

    def told(self, request: Spec, container: str | None, variables: Mapping[str, str]) -> Spec:
        """Set variables of the main container by override."""
        return run_task.override(request, container, environment=variables) if container else request

    def patched(self, job: Job, request: Spec) -> Spec:
        """Apply `run.patches`."""
        return patch.apply(job, request)
