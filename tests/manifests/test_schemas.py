"""What is said about documents that do not fit, and what becomes of scalars in those that do."""

import copy
from typing import Any

import pytest

from reconciler.manifests import schemas
from reconciler.manifests.schemas import Fault
from reconciler.model import Path

CONTAINER: dict[str, Any] = {"name": "report", "image": "registry/report:1"}
REMOVED = object()
NO_COMMENT = "AWS takes no notes: leave it out, or keep the file in YAML and write # …"
NEWER = "not known to botocore 1.44.5; upgrade boto3 if AWS has added it"


@pytest.fixture(autouse=True)
def botocore_of_the_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts below name the botocore that the shipped files are made from."""
    monkeypatch.setattr("importlib.metadata.version", lambda _: "1.44.5")


def ecs_job() -> dict[str, Any]:
    return {
        "apiVersion": "reconciler/v1",
        "kind": "EcsJob",
        "metadata": {"name": "report"},
        "spec": {"taskDefinition": {"containerDefinitions": [copy.deepcopy(CONTAINER)]}},
    }


def batch_job() -> dict[str, Any]:
    return {
        "apiVersion": "reconciler/v1",
        "kind": "BatchJob",
        "metadata": {"name": "train"},
        "spec": {"jobDefinition": {"type": "container", "containerProperties": {"image": "registry/train:1"}}},
    }


def settings() -> dict[str, Any]:
    return {"apiVersion": "reconciler/v1", "kind": "Settings", "metadata": {"name": "data-jobs"}, "spec": {}}


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Answer the document with one place set (or REMOVED); mappings on the way are made."""
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    node: Any = document
    for step in steps:
        node = node[step] if isinstance(step, int) else node.setdefault(step, {})
    if value is REMOVED:
        del node[last]
    else:
        node[last] = value
    return document


def dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)


DEFINITION = "spec.taskDefinition"
FIRST = f"{DEFINITION}.containerDefinitions.0"
PROPERTIES = "spec.jobDefinition.containerProperties"

