"""The short form: the same seeds every time, and the cases that once found something."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.__main__ import is_harmless
from tests.fuzz.case import Case, Told
from tests.fuzz.targets import TARGETS
from tests.fuzz.world import Found, World

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


def test_a_traceback_is_found_and_left_as_a_case(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("reconciler.aws.answers.check", broken)
    case, file = Case(commands=[["plan"]]), tmp_path / "findings" / "plan-1.json"
    assert not is_harmless(world, case, file)
    assert Case.read(file).dumps() == case.dumps()
    said = capsys.readouterr().out
    assert f"python -m tests.fuzz --case {file}\nreconcile plan\nTraceback" in said
    assert "KeyError: 'a bug'" in said


def test_what_finds_nothing_leaves_nothing(world: World, tmp_path: Path) -> None:
    assert is_harmless(world, Case(commands=[["plan"]]), tmp_path / "plan-2.json")
    assert list(tmp_path.iterdir()) == []


def test_a_verb_that_reads_and_changes_something_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.world._WRITING", frozenset())
    with pytest.raises(Found, match="run report: exit code 0, and calls ecs:RunTask"):
        world.play(Case(commands=[["run", "report"]]))


def test_answers_are_replaced_by_their_number(world: World) -> None:
    told = Told(action="ecs:DescribeTaskDefinition", number=1, body=b"{", on=True)
    world.play(Case(commands=[["plan"]], answers=[told]))
    assert world.made["ecs:DescribeTaskDefinition"] == 0, "its content is kept"
    told = Told(action="sts:GetCallerIdentity", number=1, body=b"<no", status=200)
    world.play(Case(commands=[["plan"], ["plan"]], answers=[told]))
    assert world.made["sts:GetCallerIdentity"] == 2
