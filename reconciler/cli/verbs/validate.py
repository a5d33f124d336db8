"""`reconcile validate`."""

from dataclasses import replace
from datetime import datetime

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import AWS, DIRECTORY, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import FORMATS
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode
from reconciler.model import Job, JobReport, Manifests, Problem, Report, Schedule, Spec
from reconciler.reports.verdict import of_problems


@verb("validate", DIRECTORY, MANIFESTS, AWS, SELECTION, output(*FORMATS))
def command(invocation: Invocation) -> ExitCode:
    """Check every manifest in DIR, without AWS.

    No credentials are needed. Without --env, every environment that Settings declare is checked. Exit 3 where a
    manifest is invalid. --job and --tag choose which jobs are told of; the whole of DIR is checked all the same.
    """
    report = _chosen(invocation, _report(invocation))
    invocation.emit(report)
    return of_problems(report)


def _report(invocation: Invocation) -> Report:
    from reconciler.manifests import environments

    options = invocation.options
    now = invocation.started if options.verbose or options.format != "text" else None
    declared = environments(invocation.options.directory) if invocation.options.env is None else ()
    if not declared:
        report, manifests = invocation.offline_report(), invocation.manifests
        problems = (*report.problems, *_passed(invocation, manifests))
        return replace(report, jobs=_jobs(manifests, now), problems=problems)
    checked = {name: invocation.load(*invocation.identity, environment=name) for name in declared}
    first = next(iter(checked.values()))
    invocation.manifests = replace(first, jobs=tuple(job for each in checked.values() for job in each.jobs))
    return replace(
        invocation.offline_report(),
        owner=", ".join(manifests.settings.owner for manifests in checked.values()),
        account=None,
        jobs=tuple({job.name: job for each in checked.values() for job in _jobs(each, now)}.values()),
        problems=_merged(
            {name: (*each.problems, *_passed(invocation, each)) for name, each in checked.items()},
        ),
    )


def _chosen(invocation: Invocation, report: Report) -> Report:
    """Tell of the chosen jobs alone. Raises UsageError where a valid directory declares no job of a name."""
    options, manifests = invocation.options, invocation.manifests
    if not (options.job or options.tag):
        return report
    from reconciler.cli import selection

    if of_problems(report) is ExitCode.OK:
        selection.check(manifests, options)
    chosen = {job.name for job in manifests.jobs if invocation.limits().selects(job)}
    warned = selection.none_chosen(manifests, options, invocation.limits)
    jobs = tuple(job for job in report.jobs if job.name in chosen)
    return replace(report, jobs=jobs, problems=(*report.problems, *warned))


def _passed(invocation: Invocation, manifests: Manifests) -> tuple[Problem, ...]:
    """Answer the warnings that the day alone brings."""
    from reconciler.core import schedule_report

    return schedule_report.passed(manifests.jobs, invocation.started)


def _merged(found: dict[str, tuple[Problem, ...]]) -> tuple[Problem, ...]:
    """Answer each problem once; one that only some environments have says which."""
    where: dict[Problem, list[str]] = {}
    for environment, problems in found.items():
        for problem in problems:
            where.setdefault(replace(problem, job=""), []).append(environment)
    return tuple(
        problem
        if len(environments) == len(found)
        else replace(problem, message=f"in environment {', '.join(environments)}: {problem.message}")
        for problem, environments in where.items()
    )


def _jobs(manifests: Manifests, now: datetime | None) -> tuple[JobReport, ...]:
    return tuple(
        JobReport(
            name=job.name,
            kind=job.kind,
            sync=None,
            health=None,
            source=job.source,
            schedule=_schedule(job, job.trigger, now)
            if now is not None and isinstance(job.trigger, Schedule)
            else None,
        )
        for job in manifests.jobs
    )


def _schedule(job: Job, schedule: Schedule, now: datetime) -> Spec:
    """Answer a schedule with its next starts; they are shown with -v."""
    from reconciler.core import schedule_report

    return {
        **schedule_report.described(schedule, suspended=job.suspend),
        **schedule_report.next_starts(schedule, now, suspended=job.suspend),
        **schedule_report.clock_changes(schedule, now),
    }
