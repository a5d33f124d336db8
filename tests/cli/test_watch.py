"""The loop as a process: real files, real signals, one log line for each thing that happens."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.local import LocalAws
from tests.cli.command_line import HELLO, SETTINGS
from tests.git import git

PASS = "pass "
#: Nothing here takes so long; who waits longer has failed.
PATIENCE = 60


class Loop:
    """A running `reconcile --watch`, and the lines of its log."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def hear(self, words: str) -> str:
        """Answer the next line that holds `words`."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"the loop ended without saying {words!r}:\n{''.join(self.lines)}")

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=PATIENCE)
        self.lines += rest.splitlines(keepends=True)
        return self.process.returncode


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    found = tmp_path / "jobs.d"
    found.mkdir()
    (found / "settings.yaml").write_text(SETTINGS.replace("111111111111", "123456789012"))
    (found / "hello.yaml").write_text(HELLO.replace("once: {}", "suspend: false"))
    return found


def settings_of(aws: LocalAws, directory: Path, **more: str) -> Mapping[str, str]:
    return {**os.environ, **aws.environment, "RECONCILER_LOCK_DIR": str(directory.parent / "locks"), **more}


#: `reconcile`, and one that waits for nothing once it was told to end.
PROGRAM = ("-m", "reconciler.cli")
IMPATIENT = ("-c", "from reconciler.cli import main, signals; signals.GRACE = 0.0; main()")


@contextmanager
def watching(
    aws: LocalAws,
    directory: Path,
    *options: str,
    program: Sequence[str] = PROGRAM,
    patience: float = PATIENCE,
    **variables: str,
) -> Iterator[Loop]:
    command = (*program, "--watch", str(directory), "--rate-limits", "off", "--endpoint-url", aws.endpoint, *options)
    with looping(command, settings_of(aws, directory, **variables), patience) as loop:
        yield loop


@contextmanager
def looping(command: Sequence[str], environment: Mapping[str, str], patience: float = PATIENCE) -> Iterator[Loop]:
    with subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.PIPE, text=True) as process:
        impatience = threading.Timer(patience, process.kill)
        impatience.start()
        try:
            yield Loop(process)
        finally:
            impatience.cancel()
            process.kill()


def test_a_saved_file_is_acted_upon_and_a_signal_ends_the_loop_in_order(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory, "--interval", "3600") as loop:
        assert "created task-definition hello; 1 job: 1 in sync" in loop.hear(PASS)
        manifest = directory / "hello.yaml"
        manifest.write_text(manifest.read_text().replace("hello:1", "hello:2"))
        assert "updated task-definition hello" in loop.hear(PASS)
        beside = directory / "hello.new"
        beside.write_text(manifest.read_text().replace("hello:2", "hello:3"))
        beside.rename(manifest)
        assert "updated task-definition hello" in loop.hear(PASS)
        assert loop.end() == 0
        assert loop.lines[-1].endswith("stopped after 3 passes; runs go on\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_loop_in_order_that_has_the_embedded_aws_to_itself(directory: Path, number: int) -> None:
    own = {"RECONCILER_LOCAL_STATE": str(directory.parent / "state"), "RECONCILER_LOCK_DIR": str(directory.parent)}
    with looping((*PROGRAM, "--watch", "--local", str(directory)), {**os.environ, **own}) as loop:
        loop.hear(PASS)
        assert loop.end(number) == 0
        assert loop.lines[-1].endswith("stopped after 1 pass; runs go on\n")


def test_a_checkout_of_many_files_makes_one_pass(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory, "--interval", "3600") as loop:
        loop.hear(PASS)
        for number in range(60):
            text = HELLO.replace("name: hello", f"name: job-{number}").replace("once: {}", "suspend: true")
            (directory / f"job-{number}.yaml").write_text(text)
        assert "pass 2: created task-definition job-0" in loop.hear(PASS)
        assert "61 jobs: 61 in sync" in loop.lines[-1]
        assert loop.end(signal.SIGINT) == 0


def test_a_broken_file_is_said_once_in_json_and_a_hangup_makes_a_pass(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory, "--interval", "3600", "--log-format", "json") as loop:
        first = json.loads(loop.hear('"pass"'))
        assert (first["number"], first["wokenBy"]) == (1, ["start"])
        assert first["changed"][0] | {"reason": ""} == {
            "action": "create",
            "kind": "task-definition",
            "name": "hello",
            "job": "hello",
            "reason": "",
        }
        (directory / "hello.yaml").write_text(HELLO.replace("cpu: 256", "cpu: lots"))
        problem = json.loads(loop.hear('"level": "error"'))
        assert problem["kept"] == ["hello"]
        assert problem["path"] == "spec.taskDefinition.cpu"
        (directory / "hello.yaml").unlink()
        (directory / "other.yaml").write_text(HELLO.replace("hello", "other").replace("once: {}", "suspend: true"))
        loop.process.send_signal(signal.SIGHUP)
        assert [step["name"] for step in json.loads(loop.hear('"pass"'))["changed"]] == ["other"]
        assert loop.end() == 0
        assert sum('"level": "error"' in line for line in loop.lines) == 1


def test_a_second_loop_of_the_owner_is_refused(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory) as loop:
        loop.hear(PASS)
        with watching(aws, directory) as second:
            said = second.hear("reconcile: ")
            assert second.process.wait(PATIENCE) == 1
        assert f"a loop of owner team runs on this host already: process {loop.process.pid} on {directory}" in said
        assert loop.end() == 0
    with watching(aws, directory) as third:
        third.hear(PASS)
        assert third.end() == 0


def test_a_second_signal_leaves_at_once(aws: LocalAws, directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with watching(aws, directory, "--endpoint-url", endpoint) as loop:
            loop.hear("watching")
            call, _ = silent.accept()
            with call:
                # two of the same number might arrive as one
                loop.process.send_signal(signal.SIGTERM)
                assert loop.end(signal.SIGINT) in {128 + signal.SIGTERM, 128 + signal.SIGINT}
    assert "stopped after 0 passes (a second signal, SIG" in loop.lines[-1]


def test_who_waits_no_longer_for_an_answer_says_so_at_the_end(aws: LocalAws, directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with watching(aws, directory, "--endpoint-url", endpoint, "--log-format", "json", program=IMPATIENT) as loop:
            loop.hear("watching")
            call, _ = silent.accept()
            with call:
                assert loop.end() == 0
    last = json.loads(loop.lines[-1])
    assert (last["event"], last["level"], last["passes"]) == ("stopped", "warning", 0)
    assert last["cutShort"] == "what was under way took longer than 0 s"


def test_wrong_usage_at_the_start_ends_it(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory / "nowhere") as loop:
        assert "no such directory" in loop.hear("reconcile: ")
        assert loop.process.wait(PATIENCE) == 4


def test_systemd_hears_when_it_is_ready_alive_and_about_to_end(aws: LocalAws, directory: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(PATIENCE)
        with watching(aws, directory, NOTIFY_SOCKET=str(tmp_path / "notify")) as loop:
            assert ear.recv(4096) == b"READY=1\nSTATUS=watching"
            steps = 0
            while (told := ear.recv(4096)) == b"WATCHDOG=1":
                steps += 1
            assert steps, "it is alive in the middle of a pass"
            assert told.startswith(b"WATCHDOG=1\nSTATUS=1 created; 1 job: 1 in sync")
            assert loop.end() == 0
            assert ear.recv(4096) == b"STOPPING=1"


def test_nothing_hidden_is_logged(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory, "--log-format", "json") as loop:
        loop.hear('"pass"')
        aws.faults.add("ecs:RegisterTaskDefinition", "error", code="ClientException", reason="canary-4711 is no name")
        manifest = directory / "hello.yaml"
        manifest.write_text(manifest.read_text().replace("hello:1", "hello:2"))
        told = loop.hear('"job-failed"')
        assert "*** is no name" in told
        assert loop.end() == 0
        assert not any("canary" in line for line in loop.lines)


def test_with_pull_a_pushed_commit_is_acted_upon(aws: LocalAws, directory: Path) -> None:
    git(directory, "init", "--quiet", "--initial-branch=main")
    git(directory, "add", ".")
    git(directory, "commit", "--quiet", "--message", "one")
    host = directory.parent / "host"
    git(directory.parent, "clone", "--quiet", str(directory), str(host))
    with watching(aws, host, "--pull", "--interval", "1", GIT_CONFIG_GLOBAL=os.devnull) as loop:
        loop.hear(PASS)
        (directory / "hello.yaml").write_text((directory / "hello.yaml").read_text().replace("hello:1", "hello:2"))
        git(directory, "commit", "--quiet", "--all", "--message", "two")
        after = git(directory, "rev-parse", "HEAD")
        loop.hear(f"→ {after[:12]}")
        assert "updated task-definition hello" in loop.hear("updated")
        assert loop.end() == 0
    ecs = aws.client("ecs", region="eu-west-1")
    tags = ecs.describe_task_definition(taskDefinition="hello", include=["TAGS"])["tags"]
    assert next(tag["value"] for tag in tags if tag["key"] == "reconciler:commit").startswith(after[:7])


def test_pull_without_a_checkout_is_wrong_usage(aws: LocalAws, directory: Path) -> None:
    with watching(aws, directory, "--pull") as loop:
        assert "is in no git checkout" in loop.hear("reconcile: ")
        assert loop.process.wait(PATIENCE) == 4


def test_systemd_does_not_hear_of_a_loop_that_may_not_run(aws: LocalAws, directory: Path, tmp_path: Path) -> None:
    with watching(aws, directory) as loop, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        loop.hear(PASS)
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        with watching(aws, directory, "--listen", "127.0.0.1:0", NOTIFY_SOCKET=str(tmp_path / "notify")) as second:
            second.hear("reconcile: ")
            assert second.process.wait(PATIENCE) == 1
        with pytest.raises(BlockingIOError):
            ear.recv(4096)
        assert loop.end() == 0
