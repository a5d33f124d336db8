"""What people read of a difference: the leaf, its path, both values and the line that wants it."""

from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.core.rule import Grade, When
from reconciler.core.rules import (
    Default,
    EmptyIsAbsent,
    EmptyListIsAbsent,
    InUnit,
    JsonText,
    Keyed,
    NotCompared,
    NullIsAbsent,
    RoleName,
    Rules,
    Unit,
    Unordered,
)
from reconciler.kinds.task_definition_rules import RULES as TASK_DEFINITION
from reconciler.model import ABSENT, FieldChange, Source

SOURCE: dict[str, Any] = {"source": "a test", "grade": Grade.INFERRED}
TOY = Rules(
    kind="toy",
    rows=(
        NullIsAbsent(path="**", **SOURCE),
        EmptyListIsAbsent(path="**", **SOURCE),
        Keyed(path="rooms", by=("name",), **SOURCE),
        Keyed(path="rooms[].doors", by=("side", "height|width"), **SOURCE),
        Default(path="rooms[].floor", value=0, **SOURCE),
        Default(path="rooms[].heating", value=True, when=(When(member="season", among=("winter",)),), **SOURCE),
        EmptyIsAbsent(path="rooms[].light", **SOURCE),
        Unordered(path="rooms[].colours", **SOURCE),
        InUnit(path="size", unit=Unit.GB, **SOURCE),
        JsonText(path="plan", **SOURCE),
        RoleName(path="owner", **SOURCE),
        NotCompared(path="built", **SOURCE),
    ),
)


def room(**members: Any) -> dict[str, Any]:
    return {"rooms": [{"name": "hall", **members}]}


def test_what_is_equal_has_no_changes() -> None:
    desired = {"size": "1 GB", "rooms": [{"name": "hall", "colours": ["red", "blue"]}, {"name": "attic"}]}
    observed = {
        "size": "1024",
        "rooms": [
            {"name": "attic", "floor": 0, "doors": []},
            {"name": "hall", "floor": 0, "light": {}, "colours": ["blue", "red"], "heating": None},
        ],
        "built": 1999,
    }
    assert compare(desired, observed, TOY) == ()


def test_a_changed_leaf_is_shown_by_the_names_of_its_lists_with_the_values_as_written_and_received() -> None:
    desired = {"size": "2 GB", **room(light={"lamp": "on"})}
    observed = {"size": "1024", **room(light={"lamp": "off"}, floor=0)}
    assert compare(desired, observed, TOY) == (
        FieldChange(path="rooms[hall].light.lamp", before="off", after="on"),
        FieldChange(path="size", before="1024", after="2 GB"),
    )


def test_a_default_that_is_written_out_shows_as_what_is_there() -> None:
    assert compare(room(floor=2), room(floor=0), TOY) == (FieldChange(path="rooms[hall].floor", before=0, after=2),)
    assert compare(room(floor=2), room(), TOY) == (FieldChange(path="rooms[hall].floor", before=ABSENT, after=2),)


def test_a_default_holds_only_under_its_condition() -> None:
    assert compare({"season": "winter", **room()}, {"season": "winter", **room(heating=True)}, TOY) == ()
    assert compare(room(), room(heating=True), TOY) == (
        FieldChange(path="rooms[hall].heating", before=True, after=ABSENT),
    )


def test_a_null_is_no_member_and_an_empty_text_is_a_value() -> None:
    assert compare(room(door=None), room(), TOY) == ()
    assert compare(room(door=""), room(), TOY) == (FieldChange(path="rooms[hall].door", before=ABSENT, after=""),)


@pytest.mark.parametrize("value", ["new", 0, False, {"deep": ["er"]}, {}])
def test_a_member_that_no_row_knows_is_compared(value: Any) -> None:
    (change,) = compare(room(), room(unheardOf=value), TOY)
    assert change.path.startswith("rooms[hall].unheardOf")


def test_true_is_not_one() -> None:
    assert compare(room(door=True), room(door=1), TOY) == (FieldChange(path="rooms[hall].door", before=1, after=True),)
    assert compare(room(steps=[True, 1]), room(steps=[1, True]), TOY) != ()


def test_an_added_entry_is_shown_leaf_by_leaf() -> None:
    desired = {"rooms": [{"name": "hall", "light": {"lamp": "on"}, "doors": [{"side": "north", "width": 2}]}]}
    assert compare(desired, {}, TOY) == (
        FieldChange(path="rooms[hall].doors[north/2]", after={"side": "north", "width": 2}),
        FieldChange(path="rooms[hall].light.lamp", after="on"),
    )


