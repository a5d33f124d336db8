"""Job definitions over the embedded AWS: what is seen, and what it costs."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from reconciler.aws.job_definitions import JobDefinitions
from reconciler.aws.session import Aws
from reconciler.errors import AccessDenied, Rejected
from reconciler.local import LocalAws
from reconciler.model import Family, Resource, Revision, Source

OWNER = "me"
TAGS = {"reconciler:owner": OWNER, "reconciler:digest": "d", "reconciler:verified": "1"}
ARN = "arn:aws:batch:us-east-1:123456789012:job-definition"
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]


def body(image: str = "app:1") -> dict[str, Any]:
    return {"type": "container", "containerProperties": {"image": image, "resourceRequirements": NEEDS}}


def resource(name: str, *, image: str = "app:1", tags: Mapping[str, str] = TAGS) -> Resource:
    return Resource(
        kind="job-definition",
        name=name,
        job=name,
        spec={"jobDefinitionName": name, **body(image)},
        source=Source(file="jobs.d/x.yaml"),
        tags=tags,
    )


@pytest.fixture
def backend(caller: Aws) -> JobDefinitions:
    return JobDefinitions(caller)


def in_bulk(caller: Aws, names: Iterable[str], tags: Mapping[str, str] = TAGS) -> None:
    for name in names:
        caller.call("batch:RegisterJobDefinition", jobDefinitionName=name, tags=dict(tags), **body())


def numbers(family: Family) -> list[int]:
    return [revision.number for revision in family.revisions]


def test_two_hundred_and_fifty_in_sync_cost_three_lists(caller: Aws, backend: JobDefinitions) -> None:
    names = [f"job-{number:03}" for number in range(250)]
    in_bulk(caller, names)
    before = caller.calls
    seen = backend.observe(names, owner=OWNER)
    assert caller.calls - before == {"batch:DescribeJobDefinitions": 3}
    assert sorted(seen.families) == names
    assert seen.owned == frozenset(names)
    latest = seen.families["job-007"].latest
    assert latest is not None
    assert (latest.arn, latest.number, latest.active, latest.tags) == (f"{ARN}/job-007:1", 1, True, TAGS)
    assert latest.spec is not None
    assert latest.spec["containerProperties"]["image"] == "app:1"
    assert "tags" not in latest.spec, "tags are an axis of their own"


def test_a_few_names_are_asked_for_one_by_one(caller: Aws, backend: JobDefinitions) -> None:
    in_bulk(caller, [f"job-{number}" for number in range(6)])
    before = caller.calls
    seen = backend.observe(["job-3", "job-5"], owner=OWNER)
    assert caller.calls - before == {"batch:DescribeJobDefinitions": 2, "tag:GetResources": 1}
    assert [numbers(family) for family in seen.families.values()] == [[1], [1]]
    assert seen.owned == {f"job-{number}" for number in range(6)}, "those that nobody asked for may be orphans"


def test_an_account_full_of_others_is_not_listed_whole(caller: Aws, backend: JobDefinitions, aws: LocalAws) -> None:
    in_bulk(caller, [f"other-{number}" for number in range(20)], {"team": "other"})
    names = [f"job-{number}" for number in range(5)]
    in_bulk(caller, names)
    aws.faults.add("batch:DescribeJobDefinitions", "page", count=2, times=None)
    before = caller.calls
    seen = backend.observe(names, owner=OWNER)
    assert caller.calls - before == {"batch:DescribeJobDefinitions": 5 + 5, "tag:GetResources": 1}
    assert [numbers(family) for family in seen.families.values()] == [[1]] * 5
    assert seen.owned == frozenset(names)


def test_the_newest_and_all_of_ours_are_seen_newest_first(caller: Aws, backend: JobDefinitions) -> None:
    for number, tags in enumerate((TAGS, {}, TAGS, {}, {}), start=1):
        assert backend.register(resource("job", image=f"app:{number}", tags=tags)).number == number
    family = backend.family("job", owner=OWNER)
    assert numbers(family) == [5, 3, 1]
    everything = backend.observe(["job", "a", "b", "c", "d"], owner=OWNER)
    assert everything.families["job"] == family
    assert everything.families["a"] == Family(name="a")
    assert everything.owned == {"job"}


def test_what_is_inactive_is_not_there(backend: JobDefinitions) -> None:
    first, second = backend.register(resource("job")), backend.register(resource("job", image="app:2"))
    backend.deregister(second)
    assert numbers(backend.family("job", owner=OWNER)) == [1]
    assert numbers(backend.observe(["job"], owner=OWNER).families["job"]) == [1]
    described = backend.describe("job")
    assert described is not None
    assert described.arn == first.arn
    gone = backend.describe(second.arn)
    assert gone is not None
    assert not gone.active


@pytest.mark.parametrize("reference", ["job:1", f"{ARN}/job:1"])
def test_a_revision_is_described_by_number(backend: JobDefinitions, reference: str) -> None:
    backend.register(resource("job"))
    backend.register(resource("job", image="app:2"))
    described = backend.describe(reference)
    assert described is not None
    assert described.number == 1


@pytest.mark.parametrize("reference", ["job", f"{ARN}/job"])
def test_a_name_stands_for_its_newest_active_revision(backend: JobDefinitions, reference: str) -> None:
    for _ in range(11):
        backend.register(resource("job"))
    described = backend.describe(reference)
    assert described is not None
    assert described.number == 11


@pytest.mark.parametrize("reference", ["job", "job:7", f"{ARN}/job:7", f"{ARN.replace('us-', 'eu-')}/other"])
def test_what_is_not_there_is_none(backend: JobDefinitions, reference: str) -> None:
    backend.register(resource("other"))
    assert backend.describe(reference) is None


def test_a_registration_is_told_as_aws_describes_it(backend: JobDefinitions) -> None:
    revision = backend.register(resource("job"))
    assert revision == backend.describe("job:1")
    assert revision.tags == TAGS
    assert revision.spec is not None
    assert revision.spec["platformCapabilities"] == ["EC2"], "what AWS fills in is there"


def test_a_registration_that_is_not_listed_yet_is_waited_for(backend: JobDefinitions, aws: LocalAws) -> None:
    aws.faults.add("batch:DescribeJobDefinitions", "lag", seconds=2, times=3)
    assert backend.register(resource("job")) == backend.describe("job:1")


def test_a_registration_that_stays_unlisted_is_told_from_its_answer(backend: JobDefinitions, aws: LocalAws) -> None:
    aws.faults.add("batch:DescribeJobDefinitions", "lag", seconds=3600, times=None)
    wanted = resource("job")
    assert backend.register(wanted) == Revision(
        arn=f"{ARN}/job:1", name="job", number=1, spec=wanted.spec, tags=wanted.tags
    )


def test_tags_are_set_and_taken_off(backend: JobDefinitions) -> None:
    revision = backend.register(resource("job", tags={"a": "1", "b": "2"}))
    backend.tag(revision, {"b": "3", "c": ""}, remove=["a"])
    described = backend.describe("job")
    assert described is not None
    assert described.tags == {"b": "3", "c": ""}


def test_what_is_deregistered_is_nobodys(backend: JobDefinitions) -> None:
    revision = backend.register(resource("job"))
    backend.deregister(revision)
    backend.deregister(revision)
    assert backend.observe([], owner=OWNER).owned == frozenset()
    described = backend.describe(revision.arn)
    assert described is not None
    assert "reconciler:owner" not in described.tags


def test_a_refused_deregistration_is_told(backend: JobDefinitions, aws: LocalAws) -> None:
    revision = backend.register(resource("job"))
    aws.faults.add("batch:DeregisterJobDefinition", "error", code="ClientException", reason="not now")
    with pytest.raises(Rejected):
        backend.deregister(revision)


def test_what_may_not_be_untagged_is_deregistered_all_the_same(backend: JobDefinitions, aws: LocalAws) -> None:
    revision = backend.register(resource("job"))
    aws.faults.add("batch:UntagResource", "deny")
    backend.deregister(revision)
    described = backend.describe(revision.arn)
    assert described is not None
    assert not described.active


def test_what_could_not_be_read_is_never_absent(backend: JobDefinitions, aws: LocalAws) -> None:
    aws.faults.add("batch:DescribeJobDefinitions", "deny", times=None)
    with pytest.raises(AccessDenied):
        backend.observe(["job"], owner=OWNER)


def used(backend: JobDefinitions, revisions: list[Revision]) -> dict[int, str]:
    told = backend.users(revisions)
    return {revision.number: told[revision.arn] for revision in revisions if revision.arn in told}


def submit(caller: Aws, definition: str) -> str:
    answer = caller.call("batch:SubmitJob", jobName="x", jobQueue="default", jobDefinition=definition)
    return str(answer["jobId"])


def test_queued_and_running_jobs_use_their_revision(caller: Aws, backend: JobDefinitions, aws: LocalAws) -> None:
    revisions = [backend.register(resource("job")) for _ in range(3)]
    assert used(backend, revisions) == {}
    first = submit(caller, "job:1")
    aws.advance(8)
    queued = submit(caller, revisions[2].arn)
    assert used(backend, revisions) == {1: f"job {first}", 3: f"job {queued}"}
    aws.advance(60)
    assert used(backend, revisions) == {}


def test_rules_use_what_they_name_and_a_name_is_its_newest_revision(caller: Aws, backend: JobDefinitions) -> None:
    revisions = [backend.register(resource("job")) for _ in range(3)]
    queue = "arn:aws:batch:us-east-1:123456789012:job-queue/default"
    for rule, definition in (("one", revisions[0].arn), ("two", "job"), ("ecs", "")):
        caller.call("events:PutRule", Name=rule, ScheduleExpression="rate(1 day)")
        target: dict[str, Any] = {"Id": "1", "Arn": queue}
        if definition:
            target["BatchParameters"] = {"JobDefinition": definition, "JobName": "x"}
        else:
            ecs = "arn:aws:ecs:us-east-1:123456789012"
            target |= {"Arn": f"{ecs}:cluster/default", "RoleArn": "arn:aws:iam::123456789012:role/starts"}
            target["EcsParameters"] = {"TaskDefinitionArn": f"{ecs}:task-definition/job:2"}
        caller.call("events:PutTargets", Rule=rule, Targets=[target])
    assert used(backend, revisions) == {1: "rule one", 3: "rule two"}, "a task definition of that name is another thing"


def test_what_cannot_be_read_counts_as_used(backend: JobDefinitions, aws: LocalAws) -> None:
    revision = backend.register(resource("job"))
    aws.faults.add("batch:ListJobs", "deny", times=None)
    (user,) = backend.users([revision]).values()
    assert user.startswith("perhaps something: ListJobs: ")
