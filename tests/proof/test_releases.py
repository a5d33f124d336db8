"""What every release so far has left behind on AWS is in sync with the manifests that it was left behind by.

A change of a hash, a tag, a name or an event that is read back would show here: as a definition registered anew, a
schedule rewritten, or, worst of all, a one-shot that runs a second time.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.manifests import LoadRequest, load
from reconciler.model import Manifests, Sync
from tests.proof import scenario
from tests.proof.course import is_over, play
from tests.proof.laboratory import Laboratory
from tests.proof.release import RELEASES, STATE


@pytest.fixture(params=sorted(path.name for path in RELEASES.iterdir()))
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Laboratory, Manifests]]:
    """What a release has left behind, and its directory."""
    release = RELEASES / request.param
    state = tmp_path / "state.json"
    state.write_bytes(gzip.decompress((release / STATE).read_bytes()))
    manifests = load(release / "jobs.d", LoadRequest())
    assert not [str(problem) for problem in manifests.problems if problem.severity == "error"]
    with Laboratory.opened(state=state, clusters=list(scenario.CLUSTERS)) as laboratory:
        assert not laboratory.aws.fresh, laboratory.aws.warnings
        yield laboratory, manifests


def test_there_is_nothing_to_do(left: tuple[Laboratory, Manifests]) -> None:
    laboratory, manifests = left
    before = laboratory.aws.snapshot()
    report = laboratory.process(manifests, commit=scenario.NEWER).plan()
    assert [step for step in report.steps if step.operation is not None] == []
    assert {job.name: job.sync for job in report.jobs if job.sync is not Sync.IN_SYNC} == {}
    assert {job.name: job.health for job in report.jobs if job.name in scenario.ENDS} == scenario.ENDS
    assert is_over(laboratory.process(manifests, commit=scenario.NEWER).apply())
    assert laboratory.aws.snapshot() == before, "not even a tag or an event was written"


def test_its_schedules_go_on_and_nothing_runs_again(left: tuple[Laboratory, Manifests]) -> None:
    laboratory, manifests = left
    laboratory.aws.advance(86_400)
    play(laboratory, manifests, commit=scenario.NEWER)
    runs = {(start.job, start.run.partition(":")[0]) for start in laboratory.starts()}
    assert runs == {(name, "slot") for name in scenario.BY_LOOP | scenario.BY_SCHEDULER}
    assert set(laboratory.starts().values()) == {1}


def test_its_runs_are_told(left: tuple[Laboratory, Manifests]) -> None:
    laboratory, manifests = left
    report = laboratory.process(manifests).status()
    last = {job.name: job.last_run.state.value for job in report.jobs if job.last_run is not None}
    expected = {name: health.value for name, health in scenario.ENDS.items()}
    assert last == {**expected, **dict.fromkeys(scenario.BY_LOOP | scenario.BY_SCHEDULER, "Succeeded")}
