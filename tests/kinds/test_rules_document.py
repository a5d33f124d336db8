"""The pages for users say what the tables say."""

from pathlib import Path

import pytest

from reconciler.core.rules import Rules
from reconciler.kinds import event_rule, job_definition_rules, schedule_rules, task_definition_rules
from reconciler.kinds.document_rules import main, pages

DOCS = Path(__file__).parents[2] / "docs"
TABLES = (task_definition_rules.RULES, job_definition_rules.RULES, schedule_rules.RULES, event_rule.RULES)
tables = pytest.mark.parametrize("rules", TABLES, ids=[table.kind for table in TABLES])


def test_the_pages_are_fresh() -> None:
    assert main(["--check", "--directory", str(DOCS)]) == 0


@pytest.mark.parametrize("name", ["normalisation.md", "normalisation-rules.md"])
def test_a_stale_page_is_refused_and_rewritten(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["--directory", str(tmp_path)]) == 0
    page = tmp_path / name
    page.write_text("old", encoding="utf-8")
    assert main(["--check", "--directory", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{page}: stale — run python -m reconciler.kinds.document_rules\n"
    assert main(["--directory", str(tmp_path)]) == 0
    assert page.read_text(encoding="utf-8") == pages()[name]


@tables
def test_every_row_stands_among_the_rules(rules: Rules) -> None:
    page = pages()["normalisation-rules.md"]
    for row in rules:
        assert row.path == "**" or f"`{row.path}`" in page
        assert row.text.replace("|", "\\|") in page


@tables
def test_every_row_stands_on_the_short_page(rules: Rules) -> None:
    page = pages()["normalisation.md"]
    assert len(page) < 13_000, "a page for people is short"
    for row in rules:
        # a part's title says where it stands, so the end of a path is all that is said of a row there
        inside = [".".join(row.path.split(".")[start:]) for start in range(row.path.count(".") + 1)]
        assert row.path == "**" or any(f"`{path}`" in page for path in inside), row.path
