"""How every way of ending becomes an exit code and one line."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from reconciler.cli.program import ALIASES, MODES, VERBS, program, run
from reconciler.errors import UsageError
from tests.cli.command_line import Reconcile

HEAVY = ("boto3", "botocore", "deepdiff", "jsonschema", "moto", "rich")


def imported_by(directory: Path, *arguments: str) -> list[str]:
    script = (
        "import sys, contextlib, io\n"
        "from reconciler.cli.program import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    assert run(sys.argv[1:]) == 0\n"
        f"print(*sorted(name for name in {HEAVY!r} if name in sys.modules))\n"
    )
    root = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=directory, env={"PYTHONPATH": str(root), "PATH": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return answer.stdout.split()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("plan", "--help"), ("validate",), ("render",)])
def test_nothing_heavy_is_imported_before_it_is_needed(jobs: Path, arguments: tuple[str, ...]) -> None:
    assert imported_by(jobs.parent, *arguments) == []


@pytest.mark.parametrize("module", ["reconciler", "reconciler.cli"])
def test_the_package_can_be_run_as_a_module(module: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        cwd=tmp_path, env={"PYTHONPATH": str(root), "PATH": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.startswith("reconcile")


def test_help_names_every_verb_with_a_whole_sentence(reconcile: Reconcile) -> None:
    answer = reconcile("--help")
    listed = [
        line.split(maxsplit=1) for line in answer.out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    ]
    assert [name for name, _ in listed] == list(VERBS)
    assert all(sentence.endswith(".") and not sentence.endswith("...") for _, sentence in listed)


def test_aliases_and_modes_name_verbs() -> None:
    assert set(ALIASES.values()) | set(MODES.values()) <= set(VERBS)
    with click.Context(program) as context:
        assert all(program.get_command(context, name) is not None for name in (*VERBS, *ALIASES))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Usage: reconcile [OPTIONS] COMMAND [ARGS]..."),
        (("frobnicate",), "No such command 'frobnicate'."),
        (("plan", "--frobnicate"), "No such option '--frobnicate'."),
        (("plan", "--once"), "No such option '--once'."),
        (
            ("plan", "--var", "reconciler.job=x"),
            "Invalid value for '--var': reconciler.job is built in (a name may not begin with reconciler.)",
        ),
        (("plan", "--var", "X"), "Invalid value for '--var': expected NAME=value, got \"X\""),
        (("plan", "--format", "pdf"), "Invalid value for '--format': 'pdf' is not one of"),
        (("drift", "--fail-on", "rain"), "Invalid value for '--fail-on': expected drift or health, got \"rain\""),
        (
            ("plan", "--report", "html=/nowhere/x.html"),
            "Invalid value for '--report': /nowhere: no such directory",
        ),
        (("plan", "--local", "--out", "nowhere/plan.json"), "Invalid value for '--out': nowhere: no such directory"),
        (
            ("plan", "--var", "LOG LEVEL=x"),
            "Invalid value for '--var': expected a name of letters, digits, dots, underscores and hyphens, no digit"
            ' first, got "LOG LEVEL"',
        ),
        (
            ("plan", "--report", "json=-"),
            "Invalid value for '--report': expected a file (--format json writes to stdout)",
        ),
        (
            ("plan", "--region", "Ireland"),
            "Invalid value for '--region': expected a region, as in eu-west-1, got \"Ireland\"",
        ),
        (("--env", "prod", "plan"), "Error: --env stands after the verb: reconcile plan --env …"),
        (("--local", "status"), "Error: --local stands after the verb: reconcile status --local …"),
        (("--frobnicate",), "No such option '--frobnicate'."),
        (("--once", "--watch"), "Error: --once and --watch exclude each other"),
        (("local", "--dir", "absent"), "reconcile: absent: no such directory — name the directory of the manifests"),
        (("show", "absent.json"), "reconcile: absent.json: No such file or directory"),
        (("validate", "absent"), "reconcile: absent: no such directory — name the directory of the manifests"),
        (("--once", "--timeout", "3"), "reconcile: --timeout: expected with --wait"),
        (("plan", "--env", "prod"), "reconcile: --env prod: no environments are declared — declare them in Settings"),
        (("plan", "--local", "--profile", "x"), "reconcile: --profile: cannot be used together with --local"),
        (("schema", "x"), "reconcile: x: no such schema (expected one of batch-job, ecs-job, job-definition, manifest"),
        (("render", "helo"), "reconcile: helo: no such job — did you mean hello?"),
        (("run", "hello", "ls"), 'Error: expected -- before the words of the command, got "ls"'),
        (("run", "hello", "ls", "--", "-l"), 'Error: expected -- before the words of the command, got "ls"'),
        (("run", "hello", "--set-env", "A=\udcff"), "reconcile: argument 4 is no text in this locale — set LC_ALL="),
        (("stop", "--local", ""), "reconcile: RUN: expected a job, a task's ARN, or the beginning of an id"),
    ],
)
def test_wrong_usage_is_told_in_a_line_on_stderr_with_exit_code_4(
    jobs: Path, reconcile: Reconcile, arguments: tuple[str, ...], message: str
) -> None:
    answer = reconcile(*arguments)
    assert (answer.code, answer.out) == (4, "")
    assert message in answer.err


def test_once_is_the_verb_apply_wherever_it_is_among_options(jobs: Path, reconcile: Reconcile) -> None:
    assert reconcile("--once", "--help").out == reconcile("apply", "--help").out
    assert reconcile("--local", "--once", "--help").out == reconcile("apply", "--help").out


def test_wait_takes_a_value_only_when_it_is_attached(jobs: Path, reconcile: Reconcile) -> None:
    answer = reconcile("--once", "--wait", "absent")
    assert answer.err.startswith("reconcile: absent: no such directory")
    answer = reconcile("--once", "--wait", "all")
    assert "Error: --wait takes its value attached: --wait=all" in answer.err
    answer = reconcile("--once", "--wait=never")
    assert "Invalid value for '--wait': 'never' is not one of 'once', 'all'." in answer.err


def test_an_interrupt_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, reconcile: Reconcile) -> None:
    monkeypatch.setattr("reconciler.cli.output.emit", interrupt)
    answer = reconcile("validate", ".")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "\nreconcile: interrupted — runs that were launched go on; reconcile status shows them\n"


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_bug_is_loud(monkeypatch: pytest.MonkeyPatch, reconcile: Reconcile) -> None:
    monkeypatch.setattr("reconciler.cli.output.emit", bug)
    with pytest.raises(ZeroDivisionError):
        reconcile("validate", ".")


def bug(*_: object) -> None:
    raise ZeroDivisionError


def test_an_error_of_ours_has_its_own_exit_code(monkeypatch: pytest.MonkeyPatch, reconcile: Reconcile) -> None:
    monkeypatch.setattr("reconciler.cli.output.emit", refuse)
    answer = reconcile("validate", ".")
    assert (answer.code, answer.out, answer.err) == (4, "", "reconcile: no — try yes\n")


def refuse(*_: object) -> None:
    raise UsageError("no", hint="try yes")


def test_a_reader_that_has_gone_is_no_drama(jobs: Path) -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", "from reconciler.cli import main; main()", "schema"],
        cwd=jobs.parent, env={"PYTHONPATH": str(root), "PATH": ""}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stderr:
        assert (stderr.read(), process.wait()) == (b"", 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("arguments", [("validate",), ("schema",), ("--help",)])
def test_a_full_disk_is_told_in_one_line(jobs: Path, arguments: tuple[str, ...]) -> None:
    root = Path(__file__).parents[2]
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run(
            [sys.executable, "-c", "from reconciler.cli import main; main()", *arguments],
            cwd=jobs.parent, env={"PYTHONPATH": str(root), "PATH": ""}, stdout=full, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (1, "reconcile: stdout: No space left on device\n")


def test_what_a_locale_cannot_say_is_escaped(jobs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (jobs / "hello.yaml").rename(jobs / "grüße.yaml")
    with (tmp_path / "out").open("w", encoding="ascii") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        assert run(("validate", "-v")) == 0
    assert "jobs.d/gr\\xfc\\xdfe.yaml:1" in (tmp_path / "out").read_text()


def test_a_closed_stdout_loses_the_result_and_nothing_else(jobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert run(("validate",)) == 0
    sys.stdout.close()


#: One set of options fits every verb that reads manifests (a pipeline's script sets them once).
EVERYWHERE = ("--env", "--var", "--var-file", "--region", "--profile", "--role-arn", "--endpoint-url", "--rate-limits")


@pytest.mark.parametrize("name", [name for name in VERBS if name not in {"show", "schema", "init", "local"}])
def test_every_verb_takes_the_options_that_say_where_and_which(name: str) -> None:
    with click.Context(program) as context:
        verb = program.get_command(context, name)
    assert verb is not None
    taken = {option for parameter in verb.params for option in parameter.opts}
    selection = () if name in {"import", "validate"} else ("--job", "--tag")
    shown = () if name in {"watch", "import"} else ("--format", "--report")
    assert {*EVERYWHERE, *selection, *shown} <= taken


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("plann", "Did you mean plan?"),
        ("jobs.d", "Did you mean --once jobs.d, or plan jobs.d?"),
        ("xyzzy", "xyzzy'.\n"),
        ("x" * 300, "x'.\n"),
    ],
)
def test_a_misspelt_or_forgotten_verb_is_said(jobs: Path, reconcile: Reconcile, word: str, hint: str) -> None:
    answer = reconcile(word)
    assert answer.code == 4
    assert f"No such command '{word}'." in answer.err
    assert hint in answer.err


@pytest.mark.parametrize(
    "arguments",
    [("validate", "{}"), ("init", "{}"), ("status", "--dir", "{}"), ("validate", "--report", "json={}/file")],
)
def test_a_path_that_cannot_be_looked_for_is_wrong_usage(
    jobs: Path, reconcile: Reconcile, arguments: tuple[str, ...]
) -> None:
    answer = reconcile(*(argument.format("x" * 300) for argument in arguments))
    assert answer.code == 4
    assert answer.err.endswith(f"{'x' * 300}: cannot be looked at (File name too long)\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("plan", "--role-arn", "deploy"), 'expected the ARN of an IAM role, got "deploy"'),
        (("logs", "report", "--since", "99999999d"), 'expected at most 36500d, got "99999999d"'),
        (("logs", "report", "--since", "9" * 5000 + "h"), "expected at most 36500d"),
        (("logs", "report", "--since", "soon"), "expected 15m, 24h, 7d or an instant such as 2026-11-20T03:00:00Z"),
    ],
)
def test_a_value_that_no_option_means_is_wrong_usage(
    jobs: Path, reconcile: Reconcile, arguments: tuple[str, ...], told: str
) -> None:
    answer = reconcile(*arguments)
    assert answer.code == 4
    assert told in answer.err


def test_what_is_wrong_is_not_called_valid(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "bad.yaml").write_text("kind: EcsJob\n")
    answer = reconcile("validate")
    assert answer.code == 3
    assert "valid " not in answer.out.replace("validate", "")
    assert "3 errors" in answer.out
