"""Tags: what is wanted is written, what is AWS's or somebody else's is left alone."""

from reconciler.core.tags import TagChanges, tag_changes
from reconciler.model import ABSENT, FieldChange


def test_equal_tags_change_nothing() -> None:
    assert tag_changes({"team": "data"}, {"team": "data"}) == TagChanges()


def test_a_missing_and_a_changed_tag_are_written() -> None:
    assert tag_changes({"team": "data", "cost": "7", "same": "x"}, {"team": "web", "same": "x"}) == TagChanges(
        changes=(
            FieldChange(path="tags[cost]", before=ABSENT, after="7"),
            FieldChange(path="tags[team]", before="web", after="data"),
        ),
        write={"cost": "7", "team": "data"},
    )


def test_an_empty_value_is_a_value() -> None:
    assert tag_changes({"spot": ""}, {}).write == {"spot": ""}


def test_tags_of_aws_are_neither_compared_nor_written_nor_removed() -> None:
    live = {"aws:cloudformation:stack-name": "s", "AWS:x": "1"}
    assert tag_changes({"aws:mine": "1", "Aws:yours": "2"}, live, former=["AWS:x"]) == TagChanges()


def test_tags_of_others_stay() -> None:
    assert tag_changes({"team": "data"}, {"team": "data", "scanner": "ok", "reconciler:suspended": "t"}) == TagChanges()


def test_a_tag_that_was_wanted_once_is_removed() -> None:
    assert tag_changes({"team": "data"}, {"team": "data", "old": "1"}, former=["old", "team", "gone"]) == TagChanges(
        changes=(FieldChange(path="tags[old]", before="1", after=ABSENT),), remove=("old",)
    )


def test_keys_differ_by_case() -> None:
    assert tag_changes({"Team": "data"}, {"team": "data"}).write == {"Team": "data"}
