"""Schedules that could never start anything, or that their engine cannot keep."""

from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from reconciler.manifests.findings import Finding, Rule, Scene
from reconciler.manifests.jobs import instant
from reconciler.model import ConcurrencyPolicy, Engine, Path, Severity

_SCHEDULE: Path = ("spec", "schedule")
#: A fixed instant to try an expression from: whether it ever fires does not depend on it.
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def _cron(scene: Scene) -> Iterator[Finding]:
    """The grammar is cronsim's, which follows Debian's cron."""
    expression = _of(scene, "cron")
    if expression is None:
        return
    from cronsim import CronSim, CronSimError

    path: Path = (*_SCHEDULE, "cron")
    try:
        next(CronSim(expression, _ANY_TIME))
    except CronSimError as error:
        hint = "the fields are minute, hour, day of month, month, day of week"
        yield Finding(path=path, message=f'not a cron expression: {str(error).lower()} in "{expression}"', hint=hint)
    except StopIteration:
        yield Finding(path=path, message=f'"{expression}" never comes')


def _time_zone(scene: Scene) -> Iterator[Finding]:
    name = _of(scene, "timeZone")
    if name is None:
        return
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a directory, a path that leaves the database, a name it does not have
        close = get_close_matches(name, sorted(available_timezones()), n=1)
        hint = f"did you mean {close[0]}?" if close else "names look like Europe/Paris"
        yield Finding(path=(*_SCHEDULE, "timeZone"), message=f'no time zone "{name}" in the IANA database', hint=hint)


def _dates(scene: Scene) -> Iterator[Finding]:
    instants: dict[str, datetime] = {}
    for member in ("at", "startDate", "endDate"):
        text = _of(scene, member)
        try:
            found = instant(text, "UTC")
        except ValueError:
            yield Finding(path=(*_SCHEDULE, member), message=f'no such time, got "{text}"')
        else:
            if found is not None:
                instants[member] = found
    if "startDate" in instants and "endDate" in instants and instants["endDate"] <= instants["startDate"]:
        yield Finding(
            path=(*_SCHEDULE, "endDate"), message=f"expected a time after startDate, got {_of(scene, 'endDate')}"
        )


def _engine(scene: Scene) -> Iterator[Finding]:
    """EventBridge Scheduler starts runs without looking at those that go on."""
    schedule = scene.spec.get("schedule")
    if not isinstance(schedule, dict):
        return
    eventbridge = schedule.get("engine") == Engine.EVENTBRIDGE
    policy = schedule.get("concurrencyPolicy")
    if eventbridge and policy in {ConcurrencyPolicy.FORBID, ConcurrencyPolicy.REPLACE}:
        path: Path = (*_SCHEDULE, "concurrencyPolicy")
        message = f"engine eventbridge cannot keep {policy} (expected Allow)"
        yield Finding(path=path, message=message, hint="use engine: reconciler")
    if not eventbridge and "eventBridge" in schedule:
        message = "eventBridge has no effect under engine reconciler"
        yield Finding(path=(*_SCHEDULE, "eventBridge"), message=message, severity=Severity.WARNING)


def _followed(scene: Scene) -> Iterator[Finding]:
    """What EventBridge Scheduler launches on ECS is followed only while a loop runs (Batch keeps its own time)."""
    schedule = scene.spec.get("schedule")
    if (
        not isinstance(schedule, dict)
        or schedule.get("engine") != Engine.EVENTBRIDGE
        or not scene.draft.dialect.clustered
    ):
        return
    for member in ("activeDeadlineSeconds", "backoffLimit", "startTimeoutSeconds"):
        if scene.spec.get(member):
            message = f"{member} acts only while `reconcile --watch` follows what EventBridge Scheduler launches"
            yield Finding(path=("spec", member), message=message, severity=Severity.WARNING)


def _of(scene: Scene, member: str) -> Any:
    schedule = scene.spec.get("schedule")
    return schedule.get(member) if isinstance(schedule, dict) else None


SCHEDULE_RULES = (
    Rule(check=_cron, reads=((*_SCHEDULE, "cron"),)),
    Rule(check=_time_zone, reads=((*_SCHEDULE, "timeZone"),)),
    Rule(check=_dates, reads=((*_SCHEDULE, "at"), (*_SCHEDULE, "startDate"), (*_SCHEDULE, "endDate"))),
    Rule(check=_engine, reads=((*_SCHEDULE, "engine"), (*_SCHEDULE, "concurrencyPolicy"))),
    Rule(check=_followed, reads=((*_SCHEDULE, "engine"),)),
)
