"""SubmitJob has no token: whatever is lost, killed, late or done twice at once, a run is one job.

A job is found again by its name for as long as Batch tells of it; after that it is Unknown.
"""

import contextlib
import types
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from reconciler.model import Health
from tests.engine.batch import batch_job, submitted
from tests.engine.harness import Directory, Killed, Mortality

#: How many calls a first pass makes undisturbed, measured by the first test.
CALLS = 26
#: How long after a crash the next pass starts.
RESTARTS = {"1s": 1.0, "70min": 4200.0, "5d": 5 * 86_400.0}
ONE_RUN = {"migrate": 1}


@pytest.fixture(autouse=True)
def no_real_pauses(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what botocore waits between retries pass on the virtual clock."""
    monkeypatch.setattr("botocore.endpoint.time", types.SimpleNamespace(sleep=directory.aws.advance))


def health(directory: Directory, mortality: Mortality | None = None) -> Health | None:
    (job,) = directory.wait(mortality).jobs
    return job.health


def in_the_end(directory: Directory) -> Health | None:
    """Answer how the job stands when pipelines have been started again for a while."""
    for _ in range(3):
        if (found := health(directory)) in {Health.SUCCEEDED, Health.FAILED, Health.UNKNOWN}:
            break
        directory.aws.advance(60)
    return found


def once(directory: Directory, mortality: Mortality) -> None:
    with directory.reconciler(mortality) as reconciler:
        reconciler.apply()


def test_an_undisturbed_pass_submits_one_job(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    mortality = Mortality()
    once(directory, mortality)
    assert len(mortality.made) == CALLS, mortality.made
    assert mortality.made.count("batch:SubmitJob") == 1
    assert submitted(directory) == ONE_RUN


@pytest.mark.parametrize("call", range(1, CALLS + 1))
@pytest.mark.parametrize("effect", ["drop_after", "server_error"])
def test_an_answer_may_be_lost_at_every_call(directory: Directory, call: int, effect: str) -> None:
    directory.write(migrate=batch_job("migrate"))
    directory.aws.faults.add("*", effect, skip=call - 1)
    directory.once()
    assert not directory.aws.faults.pending
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN


@pytest.mark.parametrize("restart", RESTARTS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(10, CALLS + 1, 2))
def test_a_killed_pass_is_finished_by_the_next(directory: Directory, call: int, after: bool, restart: str) -> None:
    directory.write(migrate=batch_job("migrate"))
    with contextlib.suppress(Killed):  # a call that AWS refuses has no "after"
        once(directory, Mortality(call=call, after=after))
    directory.aws.advance(RESTARTS[restart])
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN


def die_after_submitting(directory: Directory) -> None:
    call = 1 + next(number for number, made in enumerate(undisturbed_calls(directory)) if made == "batch:SubmitJob")
    with pytest.raises(Killed):
        once(directory, Mortality(call=call, after=True))
    assert submitted(directory) == ONE_RUN


def undisturbed_calls(directory: Directory) -> list[str]:
    """Answer the calls of a first pass, made in a world that is forgotten again."""
    mortality = Mortality()
    once(directory, mortality)
    directory.aws.reset()
    return mortality.made


def test_what_batch_has_forgotten_is_unknown_and_never_submitted_again(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    die_after_submitting(directory)
    directory.aws.advance(8 * 86_400)
    assert in_the_end(directory) is Health.UNKNOWN
    assert submitted(directory) == {}, "Batch tells of a job for seven days"
    assert directory.aws.calls.counts()["batch:SubmitJob"] == 1


@pytest.mark.parametrize("lag", [30, 300, 590])
def test_a_listing_that_lags_is_waited_for(directory: Directory, lag: float) -> None:
    directory.write(migrate=batch_job("migrate"))
    directory.aws.faults.add("batch:ListJobs", "lag", seconds=lag, times=None)
    directory.aws.faults.add("batch:SubmitJob", "drop_after")
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN


def test_what_never_reached_aws_is_submitted_when_its_claim_has_settled(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    directory.aws.faults.add("batch:SubmitJob", "drop_before")
    began = directory.aws.now()
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN
    assert directory.aws.now() - began > 600


@dataclass(slots=True, kw_only=True)
class Meddling(Mortality):
    """Does something else before the first call of an action."""

    action: str = ""
    act: Callable[[], object] | None = None

    def passing(self, action: str) -> None:
        self.made.append(action)
        act, self.act = (self.act, None) if action == self.action else (None, self.act)
        if act is not None:
            act()


@pytest.mark.parametrize(
    "action", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents", "batch:ListJobs", "batch:SubmitJob"]
)
def test_two_loops_at_once_submit_one_job(directory: Directory, action: str) -> None:
    directory.write(migrate=batch_job("migrate"))
    once(directory, Meddling(action=action, act=directory.once))
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN


def test_a_loop_that_slept_too_long_leaves_it_to_the_next_pass(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    late = Meddling(action="batch:ListJobs", act=lambda: directory.aws.advance(400))
    once(directory, late)
    assert submitted(directory) == {}
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN


def test_a_job_is_found_in_the_queue_that_it_was_announced_for(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    die_after_submitting(directory)
    client = directory.aws.client("batch")
    order = [{"order": 1, "computeEnvironment": "local"}]
    client.create_job_queue(jobQueueName="express", priority=1, computeEnvironmentOrder=order)
    client.update_job_queue(jobQueue="default", state="DISABLED")
    assert in_the_end(directory) is Health.SUCCEEDED
    assert submitted(directory) == ONE_RUN
