import pytest

from tests.manifests.conftest import Directory

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello, tags: TAGS}
spec:
  taskDefinition: {containerDefinitions: [{name: main, image: busybox, memory: 64}]}
"""


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("AWS:x", "y", 'the tag "AWS:x" begins with aws:, which AWS keeps to itself'),
        ("reconciler:owner", "y", 'the tag "reconciler:owner" begins with reconciler:, which marks what is ours'),
        ("a*b", "y", 'expected letters, digits, spaces and + - = . _ : / @ in a tag, got "a*b"'),
        ("a", "y?", 'expected letters, digits, spaces and + - = . _ : / @ in a tag, got "y?"'),
    ],
)
def test_tags_that_aws_would_refuse(jobs_d: Directory, key: str, value: str, error: str) -> None:
    (told,) = jobs_d.errors(JOB.replace("TAGS", f'{{"{key}": "{value}"}}'))

    assert told.startswith("jobs.d/job.yaml:3:32 metadata.tags")
    assert told.endswith(f": {error}")


def test_tags_that_aws_would_accept(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("TAGS", '{"Kostenstelle ü": "a+b-c=d.e_f:g/h@i", empty: ""}')) == []


def test_tags_of_the_definition_and_of_runs_are_looked_at_too(jobs_d: Directory) -> None:
    text = (
        JOB.replace("TAGS", "{}").replace("taskDefinition: {", "taskDefinition: {tags: [{key: 'aws:a', value: b}], ")
        + "  run: {tags: [{key: 'a', value: 'b'}, {key: 'aws:c', value: d}]}\n"
    )

    assert jobs_d.errors(text) == [
        'jobs.d/job.yaml:5:27 spec.taskDefinition.tags[0]: the tag "aws:a" begins with aws:, which AWS keeps to itself',
        'jobs.d/job.yaml:6:40 spec.run.tags[1]: the tag "aws:c" begins with aws:, which AWS keeps to itself',
    ]


def test_ours_and_theirs_are_fifty_at_most(jobs_d: Directory) -> None:
    def tags(count: int, prefix: str) -> str:
        return "{" + ", ".join(f"{prefix}{number}: x" for number in range(count)) + "}"

    settings = f"apiVersion: reconciler/v1\nkind: Settings\nmetadata: {{name: t}}\nspec: {{tags: {tags(2, 's')}}}\n"

    assert jobs_d.errors({"jobs.d/s.yaml": settings, "jobs.d/j.yaml": JOB.replace("TAGS", tags(39, "t"))}) == []
    assert jobs_d.errors({"jobs.d/s.yaml": settings, "jobs.d/j.yaml": JOB.replace("TAGS", tags(40, "t"))}) == [
        "jobs.d/j.yaml:3:25 metadata.tags: expected at most 41 tags with those of Settings and the definition, got 42 "
        "(AWS allows 50, 9 of them are ours)"
    ]
