"""What a plan says of one job."""

from dataclasses import dataclass

from reconciler.core.slot_runs import Slots
from reconciler.model import FieldChange, Health, Job, Revision, Step, Sync


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """What a plan says of one job; `in_force` is the revision that a launch may name before the plan is applied."""

    job: Job
    sync: Sync
    health: Health
    steps: tuple[Step, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    message: str = ""
    in_force: Revision | None = None
    slots: Slots | None = None
