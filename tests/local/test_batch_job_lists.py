"""How Batch jobs are found; sources: `batch_jobs`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import START, define, detail, listed, refusal, submit


@pytest.mark.gap(5)
def test_a_list_holds_running_jobs_unless_told_otherwise(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.jobStatus: "If you don't specify a status, only RUNNING jobs are returned". moto gives all."""
    done = submit(batch)
    aws.advance(60)
    running = submit(batch, "runs forever")
    aws.advance(60)
    waiting = submit(batch)
    assert listed(batch) == [running]
    assert listed(batch, jobStatus="SUCCEEDED") == [done]
    assert listed(batch, jobStatus="SUBMITTED") == [waiting]


@pytest.mark.gap(5)
def test_a_filter_looks_at_every_status_newest_first(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.filters: jobStatus is ignored; JOB_NAME in any case, `*` at its end; newest first."""
    first = submit(batch, name="Night-1")
    aws.advance(60)
    second = submit(batch, name="night-12")
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["night-1"]}], jobStatus="FAILED") == [first]
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["NIGHT-*"]}]) == [second, first]
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["ight"]}]) == []


@pytest.mark.gap(5)
def test_jobs_are_found_by_definition_and_by_time(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.filters: JOB_DEFINITION by name (any revision, `*`) or ARN; BEFORE_ and AFTER_CREATED_AT."""
    first = submit(batch)
    second_revision = define(batch)
    aws.advance(60)
    second = submit(batch)

    def found(name: Any, value: Any) -> Any:
        return listed(batch, filters=[{"name": name, "values": [value]}])

    assert found("JOB_DEFINITION", "work") == found("JOB_DEFINITION", "wo*") == [second, first]
    assert found("JOB_DEFINITION", second_revision) == [second]
    assert found("JOB_DEFINITION", "WORK") == []
    assert found("BEFORE_CREATED_AT", str(START + 1)) == [first]
    assert found("AFTER_CREATED_AT", str(START)) == [second]
    filters = [{"name": "JOB_NAME", "values": ["x"]}, {"name": "JOB_DEFINITION", "values": ["x"]}]
    refusal(batch.list_jobs, jobQueue="jobs", filters=filters)
    refusal(batch.list_jobs, jobQueue="jobs", filters=[{"name": "COLOUR", "values": ["x"]}])


@pytest.mark.gap(6)
def test_lists_come_in_pages(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs.maxResults: with filters at most 100 a page. moto ignores it."""
    jobs = {submit(batch) for _ in range(101)}
    asked = {"jobQueue": "jobs", "filters": [{"name": "JOB_NAME", "values": ["*"]}]}
    first = batch.list_jobs(**asked, maxResults=1000)
    second = batch.list_jobs(**asked, nextToken=first["nextToken"])
    assert [len(page["jobSummaryList"]) for page in (first, second)] == [100, 1]
    aws.faults.add("batch:ListJobs", "page", count=7, times=None)
    pages = batch.get_paginator("list_jobs").paginate(jobQueue="jobs", jobStatus="SUBMITTED")
    assert {found["jobId"] for page in pages for found in page["jobSummaryList"]} == jobs
    assert aws.calls.counts()["batch:ListJobs"] == 2 + 15


@pytest.mark.gap(9)
def test_a_lagging_list_sees_the_past(aws: LocalAws, batch: Any) -> None:
    """Lists promise no read-after-write: on demand they show what was a while ago."""
    first = submit(batch, "runs forever")
    aws.advance(60)
    submit(batch)
    batch.terminate_job(jobId=first, reason="enough")
    aws.advance(10)
    aws.faults.add("batch:ListJobs", "lag", seconds=30, times=2)
    assert listed(batch) == [first]
    assert listed(batch, filters=[{"name": "JOB_NAME", "values": ["*"]}]) == [first]
    assert listed(batch, jobStatus="FAILED") == [first]


def test_what_is_listed_must_be_one_thing(aws: LocalAws, batch: Any) -> None:
    """botocore ListJobs: "You must specify only one of" queue, array and multi-node job."""
    parent = submit(batch, arrayProperties={"size": 2})
    refusal(batch.list_jobs)
    refusal(batch.list_jobs, jobQueue="jobs", arrayJobId=parent)
    refusal(batch.list_jobs, jobQueue="none")


def test_a_hundred_jobs_are_described_at_once_and_unknown_ones_left_out(aws: LocalAws, batch: Any) -> None:
    """botocore DescribeJobs.jobs; the text of the refusal is quoted in a public script."""
    job_id = submit(batch)
    assert [found["jobId"] for found in batch.describe_jobs(jobs=["none", job_id])["jobs"]] == [job_id]
    assert refusal(batch.describe_jobs, jobs=[job_id] * 101) == "Maximum number of jobs supported is 100"


def test_a_finished_job_is_forgotten_after_seven_days(aws: LocalAws, batch: Any) -> None:
    """guide job_states.md: SUCCEEDED and FAILED jobs are kept "at least 7 days". moto keeps them for ever."""
    job_id, parent = submit(batch), submit(batch, arrayProperties={"size": 2})
    aws.advance(7 * 86400)
    assert detail(batch, job_id)["status"] == "SUCCEEDED"
    aws.advance(60)
    assert batch.describe_jobs(jobs=[job_id, parent, f"{parent}:0"])["jobs"] == []
