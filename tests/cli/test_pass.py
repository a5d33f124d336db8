"""plan, apply, drift and status over the embedded AWS: what they print, what they leave, how they end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciler.cli.parameters import FORMATS
from reconciler.local.connection import Connection, connected, default_state
from reconciler.manifests.schemas import schema_text
from tests.cli.command_line import HELLO, Reconcile

REPORT = Draft202012Validator(json.loads(schema_text("report")), format_checker=FormatChecker())
CANARY = "canary-4711"


@contextmanager
def aws() -> Iterator[Connection]:
    with connected(state=default_state(), account="111111111111", region="eu-west-1") as connection:
        yield connection


def edit_live(image: str) -> None:
    """Do what somebody does in the console: a new revision with another image and another variable."""
    import boto3

    with aws() as connection:
        told = connection.environment
        session = boto3.session.Session(
            told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], region_name=connection.region
        )
        ecs = session.client("ecs", endpoint_url=connection.endpoint)
        described = ecs.describe_task_definition(taskDefinition="hello", include=["TAGS"])
        definition = described["taskDefinition"]
        containers = definition["containerDefinitions"]
        containers[0]["image"] = image
        containers[0]["environment"][0]["value"] = f"live-{CANARY}"
        ecs.register_task_definition(
            family="hello",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=containers,
            tags=described["tags"],
        )
        ecs.close()


@pytest.fixture
def drifted(jobs: Path, reconcile: Reconcile) -> Path:
    """The job applied and run, then its definition changed by somebody else."""
    assert reconcile("--once", "--local", "--wait").code == 0
    edit_live("example/hello:2")
    return jobs


def test_a_plan_writes_nothing_and_a_pass_does_what_it_said(jobs: Path, reconcile: Reconcile) -> None:
    plan = reconcile("plan", "--local")
    assert plan.code == 0
    assert "  + create  task-definition hello  jobs.d/hello.yaml:1\n" in plan.out
    assert "\nplan: 1 to create, 1 to launch  (team, 111111111111, eu-west-1; " in plan.out
    assert reconcile("plan", "--local", "--exit-code").code == 2
    assert reconcile("drift", "--local").code == 2
    applied = reconcile("--once", "--local", "--wait")
    assert applied.code == 0
    assert "\napply: 1 created, 1 launched  (team, 111111111111, eu-west-1; " in applied.out
    again = reconcile("--once", "--local", "--wait")
    assert again.code == 0
    assert again.out.startswith("apply: nothing to do  (team, 111111111111, eu-west-1; ")
    assert reconcile("plan", "--local", "--exit-code").code == 0
    assert reconcile("drift", "--local").code == 0


def test_an_empty_text_where_nothing_can_be_meant_by_it_is_nothing(jobs: Path, reconcile: Reconcile) -> None:
    empty = dict.fromkeys(("cpu", "memory", "networkMode", "taskRoleArn", "executionRoleArn", "pidMode", "ipcMode"), "")
    port = {"containerPort": 80, "appProtocol": "", "protocol": ""}
    container = {"name": "main", "image": "a:1", "memory": 64, "versionConsistency": "", "portMappings": [port]}
    definition = {**empty, "containerDefinitions": [container]}
    (jobs / "td.json").write_text(json.dumps(definition))
    (jobs / "hello.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: hello}\nspec: {taskDefinitionFile: td.json}\n"
    )
    assert reconcile("--once", "--local").code == 0
    assert reconcile("drift", "--local").code == 0
    assert [name for name in empty if f"\n    {name}: " in reconcile("render", "hello").out] == []


def test_a_protocol_in_capitals_is_what_aws_takes_it_for(jobs: Path, reconcile: Reconcile) -> None:
    ports = "portMappings: [{containerPort: 80, protocol: TCP}]\n        environment:"
    (jobs / "hello.yaml").write_text(HELLO.replace("environment:", ports))
    assert reconcile("--once", "--local").code == 0
    assert reconcile("drift", "--local").code == 0


def test_another_spelling_is_no_difference_to_the_exit_code(jobs: Path, reconcile: Reconcile) -> None:
    written = HELLO.replace("  once: {}\n", "")
    (jobs / "hello.yaml").write_text(written)
    assert reconcile("--once", "--local").code == 0
    respelt = written.replace("memory: 512", "memory: 0.5 GB").replace("image:", "essential: true\n        image:")
    (jobs / "hello.yaml").write_text(respelt)
    plan = reconcile("plan", "--local", "--exit-code")
    assert "record that revision 1 holds the manifest, spelt differently than when it was registered" in plan.out
    assert plan.code == 0
    (jobs / "hello.yaml").write_text(respelt.replace("team: data", "team: other"))
    assert reconcile("plan", "--local", "--exit-code").code == 2


def test_progress_goes_to_stderr(jobs: Path, reconcile: Reconcile) -> None:
    answer = reconcile("--once", "--local", "--wait", "--format", "json")
    assert json.loads(answer.out)["verb"] == "apply"
    assert answer.err.startswith("  > launch  run hello/g1-")


def test_drift_names_the_field_both_sides_and_the_manifests_line(drifted: Path, reconcile: Reconcile) -> None:
    answer = reconcile("drift", "--local")
    assert answer.code == 2
    assert (
        '    ~ containerDefinitions[main].image: "example/hello:2" → "example/hello:1"  jobs.d/hello.yaml:12\n'
        in answer.out
    )
    assert "    ~ containerDefinitions[main].environment[GREETING].value: *** (before) → *** (after)" in answer.out
    assert reconcile("drift", "--local", "--fail-on", "health").code == 0
    assert reconcile("diff", "--local", "--fail-on", "drift,health").code == 2


def test_no_hidden_value_of_either_side_is_in_any_output(drifted: Path, reconcile: Reconcile) -> None:
    everywhere = [argument for form in FORMATS for argument in ("--report", f"{form}=out.{form}")]
    for verb in ("drift", "plan"):
        answer = reconcile(verb, "--local", "-vv", *everywhere)
        assert CANARY not in answer.out + answer.err
        for form in FORMATS:
            assert "example/hello:2" in Path(f"out.{form}").read_text()
            assert CANARY not in Path(f"out.{form}").read_text()
    reconcile("drift", "--local", "--show-values", *everywhere)
    for form in FORMATS:
        assert CANARY in Path(f"out.{form}").read_text()


@pytest.mark.parametrize("verb", ["plan", "drift", "apply", "status"])
def test_the_json_of_every_verb_fits_the_schema(jobs: Path, reconcile: Reconcile, verb: str) -> None:
    document = json.loads(reconcile(verb, "--local", "--format", "json").out)
    REPORT.validate(document)
    assert document["verb"] == verb


def test_status_tells_both_axes_of_the_jobs_asked_for(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "other.yaml").write_text(HELLO.replace("hello", "other"))
    reconcile("--once", "--local", "--wait", "--job", "hello")
    answer = reconcile("status", "--local", "hello")
    assert answer.code == 0
    assert "  hello  EcsJob  InSync  Succeeded  jobs.d/hello.yaml:1\n" in answer.out
    assert "other" not in answer.out
    answer = reconcile("status", "--local", "othr")
    assert (answer.code, answer.err) == (4, "reconcile: othr: no such job — did you mean other?\n")


def test_a_saved_plan_is_applied_or_refused(jobs: Path, reconcile: Reconcile) -> None:
    assert reconcile("plan", "--local", "--out", "plan.json").code == 0
    assert CANARY not in Path("plan.json").read_text()
    assert "task-definition hello" in reconcile("show", "plan.json").out
    (jobs / "hello.yaml").write_text(HELLO.replace("hello:1", "hello:2"))
    refused = reconcile("--once", "--local", "--plan", "plan.json")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("reconcile: the plan is out of date; nothing was written\n  manifests: planned for ")
    (jobs / "hello.yaml").write_text(HELLO)
    assert reconcile("--once", "--local", "--plan", "plan.json").code == 0
    late = reconcile("--once", "--local", "--plan", "plan.json")
    assert late.code == 1
    assert "no longer to do: create task-definition hello (job hello)" in late.err


def test_an_empty_directory_is_refused_with_the_flag_that_lifts_it(jobs: Path, reconcile: Reconcile) -> None:
    reconcile("--once", "--local", "--wait")
    (jobs / "hello.yaml").unlink()
    answer = reconcile("--once", "--local")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "reconcile: jobs.d holds no manifest, and everything of owner team would be taken for deleted — "
        "--allow-empty lifts it\n"
    )
    assert reconcile("plan", "--local").err == answer.err
    for verb, code in (("status", 0), ("drift", 2)):  # which delete nothing
        shown = reconcile(verb, "--local")
        assert (shown.code, shown.out.splitlines()[0].split()) == (
            code, ["hello", "EcsJob", "Orphaned", "Unknown"],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{op: add, path: /count, value: lots}", "count: expected an integer from 1 to 2000, got"),
        ("{op: add, path: /overrides, value: lots}", "overrides: expected a mapping, got text"),
        ("{op: add, path: /overrides, value: {containerOverrides: [x]}}", "overrides.containerOverrides[0]: expected"),
    ],
)
def test_a_patch_that_makes_no_request_fails_its_job_alone(
    jobs: Path, reconcile: Reconcile, value: str, said: str
) -> None:
    patched = HELLO.replace("launchType: FARGATE", f"launchType: FARGATE, patches: [{value}]")
    (jobs / "a.yaml").write_text(patched.replace("name: hello", "name: a"))
    answer = reconcile("--once", "--local")
    assert answer.code == 1
    assert f"jobs.d/a.yaml:15:30: spec.run.patches: {said}" in answer.out
    assert "\napply: 2 created, 1 launched, 1 failed  (" in answer.out


def test_a_network_without_subnets_is_filled_in(jobs: Path, reconcile: Reconcile) -> None:
    public = "networkConfiguration: {awsvpcConfiguration: {assignPublicIp: ENABLED}}"
    (jobs / "hello.yaml").write_text(HELLO.replace("launchType: FARGATE", f"launchType: FARGATE, {public}"))
    answer = reconcile("--once", "--local")
    assert answer.code == 0, answer.out + answer.err
    assert "\napply: 1 created, 1 launched  (" in answer.out


def test_a_patch_is_taken_for_what_aws_would_be_sent(jobs: Path, reconcile: Reconcile) -> None:
    sized = "patches: [{op: add, path: /overrides/cpu, value: 512}, {op: add, path: /overrides/memory, value: 1024}]"
    (jobs / "hello.yaml").write_text(HELLO.replace("launchType: FARGATE", f"launchType: FARGATE, {sized}"))
    assert reconcile("--once", "--local", "--wait").code == 0


def test_without_credentials_nothing_is_attempted(
    jobs: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "absent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "absent")
    answer = reconcile("plan", "--report", "junit=plan.xml")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith("reconcile: ")
    assert answer.err.count("\n") == 1
    assert "AWS credentials" in Path("plan.xml").read_text(), "who waits for a report gets one"


def test_what_a_pass_did_is_told_even_where_a_report_cannot_be_written(jobs: Path, reconcile: Reconcile) -> None:
    name = "x" * 255  # the file itself may be called so, the one that is written beside it first may not
    answer = reconcile("--once", "--local", "--report", f"json={name}")
    assert (answer.code, answer.err.splitlines()[-1]) == (4, f"reconcile: {name}: File name too long")
    assert "apply: 1 created, 1 launched" in answer.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("status", "--dir", "absent"), 4),
        (("run", "hello", "--local"), 1),
        (("run", "hello", "--local", "--wait"), 125),
        (("logs", "nobody", "--local"), 4),
        (("suspend",), 4),
    ],
)
def test_json_is_one_object_where_nothing_came_of_a_verb_too(
    jobs: Path, reconcile: Reconcile, arguments: tuple[str, ...], code: int
) -> None:
    answer = reconcile(*arguments, "--format", "json")
    assert answer.code == code
    report = json.loads(answer.out)
    REPORT.validate(report)
    assert report["verb"] == arguments[0]
    (problem,) = report["problems"]
    hint = f" — {problem['hint']}" if problem["hint"] else ""
    assert answer.err == f"reconcile: {problem['message']}{hint}\n"


def test_a_pass_over_some_jobs_warns_of_those_alone(jobs: Path, reconcile: Reconcile) -> None:
    two = "    containerDefinitions:\n      - {name: other, image: example/other:1}\n"
    for name in ("one", "two"):
        text = HELLO.replace("name: hello,", f"name: {name},").replace("    containerDefinitions:\n", two)
        (jobs / f"{name}.yaml").write_text(text)
    warned = "several containers are essential"
    assert reconcile("plan", "--local").out.count(warned) == 2
    for arguments in (("plan", "--job", "one"), ("status", "--job", "one"), ("status", "one")):
        answer = reconcile(*arguments, "--local")
        assert answer.out.count(warned) == 1, answer
    assert warned not in reconcile("plan", "--local", "--job", "hello").out
