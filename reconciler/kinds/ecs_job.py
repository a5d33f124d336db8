"""The kind EcsJob: a task definition and RunTask."""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.attempts import Bounds, seconds
from reconciler.core.rules import Rules
from reconciler.kinds import patch, run_task, run_task_changes, run_task_checks, task_definition
from reconciler.kinds.containers import inessential
from reconciler.kinds.run_changes import RunChanges, require
from reconciler.kinds.schedule import Target
from reconciler.kinds.task_definition_rules import RULES
from reconciler.model import MOST_TASKS, Job, Launch, Resource, RunKey, Settings, Spec


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

    def bounds(self, job: Job, definition: Spec) -> Bounds:
        """Answer the job's timeouts and retries: ECS knows none of them."""
        return Bounds(
            main=self.main_container(job, definition),
            inessential=inessential(definition.get("containerDefinitions") or ()),
            backoff_limit=job.backoff_limit,
            start_timeout=seconds(job.start_timeout_seconds),
            deadline=seconds(job.active_deadline_seconds),
        )

    def run_request(self, job: Job, definition: Spec) -> Spec:
        """Answer RunTask's members as the author wants them."""
        return run_task.run_request(job, self.main_container(job, definition))

    def target(self, job: Job) -> str | None:
        """Name the cluster."""
        return str(job.run.get("cluster") or "default")

    def launches(self, request: Spec, key: RunKey, target: str, definition_arn: str) -> tuple[Launch, ...]:
        """Split the request into calls of ten tasks."""
        return run_task.launches(request, key, target, definition_arn)

    def scheduled(self, launches: Sequence[Launch]) -> Target:
        """Answer RunTask with EventBridge Scheduler's words in it."""
        return run_task.scheduled(launches)

    def told(self, request: Spec, definition: Spec, main: str | None, variables: Mapping[str, str]) -> Spec:
        """Set variables of the main container by override."""
        return run_task.override(request, main, environment=variables)

    def patched(self, job: Job, request: Spec) -> Spec:
        """Apply `run.patches`; how many calls a run takes is read from the answer's count."""
        patched = patch.apply(job, request)
        count = patched.get("count", 1)
        if type(count) is not int or not 1 <= count <= MOST_TASKS:
            raise patch.misfit(job, f"count: expected an integer from 1 to {MOST_TASKS}, got {count!r}")
        return patched

    def changed(self, job: Job, definition: Spec, changes: RunChanges) -> Job:
        """Lay what `run` was told over the run section, as RunTask's overrides."""
        require(changes.container, [str(each["name"]) for each in definition.get("containerDefinitions") or ()])
        return run_task_changes.changed(job, self.main_container(job, definition), changes)

    def faults(self, request: Spec, definition: Spec) -> Iterable[str]:
        """Answer what RunTask would refuse."""
        return run_task_checks.faults(request, definition)
