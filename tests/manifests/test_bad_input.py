"""What people get wrong, and exactly what they are told."""

import os
from io import FileIO
from pathlib import Path

import pytest

from reconciler.errors import ExitCode, UsageError
from reconciler.manifests import LoadRequest, load
from tests.manifests.conftest import Directory, Write

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition:
    containerDefinitions:
      - name: main
        image: busybox
        memory: 64
"""
SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: team}
spec:
  environments: {staging: {namePrefix: stg-}, prod: {}}
"""
CONTAINER = "spec.taskDefinition.containerDefinitions[0]"


def test_a_misspelt_key(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("image:", "imgae:")) == [
        f"jobs.d/job.yaml:8:9 {CONTAINER}.imgae: unknown key (did you mean image?)"
    ]


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("reconciler/v1", "*x", "1:13 apiVersion"),
        ("EcsJob", "*x", "2:7 kind"),
        ("{name: hello}", "*x", "3:11 metadata"),
        ("hello", "*x", "3:18 metadata.name"),
        ("busybox", "*x", f"8:16 {CONTAINER}.image"),
        ("64", "*x", f"9:17 {CONTAINER}.memory"),
        ("64", "64\n        command: [*x]", f"10:19 {CONTAINER}.command[0]"),
        ("64", "64\n        <<: *x", f'10:13 {CONTAINER}["<<"]'),
        ("64", "64\n      - *x", "10:9 spec.taskDefinition.containerDefinitions[1]"),
        ("64", "64\n  *x : 1", "10:3 spec"),
        ("64", "64\n  schedule: {cron: *x, engine: reconciler}", "10:20 spec.schedule.cron"),
        ("64", "64\n  dependsOn: *x", "10:14 spec.dependsOn"),
    ],
)
def test_an_alias_without_an_anchor_is_one_problem(jobs_d: Directory, before: str, after: str, where: str) -> None:
    assert jobs_d.errors(JOB.replace(before, after)) == [
        f'jobs.d/job.yaml:{where}: no anchor &x above this alias (quote a value that begins with "*")'
    ]


def test_a_misplaced_key(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB + "  cluster: batch\n") == [
        "jobs.d/job.yaml:10:3 spec.cluster: unknown key (belongs under spec.run)"
    ]


def test_a_word_of_awss_in_a_schedule_is_no_member_of_a_definition(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB + "  schedule: {rate: 5 minutes, engine: reconciler, expression: x}\n") == [
        "jobs.d/job.yaml:10:51 spec.schedule.expression: unknown key"
    ]


def test_a_misspelt_key_of_settings(jobs_d: Directory) -> None:
    assert jobs_d.errors(SETTINGS.replace("environments:", "acountId: x\n  environments:"), environment="prod") == [
        "jobs.d/job.yaml:5:3 spec.acountId: unknown key (did you mean accountId?)"
    ]


@pytest.mark.parametrize(
    ("kind", "line", "hint"),
    [
        ("EcsJob", "environment: {A: b}", "belongs under spec.run, or did you mean environments?"),
        ("EcsJob", "schedule: {cron: '0 3 * * *', engine: reconciler, command: [a]}", "belongs under spec.run"),
        ("EcsJob", "run: {jobQueue: q}", "it belongs to kind: BatchJob; here it is cluster"),
        ("BatchJob", "run: {cluster: c}", "it belongs to kind: EcsJob; here it is jobQueue"),
        ("BatchJob", "run: {vpcId: vpc-1}", "it belongs to kind: EcsJob"),
    ],
)
def test_a_key_of_another_place_or_kind(jobs_d: Directory, kind: str, line: str, hint: str) -> None:
    reference = {"EcsJob": "taskDefinitionArn", "BatchJob": "jobDefinitionArn"}[kind]
    text = JOB.split("  taskDefinition")[0].replace("EcsJob", kind) + f"  {reference}: theirs\n  {line}\n"

    (error,) = jobs_d.errors(text)

    assert error.endswith(f": unknown key ({hint})")


@pytest.mark.parametrize(("section", "hint"), [("once", "write once: {}"), ("schedule", "say cron, rate or at")])
def test_a_trigger_with_nothing_in_it_is_warned_of(jobs_d: Directory, section: str, hint: str) -> None:
    assert jobs_d.warnings(JOB + f"  {section}:\n") == [
        f"jobs.d/job.yaml:10:3 spec.{section}: {section} is empty, so the job runs on demand only ({hint})"
    ]


