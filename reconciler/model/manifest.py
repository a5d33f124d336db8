"""What people wrote, as it counts in the chosen environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from reconciler.model.notify import Notify
from reconciler.model.values import Path, Spec


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
    "taskDefinition", "cpu")`) to where they were written; a path that is not in it belongs to its nearest parent. It
    makes no job another: looking through it parses a manifest that was remembered.
    `tags` are the author's, the job's over Settings'. `spec` is the merged section as a whole, for what is shown.
    """

    name: str
    declared_name: str
    kind: str
    source: Source
    definition: Definition
    spec: Spec
    sources: Mapping[Path, Source] = field(default_factory=dict, compare=False)
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

    @property
    def defined_by(self) -> str:
        """The name of the job whose definition it runs: its own, or the one that `definitionOf` names."""
        return self.definition.job if isinstance(self.definition, Shared) else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The directory's settings in the chosen environment; without a Settings document, the defaults.

    `tag_sources` says where each of the tags was written.
    """

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
    tag_sources: Mapping[str, Source] = field(default_factory=dict, compare=False)
    prune: bool = False
    max_deletions: int = 10
    max_reruns: int = 10
    max_concurrent_runs: int | None = None
    history_retention_days: int = 90
    history_events: bool = False
    show_values_of: tuple[str, ...] = ()
    notify: tuple[Notify, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """A directory, read whole: its jobs in order of name, and every problem of every file, sorted.

    `digest` changes when anything that was read changes. `origin` is the directory's path from the git top level
    (its own name outside git), which says at a prune whose children the orphans were. `named` are the real paths of
    the files that manifests name, which may lie outside the directory.
    """

    directory: str
    origin: str
    settings: Settings
    jobs: tuple[Job, ...]
    problems: tuple[Problem, ...] = ()
    digest: str = ""
    empty: bool = False
    named: tuple[str, ...] = ()
