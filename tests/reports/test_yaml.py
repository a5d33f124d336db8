"""Requests as YAML: any YAML reader reads back what was written."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.reports.yaml import dump

_texts = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.sampled_from(["no", "0777", "1e3", "~", "12:30", "2026-01-01", "a: b", "- x", "="]),
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=12,
)


@given(_values)
def test_what_was_written_is_read_back(value: Any) -> None:
    assert yaml.safe_load(dump(value)) == value


def test_it_is_written_for_people() -> None:
    assert dump({"image": "a/b:1", "command": ["run", "it's"], "tags": {}, "on": True, "cpu": "256"}) == (
        'image: a/b:1\ncommand:\n  - run\n  - "it\'s"\ntags: {}\n"on": true\ncpu: "256"\n'
    )
