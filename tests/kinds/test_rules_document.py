"""The page for users says what the tables say."""

from pathlib import Path

import pytest

from reconciler.kinds.document_rules import document, main
from reconciler.kinds.task_definition_rules import RULES

PAGE = Path(__file__).parents[2] / "docs" / "normalisation.md"


def test_the_page_is_fresh() -> None:
    assert main(["--check", "--file", str(PAGE)]) == 0


def test_a_stale_page_is_refused_and_rewritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("old", encoding="utf-8")
    assert main(["--check", "--file", str(page)]) == 1
    assert capsys.readouterr().err == f"{page}: stale — run python -m reconciler.kinds.document_rules\n"
    assert main(["--file", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == document()


def test_every_row_stands_on_the_page() -> None:
    page = document()
    for row in RULES:
        assert row.path == "**" or f"`{row.path}`" in page
        assert row.text.replace("|", "\\|") in page
