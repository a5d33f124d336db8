"""What the policy simulator is asked about: every action on a resource that a narrowed policy covers."""

from reconciler.aws.permissions import Directory


def test_each_kind_is_asked_about_on_names_of_its_own() -> None:
    directory = Directory(
        owner="team", cluster="jobs", definitions={"task-definition": ["report"], "job-definition": []}
    )
    assert directory.reading()["ecs:task/jobs/00000000000000000000000000000000"] == ("ecs:DescribeTasks",)
    assert "ecs:RegisterTaskDefinition" in directory.writing()["ecs:task-definition/report:1"]
    assert "batch:TerminateJob" in directory.writing()["batch:job/00000000-0000-0000-0000-000000000000"]
    assert not [resource for resource in directory.writing() if resource.startswith("batch:job-definition/")]
    assert directory.writing()["logs:log-group:/reconciler/team:log-stream:once"] == [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]
