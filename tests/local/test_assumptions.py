"""What docs/architecture.md assumes about AWS is what the tests of this room assume."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
TESTS = Path(__file__).parent


def test_every_assumption_has_a_test_that_says_so() -> None:
    named = re.findall(r"^\|.*\| `(test_\w+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    defined = {
        name
        for file in TESTS.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) >= 11
    assert sorted(set(named) - defined) == []
    assert [name for name in named if "assumed" not in name] == []
