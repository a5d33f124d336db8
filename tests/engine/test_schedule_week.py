"""A week of schedules with everything going wrong: every due slot is started exactly once.

Two loops on one directory and one AWS come by at random, are killed at random calls, throttled and left without
answers, on hosts whose clocks are off by an hour or set back by one. Here a few schedules play for some hours;

    RECONCILER_WEEK=200 pytest -s tests/engine/test_schedule_week.py

plays that many over seven days and prints what happened (another course of it: RECONCILER_SEED=2).
"""

import os
import random
import types
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core import slots
from reconciler.engine import Limits, Reconciler
from reconciler.errors import ReconcilerError
from reconciler.local.calls import Place
from reconciler.model import Schedule
from tests.engine.harness import REGION, Directory, Killed, MortalAws, Mortality, VirtualClock
from tests.engine.scheduled import BY_EVENTBRIDGE, BY_LOOP, batch_starts, scheduled, scheduled_batch, starts

FULL = int(os.environ.get("RECONCILER_WEEK", "0"))
SEED = int(os.environ.get("RECONCILER_SEED", "1"))
ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What is played: the schedules, in turn, over how long, and how many seconds lie between two passes.

    The deadline is later than two passes in a row may fail, and less than the shortest time between two slots of a job.
    """

    schedules: int
    batch_jobs: int
    hours: int
    deadline: int
    pauses: tuple[float, float]
    when: tuple[str, ...]


SHORT = Play(
    schedules=7,
    batch_jobs=1,
    hours=2,
    deadline=590,
    pauses=(20, 110),
    when=(
        'cron: "*/15 * * * *"',
        'cron: "7 * * * *"',
        'cron: "20-40/10 * * * *"',
        "rate: 25 minutes",
        'cron: "5,35 1-5 * * *"',
        "rate: 1 hour",
    ),
)
WEEK = Play(
    schedules=FULL,
    batch_jobs=FULL // 20,
    hours=7 * 24,
    deadline=1790,
    pauses=(30, 330),
    when=(
        'cron: "*/30 * * * *"',
        'cron: "7 * * * *"',
        "rate: 1 hour",
        'cron: "15 */6 * * *"',
        'cron: "30 2 * * *"',
        'cron: "0 3 * * MON-FRI"',
        "rate: 90 minutes",
        'cron: "0 6 * * SUN"',
        'cron: "40 8-18/2 * * *"',
        "rate: 1 day",
    ),
)
PLAY = WEEK if FULL else SHORT
#: A Batch submission whose maker died is made again after ten minutes.
BATCH_DEADLINE = "startingDeadlineSeconds: 2700"
#: What goes wrong with an answer, and how often of a hundred passes.
FAULTS = ("throttle", "server_error", "drop_before", "drop_after")


class HostClock(VirtualClock):
    """The clock of a host that is off until AWS's Date corrects it."""

    def __init__(self, directory: Directory, off: timedelta) -> None:
        super().__init__(directory.aws)
        self.off = off

    def now(self) -> datetime:
        return super().now() + self.off

    def synchronise(self, instant: datetime) -> timedelta:
        skew, self.off = -self.off, timedelta()
        return skew


@dataclass(slots=True, kw_only=True)
class Interlude(Mortality):
    """A mortality that also lets somebody else act before the call of number `at`."""

    at: int = 0
    act: Callable[[], None] = lambda: None

    def passing(self, action: str) -> None:
        Mortality.passing(self, action)
        if len(self.made) == self.at:
            self.at = 0
            self.act()


class Loop:
    """One process after another that makes passes over the directory."""

    def __init__(self, directory: Directory, chance: random.Random) -> None:
        self._directory = directory
        self._chance = chance
        self._open = ExitStack()
        self._alive: Reconciler | None = None
        self._clock: HostClock | None = None
        self._mortality = Interlude()
        self.other: Loop | None = None
        self.made = 0
        self.deaths = 0
        self.failures = 0

    def make_pass(self) -> None:
        """Make a pass, perhaps with one of the other loop's between two of its calls."""
        interlude = self._chance.randrange(1, 30) if self._chance.random() < 0.3 else 0
        self._make_pass(interlude)

    def _make_pass(self, interlude: int = 0) -> None:
        chance = self._chance
        reconciler = self._alive or self._start()
        if self._clock is not None and chance.random() < 0.05:
            self._clock.off = timedelta(hours=-1)
        self._mortality.made.clear()
        self._mortality.call = chance.randrange(1, 30) if chance.random() < 0.15 else 0
        self._mortality.after = chance.random() < 0.5
        self._mortality.at = interlude
        if self.other is not None:
            self._mortality.act = self.other._make_pass
        self._lag()
        if chance.random() < 0.15:
            effect, skip = chance.choice(FAULTS), chance.randrange(20)
            self._directory.aws.faults.add("*", effect, skip=skip, times=chance.choice((1, 6)))
        self.made += 1
        try:
            reconciler.apply()
        except Killed:
            self.deaths += 1
            self.end()
        except ReconcilerError:
            self.failures += 1
        finally:
            self._directory.aws.faults.clear()

    def _lag(self) -> None:
        """Let lists not tell yet what is new."""
        for call in ("ecs:ListTasks", "logs:FilterLogEvents", "batch:ListJobs"):
            self._directory.aws.faults.add(call, "lag", times=None, seconds=self._chance.choice((0, 5, 90)))

    def end(self) -> None:
        self._open.close()
        self._alive = None

    def _start(self) -> Reconciler:
        clock = self._clock = HostClock(self._directory, timedelta(hours=self._chance.choice((-1, 0, 1))))
        self._mortality = Interlude()
        environment = self._directory.aws.environment
        aws = self._open.enter_context(MortalAws(self._mortality, environment=environment, region=REGION, clock=clock))
        self._alive = Reconciler(manifests=self._directory.manifests(), aws=aws, clock=clock, limits=Limits())
        return self._alive