def test_an_added_list_of_words_is_shown_whole() -> None:
    assert compare(room(steps=["up", "down"]), room(), TOY) == (
        FieldChange(path="rooms[hall].steps", before=ABSENT, after=["up", "down"]),
    )


def test_entries_of_a_set_come_and_go_by_their_value() -> None:
    assert compare(room(colours=["red", "blue"]), room(colours=["blue", "green"]), TOY) == (
        FieldChange(path="rooms[hall].colours[green]", before="green"),
        FieldChange(path="rooms[hall].colours[red]", after="red"),
    )


def test_a_word_put_into_an_ordered_list_is_one_change() -> None:
    assert compare(room(steps=["a", "x", "b", "c"]), room(steps=["a", "b", "c"]), TOY) == (
        FieldChange(path="rooms[hall].steps[1]", before=ABSENT, after="x"),
    )


def test_a_word_that_changed_in_an_ordered_list_is_one_change() -> None:
    assert compare(room(steps=["a", "x"]), room(steps=["a", "b"]), TOY) == (
        FieldChange(path="rooms[hall].steps[1]", before="b", after="x"),
    )


def test_an_entry_that_only_moved_is_shown_with_both_positions() -> None:
    assert compare(room(steps=["c", "a", "b"]), room(steps=["a", "b", "c"]), TOY) == (
        FieldChange(path="rooms[hall].steps[2→0]", before="c", after="c"),
    )


def test_structures_that_only_moved_are_shown_with_both_positions() -> None:
    up, down = {"to": "up", "by": 1}, {"to": "down", "by": 2}
    assert compare(room(steps=[up, down]), room(steps=[down, up]), TOY) == (
        FieldChange(path="rooms[hall].steps[1→0]", before=up, after=up),
    )


def test_a_word_that_changed_behind_a_new_one_stays_where_it_is_wanted() -> None:
    assert compare(room(steps=["q", "a", "b", "y"]), room(steps=["a", "b", "x"]), TOY) == (
        FieldChange(path="rooms[hall].steps[0]", before=ABSENT, after="q"),
        FieldChange(path="rooms[hall].steps[3]", before="x", after="y"),
    )


def test_moved_and_changed_words_are_told_apart() -> None:
    changes = compare(room(steps=["b", "a", "y"]), room(steps=["a", "b", "x"]), TOY)
    assert {(change.path, change.before, change.after) for change in changes} == {
        ("rooms[hall].steps[1→0]", "b", "b"),
        ("rooms[hall].steps[0→1]", "a", "a"),
        ("rooms[hall].steps[2]", "x", "y"),
    }


def test_what_a_json_text_says_is_compared_inside() -> None:
    desired, observed = {"plan": '{"rooms": [1, 2], "roof": true}'}, {"plan": '{"roof":false,"rooms":[1,2]}'}
    assert compare(desired, observed, TOY) == (FieldChange(path="plan.roof", before=False, after=True),)


def test_two_entries_of_one_name_are_both_compared() -> None:
    twice = {"rooms": [{"name": "hall", "floor": 1}, {"name": "hall", "floor": 2}]}
    assert compare(twice, {"rooms": twice["rooms"][::-1]}, TOY) == ()
    assert compare(twice, {"rooms": twice["rooms"][:1]}, TOY) == (
        FieldChange(path="rooms[hall#2].floor", before=ABSENT, after=2),
    )


def test_a_key_that_would_be_misread_is_quoted() -> None:
    desired = {"labels": {"com.x/y": "1", "a[0]": "2", "plain-one": "3", "": "4"}}
    assert [change.path for change in compare(desired, {}, TOY)] == [
        'labels[""]',
        'labels["a[0]"]',
        "labels[com.x/y]",
        "labels.plain-one",
    ]


LINES = {
    (): Source(file="jobs.d/a.yaml", line=1, column=1),
    ("rooms",): Source(file="jobs.d/a.yaml", line=2, column=1),
    ("rooms", 1): Source(file="jobs.d/a.yaml", line=5, column=3),
    ("rooms", 1, "floor"): Source(file="jobs.d/a.yaml", line=6, column=5),
}


