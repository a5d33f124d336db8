"""What a step asks the engine to carry out; a step without one does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.core.attempts import Bounds, Resume, Start, Stop
from reconciler.core.live_schedules import LiveSchedule
from reconciler.core.memory import Memory
from reconciler.core.slot_memory import SlotMemory
from reconciler.model import Resource, Revision, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Register a definition with its tags, look at what AWS made of it, and record whether it is equal."""

    resource: Resource
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Change the tags of a revision."""

    revision: Revision
    tags: Mapping[str, str]
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deregister:
    """Make a revision INACTIVE."""

    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLogGroup:
    """Make a log group, or set the retention of one that `exists`, of which `live_days` are set (None: for ever)."""

    name: str
    retention_days: int | None
    exists: bool = False
    live_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Carry out a decision about the `n`th run of a generation; without a memory it is claimed first.

    `stream` is what is claimed, where that is not a one-shot's; nothing is sent any more once it `expires`.
    """

    generation: str
    n: int
    decision: Start | Resume | Stop
    bounds: Bounds
    memory: Memory | None = None
    stream: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Claim a generation without running it, because it belongs to an adopted definition."""

    generation: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Record that from now on this schedule counts; what came before it is never started."""

    memory: SlotMemory
    schedule: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class PutSchedule:
    """Make a schedule of EventBridge Scheduler, or replace the one that lives, after recording that it stands."""

    live: LiveSchedule | None = None
    stand: Stand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSchedule:
    """Take a schedule of EventBridge Scheduler away."""

    group: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutEventRule:
    """Make or replace the rule that keeps how runs end, with its policy and target; others' targets on it go."""

    resource: Resource
    exists: bool
    foreign_targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteEventRule:
    """Take the rule away, with its targets and its policy."""

    name: str
    targets: tuple[str, ...]


Operation = (
    Register
    | Tag
    | Deregister
    | MakeLogGroup
    | Advance
    | Note
    | Stand
    | PutSchedule
    | DeleteSchedule
    | PutEventRule
    | DeleteEventRule
)
