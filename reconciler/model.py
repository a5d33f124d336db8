"""The values that travel through a pass: what people wrote, what is wanted, what was seen, what is done about it.

Nothing here computes. The way of the data is manifests → :class:`Job` → :class:`Resource` → (observation) →
:class:`Step` → :class:`Outcome` → report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Final, Literal

#: A place inside a document: keys and list positions from the top, `("spec", "run", "subnets", 0)`.
Path = tuple[str | int, ...]
#: What is sent to AWS or was received from it, in AWS's own spelling.
Spec = Mapping[str, Any]


class _Absent(Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


#: A member that is not there; `None` is a value that somebody wrote.
ABSENT: Final = _Absent.ABSENT
Absent = Literal[_Absent.ABSENT]


# --- what people wrote ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Source:
    """A place in a file; lines and columns count from 1, line 0 is the file as such."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Severity(StrEnum):
    """Errors stop a pass, warnings are only said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to tell the author about one place: what is wrong, and in `hint` what to do."""

    message: str
    severity: Severity = Severity.ERROR
    source: Source | None = None
    path: str = ""
    hint: str = ""
    job: str = ""

    def __str__(self) -> str:
        where = " ".join(part for part in (str(self.source) if self.source else "", self.path) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({self.hint})" if self.hint else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A definition that this job registers: `body` is the request, whose family or name may be left out."""

    body: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Somebody else's definition: an ARN, `family:revision`, or a family (its latest ACTIVE revision)."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The definition that another job of the directory owns; `job` is that job's final name."""

    job: str


Definition = Owned | Linked | Shared


class Engine(StrEnum):
    """Who starts the runs of a schedule."""

    RECONCILER = "reconciler"
    EVENTBRIDGE = "eventbridge"


class ConcurrencyPolicy(StrEnum):
    """What a due start does while an earlier run goes on."""

    ALLOW = "Allow"
    FORBID = "Forbid"
    REPLACE = "Replace"


class RerunOn(StrEnum):
    """What makes a one-shot run again: a changed definition or run section, or only a changed key."""

    DEFINITION = "definition"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Run one time for each generation."""

    key: str = ""
    rerun_on: RerunOn = RerunOn.DEFINITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Run at the instants of `expression`; exactly one of the spellings cron, rate and at (in `syntax`)."""

    syntax: Literal["cron", "rate", "at"]
    expression: str
    engine: Engine
    time_zone: str = "UTC"
    concurrency_policy: ConcurrencyPolicy = ConcurrencyPolicy.ALLOW
    starting_deadline_seconds: int = 300
    start_date: datetime | None = None
    end_date: datetime | None = None
    event_bridge: Spec = field(default_factory=dict)


#: `None`: on demand only.
Trigger = Once | Schedule | None


class DeletionPolicy(StrEnum):
    """What happens to a definition when its manifest goes away."""

    DEREGISTER = "Deregister"
    RETAIN = "Retain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """The awslogs configuration that containers without one are given; the pass makes the group."""

    group: str
    stream_prefix: str = "job"
    retention_days: int | None = None
    create_group: bool = True
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One manifest as it counts in the chosen environment: variables, defaults and overlays applied.

    `name` carries the prefix, `declared_name` does not. `sources` maps paths of the merged manifest (`("spec",
    "taskDefinition", "cpu")`) to where they were written; a path that is not in it belongs to its nearest parent.
    `tags` are the author's, the job's over Settings'. `spec` is the merged section as a whole, for what is shown.
    """

    name: str
    declared_name: str
    kind: str
    source: Source
    definition: Definition
    spec: Spec
    sources: Mapping[Path, Source] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()
    run: Spec = field(default_factory=dict)
    logs: Logs | None = None
    trigger: Trigger = None
    depends_on: tuple[str, ...] = ()
    main_container: str | None = None
    start_timeout_seconds: int | None = None
    active_deadline_seconds: int | None = None
    backoff_limit: int = 0
    suspend: bool = False
    deletion_policy: DeletionPolicy = DeletionPolicy.DEREGISTER
    revision_history_limit: int = 1
    adopt: bool | str = False
    ignore_differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The directory's settings in the chosen environment; without a Settings document, the defaults."""

    owner: str = "default"
    declared: bool = False
    environment: str | None = None
    region: str | None = None
    account_id: str | None = None
    role_arn: str | None = None
    read_role_arn: str | None = None
    external_id: str | None = None
    cluster: str = "default"
    name_prefix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    prune: bool = False
    max_deletions: int = 10
    max_reruns: int = 10
    max_concurrent_runs: int | None = None
    history_retention_days: int = 90
    show_values_of: tuple[str, ...] = ()
    notify: Sequence[Spec] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """A directory, read whole: its jobs in order of name, and every problem of every file, sorted.

    `digest` changes when anything that was read changes. `origin` is the directory's path from the git top level
    (its own name outside git), which says at a prune whose children the orphans were.
    """

    directory: str
    origin: str
    settings: Settings
    jobs: tuple[Job, ...]
    problems: tuple[Problem, ...] = ()
    digest: str = ""
    empty: bool = False


# --- what is wanted ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A thing that should exist on AWS: `spec` is exactly what is sent, tags apart.

    `kind` is a word of the report (`task-definition`, `job-definition`, `schedule`, `log-group`); `sources` maps
    paths inside `spec` to the manifest's lines that want them.
    """

    kind: str
    name: str
    job: str
    spec: Spec
    source: Source
    sources: Mapping[Path, Source] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


# --- what was seen ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One registered revision as AWS described it; `spec` is None where only its tags were looked at."""

    arn: str
    name: str
    number: int
    active: bool = True
    spec: Spec | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    registered_at: datetime | None = None
    registered_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The ACTIVE revisions of one family or job definition name that matter, newest first.

    `revisions` always begins with the newest ACTIVE one and holds every ACTIVE one that carries the owner's tag.
    """

    name: str
    revisions: tuple[Revision, ...] = ()

    @property
    def latest(self) -> Revision | None:
        """The newest ACTIVE revision, whoever registered it."""
        return self.revisions[0] if self.revisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One leaf that differs: `before` is what lives on AWS, `after` what the manifest wants (ABSENT: not there)."""

    path: str
    before: Any = ABSENT
    after: Any = ABSENT
    source: Source | None = None


class RunState(StrEnum):
    """How far a run is, in one vocabulary for tasks and Batch jobs."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNKNOWN = "Unknown"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self in {RunState.SUCCEEDED, RunState.FAILED, RunState.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerEnd:
    """How one container of a run ended."""

    name: str
    exit_code: int | None = None
    reason: str = ""
    essential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt of one run, as far as it is known; `ids` are the ARNs of its tasks or the id of its Batch job."""

    job: str
    trigger: str
    attempt: int = 0
    ids: tuple[str, ...] = ()
    target: str = ""
    state: RunState = RunState.PENDING
    exit_code: int | None = None
    reason: str = ""
    definition: str = ""
    commit: str = ""
    created: datetime | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    containers: tuple[ContainerEnd, ...] = ()


# --- what is done about it --------------------------------------------------------------------------------------


class Sync(StrEnum):
    """Whether AWS matches the manifest."""

    IN_SYNC = "InSync"
    MISSING = "Missing"
    DRIFTED = "Drifted"
    ORPHANED = "Orphaned"
    FOREIGN = "Foreign"
    BEHIND = "Behind"
    ERROR = "Error"


class Health(StrEnum):
    """How the last run went."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    PENDING = "Pending"
    UNKNOWN = "Unknown"
    NEVER_RAN = "NeverRan"
    SUSPENDED = "Suspended"


class Action(StrEnum):
    """What a step does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LAUNCH = "launch"
    STOP = "stop"
    ADOPT = "adopt"
    KEEP = "keep"


class Status(StrEnum):
    """How far a step is."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, or the decision to do nothing, with its reason.

    `operation` is what the engine carries out (a value of :mod:`reconciler.core.operations`); None for KEEP and for
    what is blocked. `name` is the resource's, `job` the manifest's.
    """

    action: Action
    kind: str
    name: str
    job: str
    reason: str
    operation: Any = None
    changes: tuple[FieldChange, ...] = ()
    source: Source | None = None
    status: Status = Status.PLANNED
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """The two axes of one job, and what a person asks next."""

    name: str
    kind: str
    sync: Sync
    health: Health
    source: Source | None = None
    definition: str | None = None
    changes: tuple[FieldChange, ...] = ()
    schedule: Spec | None = None
    next_start: datetime | None = None
    last_run: Run | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one verb found and did; every output format is a view of this."""

    verb: str
    owner: str
    region: str | None
    account: str | None
    started: datetime
    seconds: float
    jobs: tuple[JobReport, ...] = ()
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
