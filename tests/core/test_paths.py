"""Readable paths, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.paths import ANY, check_ignore, covers, parse, render


@given(st.lists(st.tuples(st.text(min_size=0, max_size=6), st.booleans()), min_size=1, max_size=5))
def test_what_is_rendered_is_read_back(steps: list[tuple[str, bool]]) -> None:
    path = render(steps)
    assert check_ignore(path) is None
    assert parse(path) == tuple(step for step, _ in steps)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("cpu", ("cpu",)),
        (
            "containerDefinitions[main].environment[TZ].value",
            ("containerDefinitions", "main", "environment", "TZ", "value"),
        ),
        ("containerDefinitions[*].image", ("containerDefinitions", ANY, "image")),
        ("command[0]", ("command", "0")),
        ("tags[a.b/c:d]", ("tags", "a.b/c:d")),
        ('tags["a]b"]', ("tags", "a]b")),
        ("options.awslogs-group", ("options", "awslogs-group")),
        ("/containerDefinitions/0/image", ("containerDefinitions", "0", "image")),
        ("/tags/a~1b~0c", ("tags", "a/b~c")),
    ],
)
def test_a_path_is_read(path: str, steps: tuple[str, ...]) -> None:
    assert parse(path) == steps


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "is empty (expected a path such as containerDefinitions[main].image)"),
        (".cpu", "cannot read '.cpu' (expected a member or an entry in brackets)"),
        ("cpu.", "cannot read '.' (expected a member or an entry in brackets)"),
        ("a[b", "cannot read '[b' (expected a member or an entry in brackets)"),
        ("a[]", "cannot read '[]' (expected a member or an entry in brackets)"),
        ("a[b]c", "cannot read 'c' (expected a dot before a member)"),
        ("a b", "cannot read ' b' (expected a member or an entry in brackets)"),
        ("/", "cannot read '/' (expected a name between the slashes of a JSON pointer)"),
        ("/a//b", "cannot read '/a//b' (expected a name between the slashes of a JSON pointer)"),
        ("/a~2", "cannot read '/a~2' (expected ~0 for a tilde, ~1 for a slash in a JSON pointer)"),
    ],
)
def test_what_is_wrong_with_a_path_is_said(path: str, message: str) -> None:
    assert check_ignore(path) == message


def test_a_pattern_covers_its_place_and_all_below() -> None:
    assert covers(("a", ANY), ("a", "b", "c"))
    assert covers(("a", "1"), ("a", 1))
    assert not covers(("a", "b", "c"), ("a", "b"))
    assert not covers(("a", "b"), ("a", "bb"))