def test_a_path_to_ignore_that_no_definition_has_is_warned_of(jobs_d: Directory) -> None:
    paths = '[cpu, "containerDefinitions[main].image", /containerDefinitions/0/image, "*.x", spec.taskDefinition.cpu]'

    assert jobs_d.warnings(JOB + f"  ignoreDifferences: {paths}\n") == [
        'jobs.d/job.yaml:10:102 spec.ignoreDifferences[4]: no definition has a member "spec": nothing is ignored '
        "(write the path as drift prints it, such as containerDefinitions[main].image)"
    ]


def test_a_wrong_type(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("memory: 64", "memory: 64\n        cpu: lots")) == [
        f'jobs.d/job.yaml:10:9 {CONTAINER}.cpu: expected an integer, got "lots"'
    ]


@pytest.mark.parametrize("word", ["no", "on", "12:30", "0777", "2026-12-01", "1.10", "8080"])
def test_words_of_yaml_1_1_stay_what_was_written(jobs_d: Directory, word: str) -> None:
    job = jobs_d.job(JOB + f"        environment: [{{name: A, value: {word}}}]\n")

    assert job.spec["taskDefinition"]["containerDefinitions"][0]["environment"] == [{"name": "A", "value": word}]


def test_a_boolean_where_text_is_wanted(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB + "        environment: [{name: A, value: true}]\n") == [
        f"jobs.d/job.yaml:10:33 {CONTAINER}.environment[0].value: expected text, got a boolean (quote it)"
    ]


def test_a_duplicate_key(jobs_d: Directory) -> None:
    manifests = jobs_d.load(JOB + "        image: alpine\n")

    assert [str(problem) for problem in manifests.problems] == [
        f'jobs.d/job.yaml:10:9 {CONTAINER}.image: duplicate key "image" (first at line 8)'
    ]
    assert manifests.jobs == ()


def test_a_duplicate_name(jobs_d: Directory) -> None:
    manifests = jobs_d.load(
        {"jobs.d/a.yaml": JOB, "jobs.d/b.yaml": JOB, "jobs.d/c.yaml": JOB.replace("hello", "other")}
    )

    assert [str(problem) for problem in manifests.problems] == [
        'jobs.d/b.yaml:3:12 metadata.name: duplicate name "hello" (first at jobs.d/a.yaml:3:12)'
    ]
    assert [job.name for job in manifests.jobs] == ["other"]


def test_an_alias_bomb(jobs_d: Directory) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]

    assert jobs_d.errors("\n".join(lines)) == [
        "jobs.d/job.yaml:5:55 a4[9]: the aliases of this document stand for more than 1 MiB"
    ]


def test_a_file_of_two_mebibytes(jobs_d: Directory) -> None:
    padding = "# " + "x" * (2 << 20)

    assert jobs_d.errors(JOB + padding) == [
        "jobs.d/job.yaml:1:1: the document is too large (expected at most 1 MiB, got 2.0 MiB)"
    ]


def test_an_unset_variable(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("busybox", "app:${{ TAG }}")) == [
        f"jobs.d/job.yaml:8:20 {CONTAINER}.image: the variable TAG is not set "
        "(set it with --var TAG=…, in Settings' variables, or write ${{ TAG:-default }})"
    ]


def test_an_unquoted_variable_in_a_flow_mapping(jobs_d: Directory) -> None:
    text = JOB + "  run: {vpcId: ${{ vpc }}}\n"

    assert jobs_d.errors(text, variables={"vpc": "vpc-123"}) == [
        'jobs.d/job.yaml:10:16 spec.run.vpcId: ${{ vpc }} inside {…} or […] is not quoted (quote the whole value: "${{ vpc }}")',
    ]


def test_a_symbolic_link_out_of_the_directory(jobs_d: Directory, write: Write) -> None:
    write({"elsewhere/secret.yaml": JOB})
    Path("jobs.d/link.yaml").symlink_to("../elsewhere/secret.yaml")
    Path("jobs.d/folder").symlink_to("../elsewhere")
    target = Path("elsewhere").resolve()

    assert jobs_d.errors() == [
        f"jobs.d/folder: a symbolic link that leaves the directory (to {target}) (copy the file, or name its own directory)",
        f"jobs.d/link.yaml: a symbolic link that leaves the directory (to {target}/secret.yaml) "
        "(copy the file, or name its own directory)",
    ]


