"""Batch jobs that depend on others, and arrays; sources: `batch_jobs`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import detail, listed, refusal, submit


@pytest.mark.gap(7)
def test_a_job_waits_in_pending_for_those_it_depends_on(aws: LocalAws, batch: Any) -> None:
    """guide job_states.md: "If there are dependencies, the job is moved to PENDING". moto does not look at them."""
    first = submit(batch, "exit 0 after 100s")
    second = submit(batch, dependsOn=[{"jobId": first}])
    aws.advance(60)
    assert detail(batch, second)["status"] == "PENDING"
    aws.advance(47)
    assert (detail(batch, first)["status"], detail(batch, second)["status"]) == ("SUCCEEDED", "RUNNABLE")


def test_a_job_fails_with_the_one_it_depends_on(aws: LocalAws, batch: Any) -> None:
    """A status reason that people see: "Dependent Job failed"."""
    first = submit(batch, "exit 1")
    second = submit(batch, dependsOn=[{"jobId": first}])
    third = submit(batch, dependsOn=[{"jobId": second}])
    aws.advance(60)
    for job_id in (second, third):
        seen = detail(batch, job_id)
        assert (seen["status"], seen["statusReason"], seen["attempts"]) == ("FAILED", "Dependent Job failed", [])


@pytest.mark.gap(7)
def test_an_array_has_children_and_ends_with_the_last(aws: LocalAws, batch: Any) -> None:
    """guide array_jobs.md: children are `id:index`; the parent is PENDING meanwhile; statusSummary counts them."""
    parent = submit(batch, arrayProperties={"size": 3})
    aws.advance(10)
    seen = detail(batch, parent)
    empty = dict.fromkeys(("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"), 0)
    assert seen["status"] == "PENDING"
    assert seen["arrayProperties"] == {"size": 3, "statusSummary": {**empty, "RUNNING": 3}}
    assert listed(batch, jobStatus="PENDING") == [parent]
    child = detail(batch, f"{parent}:1")
    assert (child["status"], child["arrayProperties"]) == ("RUNNING", {"index": 1})
    asked = {"arrayJobId": parent}
    assert [found["jobId"] for found in batch.list_jobs(**asked)["jobSummaryList"]] == [
        f"{parent}:{index}" for index in range(3)
    ]
    aws.advance(60)
    assert detail(batch, parent)["status"] == "SUCCEEDED"
    assert detail(batch, parent)["arrayProperties"]["statusSummary"] == {**empty, "SUCCEEDED": 3}
    assert batch.list_jobs(**asked)["jobSummaryList"] == []


def test_an_array_fails_with_any_of_its_children(aws: LocalAws, batch: Any) -> None:
    """A status reason that people see: "Array Child Job failed"."""
    parent = submit(batch, "exit 1", arrayProperties={"size": 2})
    aws.advance(60)
    seen = detail(batch, parent)
    assert (seen["status"], seen["statusReason"]) == ("FAILED", "Array Child Job failed")


def test_a_sequential_array_runs_one_child_after_the_other(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.dependsOn: SEQUENTIAL, "each child array job completes sequentially, starting at index 0"."""
    parent = submit(batch, arrayProperties={"size": 3}, dependsOn=[{"type": "SEQUENTIAL"}])
    aws.advance(10)
    statuses = [detail(batch, f"{parent}:{index}")["status"] for index in range(3)]
    assert statuses == ["RUNNING", "PENDING", "PENDING"]
    aws.advance(100)
    started = [detail(batch, f"{parent}:{index}")["startedAt"] for index in range(3)]
    assert started == sorted(set(started))
    assert detail(batch, parent)["status"] == "SUCCEEDED"


def test_children_of_two_arrays_depend_index_by_index(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.dependsOn: N_TO_N."""
    first = submit(batch, arrayProperties={"size": 2}, dependsOn=[{"type": "SEQUENTIAL"}])
    second = submit(batch, arrayProperties={"size": 2}, dependsOn=[{"jobId": first, "type": "N_TO_N"}])
    refusal(
        batch.submit_job,
        jobName="job",
        jobQueue="jobs",
        jobDefinition="work",
        arrayProperties={"size": 3},
        dependsOn=[{"jobId": first, "type": "N_TO_N"}],
    )
    aws.advance(23)
    assert detail(batch, f"{first}:0")["status"] == "SUCCEEDED"
    assert [detail(batch, f"{second}:{index}")["status"] for index in range(2)] == ["RUNNING", "PENDING"]
    aws.advance(60)
    assert detail(batch, second)["status"] == "SUCCEEDED"
