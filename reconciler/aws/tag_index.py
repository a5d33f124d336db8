"""Which definitions carry our tags, by the Resource Groups Tagging API: a hundred an answer, and a hint.

The index is eventually consistent and remembers resources for hours after they are gone: it may be believed for what
a revision of ours holds, and is looked up anew before anything is taken away.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.aws.session import Aws
from reconciler.core import ownership

Tags = Mapping[str, str]
_PAGE: Final = 100


def owned(aws: Aws, owner: str, resource_type: str) -> Mapping[str, Tags]:
    """Answer, by ARN, the tags of every resource of a type (`ecs:task-definition`) that says it is `owner`'s."""
    found: dict[str, Tags] = {}
    for answer in aws.pages(
        "tag:GetResources",
        TagFilters=[{"Key": ownership.OWNER, "Values": [owner]}],
        ResourceTypeFilters=[resource_type],
        ResourcesPerPage=_PAGE,
    ):
        found |= _tags(answer)
    return found


def names(aws: Aws, tags: Mapping[str, str | None], resource_type: str) -> Sequence[str]:
    """Answer the ARNs of every resource of a type that carries all of `tags`; None stands for any value."""
    filters = [{"Key": key, **({} if value is None else {"Values": [value]})} for key, value in sorted(tags.items())]
    pages = aws.pages(
        "tag:GetResources", TagFilters=filters, ResourceTypeFilters=[resource_type], ResourcesPerPage=_PAGE
    )
    return [arn for answer in pages for arn in _tags(answer)]


def of(aws: Aws, arns: Sequence[str]) -> Mapping[str, Tags]:
    """Answer the tags of the given resources, as far as the index knows them."""
    found: dict[str, Tags] = {}
    for start in range(0, len(arns), _PAGE):
        found |= _tags(aws.call("tag:GetResources", ResourceARNList=list(arns[start : start + _PAGE])))
    return found


def _tags(answer: Mapping[str, Any]) -> dict[str, Tags]:
    return {
        str(resource["ResourceARN"]): {str(tag["Key"]): str(tag["Value"]) for tag in resource.get("Tags", ())}
        for resource in answer.get("ResourceTagMappingList", ())
    }
