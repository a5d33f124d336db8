"""AWS Batch job definitions: see :class:`reconciler.aws.backends.DefinitionBackend` for what each answer means.

Unlike ECS's, the list of job definitions holds their bodies and tags: nothing is left to describe. It is in no order,
holds every revision that is ACTIVE, and gives a hundred an answer.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from reconciler.aws import definition_users, registry, tag_index
from reconciler.aws.backends import DefinitionsSeen
from reconciler.aws.concurrent import all_of
from reconciler.aws.session import Aws
from reconciler.aws.unmodelled import parted
from reconciler.core import ownership
from reconciler.model import Family, Resource, Revision

_TYPE: Final = "batch:job-definition"
_PAGE: Final = 100
#: Up to so many names are asked for one by one; for more, one list of everything may be cheaper.
_FEW: Final = 4


class JobDefinitions:
    """The job definitions of one account and Region; safe to use from several threads."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def observe(self, names: Collection[str], *, owner: str) -> DefinitionsSeen:
        """List everything that is ACTIVE where that takes no more calls than asking for each name."""
        asked = sorted(set(names))
        everything = self._everything(most_pages=len(asked)) if len(asked) > _FEW else None
        if everything is not None:
            families = _families(everything, owner)
            found = {name: families.get(name, Family(name=name)) for name in asked}
            owned = {
                name for name, family in families.items() if any(_is_owned(each, owner) for each in family.revisions)
            }
            return DefinitionsSeen(families=found, owned=frozenset(owned))
        answers = all_of(lambda name: self.family(name, owner=owner), asked)
        index = tag_index.owned(self._aws, owner, _TYPE)
        return DefinitionsSeen(
            families=dict(zip(asked, answers, strict=True)),
            owned=frozenset(_name_of(arn) for arn in index),
        )

    def family(self, name: str, *, owner: str) -> Family:
        """List one definition's ACTIVE revisions: the newest, and those of `owner`."""
        listed = self._listed(jobDefinitionName=name, status="ACTIVE")
        # a definition of exactly this name, should the filter ever say more
        return _families(listed, owner).get(name, Family(name=name))

    def names(self, tags: Mapping[str, str | None]) -> frozenset[str]:
        """Name job definitions by the list of all that are ACTIVE, or by the tag index."""
        if tags:
            return frozenset(_name_of(arn) for arn in tag_index.names(self._aws, tags, _TYPE))
        return frozenset(revision.name for revision in self._listed(status="ACTIVE", maxResults=_PAGE))

    def describe(self, reference: str) -> Revision | None:
        """Describe one revision, or the newest ACTIVE one of a name; None where there is none."""
        if reference.rpartition(":")[2].isdigit():
            listed = self._listed(jobDefinitions=[reference])
        else:
            named = self._listed(jobDefinitionName=reference.rpartition("/")[2], status="ACTIVE")
            listed = [each for each in named if reference == each.name or each.arn.startswith(f"{reference}:")]
        return max(listed, key=lambda revision: revision.number, default=None)

    def register(self, resource: Resource) -> Revision:
        """Register `resource` with its tags, and describe the revision as soon as AWS can."""
        members = {**resource.spec, **({"tags": dict(resource.tags)} if resource.tags else {})}
        made = self._aws.call("batch:RegisterJobDefinition", **members)
        settled = registry.settled(self, str(made["jobDefinitionArn"]), resource.tags, self._aws.clock)
        if settled is not None:
            return settled
        return Revision(
            arn=str(made["jobDefinitionArn"]),
            name=str(made["jobDefinitionName"]),
            number=int(made["revision"]),
            spec=resource.spec,
            tags=resource.tags,
        )

    def tag(self, revision: Revision, tags: Mapping[str, str], *, remove: Collection[str] = ()) -> None:
        """Set tags, then take some off."""
        if tags:
            self._aws.call("batch:TagResource", resourceArn=revision.arn, tags=dict(sorted(tags.items())))
        if remove:
            self._aws.call("batch:UntagResource", resourceArn=revision.arn, tagKeys=sorted(remove))

    def deregister(self, revision: Revision) -> None:
        """Make a revision INACTIVE, and nobody's: Batch keeps it, and the index tells of it, for half a year."""
        call = self._aws.call
        registry.let_go(self, revision, lambda: call("batch:DeregisterJobDefinition", jobDefinition=revision.arn))

    def users(self, revisions: Sequence[Revision], *, going: Collection[str] = ()) -> Mapping[str, str]:
        """Say what still uses each revision, schedules that are about to go left out."""
        return definition_users.of_job_definitions(self._aws, revisions, self._latest_arn, going)

    def _latest_arn(self, name: str) -> str | None:
        latest = self.describe(name)
        return latest.arn if latest is not None else None

    def _listed(self, **members: Any) -> list[Revision]:
        answers = self._aws.pages("batch:DescribeJobDefinitions", **members)
        return [_revision(described) for answer in answers for described in answer.get("jobDefinitions", ())]

    def _everything(self, *, most_pages: int) -> list[Revision] | None:
        """List all that is ACTIVE in the account; None where that takes more pages than it may."""
        found: list[Revision] = []
        answers = self._aws.pages("batch:DescribeJobDefinitions", status="ACTIVE", maxResults=_PAGE)
        for count, answer in enumerate(answers, start=1):
            found += [_revision(described) for described in answer.get("jobDefinitions", ())]
            if answer.get("nextToken") and count >= most_pages:
                return None
        return found


def _name_of(arn: str) -> str:
    """Answer the name in `arn:aws:batch:eu-west-1:111122223333:job-definition/name:7`."""
    return arn.rpartition("/")[2].partition(":")[0]


def _families(revisions: Sequence[Revision], owner: str) -> Mapping[str, Family]:
    by_name: dict[str, list[Revision]] = {}
    for revision in sorted(revisions, key=lambda revision: revision.number, reverse=True):
        kept = by_name.setdefault(revision.name, [])
        if not kept or _is_owned(revision, owner):
            kept.append(revision)
    return {name: Family(name=name, revisions=tuple(kept)) for name, kept in by_name.items()}


def _is_owned(revision: Revision, owner: str) -> bool:
    return ownership.owner_of(revision) == owner


def _revision(described: Mapping[str, Any]) -> Revision:
    spec, unmodelled = parted(described)
    return Revision(
        arn=str(described["jobDefinitionArn"]),
        name=str(described["jobDefinitionName"]),
        number=int(described["revision"]),
        active=described.get("status", "ACTIVE") == "ACTIVE",
        spec={member: value for member, value in spec.items() if member != "tags"},
        unmodelled=unmodelled,
        tags=dict(described.get("tags") or {}),
    )
