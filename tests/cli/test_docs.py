"""What the page of the command line says is so."""

import re

import yaml

from reconciler.cli.document import PAGE, documented
from reconciler.local import outcomes, seed


def test_the_reference_is_what_the_commands_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert documented(page) == page, "run python -m reconciler.cli.document"


def test_the_seed_of_the_page_is_one_and_no_section_is_left_out() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("<!-- begin")[0]
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    named = {*seed.checked(yaml.safe_load(example)), *re.findall(r"`(\w+)`", page)}
    assert set(seed.SECTIONS) <= named


def test_the_outcomes_of_the_page_are_understood() -> None:
    said = PAGE.read_text(encoding="utf-8").partition("`LOCAL_OUTCOME`")[2].partition("several\nwith")[0]
    told = [text for text in re.findall(r"`([^`]+)`", said) if not text.startswith("reconcile ")]
    assert len(told) == 8
    assert all(outcomes.parse(text) != outcomes.Outcome() for text in told)