def test_a_change_names_the_line_that_wants_it() -> None:
    desired = {"rooms": [{"name": "attic"}, {"name": "hall", "floor": 1}]}
    observed = {"rooms": [{"name": "hall", "floor": 2}, {"name": "attic"}]}
    (change,) = compare(desired, observed, TOY, sources=LINES)
    assert change.source == LINES["rooms", 1, "floor"]


@pytest.mark.parametrize(
    ("observed", "place"),
    [
        ({"rooms": [{"name": "hall", "colour": "red"}, {"name": "attic"}]}, ("rooms", 1)),
        ({"rooms": [{"name": "hall"}, {"name": "attic"}, {"name": "cellar"}]}, ("rooms",)),
        ({"rooms": [{"name": "hall"}, {"name": "attic"}], "garden": "wild"}, ()),
    ],
)
def test_what_the_manifest_does_not_say_belongs_to_the_line_of_its_nearest_parent(
    observed: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    desired = {"rooms": [{"name": "attic"}, {"name": "hall"}]}
    (change,) = compare(desired, observed, TOY, sources=LINES)
    assert change.source == LINES[place]


@pytest.mark.parametrize("known", [("rooms", 1), ("rooms",), ()])
def test_what_has_no_line_of_its_own_belongs_to_the_nearest_parent_that_has(known: tuple[str | int, ...]) -> None:
    desired, observed = {"rooms": [{"name": "attic"}, {"name": "hall", "floor": 1}]}, {"rooms": [{"name": "attic"}]}
    sources = {place: line for place, line in LINES.items() if len(place) <= len(known)}
    (change,) = compare(desired, observed, TOY, sources=sources)
    assert change.source == LINES[known]


DESIRED = {"rooms": [{"name": "attic", "floor": 3}, {"name": "hall", "floor": 1, "steps": ["a", "b"]}]}
OBSERVED = {"rooms": [{"name": "hall", "floor": 2, "steps": ["b", "a"]}, {"name": "attic", "floor": 4}]}


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("rooms[hall].floor", ["rooms[attic].floor", "rooms[hall].steps[1→0]"]),
        ("rooms[hall]", ["rooms[attic].floor"]),
        ("rooms[*].floor", ["rooms[hall].steps[1→0]"]),
        ("rooms.hall.floor", ["rooms[attic].floor", "rooms[hall].steps[1→0]"]),
        ("rooms[hall].steps", ["rooms[attic].floor", "rooms[hall].floor"]),
        ("/rooms/hall/floor", ["rooms[attic].floor", "rooms[hall].steps[1→0]"]),
        ("/rooms/1/floor", ["rooms[attic].floor", "rooms[hall].steps[1→0]"]),
        ("/rooms/*/steps", ["rooms[attic].floor", "rooms[hall].floor"]),
        ("rooms", []),
        ("room", ["rooms[attic].floor", "rooms[hall].floor", "rooms[hall].steps[1→0]"]),
    ],
)
def test_what_is_ignored_does_not_count_nor_what_is_below(ignore: str, left: list[str]) -> None:
    assert [change.path for change in compare(DESIRED, OBSERVED, TOY, [ignore])] == left


def test_a_part_that_others_added_can_be_ignored_whole() -> None:
    assert compare(room(), room(light={"lamp": "on", "bulb": {"watts": 5}}), TOY, ["rooms[hall].light"]) == ()


def test_a_role_is_its_arn_only_when_one_side_has_an_arn() -> None:
    arn = "arn:aws:iam::111122223333:role/a/jobs"
    assert compare({"owner": "jobs"}, {"owner": arn}, TOY) == ()
    assert compare({"owner": arn}, {"owner": "jobs"}, TOY) == ()
    other = "arn:aws:iam::111122223333:role/b/jobs"
    assert compare({"owner": arn}, {"owner": other}, TOY) == (FieldChange(path="owner", before=other, after=arn),)


def test_ports_of_one_number_and_two_protocols_are_two() -> None:
    def ports(*mappings: dict[str, Any]) -> dict[str, Any]:
        return {"containerDefinitions": [{"name": "main", "image": "i", "portMappings": [*mappings]}]}

    desired = ports({"containerPort": 53, "protocol": "udp"}, {"containerPort": 53})
    assert compare(desired, ports({"containerPort": 53}), TASK_DEFINITION) == (
        FieldChange(
            path="containerDefinitions[main].portMappings[53/udp]", after={"containerPort": 53, "protocol": "udp"}
        ),
    )
