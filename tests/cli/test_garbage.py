"""When the garbage collector looks, which belongs to a process as a whole."""

import gc
from collections.abc import Iterator

import pytest

from reconciler.cli import garbage


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.freeze()  # as the suite has it: see tests/conftest.py


def test_it_looks_rarely_until_the_plan_is_carried_out() -> None:
    garbage.look_rarely()
    gc.unfreeze()
    garbage.look_again()
    assert gc.get_threshold()[0] == 20_000
    assert gc.get_freeze_count() > 0


def test_a_verb_in_somebody_elses_process_changes_nothing() -> None:
    gc.unfreeze()
    before = gc.get_threshold()
    garbage.look_again()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_a_loop_looks_through_what_stays_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: done.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(gc, "unfreeze", lambda: done.append("unfreeze"))
    sweeper = garbage.Sweeper()
    sweeper.sweep()
    assert done == ["collect"], "in somebody else's process"
    done.clear()
    monkeypatch.setattr(gc, "get_threshold", lambda: (1_000_000, 10, 10))
    sweeper = garbage.Sweeper()
    for _ in range(61):
        sweeper.sweep()
    thorough = ["unfreeze", "collect", "freeze"]
    assert done == [*thorough, *["collect"] * 59, *thorough]
