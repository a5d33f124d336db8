"""Two reconcilers at once on the whole scenario: everything runs once, the end is that of one alone, and nobody fights.

Each is a process of its own, and some are killed. `RECONCILER_SEEDS` says how many interleavings are tried, of one
commit and of two.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.model import Health, Manifests, Report, Sync
from tests.proof import ends, scenario
from tests.proof.conftest import Count
from tests.proof.course import LATE, QUARTER, play, prepared
from tests.proof.laboratory import Laboratory, Moment, manifests_of
from tests.proof.messages import Order, Verb
from tests.proof.processes import Processes
from tests.proof.turns import Turns

SEEDS = int(os.environ.get("RECONCILER_SEEDS", "6"))
#: Up to so many kills are planned in one interleaving, and one in which somebody is killed.
KILLS, KILLING = 3, 3
NOW = Order(verb=Verb.WAIT, directory="now")
OLDER, NEWER = (
    Order(verb=Verb.WAIT, directory=directory, commit=commit)
    for directory, commit in (("now", scenario.OLDER), ("newer", scenario.NEWER))
)
#: What the newer commit has changed and added: a definition, a one-shot that others wait for, schedules; and a one-shot
#: that only another key runs again has been moved to another cluster.
CHANGED = {
    "added": scenario.PRESENT["nightly"].replace("name: nightly", "name: added"),
    "report": scenario.PRESENT["report"].replace("app:2", "app:3"),
    "migrate": scenario.PRESENT["migrate"].replace("app:1", "app:2"),
    "tick": scenario.PRESENT["tick"].replace("app:1", "app:2"),
    "nightly": scenario.PRESENT["nightly"].replace("15 * * * *", "20 * * * *"),
    "load": scenario.PRESENT["load"].replace("cluster: other", "cluster: default"),
}
#: Runs on `report`'s definition: it is behind as well where the older one had not launched it before the newer one came.
BORROWED = {"borrowed"}


@dataclass(slots=True, kw_only=True)
class Place:
    """Where the two meet: what is there when they begin, what is there when one alone has ended, and its calls."""

    laboratory: Laboratory
    turns: Turns
    manifests: Manifests
    start: Moment
    end: dict[str, Any]
    calls: dict[str, int]
    #: What a test has played, by its name.
    played: Counter[str] = field(default_factory=Counter)

    def play(self, seed: int, first: Order, second: Order) -> dict[str, Report]:
        """Let two pipelines wait for the one-shots at once, and two loops go on until nothing moves any more."""
        aws = self.laboratory.aws
        self.laboratory.back_to(self.start)
        self.turns.begin(seed)
        self.turns.plan_kills(self.calls, at_most=KILLS)
        self.both(Verb.WAIT, first, second)
        aws.advance(QUARTER - aws.now() % QUARTER + LATE)
        reports = self.both(Verb.LOOP, first, second)
        aws.faults.clear()
        self.played["interleavings of two commits" if first != second else "interleavings of one commit"] += 1
        self.played["calls"] += len(self.turns.order)
        self.played["kills of one or both"] += len(self.turns.kills)
        return reports

    def both(self, verb: Verb, first: Order, second: Order) -> dict[str, Report]:
        """Let two new processes do something at the same time."""
        orders = {"first": first, "second": second}
        return self.turns.play({name: replace(order, verb=verb) for name, order in orders.items()})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    path: Path = tmp_path_factory.mktemp("scenario")
    with prepared(path) as (laboratory, manifests):
        directories = {name: path / name / "jobs.d" for name in ("now", "newer")}
        manifests_of(directories["newer"], {**scenario.PRESENT, **CHANGED})
        start = laboratory.moment()
        laboratory.aws.calls.clear()
        play(laboratory, manifests)
        end, calls = ends.unnumbered(ends.standing(laboratory)), laboratory.aws.calls.counts()
        with Processes.opened(directories) as processes:
            turns = Turns(laboratory, processes)
            laboratory.back_to(start)
            turns.rehearse(NOW)
            yield Place(laboratory=laboratory, turns=turns, manifests=manifests, start=start, end=end, calls=calls)


@pytest.fixture(autouse=True)
def counted(place: Place, count: Count) -> Iterator[None]:
    """Count what a test has played."""
    place.played.clear()
    yield
    for what, number in place.played.items():
        count(f"two processes: {what}", number)


def registrations(laboratory: Laboratory) -> Counter[tuple[str, str]]:
    """Answer how often each family was registered, by the commit that it was registered for."""
    calls = laboratory.aws.calls.named("*:Register*Definition")
    found: Counter[tuple[str, str]] = Counter()
    for call in calls:
        tags = call.members["tags"]
        tags = tags if isinstance(tags, dict) else {tag["key"]: tag["value"] for tag in tags}
        name = call.members.get("family") or call.members["jobDefinitionName"]
        found[name, tags.get("reconciler:commit", "")[:1]] += 1
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_two_at_once_run_everything_once(place: Place, seed: int) -> None:
    reports = place.play(seed, NOW, NOW)
    laboratory, turns = place.laboratory, place.turns
    faults = [fault for name in sorted(reports) for fault in ended(place, reports[name])]
    faults += ends.of_slots(laboratory, place.manifests, turns.standstills)
    seen = place.both(Verb.DRIFT, NOW, NOW)
    for name, report in seen.items():
        waiting = held_back(place, report)
        faults += [
            f"{name} sees {job.name} {job.sync}"
            for job in report.jobs
            if job.sync is not Sync.IN_SYNC and job.name not in waiting
        ]
        faults += ended(place, report)
    assert not faults, "\n".join([*turns.kills, *faults])
    assert {*turns.order} == {*reports} == {"first", "second"}
    assert max(registrations(laboratory).values()) <= sum(turns.lives.values()), "each registers it once at most"


def ended(place: Place, report: Report) -> Iterator[str]:
    """Say what has not ended as one alone would have ended it, but for what can no longer be known."""
    doubt, laboratory = place.turns.doubt, place.laboratory
    yield from ends.of_one_shots(laboratory, place.manifests, report, doubt.jobs, doubt.before)
    yield from ends.of_things(place.end, ends.unnumbered(ends.standing(laboratory)), held_back(place, report))


def held_back(place: Place, report: Report) -> set[str]:
    """Answer the jobs of which nothing is registered, as what they wait for can no longer be known."""
    doubtful = place.turns.doubt.jobs
    unknown = {job.name for job in report.jobs if job.name in doubtful and job.health is Health.UNKNOWN}
    return ends.waiting_for(unknown, place.manifests.jobs)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_of_two_commits_the_newer_one_wins_and_nothing_flaps(place: Place, seed: int) -> None:
    place.play(seed, OLDER, NEWER)
    laboratory, lives = place.laboratory, place.turns.lives
    for (family, commit), count in registrations(laboratory).items():
        most = lives["first"] if commit == "a" else sum(lives.values())
        assert count <= most, f"{family} was registered {count} times for {commit}"
    assert max(laboratory.starts().values()) <= max(scenario.STARTED.values())
    assert not [(start, n) for start, n in laboratory.starts().items() if n > 1 and start.job != "many"]
    end = laboratory.aws.snapshot()
    seen = place.both(Verb.PLAN, OLDER, NEWER)
    behind = {job.name for job in seen["first"].jobs if job.sync is Sync.BEHIND}
    assert behind - BORROWED == {*CHANGED} - {"load"}
    waiting = held_back(place, seen["second"])
    assert {job.sync for job in seen["second"].jobs if job.name not in waiting} == {Sync.IN_SYNC}
    place.both(Verb.APPLY, OLDER, NEWER)
    assert laboratory.aws.snapshot() == end, "the older one changes nothing any more"


def test_a_seed_is_always_played_alike(place: Place) -> None:
    played = []
    for _ in range(2):
        place.play(KILLING, NOW, NOW)
        calls = [(call.name, call.time, call.members) for call in place.laboratory.aws.calls]
        played.append((calls, place.turns.order, place.turns.kills, place.laboratory.aws.snapshot()))
    assert played[0] == played[1]
    assert played[0][2], "somebody is killed in it"