def test_not_utf_8(jobs_d: Directory) -> None:
    assert jobs_d.errors({"jobs.d/job.yaml": JOB.encode() + b"# caf\xe9\n"}) == [
        "jobs.d/job.yaml:10:6: not UTF-8: byte 0xE9 (save the file as UTF-8)"
    ]


def test_a_manifest_in_utf_16(jobs_d: Directory) -> None:
    assert jobs_d.errors({"jobs.d/job.yaml": JOB.encode("utf-16")}) == [
        "jobs.d/job.yaml:1:1: not UTF-8: the file begins with the byte order mark of UTF-16 (save the file as UTF-8)"
    ]


def test_an_empty_directory_is_no_error_but_says_so(jobs_d: Directory) -> None:
    manifests = jobs_d.load()

    assert (manifests.jobs, manifests.problems, manifests.empty) == ((), (), True)


def test_a_directory_that_only_holds_a_broken_file_is_not_empty(jobs_d: Directory) -> None:
    assert jobs_d.load("a: [\n").empty is False


def test_no_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError) as caught:
        load(Path("jobs.d"), LoadRequest())

    assert str(caught.value) == (
        "jobs.d: no such directory — name the directory of the manifests, or make one with `reconcile init`"
    )
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_file_instead_of_a_directory(write: Write) -> None:
    write({"jobs.d/job.yaml": JOB})

    with pytest.raises(UsageError) as caught:
        load(Path("jobs.d/job.yaml"), LoadRequest())

    assert str(caught.value) == "jobs.d/job.yaml: not a directory — name the directory that holds the manifests"