# document, where it is changed, to what; then where the fault is, what it says, what it advises
FAULTS = [
    # types
    (ecs_job, f"{FIRST}.cpu", "lots", f"{FIRST}.cpu", 'expected an integer, got "lots"', ""),
    (ecs_job, f"{FIRST}.cpu", 1.5, f"{FIRST}.cpu", "expected an integer, got 1.5", ""),
    (ecs_job, f"{FIRST}.cpu", True, f"{FIRST}.cpu", "expected an integer, got true", ""),
    (ecs_job, f"{FIRST}.cpu", [1], f"{FIRST}.cpu", "expected an integer, got a list", ""),
    (ecs_job, f"{FIRST}.image", False, f"{FIRST}.image", "expected text, got false", "quote it"),
    (ecs_job, f"{FIRST}.image", {"tag": 1}, f"{FIRST}.image", "expected text, got a mapping", ""),
    (ecs_job, f"{FIRST}.essential", "true", f"{FIRST}.essential", 'expected true or false, got "true"',
     "remove the quotes"),
    (ecs_job, f"{FIRST}.essential", "yes", f"{FIRST}.essential", 'expected true or false, got "yes"',
     "YAML 1.2 knows only true and false"),
    (ecs_job, f"{FIRST}.essential", 1, f"{FIRST}.essential", "expected true or false, got 1", ""),
    (ecs_job, f"{FIRST}.command", "python", f"{FIRST}.command", 'expected a list, got text',
     "write a list, one entry for each"),
    (ecs_job, f"{FIRST}.command", ["a", None], f"{FIRST}.command.1", "expected text, got null", ""),
    (ecs_job, f"{FIRST}.environment", {"A": "b"}, f"{FIRST}.environment", "expected a list, got a mapping",
     "write a list of {name: …, value: …}"),
    (ecs_job, f"{FIRST}.environment", ["A=b"], f"{FIRST}.environment.0", "expected a mapping, got text",
     "write {name: …, value: …}"),
    (ecs_job, "metadata.tags", [{"key": "a", "value": "b"}], "metadata.tags", "expected a mapping, got a list",
     "write NAME: value, one a line"),
    (ecs_job, "spec.run.environment", [{"name": "A", "value": "b"}], "spec.run.environment",
     "expected a mapping, got a list", "write NAME: value, one a line"),
    (ecs_job, DEFINITION, "td.json", DEFINITION, "expected a mapping, got text", ""),
    (ecs_job, DEFINITION, [], DEFINITION, "expected a mapping, got a list", ""),
    (ecs_job, "spec", "nothing", "spec", "expected a mapping, got text", ""),
    (ecs_job, "spec.run.command", 7, "spec.run.command", "expected a list or a mapping, got 7", ""),
    # forms of text
    (ecs_job, f"{DEFINITION}.cpu", "2 cores", f"{DEFINITION}.cpu",
     'expected CPU units (256) or vCPUs (".25 vCPU"), got "2 cores"', ""),
    (ecs_job, f"{DEFINITION}.memory", "512 MB", f"{DEFINITION}.memory",
     'expected MiB (512) or GB ("0.5 GB"), got "512 MB"', ""),
    (ecs_job, f"{DEFINITION}.family", "{{ must_env `FAMILY` }}", f"{DEFINITION}.family",
     'expected up to 255 letters, digits, underscores and hyphens, got "{{ must_env `FAMILY` }}"',
     "a variable is written ${{ NAME }}"),
    (ecs_job, "metadata.name", "-x", "metadata.name",
     'expected up to 64 letters, digits, underscores and hyphens, a letter or digit first, got "-x"', ""),
    (ecs_job, "metadata.name", "n" * 65, "metadata.name",
     "expected up to 64 letters, digits, underscores and hyphens, a letter or digit first,"
     f' got "{"n" * 40}…"', ""),
    (ecs_job, "spec.schedule", {"cron": "often", "engine": "reconciler"}, "spec.schedule.cron",
     'expected five cron fields, as in "0 3 * * *", or a nickname like @daily, got "often"', ""),
    (ecs_job, "spec.schedule", {"rate": "15 mins", "engine": "reconciler"}, "spec.schedule.rate",
     'expected a rate like "15 minutes", "6 hours" or "1 day", got "15 mins"', ""),
    (ecs_job, "spec.schedule", {"at": "2026-12-01T03:00:00Z", "engine": "reconciler"}, "spec.schedule.at",
     'expected a local time like 2026-12-01T03:00:00, its zone in timeZone, got "2026-12-01T03:00:00Z"', ""),
    (settings, "spec.accountId", "1234", "spec.accountId",
     'expected twelve digits in quotes, as in "111122223333", got "1234"', ""),
    (settings, "spec.roleArn", "reconciler", "spec.roleArn", 'expected the ARN of an IAM role, got "reconciler"', ""),
    # words to choose from
    (ecs_job, f"{DEFINITION}.networkMode", "awsVpc", f"{DEFINITION}.networkMode",
     'expected bridge, host, awsvpc or none, got "awsVpc"', "did you mean awsvpc?"),
    (ecs_job, f"{DEFINITION}.networkMode", "overlay", f"{DEFINITION}.networkMode",
     'expected bridge, host, awsvpc or none, got "overlay"', NEWER),
    (ecs_job, f"{DEFINITION}.networkMode", 5, f"{DEFINITION}.networkMode",
     "expected bridge, host, awsvpc or none, got 5", ""),
    (ecs_job, "spec.run.launchType", "FARGATE-SPOT", "spec.run.launchType",
     'expected EC2, FARGATE, EXTERNAL, FARGATE_SPOT or MANAGED_INSTANCES, got "FARGATE-SPOT"',
     "did you mean FARGATE_SPOT?"),
    (ecs_job, "spec.deletionPolicy", "Delete", "spec.deletionPolicy",
     'expected Deregister or Retain, got "Delete"', ""),
    (settings, "spec.history.retentionDays", 31, "spec.history.retentionDays",
     "expected 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288"
     " or 3653, got 31", ""),
    (ecs_job, "apiVersion", "v1", "apiVersion", 'expected reconciler/v1, got "v1"', ""),
    (settings, "spec.variables", {"2nd": "x"}, "spec.variables.2nd",
     "expected letters, digits, dots, underscores and hyphens, no digit first, and not reconciler. as key", ""),
    (ecs_job, "metadata.tags", {"": "x"}, "metadata.tags.", 'expected some text as key, got ""', ""),
    # keys
    (ecs_job, f"{DEFINITION}.revision", 7, f"{DEFINITION}.revision", "unknown key",
     "only AWS writes it: leave it out, or keep the answer in a file of its own (taskDefinitionFile)"),
    (ecs_job, f"{DEFINITION}.taskDefinitionArn", "x", f"{DEFINITION}.taskDefinitionArn", "unknown key",
     "only AWS writes it: leave it out, or keep the answer in a file of its own (taskDefinitionFile)"),
    (batch_job, "spec.jobDefinition.status", "ACTIVE", "spec.jobDefinition.status", "unknown key",
     "only AWS writes it: leave it out, or keep the answer in a file of its own (jobDefinitionFile)"),
    (ecs_job, f"{FIRST}.environment", [{"name": "A", "Value": "b"}], f"{FIRST}.environment.0.Value", "unknown key",
     "did you mean value?"),
    (ecs_job, "spec.schedule", {"rate": "1 day", "engine": "reconciler", "eventBridge": {"retries": 2}},
     "spec.schedule.eventBridge.retries", "unknown key", ""),
    (ecs_job, f"{DEFINITION}.containerDefintions", [], f"{DEFINITION}.containerDefintions", "unknown key",
     "did you mean containerDefinitions?"),
    (ecs_job, f"{FIRST}.read_only_root_filesystem", True, f"{FIRST}.read_only_root_filesystem", "unknown key",
     "did you mean readonlyRootFilesystem?"),
    (ecs_job, "spec.cluster", "batch", "spec.cluster", "unknown key", "belongs under spec.run"),
    (ecs_job, f"{DEFINITION}.image", "x", f"{DEFINITION}.image", "unknown key",
     f"belongs under {DEFINITION}.containerDefinitions[]"),
    (ecs_job, "name", "x", "name", "unknown key", "belongs under metadata"),
    (ecs_job, f"{FIRST}.gpuSharing", True, f"{FIRST}.gpuSharing", "unknown key", NEWER),
    (ecs_job, f"{DEFINITION}.family", "$NAME", f"{DEFINITION}.family",
     'expected up to 255 letters, digits, underscores and hyphens, got "$NAME"', "a variable is written ${{ NAME }}"),
    (ecs_job, f"{DEFINITION}.family", "<your-family>", f"{DEFINITION}.family",
     'expected up to 255 letters, digits, underscores and hyphens, got "<your-family>"',
     "a variable is written ${{ NAME }}"),
    (ecs_job, f"{FIRST}._comment", "x", f"{FIRST}._comment", "unknown key", NO_COMMENT),
    (ecs_job, f"{DEFINITION}.$schema", "x", f"{DEFINITION}.$schema", "unknown key", NO_COMMENT),
    (ecs_job, DEFINITION, [CONTAINER], DEFINITION, "expected a mapping, got a list",
     "containers stand in a list under containerDefinitions"),
    (ecs_job, f"{DEFINITION}.requiresCompatibilities", [""], f"{DEFINITION}.requiresCompatibilities.0",
     'expected EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES, got ""', "leave it out"),
    (ecs_job, "spec.run.taskDefinition", "x:1", "spec.run.taskDefinition", "unknown key", "reconciler sets it itself"),
    (ecs_job, "spec.colour", "red", "spec.colour", "unknown key", ""),
    (ecs_job, f"{FIRST}.image", REMOVED, FIRST, "image is required", ""),
    (ecs_job, f"{FIRST}.secrets", [{"name": "TOKEN"}], f"{FIRST}.secrets.0", "valueFrom is required", ""),
    (ecs_job, "metadata", REMOVED, "", "metadata is required", ""),
    (batch_job, "spec.jobDefinition.type", REMOVED, "spec.jobDefinition", "type is required", ""),
    # keys that exclude or need each other
    (ecs_job, DEFINITION, REMOVED, "spec",
     "one of taskDefinition, taskDefinitionFile, taskDefinitionArn or definitionOf is required", ""),
    (ecs_job, "spec.taskDefinitionArn", "etl", "spec.taskDefinitionArn",
     "taskDefinition and taskDefinitionArn exclude each other", "keep one of them"),
    (lambda: changed(ecs_job(), "spec.schedule", {"rate": "1 day", "engine": "reconciler"}), "spec.once", {},
     "spec.once", "schedule and once exclude each other", "keep one of them"),
    (ecs_job, "spec.schedule", {"cron": "0 3 * * *"}, "spec.schedule", "engine is required", "reconciler: a loop starts the runs; eventbridge: EventBridge Scheduler does"),
    (ecs_job, "spec.schedule", {"engine": "reconciler"}, "spec.schedule", "one of cron, rate or at is required", ""),
    (ecs_job, "spec.schedule", {"rate": "1 day", "engine": "eventbridge"}, "spec.schedule",
     "eventBridge is required", "eventBridge.roleArn is the role that EventBridge Scheduler launches with"),
    (ecs_job, "spec.run", {"launchType": "EC2", "capacityProviderStrategy": []}, "spec.run.capacityProviderStrategy",
     "launchType and capacityProviderStrategy exclude each other", "keep one of them"),
    (lambda: changed(batch_job(), "spec.activeDeadlineSeconds", 90), "spec.run.timeout", {"attemptDurationSeconds": 60},
     "spec.run.timeout", "activeDeadlineSeconds and run.timeout exclude each other", "keep one of them"),
    # bounds
    (ecs_job, f"{FIRST}.healthCheck", {"command": ["true"], "interval": "3"}, f"{FIRST}.healthCheck.interval",
     'expected at least 5, got "3"', ""),
    (ecs_job, "spec.schedule", {"rate": "1 day", "engine": "reconciler", "startingDeadlineSeconds": 3600},
     "spec.schedule.startingDeadlineSeconds", "expected at most 2700, got 3600", ""),
    (ecs_job, f"{DEFINITION}.containerDefinitions", [], f"{DEFINITION}.containerDefinitions",
     "expected at least one entry, got none", ""),
    (ecs_job, f"{FIRST}.credentialSpecs", ["a", "b"], f"{FIRST}.credentialSpecs",
     "expected at most 1 entry, got 2", ""),
    (ecs_job, f"{FIRST}.portMappings", [{"name": "p" * 65}], f"{FIRST}.portMappings.0.name",
     "expected at most 64 characters, got 65", ""),
    (ecs_job, "metadata.tags", {"t" * 129: "x"}, f"metadata.tags.{'t' * 129}",
     "expected a key of at most 128 characters, got 129", ""),
    (ecs_job, f"{FIRST}.resourceRequirements", [{"type": "GPU", "sharingStrategy": {}}],
     f"{FIRST}.resourceRequirements.0.sharingStrategy", "expected exactly one of nvidiaMps", ""),
    # what may be secret is not repeated
    (ecs_job, f"{FIRST}.environment", [{"name": "PASSWORD", "value": True}], f"{FIRST}.environment.0.value",
     "expected text, got a boolean", "quote it"),
    (ecs_job, f"{FIRST}.secrets", "hunter2", f"{FIRST}.secrets", "expected a list, got text",
     "write a list, one entry for each"),
    (batch_job, "spec.run.parameters", "hunter2", "spec.run.parameters", "expected a mapping, got text", ""),
    (ecs_job, f"{FIRST}.entryPoint", "psql postgres://me:hunter2@db", f"{FIRST}.entryPoint",
     "expected a list, got text", "write a list, one entry for each"),
    (settings, "spec.variables", {"PASSWORD": ["hunter2"]}, "spec.variables.PASSWORD", "expected text, got a list",
     "quote it to pass it on as YAML text"),
    # in what an environment changes
    (ecs_job, "spec.environments", {"prod": {"taskDefinition": {"cpu": []}}},
     "spec.environments.prod.taskDefinition.cpu",
     'expected CPU units (256) or vCPUs (".25 vCPU"), got a list', ""),
    (settings, "spec.environments", {"prod": {"regoin": "eu-west-1"}}, "spec.environments.prod.regoin", "unknown key",
     "did you mean region?"),
    (settings, "spec.defaults", {"EcsJob": {"mainContianer": "x"}}, "spec.defaults.EcsJob.mainContianer",
     "unknown key", "did you mean mainContainer?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "place", "value", "where", "message", "hint"),
    FAULTS,
    ids=[f"{row[1]}:{row[4]}"[:70] for row in FAULTS],
)
def test_a_bad_value_is_one_fault(document: Any, place: str, value: Any, where: str, message: str, hint: str) -> None:
    bad = changed(document(), place, value)
    kind = bad.get("kind") or "EcsJob"

    faults = schemas.check(kind, bad)

    assert [(dotted(fault.path), fault.message, fault.hint) for fault in faults] == [(where, message, hint)]


@pytest.mark.parametrize("document", [ecs_job, batch_job, settings])
def test_what_the_cases_start_from_is_valid(document: Any) -> None:
    assert schemas.check(document()["kind"], document()) == []


def test_every_fault_of_a_document_is_told_in_the_order_of_paths() -> None:
    bad = changed(changed(changed(ecs_job(), "spec.suspend", "no"), f"{FIRST}.cpu", "x"), "metadata.nmae", "y")

    assert [dotted(fault.path) for fault in schemas.check("EcsJob", bad)] == [
        "metadata.nmae",
        "spec.suspend",
        f"{FIRST}.cpu",
    ]


def test_a_required_key_that_is_misspelt_or_misplaced_is_one_fault() -> None:
    misspelt = changed(changed(ecs_job(), f"{FIRST}.image", REMOVED), f"{FIRST}.imgae", "x")
    misplaced = changed(changed(ecs_job(), DEFINITION, REMOVED), "taskDefinition", {})

    assert schemas.check("EcsJob", misspelt) == [
        Fault(
            path=("spec", "taskDefinition", "containerDefinitions", 0, "imgae"),
            message="unknown key",
            hint="did you mean image?",
        )
    ]
    assert schemas.check("EcsJob", misplaced) == [
        Fault(path=("taskDefinition",), message="unknown key", hint="belongs under spec")
    ]


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        ("EcsJbo", 'expected EcsJob, BatchJob or Settings, got "EcsJbo"', "did you mean EcsJob?"),
        ("CronJob", 'expected EcsJob, BatchJob or Settings, got "CronJob"', ""),
        (None, "expected EcsJob, BatchJob or Settings, got null", ""),
        (3, "expected EcsJob, BatchJob or Settings, got 3", ""),
    ],
)
def test_an_unknown_kind_is_a_fault_of_its_own(kind: Any, message: str, hint: str) -> None:
    assert schemas.check(kind, {"kind": kind}) == [Fault(path=("kind",), message=message, hint=hint)]


