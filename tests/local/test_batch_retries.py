"""When a Batch job is tried again, and when it has run too long; sources: `batch_jobs`."""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .batch_jobs import LIFE, define, detail, states, submit


@pytest.mark.gap(7)
def test_a_failed_job_is_tried_again_as_often_as_its_strategy_says(aws: LocalAws, batch: Any) -> None:
    """botocore RetryStrategy.attempts: "the number of times to move a job to the RUNNABLE status". moto ignores it."""
    job_id = submit(batch, "exit 1 after 4s, then exit 0 after 4s", retryStrategy={"attempts": 3})
    assert states(aws, batch, job_id, 40) == [*LIFE, *LIFE[1:], "SUCCEEDED"]
    seen = detail(batch, job_id)
    assert [attempt["container"]["exitCode"] for attempt in seen["attempts"]] == [1, 0]
    assert len({attempt["container"]["logStreamName"] for attempt in seen["attempts"]}) == 2
    exhausted = submit(batch, "exit 1", retryStrategy={"attempts": 3})
    aws.advance(120)
    assert len(detail(batch, exhausted)["attempts"]) == 3
    assert detail(batch, exhausted)["status"] == "FAILED"


@pytest.mark.parametrize(
    ("rules", "attempts"),
    [
        ([{"onExitCode": "3", "action": "EXIT"}], 1),
        ([{"onExitCode": "4*", "action": "EXIT"}], 3),
        ([{"onExitCode": "3", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}], 3),
        ([{"onStatusReason": "Essential*", "action": "exit"}], 1),
        ([{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}], 1),
        ([{"onExitCode": "3", "onStatusReason": "Host*", "action": "EXIT"}], 3),
    ],
)
def test_the_first_rule_on_exit_that_matches_decides(aws: LocalAws, batch: Any, rules: Any, attempts: Any) -> None:
    """botocore EvaluateOnExit: all conditions of a rule; RetryStrategy: "If none … match, then the job is retried"."""
    job_id = submit(batch, "exit 3 after 1s", retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    aws.advance(120)
    assert len(detail(batch, job_id)["attempts"]) == attempts


@pytest.mark.gap(7)
def test_a_timeout_ends_an_attempt_and_it_is_not_tried_again(aws: LocalAws, batch: Any) -> None:
    """botocore SubmitJob.timeout: "If a job is terminated due to a timeout, it isn't retried"; 137 as people see."""
    job_id = submit(batch, "runs forever", timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    aws.advance(65)
    assert detail(batch, job_id)["status"] == "RUNNING"
    aws.advance(1)
    seen = detail(batch, job_id)
    assert (seen["status"], seen["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert (seen["container"]["exitCode"], len(seen["attempts"])) == (137, 1)


def test_strategy_and_timeout_come_from_the_definition_unless_the_call_says_otherwise(
    aws: LocalAws, batch: Any
) -> None:
    """botocore SubmitJob: retryStrategy and timeout "override" those of the definition."""
    define(batch, "careful", retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 90})
    plain = detail(batch, submit(batch, jobDefinition="careful"))
    assert plain["retryStrategy"] == {"attempts": 2, "evaluateOnExit": []}
    assert plain["timeout"] == {"attemptDurationSeconds": 90}
    told = detail(batch, submit(batch, jobDefinition="careful", timeout={"attemptDurationSeconds": 60}))
    assert told["timeout"] == {"attemptDurationSeconds": 60}
    assert detail(batch, submit(batch))["retryStrategy"] == {"attempts": 1, "evaluateOnExit": []}
