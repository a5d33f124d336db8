"""ECS task definitions: see :class:`reconciler.aws.backends.DefinitionBackend` for what each answer means."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from reconciler.aws import definition_users, registry, tag_index
from reconciler.aws.active_revisions import ActiveRevisions, family_of, number_of
from reconciler.aws.backends import DefinitionsSeen
from reconciler.aws.concurrent import all_of, both
from reconciler.aws.instants import utc
from reconciler.aws.revision_cache import RevisionCache
from reconciler.aws.session import Aws
from reconciler.aws.tag_index import Tags
from reconciler.aws.unmodelled import parted
from reconciler.core import ownership
from reconciler.errors import NotFound
from reconciler.model import Family, Resource, Revision

_TYPE: Final = "ecs:task-definition"
#: How many older revisions are asked for their tags when neither the newest nor the index says that a family is ours.
_OLDER_ASKED: Final = 5
#: Up to so many revisions are asked one by one for their tags, which is sure; beyond, the index is.
_ASKED_ONE_BY_ONE: Final = 20


class TaskDefinitions:
    """The task definitions of one account and Region; safe to use from several threads."""

    def __init__(self, aws: Aws, cache: RevisionCache | None = None) -> None:
        self._aws = aws
        self._cache = cache

    def observe(self, names: Collection[str], *, owner: str) -> DefinitionsSeen:
        """Look up families by two lists, what is ACTIVE and what is ours, and describe what these do not prove."""
        asked = sorted(set(names))
        index, listed = both(
            lambda: tag_index.owned(self._aws, owner, _TYPE), lambda: ActiveRevisions.of_everybody(self._aws, asked)
        )
        active = listed.completed(self._aws, asked, index)
        families = {
            name: family for name in asked if (family := self._proven(active.by_family.get(name, ()), index, owner))
        }
        unproven = [name for name in asked if name not in families]
        looked_up = all_of(lambda name: self._family(name, active.by_family.get(name, ()), index, owner), unproven)
        return DefinitionsSeen(
            families={**families, **dict(zip(unproven, looked_up, strict=True))},
            owned=frozenset(family_of(arn) for arn in index if active.may_be_active(arn)),
        )

    def family(self, name: str, *, owner: str) -> Family:
        """Describe the newest ACTIVE revision anew and ask the older ones whose they are."""
        newest = self.describe(name)
        if newest is None:
            return Family(name=name)
        older = [arn for arn in ActiveRevisions.of_family(self._aws, name, down_to=1) if arn != newest.arn]
        tags = self._tags_of(older) if len(older) <= _ASKED_ONE_BY_ONE else tag_index.of(self._aws, older)
        return Family(name=name, revisions=(newest, *_ours(older, tags, owner)))

    def names(self, tags: Mapping[str, str | None]) -> frozenset[str]:
        """Name families by the list of all that are ACTIVE, or by the tag index."""
        if tags:
            return frozenset(family_of(arn) for arn in tag_index.names(self._aws, tags, _TYPE))
        pages = self._aws.pages("ecs:ListTaskDefinitionFamilies", status="ACTIVE", maxResults=100)
        return frozenset(str(family) for answer in pages for family in answer.get("families", ()))

    def describe(self, reference: str) -> Revision | None:
        """Describe one revision, or the newest ACTIVE one of a family, with its tags; None where there is none."""
        try:
            answer = self._aws.call("ecs:DescribeTaskDefinition", taskDefinition=reference, include=["TAGS"])
        except NotFound:
            return None
        revision = _revision(answer["taskDefinition"], _plain(answer.get("tags", ())))
        if self._cache is not None and revision.spec is not None and not revision.unmodelled:
            self._cache.put(revision.arn, revision.spec)
        return revision

    def register(self, resource: Resource) -> Revision:
        """Register `resource` with its tags, and describe the revision as soon as AWS can."""
        members = {**resource.spec, **({"tags": _pairs(resource.tags)} if resource.tags else {})}
        made = self._aws.call("ecs:RegisterTaskDefinition", **members)["taskDefinition"]
        settled = registry.settled(self, str(made["taskDefinitionArn"]), resource.tags, self._aws.clock)
        return settled if settled is not None else _revision(made, resource.tags)

    def tag(self, revision: Revision, tags: Mapping[str, str], *, remove: Collection[str] = ()) -> None:
        """Set tags, then take some off."""
        if tags:
            self._aws.call("ecs:TagResource", resourceArn=revision.arn, tags=_pairs(tags))
        if remove:
            self._aws.call("ecs:UntagResource", resourceArn=revision.arn, tagKeys=sorted(remove))

    def deregister(self, revision: Revision) -> None:
        """Make a revision INACTIVE, and nobody's: ECS keeps it, and the index tells of it, for ever."""
        call = self._aws.call
        registry.let_go(self, revision, lambda: call("ecs:DeregisterTaskDefinition", taskDefinition=revision.arn))

    def users(self, revisions: Sequence[Revision], *, going: Collection[str] = ()) -> Mapping[str, str]:
        """Say what still uses each revision, schedules that are about to go left out."""
        return definition_users.of_task_definitions(self._aws, revisions, self._latest_arn, going)

    def _latest_arn(self, family: str) -> str | None:
        latest = self.describe(family)
        return latest.arn if latest is not None else None

    def _proven(self, active: Sequence[str], index: Mapping[str, Tags], owner: str) -> Family | None:
        """Answer a family as far as lists prove it, without a call; None where they do not."""
        newest = self._believed(active[0], index) if active else None
        if newest is None or newest.tags.get(ownership.OWNER) != owner:
            return None
        return Family(name=newest.name, revisions=(newest, *_ours(active[1:], index, owner)))

    def _family(self, name: str, active: Sequence[str], index: Mapping[str, Tags], owner: str) -> Family:
        newest = self.describe(name)  # a list may not know yet what was registered a moment ago
        if newest is None:
            return Family(name=name)
        older = [arn for arn in active if arn != newest.arn]
        ours = _ours(older, index, owner)
        if not ours and newest.tags.get(ownership.OWNER) != owner:
            asked = older[:_OLDER_ASKED]
            ours = _ours(asked, self._tags_of(asked), owner)
        return Family(name=name, revisions=(newest, *ours))

    def _believed(self, arn: str, index: Mapping[str, Tags]) -> Revision | None:
        """Answer a revision by its listed tags where they prove its content, or where its content is known."""
        tags = index.get(arn)
        if tags is None:
            return None
        revision = _from_arn(arn, tags)
        if ownership.DIGEST in tags and ownership.verdict(revision) is ownership.Verdict.HOLDS:
            return revision
        spec = self._cache.get(arn) if self._cache is not None else None
        return None if spec is None else _revision(spec, tags)

    def _tags_of(self, arns: Sequence[str]) -> Mapping[str, Tags]:
        def ask(arn: str) -> Tags:
            return _plain(self._aws.call("ecs:ListTagsForResource", resourceArn=arn).get("tags", ()))

        return dict(zip(arns, all_of(ask, arns), strict=True))


def _ours(arns: Sequence[str], tags: Mapping[str, Tags], owner: str) -> tuple[Revision, ...]:
    return tuple(_from_arn(arn, tags[arn]) for arn in arns if tags.get(arn, {}).get(ownership.OWNER) == owner)


def _from_arn(arn: str, tags: Tags) -> Revision:
    return Revision(arn=arn, name=family_of(arn), number=number_of(arn), tags=tags)


def _revision(described: Mapping[str, Any], tags: Tags) -> Revision:
    spec, unmodelled = parted(described)
    return Revision(
        arn=str(described["taskDefinitionArn"]),
        name=str(described["family"]),
        number=int(described["revision"]),
        active=described.get("status", "ACTIVE") == "ACTIVE",
        spec=spec,
        unmodelled=unmodelled,
        tags=tags,
        registered_at=utc(described.get("registeredAt")),
        registered_by=described.get("registeredBy"),
    )


def _pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]


def _plain(pairs: Sequence[Mapping[str, str]]) -> Tags:
    return {pair["key"]: pair.get("value", "") for pair in pairs}
