"""Batch jobs that are cancelled or terminated; sources: `batch_jobs`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import detail, refusal, submit


@pytest.mark.gap(7)
def test_cancelling_ends_what_does_not_run_yet(aws: LocalAws, batch: Any) -> None:
    """botocore CancelJob: SUBMITTED, PENDING and RUNNABLE jobs are cancelled. In moto the status stays."""
    job_id = submit(batch)
    batch.cancel_job(jobId=job_id, reason="no longer wanted")
    seen = detail(batch, job_id)
    assert (seen["status"], seen["statusReason"], seen["isCancelled"]) == ("FAILED", "no longer wanted", True)
    aws.advance(60)
    assert detail(batch, job_id)["attempts"] == []


def test_cancelling_a_running_job_succeeds_and_changes_nothing(aws: LocalAws, batch: Any) -> None:
    """botocore CancelJob: "the API operation still succeeds, even if no job is cancelled"."""
    job_id = submit(batch)
    aws.advance(10)
    batch.cancel_job(jobId=job_id, reason="no longer wanted")
    aws.advance(60)
    assert detail(batch, job_id)["status"] == "SUCCEEDED"
    batch.cancel_job(jobId=job_id, reason="no longer wanted")
    assert detail(batch, job_id)["status"] == "SUCCEEDED"


def test_cancelling_a_pending_job_waits_for_those_it_depends_on(aws: LocalAws, batch: Any) -> None:
    """botocore CancelJob: "A PENDING job is cancelled after all dependency jobs are completed"."""
    first = submit(batch, "exit 0 after 100s")
    second = submit(batch, dependsOn=[{"jobId": first}])
    aws.advance(10)
    batch.cancel_job(jobId=second, reason="no longer wanted")
    assert detail(batch, second)["status"] == "PENDING"
    aws.advance(100)
    assert (detail(batch, second)["status"], detail(batch, second)["statusReason"]) == ("FAILED", "no longer wanted")


def test_terminating_ends_a_job_in_whatever_state_and_it_is_not_tried_again(aws: LocalAws, batch: Any) -> None:
    """botocore TerminateJob; exit code 137 after the kill."""
    waiting = submit(batch)
    running = submit(batch, "runs forever", retryStrategy={"attempts": 3})
    aws.advance(5)
    starting = submit(batch, "runs forever; starts after 60s")
    aws.advance(5)
    for job_id in (waiting, running, starting):
        batch.terminate_job(jobId=job_id, reason="enough")
    assert detail(batch, running)["status"] == "RUNNING"
    aws.advance(60)
    for job_id in (running, starting):
        seen = detail(batch, job_id)
        assert (seen["status"], seen["statusReason"], seen["isTerminated"]) == ("FAILED", "enough", True)
    assert detail(batch, running)["container"]["exitCode"] == 137
    assert len(detail(batch, running)["attempts"]) == 1


@pytest.mark.gap(7)
@pytest.mark.parametrize("verb", ["cancel_job", "terminate_job"])
def test_ending_an_array_ends_its_children(aws: LocalAws, batch: Any, verb: Any) -> None:
    """botocore CancelJob: "Batch attempts to cancel all child jobs. The array parent job is cancelled when …"."""
    parent = submit(batch, "never starts", arrayProperties={"size": 3})
    aws.advance(60)
    getattr(batch, verb)(jobId=parent, reason="enough")
    aws.advance(60)
    for job_id in (parent, *(f"{parent}:{index}" for index in range(3))):
        assert (detail(batch, job_id)["status"], detail(batch, job_id)["statusReason"]) == ("FAILED", "enough")


def test_ending_an_unknown_job_is_refused_assumed(aws: LocalAws, batch: Any) -> None:
    """botocore: ClientException for "an identifier that's not valid"; that an unknown id counts as such is assumed."""
    refusal(batch.cancel_job, jobId="none", reason="x")
    refusal(batch.terminate_job, jobId="none", reason="x")
