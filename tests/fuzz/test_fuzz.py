"""The short form: the same seeds every time, and the cases that once found something."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.case import Case
from tests.fuzz.targets import TARGETS
from tests.fuzz.world import World

SEEDS = {"answers": 20, "files": 20, "shapes": 20, "words": 40, "saved": 6, "caches": 3, "ledger": 6, "state": 4}
CORPUS = Path(__file__).parents[1] / "data" / "fuzz"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("fuzz")) as world:
        yield world


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_brings_a_traceback(world: World, name: str) -> None:
    for seed in range(SEEDS[name]):
        world.play(TARGETS[name](world, Random(f"{name}/{seed}")))


@pytest.mark.parametrize("name", [path.stem for path in sorted(CORPUS.glob("*.json"))])
def test_what_was_once_found_stays_mended(world: World, name: str) -> None:
    world.play(Case.read(CORPUS / f"{name}.json"))


@pytest.mark.parametrize("name", TARGETS)
def test_a_case_is_the_same_once_it_was_written_down(world: World, name: str) -> None:
    case = TARGETS[name](world, Random(f"{name}/0"))
    again = Case.loads(case.dumps())
    assert again.dumps() == case.dumps()
    assert again.files == case.files
