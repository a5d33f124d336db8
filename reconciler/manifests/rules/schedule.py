"""Schedules that could never start anything, or that their engine cannot keep."""

from collections.abc import Iterator
from typing import Any

from reconciler.manifests import jobs
from reconciler.manifests.rules.findings import Finding, Rule, Scene
from reconciler.model import Engine, Path, Problem, Severity

_SCHEDULE: Path = ("spec", "schedule")
_TASKS_PER_CALL = 10


def _grammar(scene: Scene) -> Iterator[Finding]:
    """The expression and its zone."""
    section = scene.spec.get("schedule")
    if not isinstance(section, dict):
        return
    from reconciler.core import slots_check

    for syntax in ("cron", "rate", "at"):
        if syntax in section:
            zone = section.get("timeZone", "UTC")
            yield from map(_finding, slots_check.check_expression(syntax, section[syntax], zone))


def _whole(scene: Scene) -> Iterator[Finding]:
    """What its parts come to: dates that leave no start, and what EventBridge Scheduler cannot keep."""
    section = scene.spec.get("schedule")
    if not isinstance(section, dict) or any(_grammar(scene)) or any(_dates(scene)):
        return
    from reconciler.core import slots_check

    yield from map(_finding, slots_check.check(jobs.schedule(section)))


def _finding(problem: Problem) -> Finding:
    path = (*_SCHEDULE, problem.path) if problem.path else _SCHEDULE
    return Finding(path=path, message=problem.message, hint=problem.hint, severity=problem.severity)


def _dates(scene: Scene) -> Iterator[Finding]:
    for member in ("startDate", "endDate"):
        text = _of(scene, member)
        try:
            jobs.instant(text, "UTC")
        except ValueError:
            yield Finding(path=(*_SCHEDULE, member), message=f'no such time, got "{text}"')


def _engine(scene: Scene) -> Iterator[Finding]:
    """A section for the engine that was not chosen."""
    schedule = scene.spec.get("schedule")
    if isinstance(schedule, dict) and schedule.get("engine") != Engine.EVENTBRIDGE and "eventBridge" in schedule:
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


def _count(scene: Scene) -> Iterator[Finding]:
    """More tasks a slot than EventBridge Scheduler starts in its one call (RunTask.count)."""
    run = scene.spec.get("run")
    count = run.get("count") if isinstance(run, dict) else None
    if _of(scene, "engine") == Engine.EVENTBRIDGE and isinstance(count, int) and count > _TASKS_PER_CALL:
        message = f"engine eventbridge starts at most {_TASKS_PER_CALL} tasks a slot, got {count}"
        yield Finding(path=("spec", "run", "count"), message=message, hint="use engine: reconciler")


def _of(scene: Scene, member: str) -> Any:
    schedule = scene.spec.get("schedule")
    return schedule.get(member) if isinstance(schedule, dict) else None


SCHEDULE_RULES = (
    Rule(check=_grammar, reads=tuple((*_SCHEDULE, member) for member in ("cron", "rate", "at", "timeZone"))),
    Rule(check=_dates, reads=((*_SCHEDULE, "startDate"), (*_SCHEDULE, "endDate"))),
    Rule(check=_whole, reads=(_SCHEDULE,)),
    Rule(check=_engine, reads=((*_SCHEDULE, "engine"),)),
    Rule(check=_count, reads=(("spec", "run", "count"), (*_SCHEDULE, "engine"))),
    Rule(check=_followed, reads=((*_SCHEDULE, "engine"),)),
)
