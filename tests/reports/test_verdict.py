"""What a report means for the exit code."""

from dataclasses import replace

import pytest

from reconciler.errors import ExitCode
from reconciler.model import Action, Health, Status, Sync
from reconciler.reports.verdict import FailOn, of_changes, of_drift, of_pass, of_problems, of_status
from tests.reports.report_scenario import JOBS, PROBLEMS, STEPS, report

CLEAN = replace(report("plan"), jobs=JOBS[:1], steps=STEPS[:1], problems=PROBLEMS[2:])
STEP = STEPS[1]


def test_a_pass_that_did_all_it_wanted_is_fine() -> None:
    done = replace(CLEAN, steps=(replace(STEP, status=Status.DONE),))
    assert of_pass(CLEAN) is ExitCode.OK
    assert of_pass(done) is ExitCode.OK


@pytest.mark.parametrize("status", [Status.FAILED, Status.BLOCKED])
def test_a_failed_step_and_one_that_waits_for_a_failure_fail_the_pass(status: Status) -> None:
    assert of_pass(replace(CLEAN, steps=(replace(STEP, status=status, error="no"),))) is ExitCode.FAILED


def test_a_step_that_merely_waits_does_not() -> None:
    assert of_pass(replace(CLEAN, steps=(replace(STEP, status=Status.BLOCKED, error=""),))) is ExitCode.OK


@pytest.mark.parametrize("sync", [Sync.ERROR, Sync.BEHIND])
def test_a_job_that_may_not_be_touched_fails_the_pass(sync: Sync) -> None:
    assert of_pass(replace(CLEAN, jobs=(replace(JOBS[0], sync=sync),))) is ExitCode.FAILED


def test_a_guard_that_said_no_fails_the_pass_and_a_warning_does_not() -> None:
    assert of_pass(replace(CLEAN, problems=PROBLEMS[:1])) is ExitCode.FAILED
    assert of_pass(replace(CLEAN, problems=PROBLEMS[1:])) is ExitCode.OK


def test_a_plan_differs_where_it_does_anything() -> None:
    assert of_changes(CLEAN) is ExitCode.OK
    assert of_changes(replace(CLEAN, steps=STEPS[:2])) is ExitCode.DIFFERENT
    assert [step.action for step in STEPS[:2]] == [Action.KEEP, Action.CREATE]


@pytest.mark.parametrize(
    ("sync", "health", "fail_on", "code"),
    [
        (Sync.IN_SYNC, Health.SUCCEEDED, {FailOn.DRIFT, FailOn.HEALTH}, ExitCode.OK),
        (Sync.DRIFTED, Health.SUCCEEDED, {FailOn.DRIFT}, ExitCode.DIFFERENT),
        (Sync.ORPHANED, Health.SUCCEEDED, {FailOn.DRIFT}, ExitCode.DIFFERENT),
        (Sync.DRIFTED, Health.SUCCEEDED, {FailOn.HEALTH}, ExitCode.OK),
        (Sync.DRIFTED, Health.FAILED, {FailOn.DRIFT}, ExitCode.DIFFERENT),
        (Sync.DRIFTED, Health.FAILED, {FailOn.DRIFT, FailOn.HEALTH}, ExitCode.FAILED),
        (Sync.ERROR, Health.UNKNOWN, {FailOn.HEALTH}, ExitCode.FAILED),
    ],
)
def test_drift_says_what_it_was_asked_about(sync: Sync, health: Health, fail_on: set[FailOn], code: ExitCode) -> None:
    found = replace(CLEAN, jobs=(JOBS[0], replace(JOBS[0], sync=sync, health=health)))
    assert of_drift(found, fail_on) is code


def test_status_fails_only_where_it_could_not_look() -> None:
    assert of_status(replace(CLEAN, jobs=JOBS[:7])) is ExitCode.OK
    assert of_status(replace(CLEAN, jobs=JOBS)) is ExitCode.FAILED


def test_invalid_manifests_have_their_own_code() -> None:
    assert of_problems(replace(CLEAN, problems=PROBLEMS)) is ExitCode.INVALID
    assert of_problems(CLEAN) is ExitCode.OK
