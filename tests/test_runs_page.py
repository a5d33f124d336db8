"""docs/runs.md stays true: every test that it names exists, and no row of the five systems is left out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8")
#: How many capabilities and failures were found in each system.
FOUND = {
    "Luigi ECSTask": (16, 12),
    "Luigi BatchTask": (13, 10),
    "Prefect's ECS worker": (43, 14),
    "Prefect's ECSTask block": (19, 12),
    "Airflow's AwsEcsExecutor": (18, 13),
}


def test_every_test_that_the_page_names_exists() -> None:
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert sorted(set(re.findall(r"`(test_\w+)`", PAGE)) - there) == []


@pytest.mark.parametrize("system", FOUND)
def test_every_row_of_a_system_is_there(system: str) -> None:
    section = PAGE.partition(f"### {system}\n")[2].partition("\n### ")[0]
    for mark, number in zip("CF", FOUND[system], strict=True):
        cells = re.findall(rf"^\| {mark} ([\d, ]+) \|", section, re.MULTILINE)
        told = sorted(int(each) for cell in cells for each in cell.split(","))
        assert told == list(range(1, number + 1)), (system, mark)
