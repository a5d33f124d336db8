"""The quick walk and jsonschema agree; real definitions are accepted or explained; editors see what people write."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from reconciler.manifests import schemas
from reconciler.manifests.schema import files as schema_files
from reconciler.manifests.schema.tree import Tree
from tests.manifests.schema_values import SCALARS, values

REPOSITORY = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("RECONCILER_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
FILES = [f"{name}.schema.json" for name in schemas.NAMES if name not in {"manifest", "report"}]
REGISTRY: Registry[Any] = Registry(  # type: ignore[call-arg]
    retrieve=lambda uri: DRAFT202012.create_resource(schema_files.read(uri))
)
TREE = Tree(schema_files.read)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def judged(file: str, document: Any) -> bool:
    """Say whether jsonschema, the judge, accepts a document."""
    return Draft202012Validator({"$ref": file}, registry=REGISTRY).is_valid(document)


@pytest.mark.parametrize("name", ["task-definition", "run-task", "job-definition", "submit-job"])
def test_whatever_has_the_shape_of_a_request_is_accepted(name: str) -> None:
    file = f"{name}.schema.json"

    @QUICK
    @given(values(file, schema_files.read(file)))
    def accepted(document: Any) -> None:
        assert schemas.check(name, document) == []
        assert judged(file, schemas.coerce(name, document))

    accepted()


def broken(document: Any, draw: Any) -> Any:
    """Answer the document with one value of it, at any depth, replaced or one key added."""
    if isinstance(document, dict) and document and draw(some.integers(0, 3)):
        key = draw(some.sampled_from(sorted(document)))
        return {**document, key: broken(document[key], draw)}
    if isinstance(document, list) and document and draw(some.integers(0, 3)):
        index = draw(some.integers(0, len(document) - 1))
        return [*document[:index], broken(document[index], draw), *document[index + 1 :]]
    if isinstance(document, dict) and draw(some.booleans()):
        return {**document, draw(some.sampled_from(["name", "cpu", "colour", "schedule"])): draw(SCALARS)}
    return draw(some.one_of(SCALARS, some.just([]), some.just({})))


@pytest.mark.parametrize("file", FILES)
def test_the_quick_walk_and_jsonschema_agree_on_everything(file: str) -> None:
    root = TREE.root(file)
    name = file.removesuffix(".schema.json")
    start = values(file, schema_files.read(file))

    @QUICK
    @given(some.data())
    def agree(data: Any) -> None:
        document = data.draw(start)
        if data.draw(some.booleans()):
            document = broken(document, data.draw)
        coerced = root.coerced(document)
        assert root.accepts(coerced) == judged(file, coerced)
        assert root.coerced(coerced) == coerced
        assert bool(schemas.check(name, document)) != root.accepts(coerced)

    agree()


def corpus(folder: str) -> list[Path]:
    return sorted((CORPUS / folder).glob("*.json")) if CORPUS.is_dir() else []


def definitions(path: Path, member: str) -> Iterator[dict[str, Any]]:
    """Answer the definitions in a file, also those inside an answer of the CLI's, without what AWS added to them."""
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    document = document.get("data", document)
    name = "task-definition" if member == "taskDefinition" else "job-definition"
    for entry in document.get("jobDefinitions", [document]):
        body = entry.get(member) if isinstance(entry.get(member), dict) else entry
        yield {key: value for key, value in body.items() if key not in schemas.read_only(name)}


