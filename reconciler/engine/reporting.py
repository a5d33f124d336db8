"""Plans and outcomes → the report that every format is a view of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.aws.session import Aws
from reconciler.core import schedule_report, schedules
from reconciler.core.event_rule import KIND as EVENT_RULE
from reconciler.core.event_rule import EventRulePlan
from reconciler.core.job_plan import JobPlan
from reconciler.core.plan import Plan
from reconciler.engine import orphans
from reconciler.engine.context import Context
from reconciler.model import (
    Action,
    Engine,
    Health,
    Job,
    JobReport,
    Problem,
    Report,
    Run,
    Schedule,
    Severity,
    Spec,
    Status,
    Step,
    Sync,
)

#: So many jobs are named where many have the same to be said of them.
_NAMED = 10


def report(context: Context, verb: str, plan: Plan, started: datetime, aws: Aws) -> Report:
    """Answer the report of a verb that has made or carried out `plan`."""
    left_out = {job.name for job in context.manifests.jobs if not context.limits.selects(job)}
    warnings = tuple(problem for problem in context.manifests.problems if problem.job not in left_out)
    now = context.clock.now()
    jobs = [*(_job(job, verb, now) for job in plan.jobs), *orphans.reports(context, plan.orphans)]
    if plan.event_rule is not None and plan.event_rule.sync is not Sync.IN_SYNC:
        jobs.append(_event_rule(plan.event_rule))
    return Report(
        verb=verb,
        owner=context.settings.owner,
        region=aws.region,
        account=aws.account,
        started=started,
        seconds=max((context.clock.now() - started).total_seconds(), 0.0),
        jobs=tuple(sorted(jobs, key=lambda job: (job.name, job.kind))),
        steps=plan.steps,
        problems=(
            *warnings,
            *(schedule_report.passed((entry.job for entry in plan.jobs), now) if verb == "plan" else ()),
            *plan.problems,
            *(Problem(message=text, severity=Severity.WARNING) for text in aws.warnings),
        ),
    )


def of_runs(
    context: Context, verb: str, runs: Sequence[Run], started: datetime, aws: Aws, warnings: Sequence[str] = ()
) -> Report:
    """Answer the report of a verb about runs, in the order in which they are told."""
    problems = [Problem(message=text, severity=Severity.WARNING) for text in (*warnings, *aws.warnings)]
    return Report(
        verb=verb,
        owner=context.settings.owner,
        region=aws.region,
        account=aws.account,
        started=started,
        seconds=max((context.clock.now() - started).total_seconds(), 0.0),
        problems=tuple(problems),
        runs=tuple(runs),
    )


def with_last_runs(report: Report, found: Mapping[str, Run], unknown: Mapping[str, str]) -> Report:
    """Answer the report with each job's newest run, which is also its health where no pass has told that already."""
    jobs = tuple(_with_last_run(job, found.get(job.name), job.name in unknown) for job in report.jobs)
    reasons = sorted(set(unknown.values()))
    warnings = [Problem(message=f"how runs went is not known: {text}", severity=Severity.WARNING) for text in reasons]
    return replace(report, jobs=jobs, problems=(*report.problems, *warnings))


def _with_last_run(job: JobReport, run: Run | None, unknown: bool) -> JobReport:
    if job.health is not Health.NEVER_RAN:
        return replace(job, last_run=run)
    if unknown:
        return replace(job, health=Health.UNKNOWN)
    return replace(job, last_run=run, health=Health(run.state.value)) if run is not None else job


def merged(done: Sequence[Step], last: Sequence[Step]) -> tuple[Step, ...]:
    """Answer what several passes did, then how the last one left what did not need doing.

    A failure is told once, and not at all where a later pass mended it. An end that was asked for again and again,
    until it came, is told once too.
    """
    mended = {_name(step): position for position, step in enumerate(done) if step.status is Status.DONE}
    told: dict[tuple[object, ...], Step] = {}
    for position, step in enumerate(done):
        if step.status is Status.DONE:
            told[(_name(step), step.reason) if step.action is Action.STOP else (position,)] = step
        elif mended.get(_name(step), -1) < position:
            told[_name(step), step.status, step.error] = step
    named = set(mended)
    errors = {(step.job, step.error) for step in done if step.error}
    rest = (
        step
        for step in last
        if step.operation is None and ((step.job, step.error) not in errors if step.error else _name(step) not in named)
    )
    return (*told.values(), *rest)


def _name(step: Step) -> tuple[str, str, str]:
    return (step.kind, step.name, step.job)


def timed_out(report: Report, said: str) -> Report:
    """Add to a report that waiting ended before the runs did."""
    problem = Problem(
        message=f"{said}; the runs go on",
        hint="`reconcile status` shows them, and the same command waits again",
    )
    return replace(report, problems=(*report.problems, problem))


def _job(plan: JobPlan, verb: str, now: datetime) -> JobReport:
    suspended = plan.health is Health.SUSPENDED
    schedule = plan.job.trigger if isinstance(plan.job.trigger, Schedule) else None
    return JobReport(
        name=plan.job.name,
        kind=plan.job.kind,
        sync=plan.sync,
        health=plan.health,
        source=plan.job.source,
        definition=plan.in_force.arn if plan.in_force is not None else None,
        changes=plan.changes,
        schedule=_schedule(schedule, plan, verb, now) if schedule is not None else None,
        next_start=schedule_report.next_start(schedule, now, suspended=suspended) if schedule is not None else None,
        message=plan.message,
    )


def _schedule(schedule: Schedule, plan: JobPlan, verb: str, now: datetime) -> Spec:
    """Answer what is told of a schedule; when it starts where people ask for it, or are about to change it."""
    suspended = plan.health is Health.SUSPENDED
    told = schedule_report.described(schedule, suspended=suspended, known=plan.slots)
    if verb == "plan" and any(_changes_schedule(step) for step in plan.steps):
        starts = schedule_report.next_starts(schedule, now, suspended=suspended)
        return {**told, **starts, **schedule_report.clock_changes(schedule, now)}
    if verb == "status":
        starts = schedule_report.next_starts(schedule, now, suspended=suspended)
        until = max((datetime.fromisoformat(start["utc"]) for start in starts["nextStarts"]), default=now)
        return {**told, **starts, **schedule_report.clock_changes(schedule, now, until)}
    return told


def _changes_schedule(step: Step) -> bool:
    return step.kind == schedules.KIND and step.action is not Action.KEEP


def _event_rule(rule: EventRulePlan) -> JobReport:
    """Answer the rule that keeps runs' ends, which is no job, but differs as one does."""
    return JobReport(
        name=rule.name,
        kind=EVENT_RULE,
        sync=rule.sync,
        health=None,
        source=rule.source,
        changes=rule.changes,
        message=rule.message,
    )


def needs_a_loop(report: Report, jobs: Sequence[Job]) -> Report:
    """Add to the report of a pass by itself which schedules start nothing unless a loop runs."""
    waiting = sorted(
        job.name
        for job in jobs
        if isinstance(job.trigger, Schedule) and job.trigger.engine is Engine.RECONCILER and not job.suspend
    )
    if not waiting:
        return report
    more = f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else ""
    problem = Problem(
        message=f"these start their runs only while a loop runs: {', '.join(waiting[:_NAMED])}{more}",
        severity=Severity.WARNING,
        hint="`reconcile --watch` is the loop; engine: eventbridge needs none",
    )
    return replace(report, problems=(*report.problems, problem))
