"""Crashes of one job with more than a crash: a restart that finds another manifest, cluster or checkout, and a timeout.

What holds in every case: no attempt of a generation is started twice. `tests/proof` has the same for a whole directory.
"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from reconciler.core.ownership import Commit
from reconciler.model import Health, Sync
from tests.engine.harness import Directory, Killed, Mortality, one_shot

#: How long after the crash the next pipeline starts: within the token's life, and beyond it.
RESTARTS = {"1s": 1.0, "50min": 3000.0, "70min": 4200.0, "25h": 90000.0}
#: What RunTask's tokens and stopped tasks still cover.
COVERED = {"1s", "50min"}
OLD = Commit(sha="a" * 40, time=datetime(2026, 11, 1, tzinfo=UTC))
NEW = Commit(sha="b" * 40, time=datetime(2026, 11, 2, tzinfo=UTC))


def healths(directory: Directory) -> dict[str, Health | None]:
    return {job.name: job.health for job in directory.wait().jobs}


def killed(directory: Directory, action: str, call: int, after: bool, restart: float) -> None:
    with pytest.raises(Killed):
        directory.wait(Mortality(action=action, call=call, after=after))
    directory.look()
    directory.aws.advance(restart)


def by_start(directory: Directory) -> Counter[str]:
    """Count the tasks of each key, whatever cluster they ran on."""
    return Counter(directory.started())


def lone(directory: Directory, outcome: str = "exit 0 after 5s", *, run: str = "{}", more: str = "") -> None:
    directory.write(lone=one_shot("lone", outcome=outcome, run=run, more=more))


def test_a_launch_that_is_too_old_to_be_repeated_is_still_found_while_aws_lists_its_task(directory: Directory) -> None:
    lone(directory)
    killed(directory, "ecs:RunTask", 1, True, 57 * 60)
    assert healths(directory) == {"lone": Health.SUCCEEDED}
    assert list(by_start(directory).values()) == [1]


@pytest.mark.parametrize(
    ("call", "after"), [(1, False), (1, True), (2, False), (3, False), (3, True), (4, False), (4, True)]
)
def test_a_refusal_is_told_whenever_whoever_met_it_is_killed(directory: Directory, call: int, after: bool) -> None:
    lone(directory)
    directory.aws.faults.add("ecs:RunTask", "failures", times=None, reason="RESOURCE:MEMORY")
    with pytest.raises(Killed):  # the launch is announced; the refusal is told, to a new stream; it is recorded
        directory.once(Mortality(action="logs:PutLogEvents", call=call, after=after))
    for _ in range(2):
        directory.aws.advance(900)
        directory.once()
    told = directory.aws.client("logs").filter_log_events(logGroupName="/reconciler/tests/runs")["events"]
    refusals = [event for event in told if '"refused"' in event["message"]]
    assert 1 <= len(refusals) <= 2, "it may be told twice, and never not at all"
    directory.aws.faults.clear()
    directory.aws.advance(900)
    assert healths(directory) == {"lone": Health.SUCCEEDED}
    assert list(by_start(directory).values()) == [1]


@pytest.mark.parametrize("restart", RESTARTS)
@pytest.mark.parametrize("after", [False, True])
def test_a_changed_manifest_is_another_run_and_the_first_is_not_repeated(
    directory: Directory, after: bool, restart: str
) -> None:
    lone(directory, "exit 0 after 20s")
    killed(directory, "ecs:RunTask", 1, after, RESTARTS[restart])
    lone(directory, "exit 0 after 21s")
    assert healths(directory) == {"lone": Health.SUCCEEDED}
    assert max(by_start(directory).values()) == 1
    assert len(by_start(directory)) <= 2


@pytest.mark.parametrize("restart", RESTARTS)
@pytest.mark.parametrize("after", [False, True])
def test_a_generation_of_its_key_that_moved_to_another_cluster_runs_where_it_was_announced(
    directory: Directory, after: bool, restart: str
) -> None:
    """With `rerunOn: key` the cluster is no part of the generation: the announcement says where to look and send."""
    key = "once: {key: a, rerunOn: key}"
    directory.write(lone=one_shot("lone").replace("once: {}", key))
    killed(directory, "ecs:RunTask", 1, after, RESTARTS[restart])
    directory.write(lone=one_shot("lone", run="{cluster: other}").replace("once: {}", key))
    ends = healths(directory)
    if restart in COVERED:
        assert ends == {"lone": Health.SUCCEEDED}
        assert list(by_start(directory).values()) == [1]
        assert not [name for name in directory.tasks if name.startswith("other/")]
    else:
        assert ends["lone"] is Health.UNKNOWN
        assert sum(by_start(directory).values()) == int(after)


@pytest.mark.parametrize("after", [False, True])
def test_an_older_checkout_finishes_nothing_of_a_newer_one(directory: Directory, after: bool) -> None:
    lone(directory)
    directory.commit = NEW
    killed(directory, "ecs:RunTask", 1, after, 1.0)
    directory.commit = OLD
    lone(directory, "exit 0 after 21s")
    report = directory.wait(until=600)
    assert [(job.sync, job.name) for job in report.jobs] == [(Sync.BEHIND, "lone")]
    assert sum(by_start(directory).values()) == int(after)
    directory.commit = NEW
    lone(directory)
    assert healths(directory) == {"lone": Health.SUCCEEDED}
    assert list(by_start(directory).values()) == [1]


@pytest.mark.parametrize("restart", RESTARTS)
@pytest.mark.parametrize(
    ("outcome", "limit"),
    [("runs forever", "activeDeadlineSeconds: 60"), ("never starts", "startTimeoutSeconds: 60")],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_is_stopped_by_a_timeout_is_tried_as_often_as_it_may_be(
    directory: Directory, outcome: str, limit: str, after: bool, restart: str
) -> None:
    """StopTask takes a task's tags away; the key is in startedBy, and the stop was announced before."""
    lone(directory, outcome, more=f"backoffLimit: 1\n          {limit}")
    killed(directory, "ecs:StopTask", 1, after, RESTARTS[restart])
    assert healths(directory)["lone"] in {Health.FAILED, *([] if restart in COVERED else [Health.UNKNOWN])}
    counts = by_start(directory)
    assert max(counts.values()) == 1, counts
    assert len(counts) <= 2, "two attempts at most"


def test_what_became_unknown_is_run_again_only_when_asked(directory: Directory) -> None:
    lone(directory)
    killed(directory, "ecs:RunTask", 1, False, 4200.0)
    assert healths(directory) == {"lone": Health.UNKNOWN}
    assert healths(directory) == {"lone": Health.UNKNOWN}
    assert not directory.started()
    with directory.reconciler(jobs=("lone",)) as reconciler:
        reconciler.operator.retry(directory.manifests().jobs[0])
    assert healths(directory) == {"lone": Health.SUCCEEDED}
    assert list(by_start(directory).values()) == [1]


def test_what_no_list_tells_of_yet_is_asked_for_by_its_token(directory: Directory) -> None:
    lone(directory, "exit 0 after 60s")
    directory.aws.faults.add("ecs:RunTask", "drop_after", times=None)
    directory.once()
    directory.aws.faults.clear()
    directory.aws.faults.add("ecs:ListTasks", "lag", seconds=300, times=None)
    directory.aws.calls.clear()
    assert healths(directory) == {"lone": Health.SUCCEEDED}
    assert directory.aws.calls.counts()["ecs:RunTask"] == 1, "it was sent once more"
    assert [*directory.started().values()] == [1]
