"""The short form: the same seeds every time, and those that once found something."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.fuzz.targets import TARGETS
from tests.fuzz.world import World

SEEDS = {"answers": 20, "files": 20, "saved": 6, "caches": 3, "ledger": 6, "state": 4}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("fuzz")) as world:
        yield world


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_brings_a_traceback(world: World, name: str) -> None:
    for seed in range(SEEDS[name]):
        world.again()
        TARGETS[name](world, Random(f"{name}/{seed}"))
