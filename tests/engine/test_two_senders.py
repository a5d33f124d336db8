"""Two loops that send the same launch: what one of them is refused says nothing of what the other one is answered."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from reconciler.clock import ManualClock
from reconciler.engine.claims import ALONE, PROMPT, claim
from reconciler.engine.journal import OwnJournal
from reconciler.errors import Refused
from reconciler.model import Action, Health, RunState
from tests.engine.harness import Directory, Killed, Mortality, one_shot
from tests.engine.scheduled import passes, scheduled

#: Longer than AWS remembers a token, and what it started.
DAY = 90_000.0
#: A quarter of an hour after the tests begin.
DAILY = 'cron: "15 0 * * *"'


@dataclass(slots=True, kw_only=True)
class Overtaken(Mortality):
    """Lets somebody else act before the first call of an action, and is killed after it."""

    act: Callable[[], object] | None = None

    def passing(self, action: str) -> None:
        Mortality.passing(self, action)
        act, self.act = (self.act, None) if action == self.action else (None, self.act)
        if act is not None:
            act()


def overtaken(directory: Directory) -> None:
    """Let a loop that is about to launch be overtaken by another one, which AWS refuses, and die having launched."""
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    with contextlib.suppress(Killed):
        directory.once(Overtaken(action="ecs:RunTask", call=1, after=True, act=directory.once))
    directory.look()
    assert list(directory.started().values()) == [1]


@pytest.mark.parametrize("restart", [1.0, 3000.0])
def test_what_the_other_has_launched_is_found(directory: Directory, restart: float) -> None:
    directory.write(lone=one_shot("lone"))
    overtaken(directory)
    directory.aws.advance(restart)
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert list(directory.started().values()) == [1]


@pytest.mark.parametrize("restart", [4200.0, DAY])
def test_what_the_other_has_launched_and_aws_forgot_is_unknown(directory: Directory, restart: float) -> None:
    directory.write(lone=one_shot("lone"))
    overtaken(directory)
    directory.aws.advance(restart)
    assert [job.health for job in directory.wait().jobs] == [Health.UNKNOWN]
    assert list(directory.started().values()) == [1]


def test_a_refusal_long_after_the_other_announced_its_launch_speaks_for_both(directory: Directory) -> None:
    """The other one sends within five minutes or never; had it sent, the same token would have found its task."""
    directory.write(lone=one_shot("lone"))
    with contextlib.suppress(Killed):
        directory.once(Mortality(action="ecs:RunTask", call=1))
    directory.aws.advance(1200)
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    directory.once()
    directory.aws.advance(DAY)
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert list(directory.started().values()) == [1]


def test_capacity_may_be_missing_for_a_day(directory: Directory) -> None:
    directory.write(lone=one_shot("lone"))
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    directory.once()
    directory.aws.advance(DAY)
    assert [job.health for job in directory.wait().jobs] == [Health.SUCCEEDED]
    assert list(directory.started().values()) == [1]


def test_two_that_disagree_about_the_cluster_send_to_the_one_that_was_announced_first(directory: Directory) -> None:
    """With `rerunOn: key` another cluster is the same run: whose token is one in each cluster, not in both."""
    key = "once: {key: a, rerunOn: key}"
    directory.write(lone=one_shot("lone").replace("once: {}", key))

    def elsewhere() -> None:
        directory.write(lone=one_shot("lone", run="{cluster: other}").replace("once: {}", key))
        directory.once()

    directory.once(Overtaken(action="logs:PutLogEvents", act=elsewhere))
    directory.look()
    assert [name.partition("/")[0] for name in directory.tasks] == ["other"]
    directory.remove("lone")
    directory.tasks.clear()
    directory.write(next=one_shot("next").replace("once: {}", key))

    def elsewhere_too() -> None:
        directory.write(next=one_shot("next", run="{cluster: other}").replace("once: {}", key))
        directory.once()

    directory.once(Overtaken(action="ecs:RunTask", act=elsewhere_too))
    directory.look()
    assert {name.partition("/")[0] for name, task in directory.tasks.items() if "next" in str(task)} == {"default"}


def claimed_only(directory: Directory) -> None:
    """Let a loop die between its claim and its announcement."""
    directory.write(lone=one_shot("lone"))
    with contextlib.suppress(Killed):
        directory.once(Mortality(action="logs:PutLogEvents", call=1))


@pytest.mark.parametrize(("later", "waited"), [(1.0, 9.0), (9.5, 0.5), (60.0, 0.0), (90_000.0, 0.0)])
def test_a_claim_is_its_makers_alone_for_ten_seconds(directory: Directory, later: float, waited: float) -> None:
    claimed_only(directory)
    directory.aws.advance(later)
    began = directory.aws.now()
    directory.once()
    assert directory.aws.now() - began == pytest.approx(waited)
    assert list(directory.started().values()) == [1]


@pytest.mark.parametrize(("takes", "waited"), [(0.1, 0.5), (1.0, 1.5), (8.0, 10.0)])
def test_whoever_waits_for_anothers_claim_goes_on_soon_after_it_was_announced(takes: float, waited: float) -> None:
    """Also when a signal ends a pause early: it is only one of several."""
    began = datetime(2026, 1, 1, tzinfo=UTC)

    class Meanwhile(ManualClock):
        woken = False

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds if self.woken else 0.0)
            self.woken = True
            if self.now() - began >= timedelta(seconds=takes):
                journal.record("once/lone/g1-x/0", {"event": "finished", "state": "Unknown"})

    clock = Meanwhile(began)
    journal = OwnJournal(clock)
    assert claim(journal, clock, "once/lone/g1-x/0").began == began
    found = claim(journal, clock, "once/lone/g1-x/0")
    assert (found.began, found.memory.final) == (None, RunState.UNKNOWN)
    assert (clock.now() - began).total_seconds() == pytest.approx(waited)


def test_an_announcement_is_read_back_where_somebody_else_may_have_made_one_before(directory: Directory) -> None:
    """As where AWS, or this host, took long between the claim and the announcement, before or after the claim."""
    for name, action, seconds, read in (
        ("prompt", "logs:PutLogEvents", PROMPT.total_seconds(), 0),
        ("late", "logs:PutLogEvents", PROMPT.total_seconds() + 1, 2),
        ("slow", "logs:CreateLogStream", PROMPT.total_seconds() + 1, 2),
    ):
        directory.write(**{name: one_shot(name)})
        directory.aws.calls.clear()
        directory.once(Overtaken(action=action, act=partial(directory.aws.advance, seconds)))
        assert directory.aws.calls.counts().get("logs:GetLogEvents", 0) == read, name
    assert PROMPT * 2 <= ALONE


def test_what_a_person_records_waits_for_a_launch_that_may_be_under_way(directory: Directory) -> None:
    directory.write(lone=one_shot("lone"))
    job = directory.manifests().jobs[0]

    def assume() -> None:
        with directory.reconciler(jobs=(job.name,)) as reconciler:
            reconciler.operator.assume(job, RunState.SUCCEEDED)

    directory.once(Overtaken(action="logs:PutLogEvents", act=assume))
    assert not directory.started(), "it came ten seconds late, and found what the person had said"
    directory.write(next=one_shot("next"))
    job = next(each for each in directory.manifests().jobs if each.name == "next")

    def assume_too_late() -> None:
        with pytest.raises(Refused, match="next is going on"):
            assume()

    directory.once(Overtaken(action="ecs:RunTask", act=assume_too_late))
    assert list(directory.started().values()) == [1]


@pytest.mark.parametrize("call", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [False, True])
def test_a_retry_that_was_killed_is_finished_by_the_next_pass(directory: Directory, call: int, after: bool) -> None:
    directory.write(lone=one_shot("lone", outcome="exit 3 after 5s"))
    assert [job.health for job in directory.wait().jobs] == [Health.FAILED]
    actions = ("logs:PutLogEvents", "logs:CreateLogStream", "logs:PutLogEvents", "ecs:RunTask")
    action = actions[call - 1]
    mortality = Mortality(action=action, call=actions[:call].count(action), after=after)
    with directory.reconciler(mortality, jobs=("lone",)) as reconciler, contextlib.suppress(Killed):
        reconciler.operator.retry(directory.manifests().jobs[0])
    directory.wait()
    expected = [1] if call == 1 and not after else [1, 1]
    assert list(directory.started().values()) == expected


@dataclass(slots=True, kw_only=True)
class Outrun(Mortality):
    """Lets somebody else act between a launch of its own and writing down what came of that."""

    act: Callable[[], object] | None = None

    def passed(self, action: str) -> None:
        act, self.act = (self.act, None) if action == "ecs:RunTask" else (None, self.act)
        if act is not None:
            act()


@pytest.mark.parametrize("text", [one_shot, partial(scheduled, when=DAILY)], ids=["one-shot", "slot"])
def test_a_refusal_that_is_recorded_after_the_others_launch_says_nothing_of_it(
    directory: Directory, text: Callable[..., str]
) -> None:
    directory.write(lone=text("lone", outcome="runs forever", more="activeDeadlineSeconds: 600"))
    if text is not one_shot:
        directory.once()
    directory.aws.advance(900)
    directory.aws.faults.add("ecs:RunTask", "failures", reason="RESOURCE:MEMORY")
    directory.once(Outrun(act=directory.once))
    running = passes(directory, 300)
    assert [(step.action, job.health) for step in running.steps if step.kind == "run" for job in running.jobs] == [
        (Action.KEEP, Health.RUNNING)
    ]
    passes(directory, 600)
    assert [job.health for job in passes(directory, 60).jobs] == [Health.FAILED]
    assert list(directory.started().values()) == [1]
