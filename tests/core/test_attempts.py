"""What is done about a claimed run, for every state it can be found in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.attempts import Bounds, Decision, Finished, Resume, Start, Stop, Wait, decide, pause, settle
from reconciler.core.memory import Event, Memory, after, remember
from reconciler.model import ContainerEnd, Execution, RunState

T0 = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
BOUNDS = Bounds(main="app", backoff_limit=1, start_timeout=timedelta(seconds=300), deadline=timedelta(seconds=600))


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def event(name: str, seconds: float, **members: object) -> Event:
    return {"event": name, "attempt": 0, "at": at(seconds).isoformat(), **members}


START = event("start", 0, target="c", definition="d:1", parts=1)
LAUNCHED = event("launched", 1, part=0, ids=["t1"])


def memory(*events: Event) -> Memory:
    return remember("once/j/g1-0/0", "g1-0", 0, T0, events)


def task(
    state: RunState,
    *,
    code: int | None = None,
    stop_code: str = "",
    reason: str = "",
    started: float | None = None,
    created: float = 1,
) -> Execution:
    return Execution(
        id="t1",
        target="c",
        key_text="rc/",
        definition="d:1",
        state=state,
        status=state.value.upper(),
        created=at(created),
        waiting_since=at(created) if started is None else None,
        started=at(started) if started is not None else None,
        stop_code=stop_code,
        reason=reason,
        containers=(ContainerEnd(name="app", exit_code=code),),
    )


def found(execution: Execution | None) -> Mapping[str, Execution]:
    return {execution.id: execution} if execution is not None else {}


def decided(known: Memory, execution: Execution | None, seconds: float) -> tuple[Memory, Decision]:
    now = at(seconds)
    for happened in settle(known, found(execution), BOUNDS, now):
        known = after(known, happened)
    return known, decide(known, found(execution), BOUNDS, now)


def test_a_claim_without_an_announcement_is_launched() -> None:
    assert decided(memory(), None, 4000)[1] == Start(attempt=0)


def test_an_announced_launch_is_looked_for_before_it_is_sent_again() -> None:
    known, decision = decided(memory(START), None, 60)
    assert decision == Resume(attempt=known.attempts[0])


def test_a_task_not_yet_listed_is_waited_for_and_then_unknown() -> None:
    assert decided(memory(START, LAUNCHED), None, 100)[1] == Wait(
        state=RunState.PENDING, reason="attempt 1 is launched"
    )
    known, decision = decided(memory(START, LAUNCHED), None, 302)
    assert isinstance(decision, Finished)
    assert decision.state is RunState.UNKNOWN
    assert known.attempts[0].reason == "AWS no longer knows its tasks, and no end was recorded"


@pytest.mark.parametrize(
    ("execution", "state", "reason"),
    [
        (task(RunState.SUCCEEDED, code=0, started=5), RunState.SUCCEEDED, "app exited 0"),
        (task(RunState.FAILED, code=0, started=5, stop_code="UserInitiated", reason="bye"), None, "app exited 0; bye"),
        (task(RunState.FAILED, code=3, started=5), None, "app exited 3"),
        (task(RunState.FAILED, reason="CannotPullContainerError: no"), None, "CannotPullContainerError: no"),
    ],
)
def test_how_a_task_ended_is_recorded_once(execution: Execution, state: RunState | None, reason: str) -> None:
    known, decision = decided(memory(START, LAUNCHED), execution, 60)
    assert known.attempts[0].ended is (state or RunState.FAILED)
    assert known.attempts[0].reason == reason
    if state is None:
        assert isinstance(decision, Wait), "one more attempt is allowed, after a pause"
        assert decision.until == at(70)
        assert decided(known, execution, 70)[1] == Start(attempt=1)
    else:
        assert decision == Finished(state=state, reason=reason)
    assert settle(known, found(execution), BOUNDS, at(61)) == ()


def test_the_last_attempts_failure_is_the_runs() -> None:
    second = (
        event("ended", 10, state="Failed", reason="app exited 3", exitCode=3),
        {**event("start", 20, target="c", definition="d:1"), "attempt": 1},
        {**event("launched", 21, part=0, ids=["t1"]), "attempt": 1},
    )
    known, decision = decided(memory(START, LAUNCHED, *second), task(RunState.FAILED, code=4, started=22), 60)
    assert decision == Finished(state=RunState.FAILED, reason="app exited 4")
    assert known.final is RunState.FAILED


def test_a_task_that_does_not_start_is_stopped() -> None:
    pending = task(RunState.PENDING)
    assert isinstance(decided(memory(START, LAUNCHED), pending, 301)[1], Wait)
    _, decision = decided(memory(START, LAUNCHED), pending, 302)
    assert isinstance(decision, Stop)
    assert (decision.ids, decision.cause) == (("t1",), "start timeout after 300 s")


def test_a_task_that_runs_too_long_is_stopped_and_has_failed_whatever_it_exits_with() -> None:
    running = task(RunState.RUNNING, started=10)
    assert decided(memory(START, LAUNCHED), running, 610)[1] == Wait(
        state=RunState.RUNNING, reason="attempt 1 is RUNNING"
    )
    _, decision = decided(memory(START, LAUNCHED), running, 611)
    assert isinstance(decision, Stop)
    assert decision.cause == "deadline of 600 s exceeded"
    stopping = event("stopping", 611, cause=decision.cause)
    known, _ = decided(memory(START, LAUNCHED, stopping), task(RunState.FAILED, code=0, started=10), 620)
    assert known.attempts[0].ended is RunState.FAILED
    assert known.attempts[0].reason == "deadline of 600 s exceeded: app exited 0"


def test_a_stop_that_was_announced_is_sent_again_until_the_task_has_stopped() -> None:
    stopping = event("stopping", 611, cause="deadline of 600 s exceeded")
    _, decision = decided(memory(START, LAUNCHED, stopping), task(RunState.RUNNING, started=10), 612)
    assert isinstance(decision, Stop)


def test_lack_of_capacity_is_waited_out_with_the_same_attempt() -> None:
    refused = event("refused", 1, reason="RESOURCE:MEMORY", transient=True)
    _, decision = decided(memory(START, refused), None, 5)
    assert decision == Wait(state=RunState.PENDING, reason="RESOURCE:MEMORY; tries again at 03:00:11Z", until=at(11))
    assert decided(memory(START, refused), None, 11)[1] == Start(attempt=0)


def test_after_a_refusal_the_next_announcement_says_where_the_launch_goes() -> None:
    refused = event("refused", 1, reason="ClusterNotFoundException", transient=False)
    again = event("start", 30, target="other", definition="d:2")
    known = memory(START, refused, again)
    assert known.last is not None
    assert (known.last.target, known.last.definition, known.last.refused) == ("other", "d:2", None)


def test_the_first_announcement_decides_between_two_loops() -> None:
    known = memory(START, event("start", 0.5, target="other", definition="d:2"))
    assert known.last is not None
    assert known.last.target == "c"


def test_what_a_person_recorded_counts_over_everything_else() -> None:
    assumed = {"event": "assumed", "state": "Succeeded", "at": at(9).isoformat()}
    known, decision = decided(memory(START, LAUNCHED, assumed), task(RunState.FAILED, code=3, started=5), 60)
    assert decision == Finished(state=RunState.SUCCEEDED, reason="")
    assert known.assumed


def test_an_event_of_a_later_version_is_ignored() -> None:
    assert memory(START, {"event": "sung", "attempt": 0}) == memory(START)


def test_pauses_grow_from_ten_seconds_to_ten_minutes() -> None:
    assert [int(pause(n).total_seconds()) for n in (0, 1, 2, 6, 50)] == [10, 20, 40, 600, 600]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_the_newest_attempt_is_the_one_of_the_highest_number_in_whatever_order_they_are_told(lost: int) -> None:
    """A loop of an earlier version may write a run's events again with the beginning last."""
    first = [
        START,
        event("launched", 1, part=0, ids=["a"]),
        event("ended", 60, state="Failed", exitCode=1, reason="no"),
    ]
    second = [
        {**event("start", 80, target="c", definition="d:1", parts=1), "attempt": 1},
        {**event("launched", 81, part=0, ids=["b"]), "attempt": 1},
    ]
    known = memory(*first[3 - lost :], *second, *first[: 3 - lost])
    assert known.last is not None
    assert (known.last.number, known.last.ids) == (1, ("b",))
