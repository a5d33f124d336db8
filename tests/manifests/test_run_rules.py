import pytest

from tests.manifests.conftest import Directory

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition:
    containerDefinitions:
      - {name: main, image: busybox, memory: 64}
      - {name: side, image: busybox, memory: 64, essential: false}
"""
BATCH = """\
apiVersion: reconciler/v1
kind: BatchJob
metadata: {name: hello}
spec:
  jobDefinition:
    type: container
    containerProperties: {image: busybox, vcpus: 1, memory: 64}
"""


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("mainContainer: mian", 'spec.mainContainer: no container "mian" (expected one of main, side)'),
        ("run: {command: {mian: [x]}}", 'spec.run.command.mian: no container "mian" (expected one of main, side)'),
        ("run: {environment: {mian: {A: 1}}}", 'spec.run.environment.mian: no container "mian" (expected one of main, side)'),
        ("run: {environment: {main: {A: 1}, B: 2}}", 'spec.run.environment.B: a variable beside containers (name the container of each variable, or of none)'),
        ("run: {overrides: {containerOverrides: [{command: [x]}]}}", "spec.run.overrides.containerOverrides[0]: name is required"),
        ("run: {overrides: {containerOverrides: [{name: x}]}}", 'spec.run.overrides.containerOverrides[0].name: no container "x" (expected one of main, side)'),
        ("run: {patches: [{op: add, path: /group}]}", "spec.run.patches[0]: add needs value"),
        ("run: {patches: [{op: move, path: /group}]}", "spec.run.patches[0]: move needs from"),
        ("run: {patches: [{op: remove, path: x}]}", 'spec.run.patches[0].path: expected a JSON Pointer such as /overrides/cpu, got "x"'),
        ("run: {patches: [{op: add, path: /launchtype, value: x}]}", 'spec.run.patches[0].path: the request has no member "launchtype" (paths are those of `render`)'),
        ("run: {patches: [{op: move, path: /group, from: /clientToken}]}", "spec.run.patches[0].from: clientToken is set after the patches (reconciler sets it itself)"),
        ("run: {patches: [{op: replace, path: /cluster, value: c}]}", "spec.run.patches[0].path: cluster is set after the patches (write spec.run.cluster)"),
    ],
)  # fmt: skip
def test_what_a_run_gets_wrong(jobs_d: Directory, lines: str, error: str) -> None:
    assert [told.split(" ", 1)[1] for told in jobs_d.errors(JOB + f"  {lines}\n")] == [error]


@pytest.mark.parametrize(
    "lines",
    [
        "mainContainer: side",
        "run: {command: [x]}",
        "run: {command: {main: [x], side: [y]}, environment: {main: {A: null}}}",
        "run: {environment: {A: 1, B: null}}",
        "run: {patches: [{op: add, path: /group, value: null}, {op: remove, path: ''}]}",
    ],
)
def test_what_a_run_gets_right(jobs_d: Directory, lines: str) -> None:
    assert jobs_d.errors(JOB + f"  {lines}\n") == []


def test_containers_of_a_shared_definition_are_known(jobs_d: Directory) -> None:
    other = JOB.split("  taskDefinition")[0].replace("hello", "other")
    files = {"jobs.d/a.yaml": JOB, "jobs.d/b.yaml": other + "  definitionOf: hello\n  mainContainer: x\n"}

    assert jobs_d.errors(files) == [
        'jobs.d/b.yaml:6:3 spec.mainContainer: no container "x" (expected one of main, side)'
    ]


def test_containers_of_somebody_elses_definition_are_not(jobs_d: Directory) -> None:
    linked = (
        JOB.split("  taskDefinition")[0] + "  taskDefinitionArn: etl\n  mainContainer: x\n  run: {command: {y: [z]}}\n"
    )

    assert jobs_d.errors(linked) == []


def test_the_only_container_of_a_batch_job_has_no_name(jobs_d: Directory) -> None:
    assert jobs_d.errors(BATCH + "  run: {jobQueue: q, command: {main: [x]}}\n") == [
        'jobs.d/job.yaml:8:32 spec.run.command.main: no container "main": the job has one, without a name (leave the name out)'
    ]


def test_a_patch_may_not_name_the_job_of_a_batch_run(jobs_d: Directory) -> None:
    assert jobs_d.errors(BATCH + "  run: {jobQueue: q, patches: [{op: add, path: /jobName, value: x}]}\n") == [
        "jobs.d/job.yaml:8:42 spec.run.patches[0].path: jobName is set after the patches (reconciler sets it itself)"
    ]


def test_a_reference_that_names_nothing(jobs_d: Directory) -> None:
    text = JOB.split("  taskDefinition")[0] + "  taskDefinitionArn: etl:latest\n"

    assert jobs_d.errors(text) == [
        'jobs.d/job.yaml:5:3 spec.taskDefinitionArn: expected an ARN, name:revision or a name, got "etl:latest" '
        "(the ARN is arn:aws:ecs:REGION:ACCOUNT:task-definition/NAME:REVISION)"
    ]


ECS, QUEUES = "arn:aws:ecs:eu-west-1:111111111111", "arn:aws:batch:eu-west-1:111111111111"


@pytest.mark.parametrize(
    ("kind", "member", "reference", "fits"),
    [
        ("EcsJob", "taskDefinitionArn", f"{ECS}:task-definition/etl:3", True),
        ("EcsJob", "taskDefinitionArn", f"{ECS}:task-definition/etl", True),
        ("EcsJob", "taskDefinitionArn", "_etl:3", True),
        ("EcsJob", "taskDefinitionArn", f"{ECS}:task/etl", False),
        ("EcsJob", "taskDefinitionArn", f"{QUEUES}:job-definition/etl:3", False),
        ("BatchJob", "jobDefinitionArn", f"{QUEUES}:job-definition/etl:3", True),
        ("BatchJob", "jobDefinitionArn", f"{QUEUES}:job-queue/etl", False),
        ("BatchJob", "jobDefinitionArn", f"{ECS}:task-definition/etl:3", False),
    ],
)
def test_a_reference_is_of_the_jobs_own_service(
    jobs_d: Directory, kind: str, member: str, reference: str, fits: bool
) -> None:
    head = JOB.split("  taskDefinition")[0].replace("EcsJob", kind)

    assert (jobs_d.errors(f"{head}  {member}: {reference}\n") == []) is fits


def test_several_essential_containers_are_warned_of(jobs_d: Directory) -> None:
    text = JOB.replace(", essential: false", "")

    assert jobs_d.warnings(text) == [
        "jobs.d/job.yaml:5:3 spec.taskDefinition: several containers are essential (main, side): "
        "the first one's exit code decides (name it in mainContainer)"
    ]
    assert jobs_d.warnings(text + "  mainContainer: main\n") == []


def test_logs_on_somebody_elses_definition_are_warned_of(jobs_d: Directory) -> None:
    text = JOB.split("  taskDefinition")[0] + "  taskDefinitionArn: etl\n  logs: {}\n"

    assert jobs_d.warnings(text) == [
        "jobs.d/job.yaml:6:3 spec.logs: logs has no effect: the definition is not this job's"
    ]


@pytest.mark.parametrize(
    ("name", "value", "warned"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("apiKey", "hunter2", True),
        ("GITHUB_TOKEN", "hunter2", True),
        ("AWS_SECRET_ACCESS_KEY", "hunter2", True),
        ("DB_PASSWORD_FILE", "/run/secret", False),
        ("SECRET_ARN", "arn:aws:x", False),
        ("TOKENIZERS_PARALLELISM", "fast", False),
        ("MAX_TOKENS", "4096", False),
        ("USE_PASSWORD", "'true'", False),
        ("DB_PASSWORD", "''", False),
        ("LOG_LEVEL", "hunter2", False),
    ],
)
def test_secrets_in_plain_text_are_warned_of_without_their_value(
    jobs_d: Directory, name: str, value: str, warned: bool
) -> None:
    text = JOB.replace(", essential: false", f", essential: false, environment: [{{name: {name}, value: {value}}}]")
    text += f"  run: {{environment: {{{name}: {value}}}}}\n"
    told = jobs_d.warnings(text)

    hint = f"{name} looks like a secret in plain text (keep it in Secrets Manager or SSM and name it under the container's secrets)"
    assert told == (
        [
            f"jobs.d/job.yaml:8:82 spec.taskDefinition.containerDefinitions[1].environment[0]: {hint}",
            f"jobs.d/job.yaml:9:23 spec.run.environment.{name}: {hint}",
        ]
        if warned
        else []
    )
    assert "hunter2" not in "".join(told)


def test_a_shared_definition_that_is_broken_itself_is_told_once(jobs_d: Directory) -> None:
    broken = JOB.replace("      - {name: main, image: busybox, memory: 64}\n", "      - main\n")
    other = JOB.split("  taskDefinition")[0].replace("hello", "other")
    files = {"jobs.d/a.yaml": broken, "jobs.d/b.yaml": other + "  definitionOf: hello\n  mainContainer: x\n"}

    assert jobs_d.errors(files) == [
        "jobs.d/a.yaml:7:9 spec.taskDefinition.containerDefinitions[0]: expected a mapping, got text"
    ]