@pytest.fixture(autouse=True)
def no_real_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What botocore waits between two tries takes no time."""
    monkeypatch.setattr("botocore.endpoint.time", types.SimpleNamespace(sleep=lambda _: None))


def write(directory: Directory, engine: str) -> None:
    documents = {}
    for number in range(PLAY.schedules):
        name, when = f"job-{number}", PLAY.when[number % len(PLAY.when)]
        policy = f"timeZone: {ZONES[number % len(ZONES)]}, startingDeadlineSeconds: {PLAY.deadline}"
        documents[name] = scheduled(name, when, engine=engine, policy=policy)
    if engine == BY_LOOP:  # EventBridge starts Batch jobs at least once, not exactly
        for number in range(PLAY.batch_jobs):
            name, when = f"batch-{number}", f'cron: "{50 + number % 10} * * * *"'
            documents[name] = scheduled_batch(name, when, policy=BATCH_DEADLINE)
    directory.write(**documents)


def due(directory: Directory, since: datetime, until: datetime) -> Counter[tuple[str, str]]:
    """Answer every slot of every job, once."""
    return Counter(
        (job.name, slot.strftime("%Y-%m-%dT%H:%M:%SZ"))
        for job in directory.manifests().jobs
        if isinstance(job.trigger, Schedule)
        for slot in slots.instants(job.trigger, since, until)
    )


def now(directory: Directory) -> datetime:
    return datetime.fromtimestamp(directory.aws.now(), UTC)


def test_two_loops_start_every_slot_exactly_once(directory: Directory) -> None:
    chance = random.Random(SEED)
    write(directory, BY_LOOP)
    directory.once()
    begun = now(directory)
    loops = [Loop(directory, chance), Loop(directory, chance)]
    loops[0].other, loops[1].other = loops[1], loops[0]
    until = begun + timedelta(hours=PLAY.hours)
    while now(directory) < until:
        directory.aws.advance(chance.uniform(*PLAY.pauses))
        chance.choice(loops).make_pass()
        directory.look()
    for loop in loops:
        loop.end()
    for _ in range(15):  # a submission whose maker died is made again when its claim is old enough
        directory.aws.advance(60)
        directory.once()
    found = starts(directory) + batch_starts(directory)
    expected = due(directory, begun, now(directory))
    assert found == expected
    deaths, failures = sum(loop.deaths for loop in loops), sum(loop.failures for loop in loops)
    assert deaths >= PLAY.hours // 2
    assert failures > 0
    passes = sum(loop.made for loop in loops)
    print(f"{found.total()} slots started once, {passes} passes, {deaths} killed, {failures} failed")  # noqa: T201


def test_eventbridge_starts_the_same(directory: Directory) -> None:
    chance = random.Random(SEED + 2)
    write(directory, BY_EVENTBRIDGE)
    directory.once()
    begun = now(directory)
    place = Place(directory.aws.account, REGION)
    loop = Loop(directory, chance)
    until = begun + timedelta(hours=PLAY.hours)
    while now(directory) < until:
        with directory.aws.lock():
            directory.aws.world.services["scheduler"].controls["failure"](
                directory.aws.world, place, {"name": "*", "times": 1, "moment": chance.choice(("before", "after"))}
            )
        directory.aws.advance(chance.uniform(200, 1200))
        loop.make_pass()
        directory.look()
    loop.end()
    directory.aws.advance(600)
    found = starts(directory)
    assert found == due(directory, begun, now(directory))
    print(f"{found.total()} slots started once by EventBridge, {loop.made} passes, {loop.deaths} killed")  # noqa: T201
