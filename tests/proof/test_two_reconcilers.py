"""Two reconcilers at once on the whole scenario: everything runs once, the end is that of one alone, and nobody fights.

`RECONCILER_SEEDS` says how many interleavings are tried.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.engine import Reconciler, Until
from reconciler.model import Manifests, Report, Sync
from tests.engine.harness import WAIT
from tests.proof import ends, scenario
from tests.proof.conftest import Tell
from tests.proof.course import LATE, MINUTES, QUARTER, is_over, play, prepared
from tests.proof.laboratory import Laboratory, Moment, manifests_of
from tests.proof.two import NAMES, Pair

SEEDS = int(os.environ.get("RECONCILER_SEEDS", "6"))
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


@dataclass(slots=True, kw_only=True)
class Place:
    """Where the two meet."""

    laboratory: Laboratory
    pair: Pair
    manifests: Manifests
    changed: Manifests
    start: Moment
    end: dict[str, Any]

    def begin(self, seed: int) -> None:
        self.laboratory.back_to(self.start)
        self.pair.turns.begin(seed)

    def processes(self, **options: Mapping[str, Any]) -> dict[str, Reconciler]:
        """Answer a new process of each of the two."""
        return {
            name: self.laboratory.process(
                **{"manifests": self.manifests, "aws": self.pair.sessions[name], **options.get(name, {})}
            )
            for name in NAMES
        }

    def play(self, **options: Mapping[str, Any]) -> dict[str, Report]:
        """Let two pipelines wait for the one-shots at once, and two loops go on until nothing moves any more."""
        aws = self.laboratory.aws
        self.pair.at_once(self.processes(**options), lambda each: each.wait(Until.ONCE, WAIT))
        aws.advance(QUARTER - aws.now() % QUARTER + LATE)
        loops = self.processes(**options)
        for _ in range(MINUTES):
            reports = self.pair.at_once(loops, lambda each: each.apply())
            if all(is_over(report) for report in reports.values()):
                return reports
            aws.advance(60)
        raise AssertionError(f"after {MINUTES} minutes there is still something to do: {reports}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    path: Path = tmp_path_factory.mktemp("scenario")
    with prepared(path) as (laboratory, manifests), Pair.opened(laboratory) as pair:
        start = laboratory.moment()
        play(laboratory, manifests)
        yield Place(
            laboratory=laboratory,
            pair=pair,
            manifests=manifests,
            changed=manifests_of(path / "newer" / "jobs.d", {**scenario.PRESENT, **CHANGED}),
            start=start,
            end=ends.unnumbered(ends.standing(laboratory)),
        )


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
    place.begin(seed)
    reports = place.play()
    laboratory = place.laboratory
    faults = [fault for name in NAMES for fault in ends.of_one_shots(laboratory, place.manifests, reports[name])]
    faults += ends.of_slots(laboratory, place.manifests)
    faults += ends.of_things(place.end, ends.unnumbered(ends.standing(laboratory)))
    assert not faults, "\n".join(faults)
    assert {*place.pair.turns.order} == {*NAMES}
    assert max(registrations(laboratory).values()) <= len(NAMES), "each registers a definition once at most"
    seen = place.pair.at_once(place.processes(), lambda each: each.drift())
    assert {job.sync for report in seen.values() for job in report.jobs} == {Sync.IN_SYNC}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_of_two_commits_the_newer_one_wins_and_nothing_flaps(place: Place, seed: int) -> None:
    place.begin(seed)
    newer = {"manifests": place.changed, "commit": scenario.NEWER}
    place.play(first={"commit": scenario.OLDER}, second=newer)
    laboratory = place.laboratory
    for (family, commit), count in registrations(laboratory).items():
        assert count <= (1 if commit == "a" else 2), f"{family} was registered {count} times for {commit}"
    assert max(laboratory.starts().values()) <= max(scenario.STARTED.values())
    assert not [(start, n) for start, n in laboratory.starts().items() if n > 1 and start.job != "many"]
    end = laboratory.aws.snapshot()
    seen = place.pair.at_once(
        place.processes(first={"commit": scenario.OLDER}, second=newer),
        lambda each: each.plan(),
    )
    assert {job.name for job in seen["first"].jobs if job.sync is Sync.BEHIND} == {*CHANGED} - {"load"}
    assert {job.sync for job in seen["second"].jobs} == {Sync.IN_SYNC}
    place.pair.at_once(place.processes(first={"commit": scenario.OLDER}, second=newer), lambda each: each.apply())
    assert laboratory.aws.snapshot() == end, "the older one changes nothing any more"


def test_how_many_interleavings_were_tried(tell: Tell) -> None:
    tell(f"two reconcilers: {SEEDS} interleavings of the same commit, {SEEDS} of two commits")
