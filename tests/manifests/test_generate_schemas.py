"""The schema files are those of the installed service models, whole, and usable by any JSON Schema tool."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import botocore.loaders
import botocore.model
import pytest
from jsonschema import Draft202012Validator

from reconciler.manifests import generate_schemas, schemas
from reconciler.manifests.schema import documented as schema_documented
from reconciler.manifests.schema import files as schema_files
from reconciler.manifests.schema.aws import plain

SCHEMAS = Path(__file__).parents[2] / "schemas"
REQUESTS = {
    "task-definition": ("ecs", "RegisterTaskDefinition"),
    "run-task": ("ecs", "RunTask"),
    "job-definition": ("batch", "RegisterJobDefinition"),
    "submit-job": ("batch", "SubmitJob"),
}
HERE = [name for name in schemas.NAMES if (SCHEMAS / f"{name}.schema.json").exists()]


@cache
def model(service: str) -> botocore.model.ServiceModel:
    return botocore.model.ServiceModel(
        botocore.loaders.Loader().load_service_model(service, "service-2"), service_name=service
    )


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(schemas.schema_text(name))
    return document


def test_the_files_are_what_the_installed_models_give() -> None:
    assert load("task-definition")["x-botocore"] == botocore.__version__, "the extra `test` pins it: generate them anew"
    assert generate_schemas.stale(SCHEMAS, generate_schemas.texts()) == ()


def test_check_names_the_stale_files_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate_schemas.main(["--directory", str(tmp_path)]) == 0
    assert generate_schemas.main(["--check", "--directory", str(tmp_path)]) == 0
    (tmp_path / "run-task.schema.json").unlink()
    (tmp_path / "settings.schema.json").write_text("{}")

    assert generate_schemas.main(["--check", "--directory", str(tmp_path)]) == 1

    assert capsys.readouterr().err == (
        f"{tmp_path}: stale: run-task.schema.json, settings.schema.json"
        " — run python -m reconciler.manifests.generate_schemas\n"
    )
    assert not (tmp_path / "run-task.schema.json").exists()


@pytest.mark.parametrize("name", HERE)
def test_every_file_is_a_valid_schema_of_2020_12(name: str) -> None:
    document = load(name)

    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("name", [name for name in HERE if name != "report"])
def test_every_reference_leads_somewhere_and_every_pattern_is_one(name: str) -> None:
    for keyword, value in leaves(load(name)):
        if keyword == "$ref":
            file, _, pointer = value.partition("#")
            node: Any = load(file.removesuffix(".schema.json") or name)
            for step in pointer.split("/")[1:]:
                node = node[step]
        elif keyword == "pattern":
            re.compile(value)


@pytest.mark.parametrize("name", REQUESTS)
def test_every_member_of_the_request_is_there_with_its_type(name: str) -> None:
    service, operation = REQUESTS[name]
    document = load(name)
    shape = model(service).operation_model(operation).input_shape
    assert shape is not None

    assert compared(shape, document, document) > 40


@pytest.mark.parametrize("name", REQUESTS)
def test_every_member_says_what_it_is_for(name: str) -> None:
    service, operation = REQUESTS[name]
    shape = model(service).operation_model(operation).input_shape
    assert shape is not None
    silent = [member for member, schema in load(name)["properties"].items() if not schema.get("description")]

    assert silent == []
    assert all("<" not in schema["description"] for schema in load(name)["properties"].values())


def compared(shape: Any, schema: dict[str, Any], document: dict[str, Any], seen: frozenset[str] = frozenset()) -> int:
    """Hold a shape against its schema, through all that is inside; answer how many members were compared."""
    if "$ref" in schema:
        schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    match shape.type_name:
        case "structure":
            assert list(schema["properties"]) == list(shape.members), shape.name
            assert schema["additionalProperties"] is False
            if shape.name in seen:
                return 0
            inside = seen | {shape.name}
            return len(shape.members) + sum(
                compared(member, schema["properties"][name], document, inside) for name, member in shape.members.items()
            )
        case "list":
            assert schema["type"] == "array"
            return compared(shape.member, schema["items"], document, seen)
        case "map":
            assert schema["type"] == "object"
            return compared(shape.value, schema["additionalProperties"], document, seen)
        case "string" if shape.enum:
            listed = schema["anyOf"][0]["enum"]
            assert listed[: len(shape.enum)] == list(shape.enum)
            assert {value.upper() for value in listed} == {value.upper() for value in shape.enum}
        case "string":
            assert schema["type"] == ["string", "number"]
        case "integer" | "long":
            assert schema["type"] == ["integer", "string"]
        case "boolean":
            assert schema["type"] == ["boolean", "string"]
        case other:
            pytest.fail(f"no test for {other}")
    return 0


def test_what_the_models_require_is_required_but_for_what_we_fill_in() -> None:
    required = {name: load(name).get("required", []) for name in REQUESTS}

    assert required == {
        "task-definition": ["containerDefinitions"],
        "run-task": ["taskDefinition"],
        "job-definition": ["type"],
        "submit-job": ["jobName", "jobQueue", "jobDefinition"],
    }


def test_runs_have_every_member_of_the_request_but_those_that_we_set() -> None:
    ecs = load("ecs-job")["$defs"]["Spec"]["properties"]["run"]["properties"]
    batch = load("batch-job")["$defs"]["Spec"]["properties"]["run"]["properties"]

    assert set(load("run-task")["properties"]) - set(ecs) == {"clientToken", "startedBy", "taskDefinition"}
    assert set(ecs) - set(load("run-task")["properties"]) == {
        "command",
        "environment",
        "patches",
        "subnetTags",
        "vpcId",
    }
    assert set(load("submit-job")["properties"]) - set(batch) == {"jobDefinition", "jobName"}
    assert set(batch) - set(load("submit-job")["properties"]) == {"command", "environment", "patches"}


def test_members_that_aws_adds_are_known() -> None:
    assert schemas.read_only("task-definition") == {
        "compatibilities",
        "deleteRequestedAt",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "taskDefinitionArn",
    }
    assert schemas.read_only("job-definition") == {
        "containerOrchestrationType",
        "jobDefinitionArn",
        "revision",
        "status",
    }


@pytest.mark.parametrize(
    ("service", "shape", "member"), [key for key, row in schema_documented.MEMBERS.items() if row.sentence]
)
def test_a_limit_still_stands_in_the_documentation(service: str, shape: str, member: str) -> None:
    sentence = schema_documented.MEMBERS[service, shape, member].sentence
    html = model(service).shape_for(shape).members[member].documentation  # type: ignore[attr-defined]
    text = re.sub(r"\s+([.,)])", r"\1", re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))

    assert sentence in text.replace("( ", "(")


@pytest.mark.parametrize("key", schema_documented.MEMBERS)
def test_every_row_of_limits_names_a_member_and_a_source(key: tuple[str, str, str]) -> None:
    service, shape, member = key
    row = schema_documented.MEMBERS[key]

    assert member in model(service).shape_for(shape).members  # type: ignore[attr-defined]
    assert bool(row.sentence) != bool(row.source)
    assert row.pattern or row.choices or row.keywords


def test_descriptions_are_the_first_sentences_as_plain_text() -> None:
    html = (
        "<p>The <code>cpu</code> of a &lt;task&gt;. For more information, see <a href='x'>there</a>.</p>"
        "<note><p>An aside.</p></note><p>Valid values are:</p><ul><li>1</li></ul><p>The end <i>of it</i>.</p>"
    )

    assert plain(html) == "The `cpu` of a <task>. The end of it."
    assert len(plain("<p>" + "A sentence of some words. " * 40 + "</p>")) <= 340


def test_the_bundle_refers_to_nothing_outside_itself_and_admits_the_same() -> None:
    document = json.loads(schemas.bundle())
    Draft202012Validator.check_schema(document)

    targets = {value for keyword, value in leaves(document) if keyword == "$ref"}
    assert targets
    for target in targets:
        assert target.startswith("#/$defs/")
        node: Any = document
        for step in target.split("/")[1:]:
            node = node[step]


def test_a_name_that_is_no_schema_is_refused() -> None:
    with pytest.raises(KeyError, match="job"):
        schemas.schema_text("job")


def test_an_installed_package_finds_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "reconciler"
    (installed / "schemas").mkdir(parents=True)
    monkeypatch.setattr(schema_files, "__file__", str(installed / "manifests" / "schema" / "files.py"))

    assert schema_files.directory() == installed / "schemas"


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Answer every keyword with a text as its value; the names of properties are no keywords."""
    if isinstance(value, list):
        for entry in value:
            yield from leaves(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in {"properties", "$defs"}:
                for inner in entry.values():
                    yield from leaves(inner)
            elif isinstance(entry, str):
                yield key, entry
            else:
                yield from leaves(entry)
