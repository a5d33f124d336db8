import json
from typing import Any

import pytest

from reconciler.model import Owned, Source
from tests.manifests.conftest import Directory

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinitionFile: td.json
"""
#: Settings behind it whose environment `prod` counts.
PROD = """\
---
apiVersion: reconciler/v1
kind: Settings
metadata: {name: team}
spec: {defaultEnvironment: prod, environments: {prod: {}}}
"""
BATCH = JOB.replace("EcsJob", "BatchJob").replace(
    "taskDefinitionFile: td.json", "jobDefinitionFile: td.json\n  run: {jobQueue: q}"
)
CONTAINER: dict[str, Any] = {"name": "main", "image": "busybox", "memory": 64}
DEFINITION = {"family": "f", "containerDefinitions": [CONTAINER]}
DESCRIBED = {
    **DEFINITION,
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111111111111:task-definition/f:3",
    "revision": 3,
    "status": "ACTIVE",
    "requiresAttributes": [{"name": "x"}],
    "compatibilities": ["EC2"],
    "registeredAt": "2026-01-01T00:00:00Z",
    "registeredBy": "arn:aws:iam::111111111111:user/x",
    "deregisteredAt": None,
    "deleteRequestedAt": None,
    "taskRoleArn": None,
    "containerDefinitions": [{**CONTAINER, "links": None}],
}


def body(jobs_d: Directory, content: str | bytes, job: str = JOB) -> Any:
    definition = jobs_d.job({"jobs.d/job.yaml": job, "jobs.d/td.json": content}).definition
    assert isinstance(definition, Owned)
    return definition.body


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_unicode_encoding_with_its_mark(jobs_d: Directory, encoding: str) -> None:
    text = json.dumps({**DEFINITION, "containerDefinitions": [{**CONTAINER, "command": ["é€😀"]}]}, ensure_ascii=False)

    assert body(jobs_d, text.encode(encoding))["containerDefinitions"][0]["command"] == ["é€😀"]


def test_yaml(jobs_d: Directory) -> None:
    text = "family: f\ncontainerDefinitions:\n  - {name: main, image: busybox, memory: 64}\n"

    assert body(jobs_d, text) == DEFINITION


@pytest.mark.parametrize(
    "answer",
    [
        DESCRIBED,
        {"taskDefinition": DESCRIBED},
        {"taskDefinition": DESCRIBED, "tags": []},
        {
            "taskDefinition": DESCRIBED,
            "tags": [{"key": "aws:x", "value": "y"}, {"key": "reconciler:owner", "value": "z"}],
        },
    ],
)
def test_what_aws_answered_is_what_was_registered(jobs_d: Directory, answer: Any) -> None:
    assert body(jobs_d, json.dumps(answer)) == DEFINITION


def test_tags_of_an_answer_are_the_definitions(jobs_d: Directory) -> None:
    answer: dict[str, Any] = {"taskDefinition": DESCRIBED, "tags": [{"key": "team", "value": "data"}]}
    consoles: dict[str, Any] = {**answer, "taskDefinition": {**DESCRIBED, "tags": []}}

    for each in (answer, consoles):
        assert body(jobs_d, json.dumps(each)) == {**DEFINITION, "tags": [{"key": "team", "value": "data"}]}


def test_an_answer_with_job_definitions_stands_for_the_newest_active_one(jobs_d: Directory) -> None:
    def revision(number: int, status: str) -> dict[str, Any]:
        resources = [{"type": "VCPU", "value": str(number)}, {"type": "MEMORY", "value": "64"}]
        return {
            "jobDefinitionName": "f",
            "jobDefinitionArn": f"arn:aws:batch:eu-west-1:111111111111:job-definition/f:{number}",
            "revision": number,
            "status": status,
            "containerOrchestrationType": "ECS",
            "type": "container",
            "containerProperties": {"image": "busybox", "resourceRequirements": resources},
            "tags": {"aws:x": "y"},
        }

    answer = {"jobDefinitions": [revision(1, "ACTIVE"), revision(2, "ACTIVE"), revision(3, "INACTIVE")]}

    assert body(jobs_d, json.dumps(answer), BATCH) == {
        "jobDefinitionName": "f",
        "type": "container",
        "containerProperties": {
            "image": "busybox",
            "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "64"}],
        },
    }


def test_variables_are_filled_in_and_lines_are_the_files(jobs_d: Directory) -> None:
    text = '{\n  "family": "f",\n  "containerDefinitions": [\n    {"name": "main", "image": "app:${{ TAG }}", "memory": 64}\n  ]\n}'
    job = jobs_d.job({"jobs.d/job.yaml": JOB, "jobs.d/td.json": text}, variables={"TAG": "7"})

    assert job.spec["taskDefinition"]["containerDefinitions"][0]["image"] == "app:7"
    assert job.sources[("spec", "taskDefinition", "containerDefinitions", 0, "image")] == Source(
        file="jobs.d/td.json", line=4, column=22
    )
    assert "taskDefinitionFile" not in job.spec


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("[1]", "jobs.d/td.json:1:1: expected one taskDefinition as a mapping, got a list"),
        ("", "jobs.d/td.json:1:1: expected one taskDefinition as a mapping, got nothing"),
        ("text", "jobs.d/td.json:1:1: expected one taskDefinition as a mapping, got a single value"),
        ("a: 1\n---\nb: 2\n", "jobs.d/td.json:1:1: expected one taskDefinition as a mapping, got 2 documents"),
        ('{"family": "f"}', "jobs.d/td.json:1:1: holds no taskDefinition (expected containerDefinitions) (save what the describe call answers)"),
        ('{"containerDefinitionz": [], "ContainerDefinitions": []}', "jobs.d/td.json:1:30 ContainerDefinitions: holds no taskDefinition (expected containerDefinitions) (write containerDefinitions, as AWS's API does; so with every other member)"),
        ('{"container_definitions": "[]"}', "jobs.d/td.json:1:2 container_definitions: holds no taskDefinition (expected containerDefinitions) (write containerDefinitions, as AWS's API does; so with every other member)"),
        ('{"containerProperties": {}}', "jobs.d/td.json:1:2 containerProperties: holds no taskDefinition (expected containerDefinitions) (it is a jobDefinition, for kind: BatchJob)"),
        ('{"jobDefinitions": []}', "jobs.d/td.json:1:2 jobDefinitions: holds no taskDefinition (expected containerDefinitions) (it is a jobDefinition, for kind: BatchJob)"),
        ('Resources: {Task: {Type: "AWS::ECS::TaskDefinition"}}', "jobs.d/td.json:1:1 Resources: holds no taskDefinition (expected containerDefinitions) (it is a CloudFormation template; save what the describe call answers for what it made)"),
        ('{"Type": "AWS::ECS::TaskDefinition", "Properties": {}}', "jobs.d/td.json:1:38 Properties: holds no taskDefinition (expected containerDefinitions) (it is a CloudFormation template; save what the describe call answers for what it made)"),
        ('[{"name": "main", "image": "busybox"}]', "jobs.d/td.json:1:1: expected one taskDefinition as a mapping, got a list (containers stand in a list under containerDefinitions)"),
        ('{"family": "f"}}', 'jobs.d/td.json:1:16: unexpected "}" (all is closed before it: one brace too many, or one missing further up)'),
        ('{\n"family": "f"\n},\n"tags": []\n}', 'jobs.d/td.json:3:2: unexpected "," (all is closed before it: one brace too many, or one missing further up)'),
        ('{"taskDefinition": {"family": "f"}}', "jobs.d/td.json:1:2 spec.taskDefinition: containerDefinitions is required"),
        ('{\n"a": 1,\n"a": 2}', 'jobs.d/td.json:3:1 a: duplicate key "a" (first at line 2)'),
        (b'{\n"a": "\xff"}', "jobs.d/td.json:2:7: not UTF-8: byte 0xFF (save the file as UTF-8)"),
        ('{"a": 1}'.encode("utf-16-le"), "jobs.d/td.json:1:1: not UTF-8: it looks like UTF-16 or UTF-32 without a byte order mark (save the file as UTF-8)"),
        (b"\xff\xfe\x00", "jobs.d/td.json:1:1: not UTF-16: byte 0x00 (save the file as UTF-8)"),
    ],
)  # fmt: skip
def test_what_is_no_definition_is_told_at_the_files_line(jobs_d: Directory, content: str | bytes, error: str) -> None:
    assert error in jobs_d.errors({"jobs.d/job.yaml": JOB, "jobs.d/td.json": content})


def test_a_file_that_is_not_there_is_told_at_the_manifests_line(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB) == [
        "jobs.d/job.yaml:5:3 spec.taskDefinitionFile: jobs.d/td.json: cannot be read: No such file or directory"
    ]


def test_a_file_without_a_name_is_told_once(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("td.json", '""')) == [
        'jobs.d/job.yaml:5:3 spec.taskDefinitionFile: expected some text, got ""'
    ]


def test_a_file_that_cannot_be_read_owns_its_logs_all_the_same(jobs_d: Directory) -> None:
    found = jobs_d.load(JOB + "  logs: {}\n  environments: {prod: {taskDefinition: {memory: 1024}}}\n" + PROD)

    assert [problem.message for problem in found.problems] == [
        "jobs.d/td.json: cannot be read: No such file or directory"
    ]


def test_an_overlay_lies_over_the_file(jobs_d: Directory) -> None:
    overlay = "  environments: {prod: {taskDefinition: {memory: 1024, cpu: null}}}\n"
    files = {"jobs.d/job.yaml": JOB + overlay + PROD, "jobs.d/td.json": json.dumps({**DEFINITION, "cpu": "64"})}
    job = jobs_d.job(files)

    assert job.spec["taskDefinition"] == {**DEFINITION, "memory": "1024"}
    assert job.sources[("spec", "taskDefinition", "memory")].file == "jobs.d/job.yaml"
    assert job.sources[("spec", "taskDefinition", "family")].file == "jobs.d/td.json"


def test_an_overlay_may_name_another_file_and_change_that(jobs_d: Directory) -> None:
    overlay = "  environments: {prod: {taskDefinitionFile: prod.json, taskDefinition: {memory: 1024}}}\n"
    files = {"jobs.d/job.yaml": JOB + overlay + PROD, "jobs.d/prod.json": json.dumps(DEFINITION)}

    assert jobs_d.job(files).spec["taskDefinition"] == {**DEFINITION, "memory": "1024"}


def test_a_file_may_stand_in_the_project_beside_the_directory(jobs_d: Directory) -> None:
    files = {"jobs.d/job.yaml": JOB.replace("td.json", "../deploy/td.json"), "deploy/td.json": json.dumps(DEFINITION)}

    assert jobs_d.job(files).sources[("spec", "taskDefinition", "family")].file == "deploy/td.json"


def test_a_file_outside_the_project_is_refused(jobs_d: Directory) -> None:
    (error,) = jobs_d.errors(JOB.replace("td.json", "../../../etc/passwd"))

    assert error.startswith("jobs.d/job.yaml:5:3 spec.taskDefinitionFile: ../../etc/passwd leaves the project (/")


@pytest.mark.parametrize("name", [r"td\0.json", r"../td\0.json", r"${{ ENVIRONMENT:-td }}\0.json"])
def test_a_name_that_no_file_can_have_is_told_where_it_stands(jobs_d: Directory, name: str) -> None:
    assert jobs_d.errors(JOB.replace("td.json", f'"{name}"')) == [
        "jobs.d/job.yaml:5:3 spec.taskDefinitionFile: no file can have this name: it holds a character that "
        "file systems do not take"
    ]


def test_a_definition_and_a_file_exclude_each_other(jobs_d: Directory) -> None:
    text = JOB + f"  taskDefinition: {json.dumps(DEFINITION)}\n"

    assert jobs_d.errors({"jobs.d/job.yaml": text, "jobs.d/td.json": json.dumps(DEFINITION)}) == [
        "jobs.d/job.yaml:6:3 spec.taskDefinition: taskDefinitionFile and taskDefinition exclude each other "
        "(keep one of them)"
    ]


def test_an_overlay_with_a_file_leaves_the_definition_where_it_is(jobs_d: Directory) -> None:
    text = JOB.replace("taskDefinitionFile: td.json", f"taskDefinition: {json.dumps(DEFINITION)}")
    overlay = "  environments: {prod: {taskDefinitionFile: td.json}}\n"

    assert jobs_d.errors({"jobs.d/job.yaml": text + overlay + PROD, "jobs.d/td.json": json.dumps(DEFINITION)}) == [
        "jobs.d/job.yaml:6:25 spec.taskDefinitionFile: taskDefinition and taskDefinitionFile exclude each other "
        "(keep one of them)"
    ]


def test_two_jobs_may_name_one_file(jobs_d: Directory) -> None:
    shared = json.dumps({"containerDefinitions": [CONTAINER]})
    manifests = jobs_d.load(
        {"jobs.d/a.yaml": JOB, "jobs.d/b.yaml": JOB.replace("hello", "other"), "jobs.d/td.json": shared}
    )

    assert (manifests.problems, [job.name for job in manifests.jobs]) == ((), ["hello", "other"])