def test_a_document_that_is_no_mapping_is_a_fault() -> None:
    assert schemas.check("EcsJob", ["x"]) == [Fault(path=(), message="expected a mapping, got a list")]


def test_a_definition_file_is_checked_by_the_name_of_its_schema() -> None:
    assert schemas.check("task-definition", {"containerDefinitions": [CONTAINER]}) == []
    assert schemas.check("task-definition", {"containerDefinitions": [CONTAINER | {"cpu": "x"}]}) == [
        Fault(path=("containerDefinitions", 0, "cpu"), message='expected an integer, got "x"')
    ]


def test_scalars_become_what_aws_is_sent() -> None:
    job = changed(ecs_job(), f"{DEFINITION}.cpu", 256)
    job = changed(job, f"{FIRST}.cpu", "128")
    job = changed(job, f"{FIRST}.memory", 512.0)
    job = changed(job, f"{FIRST}.hostname", None)
    job = changed(job, f"{FIRST}.user", "")
    job = changed(job, f"{DEFINITION}.memory", "")
    job = changed(job, f"{DEFINITION}.pidMode", "")
    job = changed(job, "spec.run.propagateTags", "")
    job = changed(job, f"{DEFINITION}.taskRoleArn", "")
    job = changed(job, f"{FIRST}.environment", [{"name": "PORT", "value": 8080}, {"name": "RATIO", "value": 0.5}])
    job = changed(job, "spec.run.environment", {"PORT": 1, "GONE": None})
    job = changed(job, "spec.run.count", "20")
    before = copy.deepcopy(job)

    answer = schemas.coerce("EcsJob", job)

    assert answer["spec"] == {
        "taskDefinition": {
            "cpu": "256",
            "containerDefinitions": [
                CONTAINER
                | {
                    "cpu": 128,
                    "memory": 512,
                    "user": "",
                    "environment": [{"name": "PORT", "value": "8080"}, {"name": "RATIO", "value": "0.5"}],
                }
            ],
        },
        "run": {"environment": {"PORT": "1", "GONE": None}, "count": 20},
    }
    assert type(answer["spec"]["taskDefinition"]["containerDefinitions"][0]["memory"]) is int
    assert job == before


