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
