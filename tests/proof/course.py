"""The course of the scenario: a pipeline that waits for its one-shots, then a loop that is there when slots are due."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.engine import Reconciler, Until
from reconciler.model import Health, Manifests, Report, Sync
from tests.engine.batch import plan_outcome
from tests.engine.harness import WAIT, Directory
from tests.proof import scenario
from tests.proof.laboratory import Laboratory, manifests_of

#: Seconds between two slots, and how long after one the loop comes by.
QUARTER, LATE = 900.0, 5.0
#: How many minutes the loop is given to bring to an end what it has begun.
MINUTES = 20
_MOVING = frozenset({Health.PENDING, Health.RUNNING})


@contextmanager
def prepared(directory: Path, present: Mapping[str, str] = scenario.PRESENT) -> Iterator[tuple[Laboratory, Manifests]]:
    """Answer an AWS with the scenario's past on it, and the directory as it is now."""
    with Laboratory.opened(clusters=list(scenario.CLUSTERS)) as laboratory:
        aws = laboratory.aws
        for family in scenario.OTHERS:
            aws.client("ecs").register_task_definition(**family)
        aws.outcome("mended", scenario.FAILS, times=1)
        plan_outcome(Directory(path=directory, aws=aws), "array-*:1", "exit 1 after 1s")
        laboratory.process(manifests_of(directory / "past" / "jobs.d", scenario.FORMER)).apply()
        aws.advance(scenario.PAST)
        yield laboratory, manifests_of(directory / "now" / "jobs.d", present)


def play(laboratory: Laboratory, manifests: Manifests, **options: Any) -> Report:
    """Let a pipeline wait for the one-shots, then a loop go on until the next slot has been started and has ended."""
    laboratory.process(manifests, **options).wait(Until.ONCE, WAIT)
    return loop(laboratory, laboratory.process(manifests, **options))


def loop(laboratory: Laboratory, reconciler: Reconciler) -> Report:
    """Let a loop make a pass when the next slot is due, then one a minute until nothing moves any more."""
    laboratory.aws.advance(QUARTER - laboratory.aws.now() % QUARTER + LATE)
    report = reconciler.apply()
    for _ in range(MINUTES):
        laboratory.aws.advance(60)
        report = reconciler.apply()
        if is_over(report):
            return report
    raise AssertionError(f"after {MINUTES} minutes there is still something to do: {report.steps}")


def is_over(report: Report) -> bool:
    """Whether a pass had nothing to do and nothing goes on; who is behind leaves what it had begun to newer ones."""
    idle = not any(step.operation is not None for step in report.steps)
    return idle and not any(job.health in _MOVING and job.sync is not Sync.BEHIND for job in report.jobs)
