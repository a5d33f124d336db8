"""`drift --explain` and `drift --unmanaged`: what was not reported and why, who did it, what is nobody's."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciler.cli.parameters import FORMATS
from reconciler.manifests.schemas import schema_text
from tests.cli.command_line import Reconcile
from tests.cli.test_import import DEFINITION, clients
from tests.cli.test_pass import edit_live

REPORT = Draft202012Validator(json.loads(schema_text("report")), format_checker=FormatChecker())
CANARY = "canary-4711"


@pytest.fixture
def applied(jobs: Path, reconcile: Reconcile) -> Path:
    assert reconcile("--once", "--local", "--wait").code == 0
    return jobs


def test_what_is_equal_by_its_digest_is_explained_field_by_field(applied: Path, reconcile: Reconcile) -> None:
    answer = reconcile("drift", "--local", "--explain")
    assert answer.code == 0
    assert (
        "      = containerDefinitions[main].cpu: 0 — absent = 0 "
        "(stores; seen: describe outputs committed to public repositories; the member is never null in the API)\n"
    ) in answer.out
    assert "      = volumes: [] — [] = absent, and an entry {} of a list too (stores; seen: describe " in answer.out
    assert "not reported" not in reconcile("drift", "--local").out
    document = json.loads(reconcile("drift", "--local", "--explain", "--format", "json").out)
    REPORT.validate(document)
    (job,) = document["jobs"]
    assert {each["path"]: each["rule"] for each in job["unreported"]}["containerDefinitions[main].essential"] == (
        "containerDefinitions[].essential: absent = true"
    )


def test_ignored_paths_and_tags_of_others_are_explained(applied: Path, reconcile: Reconcile) -> None:
    edit_live("example/hello:2")
    with clients() as client:
        arn = client("ecs").describe_task_definition(taskDefinition="hello")["taskDefinition"]["taskDefinitionArn"]
        client("ecs").tag_resource(resourceArn=arn, tags=[{"key": "scanner", "value": "ok"}])
    manifest = applied / "hello.yaml"
    manifest.write_text(manifest.read_text() + '  ignoreDifferences: ["containerDefinitions[main].image"]\n')
    answer = reconcile("drift", "--local", "--explain", "--format", "json")
    told = {each["path"]: each for each in json.loads(answer.out)["jobs"][0]["unreported"]}
    assert told["containerDefinitions[main].image"] == {
        "path": "containerDefinitions[main].image",
        "live": "example/hello:2",
        "desired": "example/hello:1",
        "rule": "ignoreDifferences: containerDefinitions[main].image",
        "text": "others may change it",
        "source": "the manifest",
        "grade": "",
        "equality": "",
    }
    assert told["tags[scanner]"]["text"] == "a tag that the manifest does not name is somebody else's"


def test_drift_says_who_made_the_live_side_and_when(applied: Path, reconcile: Reconcile) -> None:
    edit_live("example/hello:2")
    with clients() as client:
        live = client("ecs").describe_task_definition(taskDefinition="hello")["taskDefinition"]
    when = f"{live['registeredAt']:%Y-%m-%d %H:%MZ}"
    answer = reconcile("drift", "--local")
    assert f"    live is hello:2, registered {when} by {live['registeredBy']}" in answer.out


def test_what_nobody_declares_and_nobody_owns_is_listed_and_is_no_difference(
    applied: Path, reconcile: Reconcile
) -> None:
    with clients() as client:
        ecs = client("ecs")
        ecs.register_task_definition(**{**DEFINITION, "family": "stray"})
        owned = [{"key": "reconciler:owner", "value": "platform"}]
        ecs.register_task_definition(**{**DEFINITION, "family": "theirs", "tags": owned})
        ecs.register_task_definition(**{**DEFINITION, "family": "gone"})
        ecs.deregister_task_definition(taskDefinition="gone:1")
        ecs.register_task_definition(**{**DEFINITION, "family": "borrowed"})
    (applied / "borrowed.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: b}\nspec: {taskDefinitionArn: borrowed}\n"
    )
    answer = reconcile("drift", "--local", "--unmanaged")
    assert answer.code == 0
    assert answer.out.startswith("1 definition that nobody manages:\n  ? task-definition stray\n\ndrift: ")
    assert "  1 definition that nobody manages\n" in answer.out
    assert "nobody manages" not in reconcile("drift", "--local").out


def test_every_format_tells_both_and_hides_what_is_hidden(applied: Path, reconcile: Reconcile) -> None:
    with clients() as client:
        client("ecs").register_task_definition(**{**DEFINITION, "family": "stray"})
    manifest = applied / "hello.yaml"
    manifest.write_text(
        manifest.read_text() + '  ignoreDifferences: ["containerDefinitions[main].environment[GREETING].value"]\n'
    )
    edit_live("example/hello:1")
    reports = [argument for form in FORMATS for argument in ("--report", f"{form}=out.{form}")]
    assert reconcile("drift", "--local", "--explain", "--unmanaged", *reports).code == 0
    for form in FORMATS:
        text = Path(f"out.{form}").read_text().replace("\\", "").replace("&#x27;", "'")
        assert "stray" in text, form
        assert "containerDefinitions[main].cpu" in text or form == "github", form
        assert "others may change it" in text or form == "github", form
        assert CANARY not in text
    assert "not reported%3A " in Path("out.github").read_text()
    saved = reconcile("show", "out.json", "--format", "json")
    assert json.loads(saved.out) == json.loads(Path("out.json").read_text())