#: Files that AWS would refuse as well, by a unique part of their names, with the places: templates whose placeholders
#: were never filled in, skeletons with empty values, and pages of documentation with a slip.
REFUSED = {
    "AlpriElse__uiuc-hammock-spots__.aws__task-definition.json": "tags.0.key volumes.0.name",
    "TrustAllianceNZ__trustalliance-ipfs__taskdef": "containerDefinitions.0.name family",
    "aws-prometheus__ecs-ec2-task-def.json": "networkMode",
    "cwagent-prometheus-task-definition.json": "family networkMode requiresCompatibilities.0",
    "cross-region-test__fargate-task.json": "family",
    "awslogs-benchmarking-scripts__fargate-task.json": "family",
    "awslogs-benchmarking-scripts__task-def.json": "family",
    "cloud-firelens-crash-repro-template__task-def-template.json": "family",
    "ecspresso__ecs-service-task-definition.json": "family",
    "ecspresso__shared_config__task-def.json": "family",
    "describe-job-definitions.rst#block1.json": "containerProperties.environment containerProperties.parameters",
    "register-job-definition.rst#block1.json": "",
    "batch-cwe-target.md#block0.json": "",
    "job-definition-template.md#block0.json": "eksProperties.podProperties.containers.0.resources.limits.KeyName"
    " eksProperties.podProperties.containers.0.resources.requests.KeyName"
    " eksProperties.podProperties.volumes.0.emptyDir.sizeLimit"
    " jobDefinitionName retryStrategy.attempts timeout.attemptDurationSeconds",
    "kyosu-1__batcha": "jobDefinitionName",
    "batch-job-definition__job-definition-template.json": "containerProperties.logConfiguration.LogDriver",
    "rnzsgh__aws-batch-sample-job-python": "jobDefinitionName",
    "namd-aws-batch__README.md#block19.json": "",
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real definitions is not here")
@pytest.mark.parametrize(("folder", "kind", "member"), [
    ("written", "EcsJob", "taskDefinition"),
    ("batch", "BatchJob", "jobDefinition"),
])  # fmt: skip
def test_real_definitions_are_valid_or_refused_for_a_reason(folder: str, kind: str, member: str) -> None:
    refused, expected = {}, {}
    for path in corpus(folder):
        for body in definitions(path, member):
            document = {
                "apiVersion": "reconciler/v1",
                "kind": kind,
                "metadata": {"name": "job"},
                "spec": {member: body},
            }
            places = [".".join(str(step) for step in fault.path[2:]) for fault in schemas.check(kind, document)]
            if places:
                refused[path.name] = " ".join(places)
                expected[path.name] = next((text for part, text in REFUSED.items() if part in path.name), "unexplained")

    assert refused == expected


STORY = {
    "apiVersion": "reconciler/v1",
    "kind": "EcsJob",
    "metadata": {"name": "index", "tags": {"team": "data"}},
    "spec": {
        "taskDefinition": {"cpu": None, "memory": "${{ MEMORY }}", "runtimePlatform": {"cpuArchitecture": "ARM64"}},
        "run": {"subnetTags": None, "count": "${{ COUNT }}"},
        "schedule": "0 3 * * *",
        "environments": {"prod": {"taskDefinition": {"memory": 4096}, "schedule": None, "suspend": "${{ OFF }}"}},
    },
}
EDITED = [
    ({}, ()),
    ({"schedule": {"rate": "6 hours"}}, ()),
    ({"schedule": {"rate": "6 hours", "cron": "0 3 * * *"}}, ("spec", "schedule")),
    ({"schedule": "often"}, ("spec", "schedule")),
    ({"once": {}}, ("spec",)),
    ({"taskDefinitionArn": "etl"}, ("spec",)),
    ({"taskDefinition": None, "taskDefinitionArn": "etl"}, ()),
    ({"run": {"launchType": "FARGATE", "capacityProviderStrategy": None}}, ()),
    ({"taskDefinition": {"containerDefinitions": [{"name": "main"}]}},
     ("spec", "taskDefinition", "containerDefinitions", 0)),
    ({"environments": {"prod": {"environments": {}}}}, ("spec", "environments", "prod")),
    ({"colour": "red"}, ("spec",)),
]  # fmt: skip


@pytest.mark.parametrize(("change", "where"), EDITED, ids=[str(change)[:60] for change, _ in EDITED])
@pytest.mark.parametrize("bundled", [True, False], ids=["bundled", "files"])
def test_an_editor_marks_what_no_default_can_mend(
    change: dict[str, Any], where: tuple[Any, ...], bundled: bool
) -> None:
    schema = json.loads(schemas.bundle()) if bundled else {"$ref": "manifest.schema.json"}
    spec = STORY["spec"]
    assert isinstance(spec, dict)
    document = STORY | {"spec": {**spec, **change}}

    errors = Draft202012Validator(schema, registry=REGISTRY).iter_errors(document)

    assert [tuple(error.absolute_path) for error in errors] == ([where] if where else [])


def test_an_editor_asks_for_a_definition_where_no_environment_may_bring_one() -> None:
    validator = Draft202012Validator({"$ref": "manifest.schema.json"}, registry=REGISTRY)
    job = {"apiVersion": "reconciler/v1", "kind": "EcsJob", "metadata": {"name": "a"}, "spec": {"once": {}}}
    arn = {"environments": {"prod": {"taskDefinitionArn": "etl"}}}

    assert not validator.is_valid(job)
    assert validator.is_valid(job | {"spec": arn})


def test_a_thousand_manifests_cost_less_than_half_a_second() -> None:
    """The budget of a manifest is 0.5 ms; five times faster is usual, so a slow machine does not fail this."""
    container = {
        "name": "main",
        "image": "registry/report:1",
        "cpu": "128",
        "command": ["python", "-m", "report"],
        "environment": [{"name": f"NAME_{number}", "value": number} for number in range(10)],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/jobs/report"}},
    }
    job = {
        "apiVersion": "reconciler/v1",
        "kind": "EcsJob",
        "metadata": {"name": "report"},
        "spec": {
            "taskDefinition": {
                "cpu": 256,
                "memory": "512",
                "networkMode": "awsvpc",
                "containerDefinitions": [container],
            },
            "run": {"launchType": "FARGATE", "environment": {"main": {"LOG_LEVEL": "debug"}}},
            "schedule": {"cron": "0 3 * * *", "engine": "reconciler"},
        },
    }
    assert schemas.check("EcsJob", job) == []

    started = time.process_time()
    for _ in range(1000):
        schemas.check("EcsJob", job)
        schemas.coerce("EcsJob", job)

    assert time.process_time() - started < 0.5


def test_nothing_heavy_is_imported_for_what_is_valid() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from reconciler.manifests import schemas;"
        "schemas.check('Settings', {'apiVersion': 'reconciler/v1', 'kind': 'Settings', 'metadata': {'name': 'a'}});"
        "print(sorted({'jsonschema', 'botocore', 'referencing', 'yaml'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "[]\n"
