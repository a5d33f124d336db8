"""`--listen` on the command line: what it wants, and a loop that answers."""

import json
import re
import urllib.request
from pathlib import Path

import pytest

from reconciler.cli import web
from reconciler.cli.program import run
from reconciler.local import LocalAws
from tests.cli.test_watch import PASS, directory, watching

__all__ = ["directory"]


def refused(capsys: pytest.CaptureFixture[str], directory: Path, *options: str) -> str:
    assert run(["--watch", str(directory), "--local", *options]) == 4
    return capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(web, "find_spec", lambda package: None if package == "uvicorn" else package)
    said = refused(capsys, directory, "--listen", "127.0.0.1:0")
    assert said == "reconcile: --listen: the web server is not installed — pip install 'reconciler[web]'\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--listen", "here"], '--listen: expected HOST:PORT, got "here" — --listen 127.0.0.1:9180'),
        (
            ["--listen", "0.0.0.0:0"],
            "--listen: 0.0.0.0 can be reached from other hosts, and there is no token — name a file with one by "
            "--token-file; or --listen 127.0.0.1:9180 behind a proxy that knows who asks",
        ),
        (["--token-file", "token"], "--listen is needed for --token-file"),
        (
            ["--listen", "127.0.0.1:0", "--token-file", "nowhere"],
            "--listen: no token can be read from nowhere (No such file or directory)",
        ),
    ],
)
def test_wrong_usage_is_said(
    directory: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert refused(capsys, directory, *options) == f"reconcile: {said}\n"


@pytest.mark.parametrize("text", ["", "short", "a" * 15, "sixteen-chars-\x00xx", "ein-schlüssel-der-zu-fremd-ist"])
def test_a_token_that_can_be_guessed_or_sent_wrong_is_refused(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "token").write_text(text)
    said = refused(capsys, directory, "--listen", "0.0.0.0:0", "--token-file", str(tmp_path / "token"))
    assert "expected a token of 16 characters of ASCII or more in " in said


def test_a_port_that_is_taken_is_wrong_usage(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(capsys, directory, "--listen", f"127.0.0.1:{port}")
    assert said == f"reconcile: --listen: 127.0.0.1:{port} cannot be listened on (Address already in use)\n"


def test_a_loop_answers_with_its_state_its_metrics_and_the_logs_of_its_runs(aws: LocalAws, directory: Path) -> None:
    manifest = (directory / "hello.yaml").read_text().replace("suspend: false", "logs: {}\n  once: {}")
    manifest = manifest.replace("cpu: 256", "executionRoleArn: arn:aws:iam::123456789012:role/exec\n    cpu: 256")
    (directory / "hello.yaml").write_text(
        manifest.replace(
            "value: canary-4711}", "value: canary-4711}, {name: LOCAL_OUTCOME, value: log I know canary-4711}"
        )
    )
    aws.prepare("123456789012", "eu-west-1", ["default"])
    options = ("--listen", "127.0.0.1:0", "--interval", "3600")
    with watching(aws, directory, *options) as loop:
        url = loop.hear("listening on ").split("listening on ")[1].strip()

        def get(path: str) -> str:
            with urllib.request.urlopen(url + path) as answer:
                text: str = answer.read().decode()
                return text

        loop.hear(PASS)
        assert get("readyz") == "ready\n"
        aws.advance(12)
        loop.hear("hello is Running")
        while (told := json.loads(get("status.json")))["report"]["jobs"][0]["health"] != "Running":
            assert told["report"]["jobs"][0]["health"] == "Pending"
        assert told["report"]["jobs"][0]["sync"] == "InSync"
        assert 'reconciler_run_starts_total{job="hello"} 1.0' in get("metrics")
        while not (found := re.findall(r'data-run="(\w+)"', page := get(""))):
            assert "hello" in page
        while not (logs := json.loads(get(f"logs/{found[0]}")))["lines"]:
            assert not logs["error"], logs
        assert [line["text"] for line in logs["lines"]] == ["I know ***"]
        assert "canary" not in page
        assert loop.end() == 0
