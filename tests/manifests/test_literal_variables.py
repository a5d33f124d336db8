"""`${{` in a text that is taken over from AWS stays what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.variables import Variables, literal


@pytest.mark.parametrize("text", ["${{ A }}", "a ${{ A", "$${{ A }}", "${{ a ${{ b }}", "${A} $A {{ A }}"])
def test_a_literal_is_expanded_to_itself(text: str) -> None:
    assert Variables([], {}).expand(literal(text)) == text


@given(st.lists(st.sampled_from(["$", "{", "{{", "}}", "${{", "a", " ", "\n"])).map("".join))
def test_any_text_is_expanded_to_itself(text: str) -> None:
    assert Variables([], {}).expand(literal(text)) == text
