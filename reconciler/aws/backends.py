"""What the engine asks of AWS, for every kind alike.

A backend either returns everything it was asked for or raises one of :mod:`reconciler.errors`; "could not read" is
never "absent". Backends are safe to call from several threads.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from reconciler.aws.log_streams import LogStream
from reconciler.model import Execution, Family, Launch, Launched, Resource, Revision, RunKey, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsSeen:
    """All that a pass needs to know of one kind of definition.

    `families` answers for every name that was asked (an unknown one has no revisions). `owned` names every family
    with an ACTIVE revision of this owner, asked for or not, as far as the tag index knows: a hint for pruning.
    """

    families: Mapping[str, Family]
    owned: frozenset[str]


class DefinitionBackend(Protocol):
    """The registry of one kind of definition: ECS task definitions, Batch job definitions."""

    def observe(self, names: Collection[str], *, owner: str) -> DefinitionsSeen:
        """Look up the ACTIVE revisions of `names` in as few calls as lists allow.

        A newest revision whose listed tags prove nothing is described; so its `spec` may be None only where its tags
        carry `reconciler:owner`, `:digest` and `:verified` with its own number.
        """
        ...

    def family(self, name: str, *, owner: str) -> Family:
        """Describe anew the newest ACTIVE revision of `name`, and list every ACTIVE one of `owner`, newest first."""
        ...

    def names(self, tags: Mapping[str, str | None]) -> frozenset[str]:
        """Name everything with an ACTIVE revision; with `tags`, what carries them all (None: any value).

        The latter as far as the tag index knows, which may lag, and remember what is no longer ACTIVE.
        """
        ...

    def describe(self, reference: str) -> Revision | None:
        """Describe one revision by ARN or `name:revision`, or the newest ACTIVE one of a bare name, with its tags."""
        ...

    def register(self, resource: Resource) -> Revision:
        """Register `resource` with its tags and describe what AWS made of it."""
        ...

    def tag(self, revision: Revision, tags: Mapping[str, str], *, remove: Collection[str] = ()) -> None:
        """Set `tags` on a revision, then take off the keys in `remove`."""
        ...

    def deregister(self, revision: Revision) -> None:
        """Make a revision INACTIVE; doing so twice is no error."""
        ...

    def users(self, revisions: Sequence[Revision], *, going: Collection[str] = ()) -> Mapping[str, str]:
        """Say what still uses each revision, by ARN: a task, a service, a rule, a schedule; the unused are left out.

        What could not be read counts as used, and says so. `going` are schedules, `group/name`, that do not count.
        """
        ...


class RunBackend(Protocol):
    """The runs of one kind: ECS tasks, Batch jobs.

    `recall` is how long after a launch AWS can still be asked what it made. `tokens` says whether AWS itself makes a
    repeated launch of one key the same launch; where it does not, each submission is claimed in the ledger first.
    `target_kind` is what a target is called.
    """

    recall: timedelta
    tokens: bool
    target_kind: str

    def key_text(self, key: RunKey) -> str:
        """Answer the startedBy or job name that marks a run of `key`, at most 128 legal characters."""
        ...

    def default_target(self) -> str:
        """Answer the cluster or queue that is meant where a job names none.

        Raises ReconcilerError, naming those there are, where it cannot be told.
        """
        ...

    def launch(self, launch: Launch) -> Launched:
        """Start one part; a repeated call with an equal `launch` within the token's life starts nothing new.

        Raises Conflict where the token was used with another request, OutcomeUnknown where no answer came.
        """
        ...

    def find(self, key: RunKey, target: str) -> tuple[Execution, ...]:
        """Look for executions of exactly this key in `target`, running and recently stopped."""
        ...

    def describe(self, ids: Collection[str], target: str) -> Mapping[str, Execution]:
        """Describe many executions, a hundred a call; what AWS no longer knows is left out."""
        ...

    def look_up(self, id: str) -> Execution | None:  # noqa: A002 - AWS's word
        """Describe an execution by what names it everywhere, a task's ARN or a job's id; None for anything else."""
        ...

    def running(self, target: str, *, owner: str) -> tuple[Execution, ...]:
        """Answer every execution of `owner` in `target` that has not ended, one list for all jobs."""
        ...

    def recent(self, target: str, *, owner: str, since: datetime) -> tuple[Execution, ...]:
        """Answer the same and those of the owner's that have ended, as far back as `since` where AWS tells so much."""
        ...

    def stop(self, id: str, target: str, *, reason: str) -> None:  # noqa: A002 - AWS's word
        """End one execution; one that has ended, or that is gone, is no error."""
        ...

    def unfit(self, target: str, request: Spec) -> str | None:
        """Say why nothing could be started in `target` for `request`: not there, closed, no capacity; None if well."""
        ...

    def log_streams(self, id: str, target: str, definition: Spec) -> tuple[LogStream, ...]:  # noqa: A002 - AWS's word
        """Say where each container of an execution writes, from the definition it runs; none where nothing tells."""
        ...

    def complete(self, launch_request: Spec, definition: Spec) -> Spec:
        """Fill in what must be looked up before a launch: the subnets of a VPC; raise Rejected if there are none."""
        ...
