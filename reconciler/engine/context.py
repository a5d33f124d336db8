"""What a pass works with, put together once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.aws.backends import DefinitionBackend, RunBackend
from reconciler.aws.event_rules import EventRules
from reconciler.aws.history import History
from reconciler.aws.inspection import Inspection
from reconciler.aws.ledger import Ledger
from reconciler.aws.log_groups import LogGroups
from reconciler.aws.run_events import RunEvents
from reconciler.aws.run_logs import RunLogs
from reconciler.aws.schedules import Schedules
from reconciler.clock import Clock
from reconciler.core.definitions import Wanted
from reconciler.core.guards import Limits
from reconciler.core.memory import Memory
from reconciler.core.ownership import Commit
from reconciler.engine.unchanged import Unchanged
from reconciler.kinds.kind import Kind
from reconciler.model import Job, Manifests, Outlook, Resource, Run, Settings, Step

#: What is told while a pass goes on: how many steps are to come, each that was carried out, a run that has changed.
Listener = Callable[[Outlook | Step | Run], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """AWS, as the engine sees it: by the name of the kind, and the memories that all kinds share."""

    definitions: Mapping[str, DefinitionBackend]
    runs: Mapping[str, RunBackend]
    ledger: Ledger
    history: History
    run_events: RunEvents
    event_rules: EventRules
    log_groups: LogGroups
    run_logs: RunLogs
    schedules: Schedules
    inspection: Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What need not be worked out again: what jobs want, and what the ledger says of one-shots."""

    wanted: Unchanged[Wanted | None] = field(default_factory=Unchanged)
    runs: Unchanged[Memory] = field(default_factory=Unchanged)

    def turn(self) -> None:
        """Begin a pass."""
        self.wanted.turn()
        self.runs.turn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One caller's view of one directory and one account."""

    manifests: Manifests
    kinds: Mapping[str, Kind]
    backends: Backends
    clock: Clock
    limits: Limits
    #: The directory's settings with the Region that is acted in, which a flag or the AWS environment may name.
    acting: Callable[[], Settings]
    commit: Commit | None
    listen: Listener
    known: Known
    #: The directory's jobs by name.
    jobs: Mapping[str, Job] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "jobs", {job.name: job for job in self.manifests.jobs})

    @property
    def settings(self) -> Settings:
        """The directory's settings."""
        return self.manifests.settings

    def kind(self, job: Job) -> Kind:
        """Answer the kind of a job."""
        return self.kinds[job.kind]

    def definition(self, job: Job) -> Resource | None:
        """Answer the definition that a job owns, exactly as it is sent; None where it uses another's."""
        return self.kind(job).definition(job, self.acting())
