"""docs/runs.md and the README stay true: each test that they name exists, and no row of the five systems is left out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What it replaces\n")[2].partition("\n## ")[0]
#: How many capabilities and failures were found in each system, and by which letter the README calls it.
FOUND = {
    "Luigi ECSTask": ("E", 16, 12),
    "Luigi BatchTask": ("B", 13, 10),
    "Prefect's ECS worker": ("W", 43, 14),
    "Prefect's ECSTask block": ("P", 19, 12),
    "Airflow's AwsEcsExecutor": ("A", 19, 13),
}


@pytest.mark.parametrize("page", [PAGE, README], ids=["docs/runs.md", "README.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named
    assert sorted(named - there) == []


@pytest.mark.parametrize("system", FOUND)
def test_every_row_of_a_system_is_there(system: str) -> None:
    _, *counts = FOUND[system]
    section = PAGE.partition(f"### {system}\n")[2].partition("\n### ")[0]
    for mark, count in zip("CF", counts, strict=True):
        cells = re.findall(rf"^\| {mark} ([\d, ]+) \|", section, re.MULTILINE)
        told = sorted(int(each) for cell in cells for each in cell.split(","))
        assert told == list(range(1, count + 1)), (system, mark)


@pytest.mark.parametrize("system", FOUND)
def test_every_row_of_a_system_is_in_one_group_of_the_readme(system: str) -> None:
    letter, *counts = FOUND[system]
    tables = re.split(r"^\| (?:capability|failure there) \|", README, flags=re.MULTILINE)[1:]
    for table, count in zip(tables, counts, strict=True):
        groups = [row.split(" | ")[1] for row in table.splitlines()[2:] if row.startswith("| ")]
        told = [number for group in groups for number in numbers(group, letter)]
        assert sorted(told) == list(range(1, count + 1)), (system, count)


def numbers(group: str, letter: str) -> list[int]:
    """Read the numbers of one system in `E 1-3, 5 · B 7`."""
    found: list[int] = []
    for part in group.split(" · "):
        system, _, listed = part.partition(" ")
        for span in listed.split(", ") if system == letter else ():
            first, _, last = span.partition("-")
            found += range(int(first), int(last or first) + 1)
    return found


def test_every_row_that_is_not_done_says_so_and_names_no_test() -> None:
    rows = [row for row in (PAGE + README).splitlines() if row.startswith("| ") and row.endswith("| — |")]
    assert rows
    assert all("*no*: " in row or "*Not:* " in row for row in rows)
