"""The kind BatchJob: a job definition and SubmitJob."""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.attempts import Bounds, seconds
from reconciler.core.rules import Rules
from reconciler.kinds import job_definition, patch, submit_job, submit_job_changes
from reconciler.kinds.job_definition_rules import RULES
from reconciler.kinds.run_changes import RunChanges
from reconciler.kinds.schedule import Target
from reconciler.kinds.submit_job_overrides import override
from reconciler.model import Job, Launch, Resource, RunKey, Settings, Spec


class BatchJob:
    """AWS Batch jobs; see :class:`reconciler.kinds.kind.Kind` for what each answer means."""

    name = "BatchJob"
    definition_kind = job_definition.KIND
    rules: Rules = RULES

    def definition(self, job: Job, settings: Settings) -> Resource | None:
        """Answer the job definition that the job owns."""
        return job_definition.desired(job, settings)

    def main_container(self, job: Job, definition: Spec) -> str | None:
        """Name the container whose exit code decides."""
        return job_definition.main_container(job, definition)

    def bounds(self, job: Job, definition: Spec) -> Bounds:
        """Answer the start timeout alone: retries and the deadline of an attempt are Batch's to enforce."""
        return Bounds(main=self.main_container(job, definition), start_timeout=seconds(job.start_timeout_seconds))

    def run_request(self, job: Job, definition: Spec) -> Spec:
        """Answer SubmitJob's members as the author wants them."""
        return submit_job.run_request(job, definition, self.main_container(job, definition))

    def target(self, job: Job) -> str | None:
        """Name the queue; None where it is the only one that takes jobs."""
        queue = job.run.get("jobQueue")
        return str(queue) if queue else None

    def launches(self, request: Spec, key: RunKey, target: str, definition_arn: str) -> tuple[Launch, ...]:
        """Answer the one submission."""
        return submit_job.launches(request, key, target, definition_arn)

    def scheduled(self, launches: Sequence[Launch]) -> Target:
        """Answer SubmitJob with EventBridge Scheduler's words in it."""
        return submit_job.scheduled(launches[0])

    def told(self, request: Spec, definition: Spec, main: str | None, variables: Mapping[str, str]) -> Spec:
        """Set variables of the main container by override."""
        return override(request, definition, main, environment=variables)

    def patched(self, job: Job, request: Spec) -> Spec:
        """Apply `run.patches`."""
        return patch.apply(job, request)

    def changed(self, job: Job, definition: Spec, changes: RunChanges) -> Job:
        """Lay what `run` was told over the run section, as SubmitJob's overrides and parameters."""
        return submit_job_changes.changed(job, definition, self.main_container(job, definition), changes)

    def faults(self, request: Spec, definition: Spec) -> Iterable[str]:
        """Answer what SubmitJob would refuse."""
        return submit_job_changes.faults(request, definition)
