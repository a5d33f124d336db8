"""Look at what happens by time: the schedules on AWS, and the runs that schedules have started."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.core import ownership
from reconciler.core.ownership import Commit
from reconciler.core.plan import JobSeen
from reconciler.core.prune import Orphan
from reconciler.engine.context import Context
from reconciler.engine.definitions import Definitions
from reconciler.engine.schedules import SchedulesSeen, observe_schedules
from reconciler.engine.slots import SlotsSeen, Untold, observe_slots
from reconciler.errors import AccessDenied
from reconciler.model import Engine, Job, Problem, Schedule, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What was seen of the schedules of all jobs."""

    slots: SlotsSeen = field(default_factory=SlotsSeen)
    schedules: SchedulesSeen = field(default_factory=SchedulesSeen)

    @property
    def orphans(self) -> tuple[Orphan, ...]:
        """Schedules of ours that no manifest names."""
        return self.schedules.orphans

    @property
    def untold(self) -> tuple[Untold, ...]:
        """What is still to be recorded."""
        return self.slots.untold

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands in a group of ours and is not ours; it is left alone."""
        return tuple(
            Problem(
                message=f"schedule {live.group}/{live.name} is not ours and is left alone",
                severity=Severity.WARNING,
                hint=f"it belongs to owner {live.owner}" if live.owner else "its Description names no owner",
            )
            for live in self.schedules.foreign
        )

    def of(self, entry: JobSeen) -> JobSeen:
        """Answer a job with what was seen of its schedule."""
        name = entry.job.name
        known = self.slots.known.get(name)
        found = self.schedules.by_job.get(name)
        errors = self.slots.errors.get(name, "") or self.schedules.errors.get(name, "")
        if known is None and found is None and not errors:
            return entry
        texts = [known.memory.standing.commit if known and known.memory.standing else ""]
        texts += [found.live.commit] if found and found.live else []
        commits = [commit for text in texts if (commit := ownership.parse_commit(text)) is not None]
        live = [entry.live_commit] if entry.live_commit is not None else []
        return replace(
            entry,
            slots=known,
            schedules=found,
            live_commit=max([*live, *commits], key=_time, default=None),
            error=entry.error or errors,
        )


def observe_timing(
    context: Context, jobs: Sequence[Job], definitions: Definitions, suspended: Callable[[Job], bool], now: datetime
) -> Timing:
    """Look at the schedules of `jobs`."""
    looked_at = [job for job in jobs if job.name not in definitions.errors]
    followed = [job for job in jobs if job.name not in definitions.errors or job.name in definitions.linked]
    slots = observe_slots(context, followed, definitions, lambda job: job.suspend or suspended(job), now)
    try:
        schedules = observe_schedules(context, looked_at, definitions, slots.known, slots.groups, now)
    except AccessDenied as error:
        if slots.groups:
            raise
        schedules = _without(looked_at, error)
    return Timing(slots=slots, schedules=schedules)


def _without(jobs: Sequence[Job], error: AccessDenied) -> SchedulesSeen:
    """Answer for a caller who may not look at schedules: a failure of the jobs that want one, and of no other."""
    wanting = [
        job.name for job in jobs if isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.EVENTBRIDGE
    ]
    return SchedulesSeen(errors=dict.fromkeys(wanting, str(error)))


def _time(commit: Commit) -> datetime:
    return commit.time
