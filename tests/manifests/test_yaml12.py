from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import yaml12
from reconciler.manifests.tree import Row, Table


def read(text: str) -> Any:
    (document,) = yaml12.read(text, "a.yaml")
    assert document.problems == ()
    return document.value


def problems(text: str) -> list[str]:
    return [str(problem) for document in yaml12.read(text, "a.yaml") for problem in document.problems]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("YES", "YES"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("0777", "0777"),
        ("012345678901", "012345678901"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T03:00:00Z", "2026-12-01T03:00:00Z"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("=", "="),
        ("nUll", "nUll"),
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("1" * 5000, "1" * 5000),
        ('"8080"', "8080"),
        ("'true'", "true"),
        ("!!str 8080", "8080"),
        ('!!int "8080"', 8080),
        ("!!float 1", 1.0),
        ("! 8080", "8080"),
    ],
)
def test_a_word_means_what_the_core_schema_says(word: str, value: Any) -> None:
    found = read(f"key: {word}\n")["key"]

    assert (found, type(found).__mro__[-2]) == (value, type(value).__mro__[-2])


@pytest.mark.parametrize(
    "word", ["1.10", "0x1F", "0o17", "1e3", "+5", "-0", "1.0", "12e3", "8080", ".inf", "-.Inf", ".NaN"]
)
def test_a_number_as_text_is_what_was_written(word: str) -> None:
    assert str(read(f"key: {word}")["key"]) == word


def test_a_key_is_text_whatever_it_looks_like() -> None:
    assert read("on: 1\n8080: 2\n1.10: 3\ntrue: 4\n~: 5\n") == {"on": 1, "8080": 2, "1.10": 3, "true": 4, "~": 5}


def test_positions_count_from_one_and_a_value_has_its_keys_place() -> None:
    root = read("a: 1\nb:\n  - x\n  - {c: 2, d:\n      3}\n")

    assert root.places == {"a": ("a.yaml", 1, 1), "b": ("a.yaml", 2, 1)}
    assert root["b"].places == [("a.yaml", 3, 5), ("a.yaml", 4, 5)]
    assert root["b"][1].places == {"c": ("a.yaml", 4, 6), "d": ("a.yaml", 5, 7)}


def test_positions_count_characters_not_bytes() -> None:
    assert read("{ä€𝄞: 1, b: 2}").places == {"ä€𝄞": ("a.yaml", 1, 2), "b": ("a.yaml", 1, 10)}


def test_an_alias_points_at_what_it_stands_for() -> None:
    root = read("base: &b 256\nmap: &m {x: 1}\ncpu: *b\nother: *m\n")

    assert root == {"base": 256, "map": {"x": 1}, "cpu": 256, "other": {"x": 1}}
    assert root.places["cpu"] == ("a.yaml", 1, 7)
    assert root.places["other"] == ("a.yaml", 4, 1)
    assert root["other"].places == {"x": ("a.yaml", 2, 10)}


def test_merge_keys_take_the_own_key_first_then_the_earlier_mapping() -> None:
    root = read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  x: 0\n  <<: [*a, *b]\nd: {'<<': 1}\n")

    assert root["c"] == {"x": 0, "y": 1, "z": 2}
    assert root["c"].places == {"x": ("a.yaml", 4, 3), "y": ("a.yaml", 1, 14), "z": ("a.yaml", 2, 14)}
    assert root["d"] == {"<<": 1}


def test_an_anchor_may_be_redefined() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_json_is_read_with_its_own_escapes() -> None:
    assert read('{"a":"\\ud83d\\ude00\\/\\u00e9","b":[1,2.50,true,null],"c":"\\\\ud83d\\\\ude00"}') == {
        "a": "😀/é",
        "b": [1, 2.5, True, None],
        "c": "\\ud83d\\ude00",
    }


def test_json_indented_with_tabs_is_read() -> None:
    assert read('{\n\t"a": [\n\t\t1\n\t]\n}\n') == {"a": [1]}


