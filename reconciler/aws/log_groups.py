"""Log groups: which exist, and making one with its retention."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from reconciler.aws.concurrent import all_of
from reconciler.aws.session import Aws
from reconciler.errors import AlreadyExists

_PAGE: Final = 50


class LogGroups:
    """The log groups that containers write to."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def observe(self, names: Collection[str]) -> Mapping[str, int | None]:
        """Answer those of `names` that exist with their retention in days, None for ever.

        Groups that share a directory (`/jobs/`) are listed together, unless others crowd it.
        """
        by_directory: dict[str, set[str]] = defaultdict(set)
        for name in names:
            by_directory[name[: name.rfind("/") + 1]].add(name)
        found: dict[str, int | None] = {}
        for listed in all_of(self._list, sorted(by_directory.items())):
            found |= listed
        return {name: found[name] for name in sorted(names) if name in found}

    def make(self, name: str, retention_days: int | None, tags: Mapping[str, str] | None = None) -> None:
        """Make a group, or take the one that is there, and set its retention; None leaves that as it is."""
        members: dict[str, Any] = {"logGroupName": name}
        if tags:
            members["tags"] = dict(tags)
        try:
            self._aws.call("logs:CreateLogGroup", **members)
        except AlreadyExists:
            if tags:
                arn = f"arn:{self._aws.partition}:logs:{self._aws.region}:{self._aws.account}:log-group:{name}"
                self._aws.call("logs:TagResource", resourceArn=arn, tags=dict(tags))
        if retention_days is not None:
            self._aws.call("logs:PutRetentionPolicy", logGroupName=name, retentionInDays=retention_days)

    def _list(self, group: tuple[str, Collection[str]]) -> Mapping[str, int | None]:
        directory, names = group
        found: dict[str, int | None] = {}
        if directory and len(names) > 1:
            pages = self._aws.pages("logs:DescribeLogGroups", logGroupNamePrefix=directory, limit=_PAGE)
            for count, answer in enumerate(pages, start=1):
                found |= _retentions(answer)
                if not answer.get("nextToken"):
                    return found
                if count >= len(names):
                    break
        for alone in all_of(self._one, sorted(set(names) - set(found))):
            found |= alone
        return found

    def _one(self, name: str) -> Mapping[str, int | None]:
        """Answer one group; names are listed in ASCII order, so it comes before all others that begin with it."""
        return _retentions(self._aws.call("logs:DescribeLogGroups", logGroupNamePrefix=name, limit=1))


def _retentions(answer: Mapping[str, Iterable[Mapping[str, Any]]]) -> Mapping[str, int | None]:
    return {str(group["logGroupName"]): group.get("retentionInDays") for group in answer.get("logGroups", ())}
