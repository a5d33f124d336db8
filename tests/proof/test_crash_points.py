"""Killed before and after every call of the whole scenario, and started again: no run twice, none lost.

A process that is killed leaves behind what is on AWS and nothing else. So the scenario is played once, undisturbed, and
all of AWS is kept before and after each of its calls; calls that change nothing leave the same, and what is the same
needs no second look. From each of these moments a new process begins after 1 s, 50 min, 70 min and 25 h, and must
come to the end of the undisturbed one, or to Unknown exactly where the contract says so.

`RECONCILER_PROOF=all` tries all four restarts at every moment; the default tries one of them by turns.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core.run_keys import slot_trigger
from reconciler.core.slot_memory import slot_text
from reconciler.core.slots import instants
from reconciler.local.embedded import Snapshot
from reconciler.model import Health, Job, Manifests, Schedule
from tests.engine.harness import Killed
from tests.proof import scenario
from tests.proof.conftest import Summary
from tests.proof.course import QUARTER, play, prepared
from tests.proof.laboratory import Laboratory, Moment

#: How long after the crash the next process starts.
RESTARTS = {"1s": 1.0, "50min": 3000.0, "70min": 4200.0, "25h": 90_000.0}
#: Within these, a launch that was not recorded is found again, or sent again with its token.
COVERED = frozenset({"1s", "50min"})
#: Of every so many moments one is tried after each of the restarts.
EVERY = 1 if os.environ.get("RECONCILER_PROOF") == "all" else 4


@dataclass(slots=True, kw_only=True)
class Recording:
    """The undisturbed course: all that was ever on AWS, in order, and how it ended."""

    laboratory: Laboratory
    manifests: Manifests
    calls: int = 0
    #: Every different moment, and the number of the first call after which it was so.
    moments: dict[Snapshot, tuple[int, Moment]] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)

    def take(self) -> None:
        """Keep what is there, unless it was there before."""
        moment = self.laboratory.moment()
        self.moments.setdefault(moment.world, (self.laboratory.aws.calls.total, moment))


def standing(laboratory: Laboratory) -> dict[str, Any]:
    """Answer everything that stays on AWS, by the name of its job."""
    return {
        **{f"definition {name}": tags for name, tags in laboratory.active().items()},
        **{f"schedule {name}": said for name, said in laboratory.schedules().items()},
        **{f"log group {name}": days for name, days in laboratory.log_groups().items()},
    }


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with prepared(tmp_path_factory.mktemp("scenario")) as (laboratory, manifests):
        recording = Recording(laboratory=laboratory, manifests=manifests)
        laboratory.aws.calls.clear()
        laboratory.met = recording.take
        play(laboratory, manifests)
        laboratory.met = lambda: None
        recording.calls = laboratory.aws.calls.total
        recording.end = standing(laboratory)
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
    assert not [name for name in recording.end if "gone" in name or "report:1" in name]


@pytest.mark.parametrize("restart", RESTARTS)
def test_whenever_it_is_killed_the_next_finishes_the_work(
    recording: Recording, restart: str, proof_summary: Summary
) -> None:
    laboratory = recording.laboratory
    turn = list(RESTARTS).index(restart) % EVERY
    faults = []
    chosen = list(recording.moments.values())[turn::EVERY]
    for call, moment in chosen:
        laboratory.back_to(moment)
        laboratory.aws.advance(RESTARTS[restart])
        faults += [f"killed at call {call}, again after {restart}: {fault}" for fault in outcome(recording, restart)]
    proof_summary.append(
        f"crash points: {recording.calls} calls, killed before and after each ({2 * recording.calls} points, "
        f"{len(recording.moments)} different worlds); started again after {restart} from {len(chosen)} of them"
    )
    assert not faults, "\n".join(faults)


def outcome(recording: Recording, restart: str) -> Iterator[str]:
    """Let the next process do its work, and answer what is not as it should be."""
    laboratory = recording.laboratory
    doubtful = in_doubt(laboratory) if restart not in COVERED else set()
    before = laboratory.starts()
    report = play(laboratory, recording.manifests)
    ends = {job.name: job.health for job in report.jobs}
    held_back = waiting_for({name for name in doubtful if ends[name] is Health.UNKNOWN}, recording.manifests.jobs)
    after = laboratory.starts()
    for name, expected in scenario.ENDS.items():
        if name in held_back:
            if ends[name] is not Health.NEVER_RAN and name not in doubtful:
                yield f"{name} waits for what is Unknown and is {ends[name]}"
        elif ends[name] is Health.UNKNOWN and name in doubtful:
            if {start: n for start, n in after.items() if start.job == name} != {
                start: n for start, n in before.items() if start.job == name
            }:
                yield f"{name} is Unknown and was launched again"
        elif ends[name] is not expected:
            yield f"{name} is {ends[name]}, expected {expected}"
        else:
            yield from once_only(name, after)
    yield from slots_once(recording)
    yield from same(recording.end, standing(laboratory), held_back)


def in_doubt(laboratory: Laboratory) -> set[str]:
    """Answer the ECS one-shots with an attempt that was announced and whose end was not recorded."""
    found = set()
    for stream, events in laboratory.ledger().items():
        kind, job, *_ = stream.split("/")
        if kind != "once" or job in {"crunch", "array"}:  # Batch tells of its jobs for seven days
            continue
        begun = [event["attempt"] for event in events if event["event"] == "start"]
        ended = [event["attempt"] for event in events if event["event"] == "ended"]
        if begun and max(begun) not in ended:
            found.add(job)
    return found


def waiting_for(names: set[str], jobs: tuple[Job, ...]) -> set[str]:
    """Answer the jobs that wait for any of these, or for one that waits for them."""
    found: set[str] = set()
    while more := {job.name for job in jobs if {*job.depends_on} & (names | found)} - found:
        found |= more
    return found


def once_only(name: str, starts: Any) -> Iterator[str]:
    for (job, attempt), expected in scenario.STARTED.items():
        if job == name:
            counts = [n for start, n in starts.items() if (start.job, start.attempt) == (job, attempt)]
            if counts != [expected]:
                yield f"attempt {attempt} of {name} was started {counts} times, expected {expected}"
    attempts = {start.attempt for start in starts if start.job == name}
    if attempts - {attempt for job, attempt in scenario.STARTED if job == name}:
        yield f"{name} was tried more often than it may be: attempts {sorted(attempts)}"


def slots_once(recording: Recording) -> Iterator[str]:
    """Say which slot was started twice, or not although it should have been.

    The loop owes the newest slot, EventBridge every one since its schedule was made.
    """
    laboratory = recording.laboratory
    made = laboratory.made()
    for job in recording.manifests.jobs:
        if not isinstance(job.trigger, Schedule):
            continue
        started = {start.run: n for start, n in laboratory.starts().items() if start.job == job.name}
        yield from (f"{slot} of {job.name} was started {n} times" for slot, n in started.items() if n != 1)
        since = made.get(job.name, laboratory.now() - timedelta(seconds=QUARTER))
        owed = [slot_trigger(slot_text(slot)) for slot in instants(job.trigger, since, laboratory.now())]
        yield from (f"{slot} of {job.name} was not started" for slot in owed if slot not in started)


def same(expected: dict[str, Any], found: dict[str, Any], held_back: set[str]) -> Iterator[str]:
    """Say what is not on AWS as it would be undisturbed, but for what waits."""
    for name in sorted(expected.keys() | found.keys()):
        job = name.rpartition("/")[2].partition(":")[0]
        if expected.get(name) != found.get(name) and job not in held_back:
            yield f"{name} is {found.get(name)}, expected {expected.get(name)}"


@pytest.mark.parametrize("effect", ["kill_before", "kill_after"])
def test_a_killed_process_leaves_nothing_else_behind(recording: Recording, effect: str) -> None:
    """What the moments stand for: a process that ends at a call, by an exception that nothing catches."""
    laboratory = recording.laboratory
    start = next(iter(recording.moments.values()))[1]
    for call in range(7, recording.calls, recording.calls // 6):
        laboratory.back_to(start)
        laboratory.aws.faults.add("*", effect, skip=call - 1)
        with pytest.raises(Killed):
            play(laboratory, recording.manifests)
        assert laboratory.aws.calls.total == call
        assert laboratory.aws.snapshot() in recording.moments
