"""The mutants still fit what they break, and the page about them names each; whether they are caught takes minutes."""

import pytest

from tests.proof.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_changes_is_there_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.before) == 1
    assert mutant.after != mutant.before


def test_the_page_tells_of_every_mutant_in_their_order() -> None:
    rows = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8").splitlines()
    told = [row.split("|")[1].strip() for row in rows if row.startswith("|") and "`test_" in row]
    assert told == [mutant.name for mutant in MUTANTS]
