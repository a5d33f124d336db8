import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import tree, yaml12


def read(value: Any, file: str = "a.yaml") -> Any:
    (document,) = yaml12.read(json.dumps({"root": value}), file)
    return document.value["root"]


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7386_come_out_as_printed_there(target: Any, patch: Any, result: Any) -> None:
    assert tree.merge(read(target), read(patch)) == result


def test_neither_side_is_changed() -> None:
    target, patch = read({"a": {"b": 1}}), read({"a": {"b": None, "c": 2}})

    tree.merge(target, patch)

    assert (target, patch) == ({"a": {"b": 1}}, {"a": {"b": None, "c": 2}})


def test_each_entry_keeps_the_place_that_decides_it() -> None:
    (defaults,) = yaml12.read("run:\n  cpu: 1\n  memory: 2\n", "settings.yaml")
    (job,) = yaml12.read("name: x\nrun:\n  memory: 3\n", "job.yaml")

    merged = tree.merge(defaults.value, job.value)

    assert merged == {"run": {"cpu": 1, "memory": 3}, "name": "x"}
    assert merged.places["run"] == ("job.yaml", 2, 1)
    assert merged["run"].places == {"cpu": ("settings.yaml", 2, 3), "memory": ("job.yaml", 3, 3)}


def test_a_section_and_its_overlay_in_one_file_are_found_at_the_section() -> None:
    (job,) = yaml12.read("run:\n  cpu: 1\noverlay:\n  run:\n    cpu: 2\n", "job.yaml")

    merged = tree.merge(job.value, job.value["overlay"])

    assert merged.places["run"] == ("job.yaml", 1, 1)
    assert merged["run"].places == {"cpu": ("job.yaml", 5, 5)}


def test_nulls_below_a_kept_path_are_values() -> None:
    target, patch = (
        read({"run": {"environment": {"A": "1"}}}),
        read({"run": {"environment": {"A": None, "m": {"B": None}}, "x": None}}),
    )

    merged = tree.merge(target, patch, (("run", "environment"),))

    assert merged == {"run": {"environment": {"A": None, "m": {"B": None}}}}
    assert tree.without_nulls(merged, (("run", "environment"),)) == merged


def test_without_nulls_drops_members_and_leaves_list_items() -> None:
    assert tree.without_nulls(read({"a": None, "b": [{"c": None, "d": 1}, None], "e": {}})) == {
        "b": [{"d": 1}, None],
        "e": {},
    }


def test_paths_are_shown_as_people_write_them() -> None:
    assert tree.show(("spec", "containers", 0, "LOG_LEVEL")) == "spec.containers[0].LOG_LEVEL"
    assert tree.show(("tags", "a b.c", "x")) == 'tags["a b.c"].x'


names = st.text(alphabet="abc", min_size=1, max_size=2)
patches = st.recursive(
    st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def plain_merge(target: Any, patch: Any) -> Any:
    """RFC 7386, section 2, as printed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = plain_merge(result.get(key), value)
    return result


@given(patches, patches)
def test_merging_is_what_the_rfc_says(target: Any, patch: Any) -> None:
    assert tree.merge(read(target), read(patch)) == plain_merge(target, patch)
