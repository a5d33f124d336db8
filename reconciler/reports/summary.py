"""The counts of a report, and the one line that says them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from reconciler.model import Action, Health, Report, RunState, Severity, Status, Step, Sync, Verdict
from reconciler.reports import branch

_Key = TypeVar("_Key", Sync, Health)

_TO_DO: Final[Mapping[Action, str]] = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.ADOPT: "to adopt",
    Action.DELETE: "to delete",
    Action.LAUNCH: "to launch",
    Action.STOP: "to stop",
}
#: What was done, in a sentence.
DONE_WORDS: Final[Mapping[Action, str]] = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.ADOPT: "adopted",
    Action.DELETE: "deleted",
    Action.LAUNCH: "launched",
    Action.STOP: "stopped",
}
#: The axes in a sentence.
SYNC_WORDS: Final[Mapping[Sync, str]] = {
    Sync.IN_SYNC: "in sync",
    Sync.MISSING: "missing",
    Sync.DRIFTED: "drifted",
    Sync.ORPHANED: "orphaned",
    Sync.FOREIGN: "foreign",
    Sync.BEHIND: "behind",
    Sync.ERROR: "in error",
}
HEALTH_WORDS: Final[Mapping[Health, str]] = {
    Health.RUNNING: "running",
    Health.SUCCEEDED: "succeeded",
    Health.FAILED: "failed",
    Health.PENDING: "pending",
    Health.UNKNOWN: "unknown",
    Health.NEVER_RAN: "never ran",
    Health.SUSPENDED: "suspended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many of each; every key is always there."""

    jobs: int
    sync: Mapping[Sync, int]
    health: Mapping[Health, int]
    actions: Mapping[Action, int]
    statuses: Mapping[Status, int]
    problems: Mapping[Severity, int]


def summary(report: Report) -> Summary:
    """Count jobs by sync and health, steps by action and status, problems by severity."""
    sync = Counter(job.sync for job in report.jobs)
    health = Counter(job.health for job in report.jobs)
    actions = Counter(step.action for step in report.steps)
    statuses = Counter(step.status for step in report.steps)
    problems = Counter(problem.severity for problem in report.problems)
    return Summary(
        jobs=len(report.jobs),
        sync={key: sync[key] for key in Sync},
        health={key: health[key] for key in Health},
        actions={key: actions[key] for key in Action},
        statuses={key: statuses[key] for key in Status},
        problems={key: problems[key] for key in Severity},
    )


def sentences(report: Report) -> tuple[str, ...]:
    """Answer what was done or is to be, how the jobs stand, how their runs went, and how many problems there are."""
    counts = summary(report)
    said = [] if report.against is None else [branch.sentence(report.against)]
    if report.steps:
        said.append(_steps(report.steps))
    if any(counts.sync.values()):
        said.append(f"{plural(counts.jobs, 'job')}: {_axis(counts.sync, SYNC_WORDS)}")
    elif report.jobs and not any(counts.health.values()) and not counts.problems[Severity.ERROR]:
        said.append(f"{plural(counts.jobs, 'job')} {'is' if counts.jobs == 1 else 'are'} valid")
    if any(counts.health.values()):
        said.append(f"runs: {_axis(counts.health, HEALTH_WORDS)}")
    if report.runs is not None:
        states = Counter(run.state for run in report.runs)
        told = ", ".join(f"{states[state]} {state.lower()}" for state in RunState if states[state])
        said.append(f"{plural(len(report.runs), 'run')}{f': {told}' if told else ''}")
    if report.unmanaged is not None:
        said.append(unmanaged_headline(report))
    if report.checks is not None:
        verdicts = Counter(check.verdict for check in report.checks)
        said.append(", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict]))
    problems = [plural(number, str(severity)) for severity, number in counts.problems.items() if number]
    return (*said, *([", ".join(problems)] if problems else ())) or ("nothing declared",)


def unmanaged_headline(report: Report) -> str:
    """Answer how many definitions nobody manages."""
    return f"{plural(len(report.unmanaged or ()), 'definition')} that nobody manages"


def headline(report: Report) -> str:
    """Answer the report in one sentence."""
    return "; ".join(sentences(report))


def plural(number: int, noun: str) -> str:
    """Answer `1 job`, `2 jobs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _steps(steps: Iterable[Step]) -> str:
    counts: Counter[str] = Counter()
    for step in steps:
        match step.status:
            case Status.PLANNED if step.action in _TO_DO:
                counts[_TO_DO[step.action]] += 1
            case Status.DONE if step.action in DONE_WORDS:
                counts[DONE_WORDS[step.action]] += 1
            case Status.FAILED | Status.BLOCKED | Status.SKIPPED:
                counts[str(step.status)] += 1
            case _:
                pass
    order = (*_TO_DO.values(), *DONE_WORDS.values(), *(str(status) for status in Status))
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word]) or "nothing to do"


def _axis(counts: Mapping[_Key, int], words: Mapping[_Key, str]) -> str:
    return ", ".join(f"{number} {words[key]}" for key, number in counts.items() if number)
