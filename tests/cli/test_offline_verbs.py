"""validate, render, schema, init and show, which ask nobody."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciler.manifests.schemas import NAMES, schema_text
from tests.cli.command_line import HELLO, SETTINGS, Reconcile

REPORT = Draft202012Validator(json.loads(schema_text("report")), format_checker=FormatChecker())

ENVIRONMENTS = """\
  environments:
    prod: {accountId: "222222222222"}
    test: {namePrefix: t-, variables: {TAG: "1"}}
"""


def test_a_valid_directory_is_said_to_be(jobs: Path, reconcile: Reconcile) -> None:
    answer = reconcile("validate")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("validate: 1 job is valid  (team, 111111111111, eu-west-1; ")


def test_more_words_list_the_jobs(jobs: Path, reconcile: Reconcile) -> None:
    assert reconcile("validate", "-v").out.startswith("  hello  EcsJob      jobs.d/hello.yaml:1\n\n")


def test_every_problem_is_told_with_its_place_and_exit_code_3(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "a.yaml").write_text(HELLO.replace("hello", "a").replace("cpu:", "cpuu:").replace("once: {}", "once: 3"))
    answer = reconcile("validate")
    assert answer.code == 3
    assert answer.out.splitlines()[:2] == [
        "jobs.d/a.yaml:8:5 spec.taskDefinition.cpuu: unknown key (did you mean cpu?)",
        "jobs.d/a.yaml:16:3 spec.once: expected a mapping, got 3",
    ]


def test_the_values_of_other_jobs_do_not_tear_our_own_words_apart(jobs: Path, reconcile: Reconcile) -> None:
    values = ("true", "json", "file", "require")
    variables = ", ".join(f"{{name: V{number}, value: '{value}'}}" for number, value in enumerate(values))
    (jobs / "hello.yaml").write_text(HELLO.replace("{name: GREETING, value: canary-4711}", variables))
    log = "logConfiguration: {logDriver: jsonfile}"
    (jobs / "a.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: a}\nspec:\n  taskDefinition:\n"
        f"    containerDefinitions: [{{name: main, memory: 9, essential: truely, {log}}}]\n"
    )
    start = "jobs.d/a.yaml:6:"
    assert [line.removeprefix(start).split(" ", 1)[1] for line in reconcile("validate").out.splitlines()[:3]] == [
        "spec.taskDefinition.containerDefinitions[0]: image is required",
        'spec.taskDefinition.containerDefinitions[0].essential: expected true or false, got "truely"',
        "spec.taskDefinition.containerDefinitions[0].logConfiguration.logDriver: expected json-file, syslog, journald, "
        'gelf, fluentd, awslogs, splunk or awsfirelens, got "******" (did you mean json-file?)',
    ]


@pytest.mark.parametrize("verb", ["plan", "drift", "apply", "status", "render"])
def test_no_verb_goes_on_with_invalid_manifests(jobs: Path, reconcile: Reconcile, verb: str) -> None:
    (jobs / "a.yaml").write_text("kind: EcsJob\napiVersion: reconciler/v1\n")
    answer = reconcile(verb)
    assert (answer.code, answer.err) == (3, "")
    assert answer.out.splitlines()[0].startswith("jobs.d/a.yaml:1:1: metadata is required")


def test_without_env_every_environment_is_checked(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "settings.yaml").write_text(SETTINGS + ENVIRONMENTS)
    (jobs / "hello.yaml").write_text(HELLO.replace("hello:1", "hello:${{ TAG }}"))
    answer = reconcile("validate")
    assert answer.code == 3
    assert answer.out.splitlines()[0].startswith(
        "jobs.d/hello.yaml:12:30 spec.taskDefinition.containerDefinitions[0].image: in environment prod: "
        "the variable TAG is not set"
    )
    assert reconcile("validate", "--env", "test").code == 0


@pytest.mark.parametrize("form", ["json", "junit", "github", "markdown", "html"])
def test_problems_can_be_had_in_every_format_and_several_at_once(jobs: Path, reconcile: Reconcile, form: str) -> None:
    (jobs / "a.yaml").write_text("kind: EcsJob\napiVersion: reconciler/v1\n")
    answer = reconcile("validate", "--report", f"{form}=report", "--report", "text=words", "--format", form)
    assert answer.code == 3
    assert "jobs.d/a.yaml" in answer.out
    assert "jobs.d/a.yaml:1:1" in Path("words").read_text()
    assert "jobs.d/a.yaml" in Path("report").read_text()
    assert Path("report").stat().st_mode & 0o777 == 0o644


def test_the_json_of_validate_fits_the_schema(jobs: Path, reconcile: Reconcile) -> None:
    document = json.loads(reconcile("validate", "--format", "json").out)
    REPORT.validate(document)
    assert [(job["name"], job["sync"], job["health"]) for job in document["jobs"]] == [("hello", None, None)]


def test_the_github_format_also_writes_the_job_summary(
    jobs: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    reconcile("validate", "--format", "github")
    assert Path("summary.md").read_text().startswith("<!-- reconciler:validate:team -->\n### reconcile validate: team")


def test_what_a_manifest_says_commands_no_runner(
    jobs: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "##[set-output name=approved;]yes"
    (jobs / "hello.yaml").write_text(HELLO.replace("cpu: 256", f'cpu: "{command}"'))
    assert f'"{command}"' in reconcile("validate").out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert '"##\\[set-output name=approved;]yes"' in reconcile("validate").out


def test_an_invalid_hidden_value_is_not_quoted(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "hello.yaml").write_text(HELLO.replace("canary-4711", "[canary-4711]"))
    for form in ("text", "json", "junit", "github", "markdown", "html"):
        answer = reconcile("validate", "--format", form)
        assert answer.code == 3
        assert "canary" not in answer.out + answer.err


def test_render_prints_what_would_be_sent_masked(jobs: Path, reconcile: Reconcile) -> None:
    answer = reconcile("render", "hello")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "hello:\n"
        "  definition:\n"
        "    family: hello\n"
        "    requiresCompatibilities:\n"
        "      - FARGATE\n"
        "    networkMode: awsvpc\n"
        '    cpu: "256"\n'
        '    memory: "512"\n'
        "    containerDefinitions:\n"
        "      - name: main\n"
        "        image: example/hello:1\n"
        "        command:\n"
        "          - echo\n"
        "          - hello\n"
        "        environment:\n"
        "          - name: GREETING\n"
        '            value: "***"\n'
        "  tags:\n"
        "    team: data\n"
        "  target: default\n"
        "  run:\n"
        "    launchType: FARGATE\n"
        "    tags:\n"
        "      - key: team\n"
        "        value: data\n"
    )


def test_render_as_json_with_values(jobs: Path, reconcile: Reconcile) -> None:
    report = json.loads(reconcile("render", "--format", "json", "--show-values").out)
    Draft202012Validator(json.loads(schema_text("report"))).validate(report)
    (hello,) = report["jobs"]
    assert (report["verb"], hello["name"], hello["sync"]) == ("render", "hello", None)
    assert hello["rendered"]["definition"]["containerDefinitions"][0]["environment"] == [
        {"name": "GREETING", "value": "canary-4711"}
    ]
    assert list(hello["rendered"]) == ["definition", "run", "tags", "target"]


def test_show_values_of_is_honoured(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "settings.yaml").write_text(SETTINGS + "  showValuesOf: [GREET*]\n")
    assert "value: canary-4711" in reconcile("render").out


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_can_be_printed(reconcile: Reconcile, name: str) -> None:
    Draft202012Validator.check_schema(json.loads(reconcile("schema", name).out))


def test_the_schema_of_manifests_stands_alone(reconcile: Reconcile) -> None:
    printed = reconcile("schema").out
    assert ".schema.json#" not in printed
    assert "containerDefinitions" in printed


def test_the_schemas_are_listed(reconcile: Reconcile) -> None:
    assert reconcile("schema", "--list").out.split() == sorted(NAMES)


def test_init_starts_a_directory_that_validates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reconcile: Reconcile
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    answer = reconcile("init")
    assert answer.code == 0
    assert answer.out == "wrote .reconciler/manifest.schema.json\nwrote jobs.d/settings.yaml\nwrote jobs.d/hello.yaml\n"
    modeline = "# yaml-language-server: $schema=../.reconciler/manifest.schema.json\n"
    assert Path("jobs.d/hello.yaml").read_text().startswith(modeline)
    assert "region: eu-central-1" in Path("jobs.d/settings.yaml").read_text()
    assert reconcile("validate").code == 0


def test_init_overwrites_nothing(jobs: Path, reconcile: Reconcile) -> None:
    answer = reconcile("init")
    assert answer.code == 4
    assert answer.err == (
        "reconcile: jobs.d/settings.yaml, jobs.d/hello.yaml: exists, and nothing is overwritten — "
        "name another directory\n"
    )
    assert (jobs / "hello.yaml").read_text() == HELLO
    assert not Path(".reconciler").exists()


def test_init_starts_another_directory_beside_the_schema_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reconcile: Reconcile
) -> None:
    monkeypatch.chdir(tmp_path)
    reconcile("init")
    answer = reconcile("init", "nightly.d")
    assert (answer.code, answer.out) == (0, "wrote nightly.d/settings.yaml\nwrote nightly.d/hello.yaml\n")
    assert reconcile("validate", "nightly.d").code == 0


def test_init_leaves_nothing_behind_where_no_directory_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reconcile: Reconcile
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("jobs.d").write_text("")
    answer = reconcile("init")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == "reconcile: jobs.d: cannot be made a directory (File exists)\n"
    assert [path.name for path in tmp_path.iterdir()] == ["jobs.d"]


def test_a_report_can_be_shown_again_in_another_format(jobs: Path, reconcile: Reconcile) -> None:
    Path("report.json").write_text(reconcile("validate", "--format", "json").out)
    answer = reconcile("show", "report.json", "--format", "junit")
    assert answer.code == 0
    assert (
        '<testcase classname="reconcile.validate.EcsJob" name="hello" file="jobs.d/hello.yaml" line="1"/>' in answer.out
    )


def test_what_is_no_report_is_not_shown(jobs: Path, reconcile: Reconcile) -> None:
    Path("x.json").write_text('{"version": 1}')
    assert reconcile("show", "x.json").err == "reconcile: not a report of reconcile: $: 'verb' is a required property\n"
    Path("x.json").write_text("{}")
    assert (
        reconcile("show", "x.json").err == "reconcile: not a report of reconcile: $: 'version' is a required property\n"
    )


def test_render_knows_the_main_container_of_a_shared_definition(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "again.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: again}\n"
        "spec: {definitionOf: hello, run: {command: [echo, again], launchType: FARGATE}}\n"
    )
    answer = reconcile("render", "again", "--show-values", "--format", "json")
    (job,) = json.loads(answer.out)["jobs"]
    assert (job["rendered"]["definition"], job["rendered"]["reference"]) == (None, "hello")
    assert job["rendered"]["run"]["overrides"] == {
        "containerOverrides": [{"command": ["echo", "again"], "name": "main"}]
    }


def test_render_shows_what_waits_for_a_look_at_somebody_elses_definition(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "theirs.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: theirs}\n"
        'spec: {taskDefinitionArn: "theirs:3", run: {command: [echo, again], environment: {A: x}}}\n'
    )
    answer = reconcile("render", "theirs", "--show-values", "--format", "json")
    (job,) = json.loads(answer.out)["jobs"]
    assert job["rendered"]["run"] == {"command": ["echo", "again"], "environment": {"A": "x"}}
    assert job["rendered"]["reference"] == "theirs:3"
    REPORT.validate(json.loads(answer.out))


def test_render_patches_the_request_that_is_sent_with_what_the_run_is_told(jobs: Path, reconcile: Reconcile) -> None:
    sized = "patches: [{op: add, path: /overrides/cpu, value: 512}]"
    (jobs / "hello.yaml").write_text(HELLO.replace("launchType: FARGATE", f"launchType: FARGATE, {sized}"))
    answer = reconcile("render", "--show-values", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    (job,) = json.loads(answer.out)["jobs"]
    told = {"RECONCILER_ATTEMPT": "0", "RECONCILER_JOB": "hello", "RECONCILER_RUN": "…"}
    environment = [{"name": name, "value": value} for name, value in told.items()]
    assert job["rendered"]["run"] == {
        "launchType": "FARGATE",
        "tags": [{"key": "team", "value": "data"}],
        "overrides": {"containerOverrides": [{"name": "main", "environment": environment}], "cpu": 512},
    }


def test_a_patch_that_does_not_fit_keeps_no_other_job_from_being_rendered(jobs: Path, reconcile: Reconcile) -> None:
    patched = HELLO.replace("launchType: FARGATE", "launchType: FARGATE, patches: [{op: remove, path: /count}]")
    (jobs / "a.yaml").write_text(patched.replace("name: hello", "name: a"))
    answer = reconcile("render")
    assert (answer.code, answer.out.splitlines()[0]) == (1, "hello:")
    assert answer.err == (
        "reconcile: jobs.d/a.yaml:15:30: spec.run.patches: can't remove a non-existent object 'count' — "
        "paths are those of `render`\n"
    )
    report = json.loads(reconcile("render", "--format", "json").out)
    REPORT.validate(report)
    assert [job["name"] for job in report["jobs"]] == ["hello"]
    assert [problem["job"] for problem in report["problems"]] == ["a"]


@pytest.mark.parametrize("verb", ["plan", "apply", "drift", "status"])
@pytest.mark.parametrize("chosen", [("--tag", "team=dat"), ("--job", "hola*")])
def test_a_selection_of_nothing_is_told(jobs: Path, reconcile: Reconcile, verb: str, chosen: tuple[str, str]) -> None:
    answer = reconcile(verb, "--local", *chosen)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(
        "warning: jobs.d declares no job that --job and --tag choose\n\n" + f"{verb}: 1 warning  ("
    )


@pytest.mark.parametrize("verb", ["plan", "apply", "drift", "status", "render", "runs"])
def test_a_misspelt_job_is_no_narrower_pass(jobs: Path, reconcile: Reconcile, verb: str) -> None:
    answer = reconcile(verb, "--local", "--job", "helo")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == "reconcile: --job helo: no such job — did you mean hello?\n"
    assert reconcile(verb, "--local", "--job", "nightly-*").code == 0


def test_validate_tells_of_the_chosen_jobs_and_checks_all(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "other.yaml").write_text(HELLO.replace("name: hello, tags: {team: data}", "name: other"))

    def told(*arguments: str) -> tuple[int, list[str]]:
        answer = reconcile("validate", *arguments, "--format", "json")
        document = json.loads(answer.out)
        return answer.code, [job["name"] for job in document["jobs"]]

    assert told() == (0, ["hello", "other"])
    assert told("--job", "o*") == (0, ["other"])
    assert told("--tag", "team=data") == (0, ["hello"])
    assert "declares no job that --job and --tag choose" in reconcile("validate", "--tag", "team=nobody").out
    assert reconcile("validate", "--job", "othr").err == "reconcile: --job othr: no such job — did you mean other?\n"
    (jobs / "broken.yaml").write_text(HELLO.replace("name: hello", "name: broken").replace("once", "twice"))
    assert told("--job", "other") == (3, ["other"])
    assert told("--job", "broken") == (3, [])
