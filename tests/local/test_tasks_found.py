"""ECS tasks: how they are found.

Sources: botocore's documentation of RunTask, StopTask, ListTasks, DescribeTasks and of Task's members; the developer
guide's "Task lifecycle" and "Stopped task error codes". How long a step takes is the embedded AWS's own choice.
"""

from typing import Any

import pytest

from reconciler.local import LocalAws

from .conformance import refusal


@pytest.mark.gap(5)
def test_a_list_without_a_status_has_what_shall_run(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.desiredStatus: "The default status filter is RUNNING"."""
    arn = run()["tasks"][0]["taskArn"]
    ecs = aws.client("ecs")
    assert ecs.list_tasks()["taskArns"] == [arn]
    aws.advance(60)
    assert ecs.list_tasks()["taskArns"] == []
    assert ecs.list_tasks(desiredStatus="STOPPED")["taskArns"] == [arn]


@pytest.mark.gap(5)
def test_started_by_must_be_the_only_filter(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.startedBy: "When you specify startedBy as the filter, it must be the only filter"."""
    arn = run(startedBy="rc/1/2")["tasks"][0]["taskArn"]
    run(startedBy="rc/1/3")
    ecs = aws.client("ecs")
    assert ecs.list_tasks(startedBy="rc/1/2")["taskArns"] == [arn]
    assert refusal(ecs.list_tasks, startedBy="rc/1/2", family="job")[0] == "InvalidParameterException"


@pytest.mark.gap(5)
def test_assumed_started_by_goes_with_a_desired_status(aws: LocalAws, run: Any) -> None:
    """The documentation leaves open whether the status is a filter; if it is, finished runs are found by family."""
    arn = run(startedBy="rc/1/2")["tasks"][0]["taskArn"]
    aws.advance(60)
    assert aws.client("ecs").list_tasks(startedBy="rc/1/2", desiredStatus="STOPPED")["taskArns"] == [arn]


@pytest.mark.gap(5)
def test_a_family_finds_tasks_of_its_inactive_revisions(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.family."""
    answer = run()["tasks"][0]
    aws.client("ecs").deregister_task_definition(taskDefinition=answer["taskDefinitionArn"])
    assert aws.client("ecs").list_tasks(family="job")["taskArns"] == [answer["taskArn"]]


@pytest.mark.gap(6)
def test_tasks_come_in_pages(aws: LocalAws, run: Any) -> None:
    """botocore, ListTasks.maxResults and nextToken."""
    arns = {task["taskArn"] for task in run(count=3)["tasks"]}
    pages = list(aws.client("ecs").get_paginator("list_tasks").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["taskArns"]) for page in pages] == [2, 1]
    assert {arn for page in pages for arn in page["taskArns"]} == arns


@pytest.mark.gap(13)
def test_a_task_is_only_found_in_its_cluster(aws: LocalAws, run: Any) -> None:
    """botocore, DescribeTasks.cluster; the failure's reason is documented as MISSING in "API failures messages"."""
    arn = run()["tasks"][0]["taskArn"]
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="default2")
    assert ecs.describe_tasks(cluster="default2", tasks=[arn])["failures"][0]["reason"] == "MISSING"
    assert ecs.list_tasks(cluster="default2")["taskArns"] == []


def test_at_most_a_hundred_tasks_are_described_at_once(aws: LocalAws) -> None:
    """botocore, DescribeTasks.tasks: "A list of up to 100 task IDs"."""
    ecs = aws.client("ecs")
    assert refusal(ecs.describe_tasks, tasks=["0" * 32] * 101)[0] == "InvalidParameterException"
    assert refusal(ecs.describe_tasks, tasks=[]) == ("InvalidParameterException", "Tasks cannot be empty.")


def test_the_waiter_ends_when_the_task_has_stopped(aws: LocalAws, run: Any) -> None:
    """botocore's waiter tasks_stopped."""
    arn = run()["tasks"][0]["taskArn"]
    aws.advance(60)
    aws.client("ecs").get_waiter("tasks_stopped").wait(tasks=[arn])
