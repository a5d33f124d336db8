"""Task definitions over the embedded AWS: what is seen, and what it costs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.aws.revision_cache import RevisionCache
from reconciler.aws.session import Aws
from reconciler.aws.task_definitions import TaskDefinitions
from reconciler.errors import AccessDenied, Rejected
from reconciler.local import LocalAws
from reconciler.model import Family, Resource, Revision, Source

OWNER = "me"


def resource(name: str, *, image: str = "app:1", tags: Mapping[str, str] | None = None) -> Resource:
    own = {"reconciler:owner": OWNER, "reconciler:digest": f"d-{image}", "reconciler:job": name}
    return Resource(
        kind="task-definition",
        name=name,
        job=name,
        spec={"family": name, "containerDefinitions": [{"name": "main", "image": image, "memory": 64}]},
        source=Source(file="jobs.d/x.yaml"),
        tags=own if tags is None else tags,
    )


@pytest.fixture
def backend(caller: Aws) -> TaskDefinitions:
    return TaskDefinitions(caller)


def register(backend: TaskDefinitions, name: str, *, verified: bool = True, **of: Any) -> Revision:
    revision = backend.register(resource(name, **of))
    if verified and "reconciler:owner" in revision.tags:
        backend.tag(revision, {"reconciler:verified": str(revision.number)})
    return revision


def in_bulk(caller: Aws, names: Iterator[str] | list[str], tags: Mapping[str, str] | None = None) -> None:
    own = {"reconciler:owner": OWNER, "reconciler:digest": "d", "reconciler:verified": "1"}
    pairs = [{"key": key, "value": value} for key, value in (own if tags is None else tags).items()]
    for name in names:
        members: dict[str, Any] = {"tags": pairs} if pairs else {}
        container = {"name": "main", "image": "app:1", "memory": 64}
        caller.call("ecs:RegisterTaskDefinition", family=name, containerDefinitions=[container], **members)


def numbers(family: Family) -> list[int]:
    return [revision.number for revision in family.revisions]


def test_two_hundred_and_fifty_in_sync_cost_three_lists_of_each_kind(caller: Aws, backend: TaskDefinitions) -> None:
    names = [f"job-{number:03}" for number in range(250)]
    in_bulk(caller, names)
    before = caller.calls
    seen = backend.observe(names, owner=OWNER)
    assert caller.calls - before == {"ecs:ListTaskDefinitions": 3, "tag:GetResources": 3}
    assert sorted(seen.families) == names
    assert seen.owned == frozenset(names)
    assert seen.families["job-007"] == Family(
        name="job-007",
        revisions=(
            Revision(
                arn="arn:aws:ecs:us-east-1:123456789012:task-definition/job-007:1",
                name="job-007",
                number=1,
                tags={"reconciler:owner": OWNER, "reconciler:digest": "d", "reconciler:verified": "1"},
            ),
        ),
    )


def test_a_few_names_are_listed_one_by_one(caller: Aws, backend: TaskDefinitions) -> None:
    in_bulk(caller, [f"job-{number:03}" for number in range(250)])
    before = caller.calls
    backend.observe(["job-003", "job-100"], owner=OWNER)
    assert caller.calls - before == {"ecs:ListTaskDefinitions": 2, "tag:GetResources": 3}


def test_a_list_that_costs_more_than_asking_for_each_is_given_up(
    caller: Aws, aws: LocalAws, backend: TaskDefinitions
) -> None:
    ours = [f"a-{number}" for number in range(5)]
    in_bulk(caller, ours)
    in_bulk(caller, [f"z-{number}" for number in range(40)], tags={})
    aws.faults.add("ecs:ListTaskDefinitions", "page", count=6, times=None)
    before = caller.calls
    seen = backend.observe(ours, owner=OWNER)
    assert caller.calls - before == {"ecs:ListTaskDefinitions": 5 + 5, "tag:GetResources": 1}
    assert [numbers(family) for family in seen.families.values()] == [[1]] * 5


def test_families_that_a_given_up_list_held_whole_are_not_asked_for_again(
    caller: Aws, aws: LocalAws, backend: TaskDefinitions
) -> None:
    ours = [f"z-{number}" for number in range(6)]
    in_bulk(caller, ours)
    in_bulk(caller, [f"a-{number}" for number in range(40)], tags={})
    aws.faults.add("ecs:ListTaskDefinitions", "page", count=4, times=None)
    before = caller.calls
    seen = backend.observe(ours, owner=OWNER)
    assert caller.calls - before == {"ecs:ListTaskDefinitions": 6, "tag:GetResources": 1}
    assert [numbers(family) for family in seen.families.values()] == [[1]] * 6


def test_a_family_in_which_a_given_up_list_ended_is_asked_for_again(
    caller: Aws, aws: LocalAws, backend: TaskDefinitions
) -> None:
    in_bulk(caller, ["z"] * 11)
    aws.faults.add("ecs:ListTaskDefinitions", "page", count=2, times=None)
    families = backend.observe(["z", "a", "b", "c", "d"], owner=OWNER).families
    assert numbers(families["z"]) == list(range(11, 0, -1))


def test_the_newest_of_more_than_a_hundred_revisions_is_found(caller: Aws, backend: TaskDefinitions) -> None:
    in_bulk(caller, ["many"] * 120, tags={})
    revision = register(backend, "many")
    assert revision.number == 121
    assert numbers(backend.observe(["many"], owner=OWNER).families["many"]) == [121]


def test_a_revision_whose_tags_prove_nothing_is_described(caller: Aws, backend: TaskDefinitions) -> None:
    register(backend, "a", verified=False)
    before = caller.calls
    family = backend.observe(["a"], owner=OWNER).families["a"]
    assert family.latest is not None
    assert family.latest.spec is not None
    assert family.latest.spec["containerDefinitions"][0]["image"] == "app:1"
    assert caller.calls - before == {
        "ecs:ListTaskDefinitions": 1,
        "tag:GetResources": 1,
        "ecs:DescribeTaskDefinition": 1,
    }


def test_tags_that_name_another_revision_prove_nothing(caller: Aws, backend: TaskDefinitions) -> None:
    revision = register(backend, "a")
    copied = backend.describe(revision.arn)
    assert copied is not None
    backend.register(resource("a", tags=copied.tags))
    latest = backend.observe(["a"], owner=OWNER).families["a"].latest
    assert latest is not None
    assert (latest.number, latest.spec is None) == (2, False)


def test_a_family_stays_ours_below_a_strangers_revision(caller: Aws, backend: TaskDefinitions) -> None:
    register(backend, "a")
    register(backend, "a", image="app:2")
    in_bulk(caller, ["a"], tags={})
    family = backend.observe(["a"], owner=OWNER).families["a"]
    assert [(revision.number, revision.tags.get("reconciler:owner")) for revision in family.revisions] == [
        (3, None),
        (2, OWNER),
        (1, OWNER),
    ]


def test_a_family_that_the_index_does_not_know_yet_is_found_by_its_older_revisions(
    caller: Aws, aws: LocalAws, backend: TaskDefinitions
) -> None:
    register(backend, "a")
    in_bulk(caller, ["a"], tags={})
    aws.faults.add("resourcegroupstaggingapi:GetResources", "lag", seconds=60, times=None)
    before = caller.calls
    family = backend.observe(["a"], owner=OWNER).families["a"]
    assert numbers(family) == [2, 1]
    assert (caller.calls - before)["ecs:ListTagsForResource"] == 1


def test_what_a_list_does_not_show_yet_is_asked_for(caller: Aws, aws: LocalAws, backend: TaskDefinitions) -> None:
    register(backend, "a")
    aws.faults.add("ecs:ListTaskDefinitions", "lag", seconds=60, times=None)
    aws.faults.add("resourcegroupstaggingapi:GetResources", "lag", seconds=60, times=None)
    assert numbers(backend.observe(["a"], owner=OWNER).families["a"]) == [1]


def test_an_unknown_family_has_no_revisions(caller: Aws, backend: TaskDefinitions) -> None:
    assert backend.observe(["nope"], owner=OWNER).families == {"nope": Family(name="nope")}
    assert backend.describe("nope") is None
    assert backend.describe("nope:3") is None


def test_a_name_that_begins_like_another_is_not_that_one(caller: Aws, backend: TaskDefinitions) -> None:
    register(backend, "report-2")
    assert backend.observe(["report"], owner=OWNER).families == {"report": Family(name="report")}


def test_other_owners_families_are_not_ours(caller: Aws, backend: TaskDefinitions) -> None:
    register(backend, "a")
    register(backend, "b", tags={"reconciler:owner": "you"}, verified=False)
    seen = backend.observe(["b"], owner=OWNER)
    assert seen.owned == {"a"}
    assert seen.families["b"].revisions[0].tags == {"reconciler:owner": "you"}


def test_a_family_is_looked_at_anew_for_pruning(caller: Aws, aws: LocalAws, backend: TaskDefinitions) -> None:
    register(backend, "a")
    in_bulk(caller, ["a"], tags={})
    register(backend, "a")
    aws.faults.add("resourcegroupstaggingapi:GetResources", "lag", seconds=3600, times=None)
    before = caller.calls
    family = backend.family("a", owner=OWNER)
    assert numbers(family) == [3, 1]
    assert family.revisions[0].spec is not None
    assert caller.calls - before == {
        "ecs:DescribeTaskDefinition": 1,
        "ecs:ListTaskDefinitions": 1,
        "ecs:ListTagsForResource": 2,
    }


def test_registering_sends_no_empty_tag_list(caller: Aws, aws: LocalAws, backend: TaskDefinitions) -> None:
    revision = backend.register(resource("a", tags={}))
    (sent,) = aws.calls.named("ecs:RegisterTaskDefinition")
    assert "tags" not in sent.members
    assert revision.tags == {}


def test_a_new_revision_that_cannot_be_described_yet_is_waited_for(
    caller: Aws, aws: LocalAws, backend: TaskDefinitions
) -> None:
    aws.faults.add("ecs:DescribeTaskDefinition", "lag", seconds=2, times=None)
    began = aws.now()
    revision = backend.register(resource("a"))
    assert revision.spec is not None
    assert revision.tags["reconciler:owner"] == OWNER
    assert 2 <= aws.now() - began < 8


def test_tags_are_set_and_taken_off(caller: Aws, backend: TaskDefinitions) -> None:
    revision = register(backend, "a", verified=False)
    backend.tag(revision, {"team": "data"}, remove=["reconciler:job"])
    described = backend.describe(revision.arn)
    assert described is not None
    assert described.tags == {"reconciler:owner": OWNER, "reconciler:digest": "d-app:1", "team": "data"}


def test_a_deregistered_revision_is_nobodys(caller: Aws, backend: TaskDefinitions) -> None:
    revision = register(backend, "a")
    backend.deregister(revision)
    backend.deregister(revision)
    described = backend.describe(revision.arn)
    assert described is not None
    assert (described.active, "reconciler:owner" in described.tags) == (False, False)
    assert backend.observe(["a"], owner=OWNER) == backend.observe(["a"], owner=OWNER)
    assert backend.observe([], owner=OWNER).owned == frozenset()


def test_that_it_is_nobodys_may_fail(caller: Aws, aws: LocalAws, backend: TaskDefinitions) -> None:
    revision = backend.describe(register(backend, "a").arn)
    assert revision is not None
    aws.faults.add("ecs:UntagResource", "deny", times=None)
    backend.deregister(revision)
    assert backend.family("a", owner=OWNER).revisions == ()


def test_a_refusal_to_deregister_what_is_active_is_told(caller: Aws, aws: LocalAws, backend: TaskDefinitions) -> None:
    revision = register(backend, "a")
    aws.faults.add("ecs:DeregisterTaskDefinition", "error", code="ClientException", reason="not today")
    with pytest.raises(Rejected, match="not today"):
        backend.deregister(revision)


def test_what_could_not_be_read_is_not_absent(caller: Aws, aws: LocalAws, backend: TaskDefinitions) -> None:
    aws.faults.add("resourcegroupstaggingapi:GetResources", "deny", times=None)
    with pytest.raises(AccessDenied, match="GetResources: tag:GetResources is not allowed"):
        backend.observe(["a"], owner=OWNER)


def test_a_known_content_is_not_described_again(caller: Aws, tmp_path: Path) -> None:
    backend = TaskDefinitions(caller, RevisionCache(tmp_path))
    first = register(backend, "a", verified=False)
    before = caller.calls
    latest = backend.observe(["a"], owner=OWNER).families["a"].latest
    assert caller.calls - before == {"ecs:ListTaskDefinitions": 1, "tag:GetResources": 1}
    assert latest is not None
    assert latest.spec is not None
    assert first.spec is not None
    assert latest.spec == {key: value for key, value in first.spec.items() if key != "status"}
    assert latest.registered_at == first.registered_at


def test_a_content_that_no_model_has_words_for_is_described_again(caller: Aws, aws: LocalAws, tmp_path: Path) -> None:
    new = {"taskDefinition": {"containerDefinitions": [{"aNewMember": 1}]}}
    aws.faults.add("ecs:DescribeTaskDefinition", "extra", times=None, members=new)
    backend = TaskDefinitions(caller, RevisionCache(tmp_path))
    register(backend, "a", verified=False)
    for _ in range(2):
        latest = backend.observe(["a"], owner=OWNER).families["a"].latest
        assert latest is not None
        assert latest.unmodelled == {("containerDefinitions", 0, "aNewMember"): 1}
        assert latest.spec is not None
        assert "aNewMember" not in latest.spec["containerDefinitions"][0]
