"""Killed before and after every call of the whole scenario, and started again: no run twice, none lost.

A process that is killed leaves behind what is on AWS and nothing else. So the scenario is played once, undisturbed, and
all of AWS is kept before and after each of its calls; calls that change nothing leave the same, and what is the same
needs no second look. From each of these moments a new process begins after 1 s, 50 min, 70 min and 25 h, and must
come to the end of the undisturbed one, or to Unknown exactly where the contract says so.

`RECONCILER_PROOF=all` tries all four restarts at every moment; the default tries one of them by turns.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.local.embedded import Snapshot
from reconciler.model import Health, Manifests
from tests.engine.harness import SETTINGS, Killed
from tests.proof import ends, scenario
from tests.proof.conftest import Tell
from tests.proof.course import play, prepared
from tests.proof.doubt import in_doubt
from tests.proof.laboratory import Laboratory, Moment, Start, manifests_of

#: How long after the crash the next process starts.
RESTARTS = {"1s": 1.0, "50min": 3000.0, "70min": 4200.0, "25h": 90_000.0}
#: Within these, a launch that was not recorded is found again, or sent again with its token.
COVERED = frozenset({"1s", "50min"})
#: Of every so many moments one is tried after each of the restarts: as a rule, where no rule keeps how runs end, and
#: where the directory is another one.
EVERY, SELDOM, FEW = (1, 1, 4) if os.environ.get("RECONCILER_PROOF") == "all" else (4, 8, 64)


@dataclass(slots=True, kw_only=True)
class Recording:
    """The undisturbed course: all that was ever on AWS, in order, and how it ended."""

    laboratory: Laboratory
    manifests: Manifests
    others: Callable[[Mapping[str, str]], Manifests]
    calls: int = 0
    #: Every different moment, and the number of the first call after which it was so.
    moments: dict[Snapshot, tuple[int, Moment]] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)
    started: Mapping[Start, int] = field(default_factory=dict)
    #: Schedules that at some moment would have started what is not ACTIVE.
    dangling: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    over: Moment | None = None

    def take(self) -> None:
        """Keep what is there, unless it was there before."""
        moment = self.laboratory.moment()
        if moment.world not in self.moments:
            self.moments[moment.world] = (self.laboratory.aws.calls.total, moment)
            self.dangling += self.laboratory.dangling()
            self.early += self._started_early()

    def _started_early(self) -> list[str]:
        """Answer the jobs that were started although not all that they depend on has succeeded."""
        ledger, begun = self.laboratory.ledger(), {start.job for start in self.laboratory.started.values()}
        ends = [(stream.split("/")[1], event.get("state")) for stream, told in ledger.items() for event in told]
        done = {job for job, state in ends if state == "Succeeded"}
        return [job.name for job in self.manifests.jobs if job.name in begun and not {*job.depends_on} <= done]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with recorded(tmp_path_factory, scenario.PRESENT) as recording:
        yield recording


@contextmanager
def recorded(tmp_path_factory: pytest.TempPathFactory, present: Mapping[str, str]) -> Iterator[Recording]:
    """Play the course of a directory, and keep all of it."""

    def others(documents: Mapping[str, str]) -> Manifests:
        return manifests_of(tmp_path_factory.mktemp("others") / "jobs.d", documents)

    with prepared(tmp_path_factory.mktemp("scenario"), present) as (laboratory, manifests):
        recording = Recording(laboratory=laboratory, manifests=manifests, others=others)
        laboratory.aws.calls.clear()
        laboratory.met = recording.take
        play(laboratory, manifests, commit=scenario.NEWER)
        laboratory.met = lambda: None
        recording.calls = laboratory.aws.calls.total
        recording.end = ends.unnumbered(ends.standing(laboratory))
        recording.started = laboratory.starts()
        recording.over = laboratory.moment()
        yield recording


def test_the_undisturbed_scenario_ends_as_it_should(recording: Recording) -> None:
    laboratory, manifests = recording.laboratory, recording.manifests
    report = laboratory.process(manifests).drift()
    assert {job.name: job.health for job in report.jobs if job.name in scenario.ENDS} == scenario.ENDS
    assert {str(job.sync) for job in report.jobs} == {"InSync"}
    started = dict.fromkeys(scenario.STARTED, 0)
    slots = []
    for start, count in laboratory.starts().items():
        if start.run.startswith("slot:"):
            slots.append((start.job, start.run, count))
        else:
            started[start.job, start.attempt] += count
    assert started == scenario.STARTED
    slot = "slot:2026-01-01T00:15:00Z"
    assert sorted(slots) == [(name, slot, 1) for name in sorted(scenario.BY_LOOP | scenario.BY_SCHEDULER)]
    assert not [name for name in recording.end if "gone" in name]
    assert not recording.early, "what depends on a one-shot waits for it"
    assert not recording.dangling, "a schedule goes before its definition, and comes after it"


@pytest.mark.parametrize("restart", RESTARTS)
def test_whenever_it_is_killed_the_next_finishes_the_work(recording: Recording, restart: str, tell: Tell) -> None:
    faults, tried = after_every_kill(recording, restart, EVERY)
    tell(
        f"crash points: {recording.calls} calls, killed before and after each ({2 * recording.calls} points, "
        f"{len(recording.moments)} different worlds); started again after {restart} from {tried} of them"
    )
    assert not faults, "\n".join(faults)


def after_every_kill(recording: Recording, restart: str, every: int) -> tuple[list[str], int]:
    """Answer what is not as it should be after any of the moments, and how many were gone back to."""
    faults, tried = [], 0
    for where in restarted(recording, restart, every):
        tried += 1
        found = finished(recording, recording.manifests, doubtful(recording, restart))
        faults += [f"{where}: {fault}" for fault in found]
    return faults, tried


def restarted(recording: Recording, restart: str, every: int) -> Iterator[str]:
    """Go back to every so many moments of the course, let time pass, and say where one is."""
    turn = list(RESTARTS).index(restart) * every // len(RESTARTS)
    for call, moment in list(recording.moments.values())[turn::every]:
        recording.laboratory.back_to(moment)
        recording.laboratory.aws.advance(RESTARTS[restart])
        yield f"killed at call {call}, again after {restart}"


def finished(
    recording: Recording,
    manifests: Manifests,
    unsure: Collection[str],
    runs: Collection[str] = (),
    without: Collection[str] = (),
) -> Iterator[str]:
    """Let the next process do its work, and answer what is not as it should be."""
    laboratory = recording.laboratory
    before = laboratory.starts()
    report = play(laboratory, manifests, commit=scenario.NEWER)
    unknown = {job.name for job in report.jobs if job.name in unsure and job.health is Health.UNKNOWN}
    yield from ends.of_one_shots(laboratory, manifests, report, unsure, before, runs, without)
    yield from ends.of_slots(laboratory, manifests)
    held_back = {*ends.waiting_for(unknown, manifests.jobs), *without}
    yield from ends.of_things(recording.end, ends.unnumbered(ends.standing(laboratory)), held_back)


@pytest.mark.parametrize("restart", RESTARTS)
def test_a_run_of_its_key_that_was_moved_to_another_cluster_is_not_run_there_too(
    recording: Recording, restart: str
) -> None:
    """With `rerunOn: key` the cluster is no part of the generation: the announcement says where to look and send."""
    load = scenario.PRESENT["load"].replace("cluster: other", "cluster: default")
    moved = recording.others({**scenario.PRESENT, "load": load})
    faults = [
        f"{where}: {fault}"
        for where in restarted(recording, restart, FEW)
        for fault in finished(recording, moved, doubtful(recording, restart))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("restart", RESTARTS)
def test_a_changed_directory_runs_its_own_generations_once_and_repeats_no_other(
    recording: Recording, restart: str
) -> None:
    """But for `load`, whose generation is its key, and `linked`, whose definition is somebody else's."""
    laboratory, changed = recording.laboratory, recording.others(scenario.with_image("9"))
    faults = []
    for where in restarted(recording, restart, FEW):
        unsure = doubtful(recording, restart) & {"load", "linked"}
        former = {start.run for start in laboratory.starts()} & {start.run for start in recording.started}
        before = laboratory.starts()
        report = play(laboratory, changed, commit=scenario.NEWER, max_reruns=99)
        after = laboratory.starts()
        kept = {start.run for start in recording.started if start.job in {"load", "linked"}}
        runs = {start.run for start in after} - former | kept
        found = ends.of_one_shots(laboratory, changed, report, unsure, before, runs, without=["adopted", "mended"])
        faults += [f"{where}: {fault}" for fault in found]
        again = [start for start in after if start.run in former - kept and after[start] > before[start]]
        faults += [f"{where}: {start} was started again" for start in again if start.run.startswith("once:")]
        faults += [f"{where}: {fault}" for fault in ends.of_slots(laboratory, changed)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("restart", RESTARTS)
def test_an_older_checkout_in_between_takes_nothing_back(recording: Recording, restart: str) -> None:
    """A host that has not pulled yet comes by, then the newer one again.

    What the older one finds missing it makes, and what nobody has adopted it adopts; the newer one changes that.
    """
    laboratory = recording.laboratory
    older = recording.others(scenario.with_image("0", "tick", "crunch"))
    runs = {start.run for start in recording.started}
    faults = []
    for where in restarted(recording, restart, FEW):
        unsure, live = doubtful(recording, restart), laboratory.active()
        laboratory.process(older, commit=scenario.OLDER, max_reruns=99).apply()
        newer = {name for name, tags in live.items() if tags.get("reconciler:commit", "").startswith("b")}
        faults += [f"{where}: {name} was taken back" for name in sorted(newer - laboratory.active().keys())]
        found = finished(recording, recording.manifests, unsure, runs, without=["adopted", "mended"])
        faults += [f"{where}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def doubtful(recording: Recording, restart: str) -> set[str]:
    """Answer the one-shots that may be Unknown by now."""
    kept = recording.manifests.settings.history_events
    return set() if restart in COVERED else in_doubt(recording.laboratory, events_kept=kept)


def test_a_rule_that_is_not_wanted_any_more_goes_whenever_it_is_killed(recording: Recording) -> None:
    laboratory = recording.laboratory
    moments: dict[Snapshot, Moment] = {}
    assert recording.over is not None
    laboratory.back_to(recording.over)
    off = recording.others({**scenario.PRESENT, "settings": SETTINGS})
    laboratory.met = lambda: moments.setdefault((moment := laboratory.moment()).world, moment)
    laboratory.process(off, commit=scenario.NEWER).apply()
    laboratory.met = lambda: None
    assert len(moments) == 1 + len(("RemoveTargets", "DeleteResourcePolicy", "DeleteRule"))
    left = {name: said for name, said in recording.end.items() if not name.startswith(("rule ", "policy "))}
    assert len(left) == len(recording.end) - 2
    for moment in moments.values():
        laboratory.back_to(moment)
        laboratory.process(off, commit=scenario.NEWER).apply()
        assert ends.unnumbered(ends.standing(laboratory)) == left


@pytest.mark.parametrize("effect", ["kill_before", "kill_after"])
def test_a_killed_process_leaves_nothing_else_behind(recording: Recording, effect: str) -> None:
    """What the moments stand for: a process that ends at a call, by an exception that nothing catches."""
    laboratory = recording.laboratory
    start = next(iter(recording.moments.values()))[1]
    for call in range(7, recording.calls, recording.calls // 6):
        laboratory.back_to(start)
        laboratory.aws.faults.add("*", effect, skip=call - 1)
        with pytest.raises(Killed):
            play(laboratory, recording.manifests, commit=scenario.NEWER)
        assert laboratory.aws.calls.total == call
        assert laboratory.aws.snapshot() in recording.moments


@pytest.fixture(scope="module")
def unkept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """The course where no rule keeps how runs end; its AWS takes the place of the other one, so it comes last."""
    with recorded(tmp_path_factory, {**scenario.PRESENT, "settings": SETTINGS}) as recording:
        yield recording


@pytest.mark.parametrize("restart", sorted(RESTARTS.keys() - COVERED))
def test_whenever_it_is_killed_and_no_rule_keeps_how_runs_end_the_rest_is_unknown(
    unkept: Recording, restart: str, tell: Tell
) -> None:
    faults, tried = after_every_kill(unkept, restart, SELDOM)
    tell(f"crash points without history.events: started again after {restart} from {tried} of {len(unkept.moments)}")
    assert not faults, "\n".join(faults)