def test_an_unreadable_file(jobs_d: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> FileIO:
        if path.endswith("/job.yaml"):
            raise PermissionError(13, "Permission denied", path)
        return FileIO(path)

    monkeypatch.setattr("reconciler.manifests.files.FileIO", refuse)

    assert jobs_d.errors(JOB) == ["jobs.d/job.yaml: cannot be read: Permission denied"]


def test_a_pipe_is_not_waited_for(jobs_d: Directory) -> None:
    os.mkfifo("jobs.d/pipe.yaml")

    assert jobs_d.errors() == ["jobs.d/pipe.yaml: not a regular file"]


def test_a_broken_link(jobs_d: Directory) -> None:
    Path("jobs.d/gone.yaml").symlink_to("nowhere.yaml")

    assert jobs_d.errors() == ["jobs.d/gone.yaml: cannot be read: a broken symbolic link to nowhere.yaml"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (None, "no environment is chosen (expected one of prod, staging) — say --env NAME, or set defaultEnvironment in Settings"),
        ("prd", "--env prd: no such environment (expected one of prod, staging) — did you mean prod?"),
        ("test", "--env test: no such environment (expected one of prod, staging)"),
    ],
)  # fmt: skip
def test_an_environment_that_is_not_chosen_or_does_not_exist(
    jobs_d: Directory, environment: str | None, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        jobs_d.load(SETTINGS, environment=environment)

    assert str(caught.value) == message


def test_an_environment_where_none_is_declared(jobs_d: Directory) -> None:
    with pytest.raises(UsageError) as caught:
        jobs_d.load(JOB, environment="prod")

    assert str(caught.value) == (
        "--env prod: no environments are declared — declare them in Settings, or leave --env out"
    )


def test_a_broken_settings_file_is_told_before_anybody_is_told_to_choose(jobs_d: Directory) -> None:
    assert jobs_d.errors(SETTINGS + "  x: [\n", environment="prod") == [
        "jobs.d/job.yaml:7:1 spec.x[0]: expected a value (add the value, or write null)"
    ]


def test_a_var_file_that_is_not_there(jobs_d: Directory) -> None:
    with pytest.raises(UsageError) as caught:
        jobs_d.load(JOB, variable_files=(Path("vars.env"),))

    assert str(caught.value) == "--var-file vars.env: no such file"


def test_documents_that_are_no_manifests(jobs_d: Directory) -> None:
    files = {
        "jobs.d/a.yaml": "- 1\n",
        "jobs.d/b.yaml": "# nothing\n",
        "jobs.d/c.yaml": "version: 2\n",
        "jobs.d/d.yaml": JOB.replace("EcsJob", "EcsJobs"),
        "jobs.d/e.yaml": JOB.replace("reconciler/v1", "reconciler/v2"),
        "jobs.d/f.yaml": "just text\n",
        "jobs.d/g.yaml": "kind: [EcsJob]\n",
    }

    assert jobs_d.errors(files) == [
        "jobs.d/a.yaml:1:1: expected a manifest, got a list",
        "jobs.d/c.yaml:1:1 kind: a document without a kind (expected one of EcsJob, BatchJob, Settings) "
        "(a file that is no manifest belongs outside this directory, or is named by a manifest)",
        'jobs.d/d.yaml:2:1 kind: expected EcsJob, BatchJob or Settings, got "EcsJobs" (did you mean EcsJob?)',
        'jobs.d/e.yaml:1:1 apiVersion: expected reconciler/v1, got "reconciler/v2" (did you mean reconciler/v1?)',
        "jobs.d/f.yaml:1:1: expected a manifest, got a single value",
        "jobs.d/g.yaml:1:1 kind: expected EcsJob, BatchJob or Settings, got a list",
    ]


@pytest.mark.parametrize(
    ("spec", "got"), [("[]", "a list"), ("hello", "text"), ("5", "5"), ("${{ X:-a }}", "text"), ("true", "true")]
)
def test_a_spec_that_is_no_mapping(jobs_d: Directory, spec: str, got: str) -> None:
    files = {
        "jobs.d/a.yaml": f"apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {{name: a}}\nspec: {spec}\n",
        "jobs.d/s.yaml": f"apiVersion: reconciler/v1\nkind: Settings\nmetadata: {{name: s}}\nspec: {spec}\n",
    }

    assert jobs_d.errors(files) == [
        f"jobs.d/a.yaml:4:1 spec: expected a mapping, got {got}",
        f"jobs.d/s.yaml:4:1 spec: expected a mapping, got {got}",
    ]


def test_two_documents_without_a_name_are_no_two_of_one_name(jobs_d: Directory) -> None:
    nameless = JOB.replace("{name: hello}", "{tags: {}}")

    assert jobs_d.errors({"jobs.d/a.yaml": nameless, "jobs.d/b.yaml": nameless}) == [
        "jobs.d/a.yaml:3:1 metadata: name is required",
        "jobs.d/b.yaml:3:1 metadata: name is required",
    ]


def test_every_problem_of_every_file_in_one_go_sorted(jobs_d: Directory) -> None:
    files = {
        "jobs.d/b/z.yaml": JOB.replace("memory: 64", "memory: much"),
        "jobs.d/a.yaml": JOB.replace("hello", "other")
        + "---\n"
        + JOB.replace("hello", "third")
        + "  dependsOn: [gone]\n",
        "jobs.d/b-2.yml": "a: [\n",
        "jobs.d/c.json": '{"apiVersion": "reconciler/v1", "kind": "Settings", "metadata": {"name": "x"}, "spec": {"regoin": "x"}}',
    }

    assert jobs_d.errors(files) == [
        'jobs.d/a.yaml:20:15 spec.dependsOn[0]: no job "gone" (expected one of hello, other)',
        "jobs.d/b-2.yml:2:1 a[0]: expected a value (add the value, or write null)",
        f'jobs.d/b/z.yaml:9:9 {CONTAINER}.memory: expected an integer, got "much"',
        "jobs.d/c.json:1:89 spec.regoin: unknown key (did you mean region?)",
    ]


def test_every_problem_of_one_document_in_one_go(jobs_d: Directory) -> None:
    """A mistake hides only what rests on the very thing that is mistaken."""
    text = """\
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition:
    networkMode: ${{ MODE }}
    taskRoleArn: a b
    containerDefinitions:
      - name: main
        imgae: busybox
        cpu: lots
        hostname: h
        mountPoints: [{sourceVolume: data}]
        secrets: [{name: A, valueFrom: x}]
      - {name: main, image: "a b", memory: 64}
  mainContainer: side
  run:
    launchType: fargate
    command: {other: [a]}
    environment: {other: {A: true}}
    patches: [{op: add, path: /group}]
  schedule: {cron: "0 3 * *", timeZone: Mars, endDate: 2026-02-30T00:00:00}
  dependsOn: [gone]
"""

    assert jobs_d.errors(text) == [
        "jobs.d/job.yaml:1:1: apiVersion is required",
        "jobs.d/job.yaml:5:18 spec.taskDefinition.networkMode: the variable MODE is not set "
        "(set it with --var MODE=…, in Settings' variables, or write ${{ MODE:-default }})",
        'jobs.d/job.yaml:6:5 spec.taskDefinition.taskRoleArn: expected the ARN of an IAM role, got "a b"',
        f"jobs.d/job.yaml:8:9 {CONTAINER}: memory is required (here, as memoryReservation, or for the whole task)",
        f"jobs.d/job.yaml:9:9 {CONTAINER}.imgae: unknown key (did you mean image?)",
        f'jobs.d/job.yaml:10:9 {CONTAINER}.cpu: expected an integer, got "lots"',
        f'jobs.d/job.yaml:12:24 {CONTAINER}.mountPoints[0].sourceVolume: no volume "data" (none is declared)',
        'jobs.d/job.yaml:14:10 spec.taskDefinition.containerDefinitions[1].name: duplicate container name "main" '
        "(first in containerDefinitions[0])",
        'jobs.d/job.yaml:15:3 spec.mainContainer: no container "side" (expected one of main, main)',
        "jobs.d/job.yaml:17:5 spec.run.launchType: expected EC2, FARGATE, EXTERNAL, FARGATE_SPOT or "
        'MANAGED_INSTANCES, got "fargate" (did you mean FARGATE?)',
        'jobs.d/job.yaml:18:15 spec.run.command.other: no container "other" (expected one of main, main)',
        "jobs.d/job.yaml:19:27 spec.run.environment.other.A: expected text, got a boolean (quote it)",
        "jobs.d/job.yaml:20:15 spec.run.patches[0]: add needs value",
        "jobs.d/job.yaml:21:3 spec.schedule: engine is required "
        "(reconciler: a loop starts the runs; eventbridge: EventBridge Scheduler does)",
        "jobs.d/job.yaml:21:14 spec.schedule.cron: expected five fields (minute, hour, day of month, month, day of "
        'week), got 4: "0 3 * *"',
        'jobs.d/job.yaml:21:31 spec.schedule.timeZone: unknown time zone "Mars" (expected an IANA name like '
        "Europe/Paris)",
        'jobs.d/job.yaml:21:47 spec.schedule.endDate: no such time, got "2026-02-30T00:00:00"',
        'jobs.d/job.yaml:22:15 spec.dependsOn[0]: no job "gone" (expected a job of this directory)',
    ]


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_a_line_break_that_editors_do_not_show_is_refused(jobs_d: Directory, character: str) -> None:
    """YAML 1.1 ends a line there, YAML 1.2 and every editor do not: what stands behind it would be read, unseen."""
    assert jobs_d.errors(JOB + f"  # harmless{character}  suspend: true\n") == [
        f"jobs.d/job.yaml:10:13: the control character U+{ord(character):04X} is not allowed "
        '(write it as an escape in "…")'
    ]


def test_a_tab_that_indents_a_key_below_a_value(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("        image", "\timage")) == [
        f"jobs.d/job.yaml:8:1 {CONTAINER}.name: a tab may not indent YAML (use spaces)"
    ]


@pytest.mark.parametrize(
    ("written", "line", "path", "message"),
    [
        ("  run: {startedBy: me}\n", "10:9", "spec.run.startedBy", "unknown key (reconciler sets it itself)"),
        ("  run: {clientToken: x}\n", "10:9", "spec.run.clientToken", "unknown key (reconciler sets it itself)"),
        ("  jobDefinitionArn: x:1\n", "10:3", "spec.jobDefinitionArn", "unknown key (it belongs to kind: BatchJob; here it is taskDefinitionArn)"),
        ("  ignoreDifferences: [cpu, a..b]\n", "10:28", "spec.ignoreDifferences[1]", "cannot read '..b' (expected a member or an entry in brackets)"),
        ("  ignoreDifferences: [/a//b]\n", "10:23", "spec.ignoreDifferences[0]", "cannot read '/a//b' (expected a name between the slashes of a JSON pointer)"),
    ],
)  # fmt: skip
def test_what_can_mean_nothing(jobs_d: Directory, written: str, line: str, path: str, message: str) -> None:
    assert jobs_d.errors(JOB + written) == [f"jobs.d/job.yaml:{line} {path}: {message}"]


@pytest.mark.parametrize(
    ("written", "place", "code"),
    [
        (JOB.replace("        image", "\u00a0\u00a0image"), "8:1", "00A0"),
        (JOB.replace("image: ", "image:\u00a0"), "8:15", "00A0"),
        (JOB + "\ufeffkind: x\n", "10:1", "FEFF"),
    ],
)
def test_a_space_that_is_none(jobs_d: Directory, written: str, place: str, code: str) -> None:
    (error,) = jobs_d.errors(written)
    assert error.startswith(f"jobs.d/job.yaml:{place}")
    assert error.endswith(
        f": the character U+{code} is no space to YAML (replace it with a plain space, or leave it out)"
    )


def test_a_key_with_a_character_that_nobody_sees(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("image:", "image\u200b:")) == [
        f'jobs.d/job.yaml:8:9 {CONTAINER}["image\\u200b"]: unknown key (did you mean image?)'
    ]


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("        environment: [{LOG: info}]\n", ':10:24 {}.environment[0].LOG: unknown key (write {{name: LOG, value: …}})'),
        ("        secrets: {A: arn}\n", ":10:9 {}.secrets: expected a list, got a mapping (write a list of {{name: …, valueFrom: …}})"),
        ("        mountPoints: {a: b}\n", ':10:9 {}.mountPoints: expected a list, got a mapping (begin each entry with "- ")'),
    ],
)  # fmt: skip
def test_a_mapping_for_a_list(jobs_d: Directory, written: str, error: str) -> None:
    assert jobs_d.errors(JOB + written) == [f"jobs.d/job.yaml{error.format(CONTAINER)}"]


