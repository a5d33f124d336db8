"""What the rest of the product asks of a kind of job; nothing here calls AWS."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from reconciler.core.attempts import Bounds
from reconciler.core.rules import Rules
from reconciler.kinds.run_changes import RunChanges
from reconciler.kinds.schedule import Target
from reconciler.model import Job, Launch, Resource, RunKey, Settings, Spec


class Kind(Protocol):
    """One kind of manifest that runs: how its job becomes a definition and a run request.

    `name` is the manifest's word (`EcsJob`), `definition_kind` the report's (`task-definition`), `rules` the table by
    which two definitions of the kind are compared.
    """

    name: str
    definition_kind: str
    rules: Rules

    def definition(self, job: Job, settings: Settings) -> Resource | None:
        """Answer the definition that `job` owns, exactly as it is sent; None where it uses another's."""
        ...

    def main_container(self, job: Job, definition: Spec) -> str | None:
        """Name the container whose exit code decides; None where the kind has only one."""
        ...

    def bounds(self, job: Job, definition: Spec) -> Bounds:
        """Answer what the reconciler itself has to enforce on the job's runs."""
        ...

    def run_request(self, job: Job, definition: Spec) -> Spec:
        """Answer the launch request as the author wants it, before look-ups and patches."""
        ...

    def target(self, job: Job) -> str | None:
        """Name the cluster or queue that runs are sent to; None where it has to be looked up."""
        ...

    def launches(self, request: Spec, key: RunKey, target: str, definition_arn: str) -> tuple[Launch, ...]:
        """Split a completed request into the calls that AWS's limits allow, each with its part of the key."""
        ...

    def scheduled(self, launches: Sequence[Launch]) -> Target:
        """Answer the call by which EventBridge Scheduler makes these launches; raise ReconcilerError where it cannot.

        Their key has the word for the scheduled time in its trigger.
        """
        ...

    def told(self, request: Spec, definition: Spec, main: str | None, variables: Mapping[str, str]) -> Spec:
        """Tell the main container `variables` by override, over what the author wrote."""
        ...

    def patched(self, job: Job, request: Spec) -> Spec:
        """Apply the author's JSON Patch, the last word on the request."""
        ...

    def changed(self, job: Job, definition: Spec, changes: RunChanges) -> Job:
        """Answer the job as one run of it was asked for; raise UsageError for what the kind has not got."""
        ...

    def faults(self, request: Spec, definition: Spec) -> Iterable[str]:
        """Answer what AWS would refuse of a completed request, or start in vain, against the definition it runs."""
        ...
