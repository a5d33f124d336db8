"""What becomes of a family, for every way in which it can be found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.definitions import DefinitionPlan, Wanted, plan_definition
from reconciler.core.digest import digest
from reconciler.core.operations import Deregister, Register, Tag
from reconciler.core.ownership import definition_tags
from reconciler.kinds.task_definition_rules import RULES
from reconciler.model import Action, DeletionPolicy, Family, FieldChange, Resource, Revision, Source, Sync

SPEC = {"family": "f", "containerDefinitions": [{"name": "app", "image": "app:2"}]}
LIVE = {
    "family": "f",
    "containerDefinitions": [{"name": "app", "image": "app:2", "cpu": 0, "essential": True, "environment": []}],
    "volumes": [],
}
OTHER = {"family": "f", "containerDefinitions": [{"name": "app", "image": "app:1"}]}
MANAGED = definition_tags(
    owner="me", job="f", digest=digest(SPEC), deletion=DeletionPolicy.DEREGISTER, source="jobs.d/f.yaml", commit=None
)
WANTED = Wanted(
    resource=Resource(
        kind="task-definition", name="f", job="f", spec=SPEC, source=Source(file="f.yaml"), tags={"team": "data"}
    ),
    rules=RULES,
    owner="me",
    digest=digest(SPEC),
    managed=MANAGED,
)


def revision(number: int, spec: Mapping[str, Any] | None = LIVE, **tags: str) -> Revision:
    return Revision(
        arn=f"arn:f:{number}",
        name="f",
        number=number,
        spec=spec,
        tags={key.replace("_", ":"): tags[key] for key in tags},
    )


def ours(number: int, spec: Mapping[str, Any] | None = LIVE, **changed: str) -> Revision:
    tags = {**MANAGED, "team": "data", "reconciler:tags": "team", "reconciler:verified": str(number)}
    return replace(
        revision(number, spec), tags={**tags, **{key.replace("_", ":"): value for key, value in changed.items()}}
    )


def plan(*revisions: Revision, wanted: Wanted = WANTED, users: Mapping[str, str] | None = None) -> DefinitionPlan:
    return plan_definition(wanted, Family(name="f", revisions=revisions), users or {})


def did(found: DefinitionPlan) -> Sequence[tuple[Action, str]]:
    return [(step.action, step.name) for step in found.steps]


def test_a_missing_definition_is_registered_with_its_tags() -> None:
    found = plan()
    assert (found.sync, did(found)) == (Sync.MISSING, [(Action.CREATE, "f")])
    assert isinstance(found.steps[0].operation, Register)
    assert found.steps[0].operation.resource.tags == {"team": "data", "reconciler:tags": "team", **MANAGED}


@pytest.mark.parametrize("spec", [LIVE, None])
def test_a_verified_revision_with_our_digest_is_in_sync(spec: Mapping[str, Any] | None) -> None:
    found = plan(ours(7, spec))
    assert (found.sync, did(found)) == (Sync.IN_SYNC, [(Action.KEEP, "f:7")])
    assert found.steps[0].operation is None
    assert found.in_force == ours(7, spec)


def test_a_changed_field_is_drift_and_registered() -> None:
    found = plan(ours(7, OTHER, reconciler_digest="d1-other"))
    assert (found.sync, did(found)) == (Sync.DRIFTED, [(Action.UPDATE, "f")])
    assert [(change.path, change.before, change.after) for change in found.changes] == [
        ("containerDefinitions[app].image", "app:1", "app:2")
    ]


def test_a_digest_that_contradicts_the_fields_is_said() -> None:
    found = plan(ours(7, OTHER))
    assert found.message == "its digest says it holds the manifest, its fields say otherwise"
    assert found.sync is Sync.DRIFTED


@pytest.mark.parametrize("verified", ["6", "", "7-differs"])
def test_equal_fields_without_proof_are_recorded_not_registered(verified: str) -> None:
    found = plan(ours(7, LIVE, reconciler_verified=verified))
    assert found.sync is Sync.IN_SYNC
    assert found.steps[0].reason == "record that revision 7 holds the manifest"
    assert isinstance(found.steps[0].operation, Tag)
    assert found.steps[0].operation.tags == {"reconciler:verified": "7"}


def test_an_older_digest_is_replaced_without_a_registration() -> None:
    found = plan(ours(7, LIVE, reconciler_digest="d0-older"))
    assert isinstance(found.steps[0].operation, Tag)
    assert found.steps[0].operation.tags == {"reconciler:digest": WANTED.digest}


def test_a_revision_that_did_not_converge_is_not_registered_again() -> None:
    found = plan(ours(7, OTHER, reconciler_verified="7-differs"))
    assert (found.sync, did(found)) == (Sync.DRIFTED, [(Action.KEEP, "f:7")])
    assert found.message == "does not converge: containerDefinitions[app].image"
    assert found.steps[0].error == found.message


def test_a_revision_that_did_not_converge_gives_way_to_a_changed_manifest() -> None:
    found = plan(ours(7, OTHER, reconciler_verified="7-differs", reconciler_digest="d1-other"))
    assert did(found) == [(Action.UPDATE, "f")]


def test_a_revision_of_somebody_else_on_top_of_ours_is_drift_even_where_it_is_equal() -> None:
    found = plan(replace(revision(8), registered_by="arn:aws:iam::1:user/eve"), ours(7))
    assert (found.sync, did(found)) == (Sync.DRIFTED, [(Action.UPDATE, "f")])
    assert found.steps[0].reason == "revision 8 was registered by arn:aws:iam::1:user/eve"
    assert found.in_force == ours(7)


def test_changed_tags_are_written_without_a_registration() -> None:
    found = plan(ours(7, LIVE, team="ops", theirs="stays"))
    assert (found.sync, did(found)) == (Sync.DRIFTED, [(Action.UPDATE, "f:7")])
    assert [(change.path, change.before, change.after) for change in found.changes] == [("tags[team]", "ops", "data")]
    assert isinstance(found.steps[0].operation, Tag)
    assert found.steps[0].operation.tags == {"team": "data"}


@pytest.mark.parametrize("kept", [1, 2])
def test_superseded_revisions_beyond_the_limit_are_deregistered(kept: int) -> None:
    found = plan(ours(9), ours(8), ours(7), ours(6), wanted=replace(WANTED, history_limit=kept))
    doomed = [step.operation.revision.number for step in found.steps if isinstance(step.operation, Deregister)]
    assert doomed == [7, 6][kept - 1 :]


def test_a_registration_supersedes_the_revision_in_force() -> None:
    found = plan(ours(9, OTHER), ours(8), ours(7))
    doomed = [step.operation.revision.number for step in found.steps if isinstance(step.operation, Deregister)]
    assert doomed == [8, 7]


def test_a_superseded_revision_that_something_uses_is_kept_and_said_so() -> None:
    found = plan(ours(9), ours(8), ours(7), users={"arn:f:7": "task 0123"})
    assert [(step.action, step.name, step.reason) for step in found.steps[1:]] == [
        (Action.KEEP, "f:7", "kept: used by task 0123")
    ]


def test_a_definition_of_nobody_is_foreign_and_the_message_names_the_field() -> None:
    found = plan(revision(3))
    assert found.sync is Sync.FOREIGN
    assert found.steps[0].error == (
        "f exists and was registered by nobody that reconciles it; set spec.adopt: true to take it over"
    )


def test_a_definition_of_another_owner_is_taken_only_by_name() -> None:
    theirs = revision(3, LIVE, reconciler_owner="them")
    for adopt, action in ((False, Action.KEEP), (True, Action.KEEP), ("others", Action.KEEP), ("them", Action.ADOPT)):
        assert did(plan(theirs, wanted=replace(WANTED, adopt=adopt)))[0][0] is action
    assert plan(theirs).message == "f exists and belongs to owner them; set spec.adopt: them to take it over"


def test_adopting_what_is_equal_only_tags_it() -> None:
    found = plan(revision(3), wanted=replace(WANTED, adopt=True))
    assert found.adopting
    assert isinstance(found.steps[0].operation, Tag)
    assert found.steps[0].operation.tags == {
        "team": "data",
        "reconciler:tags": "team",
        **MANAGED,
        "reconciler:verified": "3",
    }
    assert (found.sync, [change.path for change in found.changes]) == (Sync.DRIFTED, ["tags[team]"])


def test_what_is_equal_but_for_our_tags_is_in_sync_before_it_is_adopted() -> None:
    found = plan(revision(3, team="data"), wanted=replace(WANTED, adopt=True))
    assert (found.sync, found.changes, found.adopting) == (Sync.IN_SYNC, (), True)
    assert found.message == "not ours yet: the next pass adopts it"


def test_a_tag_that_left_the_manifest_is_removed_and_others_stay() -> None:
    live = ours(7, reconciler_tags="cost team", cost="7", scanner="ok")
    found = plan(live)
    assert (found.sync, did(found)) == (Sync.DRIFTED, [(Action.UPDATE, "f:7")])
    assert found.changes == (FieldChange(path="tags[cost]", before="7"),)
    operation = found.steps[0].operation
    assert operation == Tag(revision=live, tags={"reconciler:tags": "team"}, remove=("cost",))


def test_the_last_tag_that_leaves_takes_the_memory_along() -> None:
    live = ours(7)
    found = plan(live, wanted=replace(WANTED, resource=replace(WANTED.resource, tags={})))
    assert found.steps[0].operation == Tag(revision=live, tags={}, remove=("reconciler:tags", "team"))


def test_a_revision_of_an_older_version_is_told_its_tags_quietly() -> None:
    live = ours(7)
    older = replace(live, tags={key: value for key, value in live.tags.items() if key != "reconciler:tags"})
    found = plan(older)
    assert (found.sync, found.changes) == (Sync.IN_SYNC, ())
    assert found.steps[0].operation == Tag(revision=older, tags={"reconciler:tags": "team"})


def test_what_others_may_change_is_registered_as_it_lives() -> None:
    live = {"family": "f", "cpu": "512", "containerDefinitions": [{"name": "app", "image": "app:1"}]}
    found = plan(ours(7, live, reconciler_digest="d1-other"), wanted=replace(WANTED, ignore=("cpu",)))
    assert [change.path for change in found.changes] == ["containerDefinitions[app].image"]
    operation = found.steps[0].operation
    assert isinstance(operation, Register)
    assert operation.resource.spec == {**SPEC, "cpu": "512"}
    assert operation.resource.tags["reconciler:digest"] == digest(SPEC)


def test_adopting_what_differs_registers() -> None:
    found = plan(revision(3, OTHER), wanted=replace(WANTED, adopt=True))
    assert found.adopting
    assert isinstance(found.steps[0].operation, Register)
    assert found.steps[0].reason == "adopt, with changes: containerDefinitions[app].image differs"