@pytest.mark.parametrize("member", ["startTimeoutSeconds", "activeDeadlineSeconds"])
def test_a_timeout_beyond_all_calendars(jobs_d: Directory, member: str) -> None:
    assert jobs_d.errors(f"{JOB}  {member}: 99999999999999\n") == [
        f"jobs.d/job.yaml:10:3 spec.{member}: expected at most 2147483647, got 99999999999999"
    ]


def test_a_conflict_that_nobody_has_resolved(jobs_d: Directory) -> None:
    written = JOB.replace("image: ", "<<<<<<< HEAD\n        image: ", 1).replace("        <<", "<<")
    assert jobs_d.errors(f"{written}>>>>>>> main\n") == [
        "jobs.d/job.yaml:8:1: a merge conflict is left here (keep one side of each, no marker)"
    ]


def test_words_of_kubernetes_in_metadata(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("{name: hello}", "{name: hello, labels: {a: b}, namespace: jobs}")) == [
        "jobs.d/job.yaml:3:25 metadata.labels: unknown key (did you mean tags?)",
        "jobs.d/job.yaml:3:41 metadata.namespace: unknown key",
    ]


def test_less_memory_than_a_container_can_have(jobs_d: Directory) -> None:
    assert jobs_d.errors(JOB.replace("64", "-1")) == [
        f"jobs.d/job.yaml:9:9 {CONTAINER}.memory: expected at least 1, got -1"
    ]


