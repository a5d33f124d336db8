"""What is done about it, and what is told about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reconciler.model.manifest import Problem, Source
from reconciler.model.resource import FieldChange
from reconciler.model.run import LogLine, Run
from reconciler.model.values import Spec


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
class Outlook:
    """How many steps a pass is about to carry out."""

    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreported:
    """Two sides that read differently without it being drift.

    `rule` names the row of the kind's table, or what else says so; `text` is what counts as equal, `source` where that
    is known from, `grade` how well, `equality` whether AWS stores the same or only runs the same.
    """

    change: FieldChange
    rule: str
    text: str
    source: str
    grade: str = ""
    equality: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who made the live side: the newest ACTIVE revision (`family:7`), and of which commit where it is ours."""

    name: str
    registered_at: datetime | None = None
    registered_by: str | None = None
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmanaged:
    """A live definition that no manifest names and no owner has."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """The two axes of one job, and what a person asks next; an axis is None where the verb did not look.

    `live` says who made what differs; `unreported` is None where nobody asked.
    """

    name: str
    kind: str
    sync: Sync | None
    health: Health | None
    source: Source | None = None
    definition: str | None = None
    changes: tuple[FieldChange, ...] = ()
    schedule: Spec | None = None
    next_start: datetime | None = None
    last_run: Run | None = None
    message: str = ""
    live: Registration | None = None
    unreported: tuple[Unreported, ...] | None = None
    rendered: Spec | None = None


class Verdict(StrEnum):
    """What `doctor` says of one thing."""

    OK = "OK"
    NG = "NG"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that runs depend on, looked at: `jobs` are those that need it, `reason` why it is not OK."""

    what: str
    subject: str
    verdict: Verdict
    reason: str = ""
    jobs: tuple[str, ...] = ()


class Edit(StrEnum):
    """What a checkout does to a job of another commit."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEdit:
    """How one job's manifest differs from another commit's; `before` of a change is what that commit has.

    `kind` is `Settings` for what the directory's settings say beside what shows in the jobs.
    """

    name: str
    kind: str
    edit: Edit
    source: Source | None = None
    changes: tuple[FieldChange, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What the manifests change, compared with those of the commit that `ref` named."""

    ref: str
    commit: str
    jobs: tuple[JobEdit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one verb found and did; every output format is a view of this.

    `runs`, `checks`, `unmanaged`, `against` and `lines` are None where the verb does not tell any. `masked` is set once
    its hidden values are: what is then still to be seen is meant to be.
    """

    verb: str
    owner: str
    region: str | None
    account: str | None
    started: datetime
    seconds: float
    jobs: tuple[JobReport, ...] = ()
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    runs: tuple[Run, ...] | None = None
    checks: tuple[Check, ...] | None = None
    unmanaged: tuple[Unmanaged, ...] | None = None
    against: Against | None = None
    lines: tuple[LogLine, ...] | None = None
    masked: bool = False
