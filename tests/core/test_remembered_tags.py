"""Which tags were the author's is itself a tag, and it forgets none of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.remembered_tags import remember, remembered

ALLOWED = re.compile(r"[\w \u00a0+\-=.:/@]*\Z")
KEYS = st.text(st.sampled_from("abZ09 +-=._:/@é京"), min_size=1, max_size=128).filter(
    lambda key: not key.lower().startswith(("aws:", "reconciler:"))
)


def test_keys_are_spelt_out_sorted() -> None:
    assert remember(["team", "cost-center", "a b", "x=y"]) == {"reconciler:tags": "a=20b cost-center team x=3Dy"}


def test_no_keys_need_no_memory() -> None:
    assert remember([]) == {}
    assert remembered({"team": "data"}) == frozenset()


def test_what_is_remembered_is_what_is_still_there() -> None:
    live = {"reconciler:tags": "cost team", "team": "data", "scanner": "ok", "reconciler:owner": "me"}
    assert remembered(live) == {"team", "reconciler:tags"}


def test_a_memory_that_somebody_wrote_cannot_name_tags_of_ours() -> None:
    assert remembered({"reconciler:tags": "reconciler:owner", "reconciler:owner": "me"}) == {"reconciler:tags"}


def test_more_than_fits_is_remembered_by_hash() -> None:
    keys = [f"a-rather-long-key-of-somebody-{number}" for number in range(41)]
    value = remember(keys)["reconciler:tags"]
    assert value.startswith("==")
    assert len(value) == 2 + 41 * 6
    live = dict.fromkeys(keys[:3], "") | {"scanner": "ok", "reconciler:tags": value}
    assert remembered(live) == {*keys[:3], "reconciler:tags"}


@pytest.mark.parametrize("value", ["", "=", "==", "==abc", "=ZZ", "=FF", "  "])
def test_a_mangled_memory_is_no_error(value: str) -> None:
    assert remembered({"reconciler:tags": value, "team": "data"}) == {"reconciler:tags"}


@given(st.sets(KEYS, max_size=41))
def test_every_memory_is_a_legal_tag_and_finds_every_key(keys: set[str]) -> None:
    memory = remember(keys)
    assert all(len(value) <= 256 and ALLOWED.match(value) for value in memory.values())
    live = dict.fromkeys(keys, "") | {"scanner": "ok"} | dict(memory)
    assert remembered(live) - {"scanner"} == keys | memory.keys()