@pytest.mark.parametrize("environment", ["prod", "staging"])
def test_an_environment_that_does_not_exist_is_told_in_every_one(jobs_d: Directory, environment: str) -> None:
    files = {
        "jobs.d/s.yaml": SETTINGS,
        "jobs.d/job.yaml": JOB.replace("{name: hello}", "{name: hello, environments: [prd]}"),
    }

    assert jobs_d.errors(files, environment=environment) == [
        'jobs.d/job.yaml:3:40 metadata.environments[0]: no environment "prd" (expected one of prod, staging) '
        "(did you mean prod?)"
    ]


def test_a_default_environment_where_none_is_declared(jobs_d: Directory) -> None:
    text = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: team}\nspec: {defaultEnvironment: prod}\n"
    assert jobs_d.errors({"jobs.d/s.yaml": text}) == [
        'jobs.d/s.yaml:4:8 spec.defaultEnvironment: no environment "prod" (none is declared)'
    ]


def test_a_mistake_in_defaults_is_told_once_where_it_stands(jobs_d: Directory) -> None:
    settings = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: team}\nspec:\n  defaults: {EcsJob: {backoffLimit: lots}}\n"
    files = {"jobs.d/s.yaml": settings, "jobs.d/a.yaml": JOB, "jobs.d/b.yaml": JOB.replace("hello", "other")}

    assert jobs_d.errors(files) == [
        'jobs.d/s.yaml:5:23 spec.defaults.EcsJob.backoffLimit: expected an integer, got "lots"'
    ]