def test_what_does_not_fit_stays_as_it_is() -> None:
    job = changed(changed(ecs_job(), f"{FIRST}.image", True), f"{FIRST}.cpu", "lots")
    job = changed(changed(job, "spec.colour", 5), "spec.suspend", "true")

    assert schemas.coerce("EcsJob", job) == job


def test_numbers_as_text_are_what_the_author_wrote() -> None:
    class Written(float):
        def __str__(self) -> str:
            return "1.10"

    job = changed(ecs_job(), f"{FIRST}.environment", [{"name": "VERSION", "value": Written("1.10")}])

    answer = schemas.coerce("EcsJob", job)

    assert answer["spec"]["taskDefinition"]["containerDefinitions"][0]["environment"][0]["value"] == "1.10"


def test_a_variable_that_is_left_is_not_a_second_fault() -> None:
    job = changed(changed(ecs_job(), f"{FIRST}.cpu", "${{ CPU }}"), f"{DEFINITION}.networkMode", "${{ MODE }}")

    assert schemas.check("EcsJob", changed(job, "spec.suspend", "${{ SUSPEND }}")) == []


@pytest.mark.parametrize(
    ("kind", "path", "wanted"),
    [
        ("EcsJob", ("spec", "taskDefinition", "cpu"), True),
        ("EcsJob", ("spec", "taskDefinition", "containerDefinitions", 3, "cpu"), False),
        ("EcsJob", ("spec", "taskDefinition", "containerDefinitions", 0, "environment", 1, "value"), True),
        ("EcsJob", ("spec", "run", "environment", "main", "PORT"), True),
        ("EcsJob", ("spec", "run", "launchType"), True),
        ("EcsJob", ("spec", "suspend"), False),
        ("EcsJob", ("spec", "adopt"), False),
        ("EcsJob", ("spec", "environments", "prod", "taskDefinition", "runtimePlatform", "cpuArchitecture"), True),
        ("EcsJob", ("spec", "environments", "prod", "backoffLimit"), False),
        ("EcsJob", ("spec", "run", "patches", 0, "value"), False),
        ("EcsJob", ("spec", "colour"), True),
        ("BatchJob", ("spec", "jobDefinition", "retryStrategy", "attempts"), False),
        ("Settings", ("spec", "defaults", "EcsJob", "taskDefinition", "memory"), True),
        ("Settings", ("spec", "environments", "prod", "prune", "maxDeletions"), False),
        ("Settings", ("spec", "variables", "vpc"), True),
    ],
)
def test_whether_text_is_wanted(kind: str, path: Path, wanted: bool) -> None:
    assert schemas.wants_text(kind, path) is wanted


def test_an_upgraded_botocore_is_asked_before_a_member_is_called_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.manifests import generate_schemas

    shipped = generate_schemas.build()
    newer = copy.deepcopy(shipped)
    newer["task-definition"]["$defs"]["ContainerDefinition"]["properties"]["gpuSharing"] = {"type": "string"}
    monkeypatch.setattr(generate_schemas, "build", lambda: newer)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "1.99.0")
    schemas._installed.cache_clear()
    job = changed(ecs_job(), f"{FIRST}.gpuSharing", "half")

    try:
        assert schemas.check("EcsJob", job) == []
        assert schemas.check("EcsJob", changed(job, f"{FIRST}.fpga", "half")) == [
            Fault(
                path=("spec", "taskDefinition", "containerDefinitions", 0, "fpga"),
                message="unknown key",
                hint="not known to botocore 1.99.0; upgrade boto3 if AWS has added it",
            )
        ]
    finally:
        schemas._installed.cache_clear()