def test_several_documents_have_their_own_lines_and_empty_ones_are_left_out() -> None:
    documents = yaml12.read("---\na: 1\n---\n# nothing\n---\n\nb: 2\n", "a.yaml")

    assert [(document.value, document.place) for document in documents] == [
        ({"a": 1}, ("a.yaml", 2, 1)),
        ({"b": 2}, ("a.yaml", 7, 1)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: {c: 1,\n  c: 2}\na: 3\n", ["a.yaml:3:3 b.c: duplicate key \"c\" (first at line 2)", "a.yaml:4:1 a: duplicate key \"a\" (first at line 1)"]),
        ("a:\n\tb: 1\n", ["a.yaml:2:1 a: a tab may not indent YAML (use spaces)"]),
        ("a: b: c\n", ['a.yaml:1:5: unexpected ":" (one key a line, all keys of a mapping at the same indentation; quote a value that holds ": ")']),
        ("a: 'x\nb: 1\n", ["a.yaml:3:1 a: the quoted text is not closed (opened at line 1; add the closing quote)"]),
        ("a: {b: 1\nc: 2\n", ['a.yaml:2:2 a: expected "," or "}" (opened at line 1; close the { … }, or quote what stands in it)']),
        ("a: @x\n", ['a.yaml:1:4 a: a value may not begin with "@" (quote it)']),
        ("cron: * * * * *\n", ['a.yaml:1:8 cron: a value may not begin with "*" (quote it (a cron expression needs quotes); only an alias begins so)']),
        ("a: *x\n", ['a.yaml:1:4 a: no anchor &x above this alias (quote a value that begins with "*")']),
        ("a: &x [*x]\n", ["a.yaml:1:8 a[0]: the alias *x stands inside what it stands for"]),
        ("a: !Ref b\n", ["a.yaml:1:4 a: the tag !Ref is not supported (remove it, or quote the value)"]),
        ("a: !!binary eA==\n", ["a.yaml:1:4 a: the tag !!binary is not supported (remove it, or quote the value)"]),
        ("a: !!int x\n", ['a.yaml:1:4 a: expected what !!int says, got "x"']),
        ("a: {{ b }}\n", ['a.yaml:1:5 a: a mapping or list cannot be a key (quote it ("{{ … }}" needs quotes))']),
        ("<<: *x\n", ['a.yaml:1:5 ["<<"]: no anchor &x above this alias (quote a value that begins with "*")']),
        ("<<: 1\n", ["a.yaml:1:1: << expects a mapping, an alias of one, or a list of them"]),
        ("a: \x07\n", ['a.yaml:1:4: the control character U+0007 is not allowed (write it as an escape in "…")']),
        ("[" * 200, ["a.yaml:1:101 " + "[0]" * 100 + ": nested too deeply (expected at most 100 levels)"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_plain_words_where_it_is(text: str, message: list[str]) -> None:
    assert problems(text) == message


def test_an_unquoted_variable_in_a_flow_mapping_is_told_each_time_and_the_rest_is_read() -> None:
    assert problems("a: {x: ${{ A }}}\nb: [1, pre-${{ B }}]\nc: 1\nc: 2\n") == [
        'a.yaml:4:1 c: duplicate key "c" (first at line 3)',
        'a.yaml:1:8 a.x: ${{ A }} inside {…} or […] is not quoted (quote the whole value: "${{ A }}")',
        'a.yaml:2:12 b[1]: ${{ B }} inside {…} or […] is not quoted (quote the whole value: "${{ B }}")',
    ]


def test_documents_before_a_syntax_error_are_kept() -> None:
    first, second = yaml12.read("a: 1\n---\nb: [\n", "a.yaml")

    assert (first.value, first.problems) == ({"a": 1}, ())
    assert [str(problem) for problem in second.problems] == [
        "a.yaml:4:1 b[0]: expected a value (add the value, or write null)"
    ]


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    assert problems("\n".join(lines)) == ["a.yaml:6:10 a5[0]: the aliases of this document stand for more than 1 MiB"]


def test_a_long_text_behind_many_aliases_is_a_bomb_too() -> None:
    text = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1000)}]\n"

    assert problems(text) == ["a.yaml:2:45 b[10]: the aliases of this document stand for more than 1 MiB"]


def test_a_chain_of_aliases_is_no_way_around_the_depth() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))]

    assert problems("\n".join(lines)) == ["a.yaml:100:12 a99[0]: nested too deeply (expected at most 100 levels)"]


def test_a_document_over_the_limit_is_refused_and_many_small_ones_are_not() -> None:
    small = "---\na: " + "x" * 500_000 + "\n"

    assert problems(small * 4) == []
    assert problems(small + "---\nb: " + "x" * 2_000_000) == [
        "a.yaml:3:1: the document is too large (expected at most 1 MiB, got 1.9 MiB)"
    ]


words = st.text(alphabet="abcxyz -:#'\"{}[]&*!|>%@`,?ä€𝄞", min_size=0, max_size=12)
values = st.one_of(st.none(), st.booleans(), st.integers(), words)


def nested(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=25
    )


@given(
    nested(values, words.filter(lambda word: word != "<<")), st.sampled_from([False, True, None]), st.integers(20, 99)
)
def test_what_was_dumped_is_read_back(value: Any, flow: bool | None, width: int) -> None:
    text = yaml.safe_dump({"root": value}, default_flow_style=flow, width=width, allow_unicode=True)

    assert read(text) == {"root": value}


names = st.text(alphabet="abcxyz", min_size=1, max_size=8)


@given(nested(names, names), st.sampled_from([False, True, None]), st.integers(10, 99))
def test_every_place_points_at_the_key_or_the_value(value: Any, flow: bool | None, width: int) -> None:
    text = yaml.safe_dump({"root": value}, default_flow_style=flow, width=width)

    _check_places(read(text), text.split("\n"))


def _check_places(value: Any, lines: list[str]) -> None:
    steps = value.items() if isinstance(value, Table) else enumerate(value) if isinstance(value, Row) else ()
    for step, member in steps:
        _, line, column = value.places[step]
        here = lines[line - 1][column - 1 :]
        expected = (str(step), str(member)) if isinstance(step, str) else (_beginning(member),)
        assert here.startswith(tuple(text for text in expected if isinstance(text, str)))
        _check_places(member, lines)


def _beginning(member: Any) -> str:
    """Answer what a list item begins with: its text, its first key, or a bracket."""
    return member if isinstance(member, str) else ""
