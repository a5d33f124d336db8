"""The tagging API: what it lists, how it pages, what it does not see yet.

Sources: botocore's documentation of resourcegroupstaggingapi (GetResources, GetTagKeys, GetTagValues) and the
"normalisation" facts on it. moto's own knows neither Batch nor Scheduler, forgets what was untagged and never lags.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws


def group(aws: LocalAws, name: Any, **tags: Any) -> Any:
    aws.client("logs").create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
    return f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"


def resources(aws: LocalAws, **asked: Any) -> Any:
    answer = aws.client("resourcegroupstaggingapi").get_resources(**asked)
    return {
        found["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in found["Tags"]}
        for found in answer["ResourceTagMappingList"]
    }


def test_resources_are_listed_with_their_tags(aws: LocalAws) -> None:
    """GetResources: "The response includes all tags that are associated with the requested resources"."""
    first, second = group(aws, "/a", team="data", stage="prod"), group(aws, "/b", team="ops")
    group(aws, "/untagged")
    assert resources(aws) == {first: {"team": "data", "stage": "prod"}, second: {"team": "ops"}}


def test_filters_are_joined_by_and_their_values_by_or(aws: LocalAws) -> None:
    """TagFilters: resources match every key, and any of a key's values; a key alone matches any value."""
    first, second = group(aws, "/a", team="data", stage="prod"), group(aws, "/b", team="ops", stage="test")
    assert set(resources(aws, TagFilters=[{"Key": "team"}])) == {first, second}
    assert set(resources(aws, TagFilters=[{"Key": "team", "Values": ["data", "ops"]}])) == {first, second}
    assert set(resources(aws, TagFilters=[{"Key": "team", "Values": ["data"]}, {"Key": "stage"}])) == {first}
    assert resources(aws, TagFilters=[{"Key": "team", "Values": ["data"]}, {"Key": "stage", "Values": ["test"]}]) == {}


def test_a_type_filter_names_a_service_or_a_type_of_its_arn(aws: LocalAws) -> None:
    """ResourceTypeFilters: "service[:resourceType] … the same as that embedded in a resource's ARN"."""
    arn = group(aws, "/a", team="data")
    assert set(resources(aws, ResourceTypeFilters=["logs"])) == {arn}
    assert set(resources(aws, ResourceTypeFilters=["logs:log-group", "ecs"])) == {arn}
    assert resources(aws, ResourceTypeFilters=["ecs:task-definition", "logs:log"]) == {}


def test_pages_hold_a_hundred_and_may_be_forced_smaller(aws: LocalAws) -> None:
    """ResourcesPerPage: at most 100. The last page's token is empty."""
    for number in range(101):
        group(aws, f"/g{number}", n=str(number))
    client = aws.client("resourcegroupstaggingapi")
    first = client.get_resources()
    second = client.get_resources(PaginationToken=first["PaginationToken"])
    assert [len(page["ResourceTagMappingList"]) for page in (first, second)] == [100, 1]
    assert second["PaginationToken"] == ""
    aws.faults.add("resourcegroupstaggingapi:GetResources", "page", count=2, times=None)
    pages = list(client.get_paginator("get_resources").paginate(ResourcesPerPage=50))
    assert {len(page["ResourceTagMappingList"]) for page in pages} == {1, 2}
    listed = [found["ResourceARN"] for page in pages for found in page["ResourceTagMappingList"]]
    assert len(set(listed)) == len(listed) == 101


@pytest.mark.gap(9)
def test_a_lagging_index_shows_the_tags_of_before(aws: LocalAws) -> None:
    """The index is another system than the services it lists: eventually consistent."""
    arn = group(aws, "/a", stage="test")
    aws.advance(100)
    assert resources(aws) == {arn: {"stage": "test"}}
    aws.client("logs").tag_resource(resourceArn=arn, tags={"stage": "prod"})
    group(aws, "/new", stage="prod")
    aws.faults.add("resourcegroupstaggingapi:GetResources", "lag", seconds=30, times=2)
    assert resources(aws) == {arn: {"stage": "test"}}
    aws.advance(30)
    assert resources(aws)[arn] == {"stage": "prod"}


@pytest.mark.gap(15)
def test_what_lost_its_tags_stays_listed_without_tags(aws: LocalAws) -> None:
    """GetResources returns "all the tagged or previously tagged resources"."""
    arn = group(aws, "/a", stage="test")
    assert resources(aws) == {arn: {"stage": "test"}}
    aws.client("logs").untag_resource(resourceArn=arn, tagKeys=["stage"])
    assert resources(aws) == {arn: {}}
    assert resources(aws, TagFilters=[{"Key": "stage"}]) == {}


def test_a_deleted_resource_is_listed_without_tags_for_an_hour_assumed(aws: LocalAws) -> None:
    """That an index keeps a deleted resource for a while is AWS's habit; nothing public says for how long."""
    arn = group(aws, "/a", stage="test")
    resources(aws)
    aws.client("logs").delete_log_group(logGroupName="/a")
    assert resources(aws) == {arn: {}}
    aws.advance(3599)
    assert resources(aws) == {arn: {}}
    aws.advance(1)
    assert resources(aws) == {}


def test_arns_may_be_asked_for_by_name_alone(aws: LocalAws) -> None:
    """ResourceARNList excludes filters and paging; what does not exist is left out."""
    arn = group(aws, "/a", stage="test")
    assert resources(aws, ResourceARNList=[arn, arn + "x"]) == {arn: {"stage": "test"}}
    with pytest.raises(ClientError, match="ResourceARNList and TagFilters") as refused:
        resources(aws, ResourceARNList=[arn], TagFilters=[{"Key": "stage"}])
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


@pytest.mark.parametrize(
    "asked",
    [
        {"ResourcesPerPage": 101},
        {"ResourcesPerPage": 0},
        {"PaginationToken": "nonsense"},
        {"TagFilters": [{"Key": "k", "Values": [str(number) for number in range(21)]}]},
        {"TagFilters": [{"Key": str(number)} for number in range(51)]},
        {"ExcludeCompliantResources": True},
    ],
)
def test_a_request_beyond_the_limits_is_refused(aws: LocalAws, asked: Any) -> None:
    """GetResources: 1-100 resources a page, at most 50 filters of at most 20 values."""
    with pytest.raises(ClientError) as refused:
        resources(aws, **asked)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_keys_and_values_in_use_are_listed(aws: LocalAws) -> None:
    """GetTagKeys, GetTagValues: "currently in use"."""
    group(aws, "/a", stage="test", team="data")
    group(aws, "/b", stage="prod")
    client = aws.client("resourcegroupstaggingapi")
    assert client.get_tag_keys()["TagKeys"] == ["stage", "team"]
    assert client.get_tag_values(Key="stage")["TagValues"] == ["prod", "test"]


def test_an_index_knows_only_its_own_account_and_region(aws: LocalAws) -> None:
    """Each Region of each account has its own index."""
    group(aws, "/a", stage="test")
    elsewhere = aws.client("resourcegroupstaggingapi", region="eu-west-1")
    assert elsewhere.get_resources()["ResourceTagMappingList"] == []
    other = aws.client("resourcegroupstaggingapi", account="999999999999")
    assert other.get_resources()["ResourceTagMappingList"] == []
