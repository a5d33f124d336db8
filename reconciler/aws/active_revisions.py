"""Which revisions of task definitions are ACTIVE, by as few lists as the question allows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconciler.aws import answers
from reconciler.aws.concurrent import all_of
from reconciler.aws.session import Aws

#: Up to so many families are listed one by one at once; for more, one list of everything may be cheaper.
_FEW: Final = 4
#: ListTaskDefinitions gives at most so many.
_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRevisions:
    """The ARNs of ACTIVE revisions by family, newest first; `whole` when every family of the account is in it."""

    by_family: Mapping[str, Sequence[str]]
    whole: bool = False

    def may_be_active(self, arn: str) -> bool:
        """Whether a revision is ACTIVE as far as the lists tell."""
        return not self.whole or arn in self.by_family.get(family_of(arn), ())

    @classmethod
    def of_everybody(cls, aws: Aws, families: Collection[str]) -> "ActiveRevisions":
        """List the whole account, as long as that takes fewer calls than asking for each of `families`.

        Else only those families are in it that were listed to their end: the list is sorted by family, so that of the
        last one there may be more.
        """
        if len(families) <= _FEW:
            return cls(by_family={})
        found: dict[str, list[str]] = {}
        for count, answer in enumerate(_answers(aws), start=1):
            for arn in answer.get("taskDefinitionArns", ()):
                found.setdefault(family_of(arn), []).append(arn)
            if answer.get("nextToken") and count >= len(families):
                if found:
                    found.popitem()
                return cls(by_family=found)
        return cls(by_family=found, whole=True)

    def completed(self, aws: Aws, families: Collection[str], known: Iterable[str]) -> "ActiveRevisions":
        """Add those of `families` that are not in it, down to the oldest of theirs among the `known` ARNs."""
        if self.whole:
            return self
        oldest: dict[str, int] = {}
        for arn in known:
            family = family_of(arn)
            oldest[family] = min(oldest.get(family, number_of(arn)), number_of(arn))
        missing = sorted(set(families) - set(self.by_family))
        listed = all_of(lambda family: self.of_family(aws, family, down_to=oldest.get(family)), missing)
        return ActiveRevisions(by_family={**self.by_family, **dict(zip(missing, listed, strict=True))})

    @staticmethod
    def of_family(aws: Aws, family: str, *, down_to: int | None) -> Sequence[str]:
        """List one family's ACTIVE revisions, newest first, down to a number; None: the newest page is enough."""
        arns: list[str] = []
        for answer in _answers(aws, familyPrefix=family):
            arns += answer.get("taskDefinitionArns", ())
            if down_to is None or (arns and number_of(arns[-1]) <= down_to):
                break
        return arns


def _answers(aws: Aws, **members: Any) -> Iterable[Mapping[str, Any]]:
    return aws.pages("ecs:ListTaskDefinitions", status="ACTIVE", sort="DESC", maxResults=_PAGE, **members)


def family_of(arn: str) -> str:
    """Answer the family in `arn:aws:ecs:eu-west-1:111122223333:task-definition/family:7`."""
    return arn.rpartition("/")[2].partition(":")[0]


def number_of(arn: str) -> int:
    """Answer the revision's number in a task definition's ARN. Raises OutcomeUnknown where a list holds no such ARN."""
    number = arn.rpartition(":")[2]
    if not number.isdecimal():
        raise answers.unexpected("ecs:ListTaskDefinitions", f"{arn!r} is no revision's ARN")
    return int(number)
