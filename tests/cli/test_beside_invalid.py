"""What people do with single jobs and runs goes on beside manifests that a colleague has broken."""

import json
from pathlib import Path

import pytest

from reconciler.local import LocalAws
from tests.cli.command_line import HELLO, SETTINGS, Reconcile

BROKEN = HELLO.replace("name: hello", "name: broken").replace("  once: {}", "  twice: {}")
BORROWING = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: borrowing}
spec: {definitionOf: broken}
"""
TENDING = [
    (("runs", "hello"), "Running"),
    (("logs", "hello"), ""),
    (("suspend", "hello"), "hello: suspended\n"),
    (("resume", "hello"), "hello: is not suspended by hand\n"),
    (("stop", "hello"), "hello  "),
    (("wait", "hello", "--timeout", "1"), ""),
]


@pytest.fixture
def running(jobs: Path, reconcile: Reconcile, on_virtual_time: LocalAws) -> Path:
    """A directory with a job that runs for an hour."""
    lasting = "- name: main\n        dockerLabels: {local.outcome: exit 0 after 1h}"
    (jobs / "hello.yaml").write_text(HELLO.replace("- name: main", lasting))
    assert reconcile("apply").code == 0
    on_virtual_time.advance(60)
    return jobs


@pytest.mark.parametrize("text", [BROKEN, "kind: [\n"], ids=["invalid", "unreadable"])
@pytest.mark.parametrize(("arguments", "said"), TENDING, ids=lambda each: each[0] if isinstance(each, tuple) else "")
def test_what_a_colleague_has_broken_is_left_out_and_said(
    running: Path, reconcile: Reconcile, text: str, arguments: tuple[str, ...], said: str
) -> None:
    before = reconcile(*arguments).code if arguments[0] == "wait" else 0
    (running / "broken.yaml").write_text(text)
    answer = reconcile(*arguments)
    assert (answer.code, said in answer.out) == (before, True), answer
    assert answer.err.startswith("reconcile: left out: jobs.d/broken.yaml:"), answer.err


@pytest.mark.parametrize("name", ["broken", "borrowing"])
@pytest.mark.parametrize("prefix", ["", "  namePrefix: ours-\n"], ids=["bare", "prefixed"])
@pytest.mark.parametrize("verb", ["runs", "suspend", "resume"])
def test_who_means_what_is_broken_is_told_what_is_wrong(
    jobs: Path, reconcile: Reconcile, on_virtual_time: LocalAws, verb: str, name: str, prefix: str
) -> None:
    (jobs / "settings.yaml").write_text(SETTINGS + prefix)
    (jobs / "broken.yaml").write_text(BROKEN)
    (jobs / "borrowing.yaml").write_text(BORROWING)
    answer = reconcile(verb, name)
    assert answer.code == 3, answer
    assert "twice" in answer.out


@pytest.mark.parametrize("prefix", ["", "  namePrefix: ours-\n"], ids=["bare", "prefixed"])
def test_a_run_is_looked_at_and_stopped_whose_own_manifest_is_broken(
    running: Path, reconcile: Reconcile, on_virtual_time: LocalAws, prefix: str
) -> None:
    text = (running / "hello.yaml").read_text()
    (running / "settings.yaml").write_text(SETTINGS + prefix)
    assert reconcile("apply").code == 0
    (running / "hello.yaml").write_text(text.replace("  once: {}", "  twice: {}"))
    assert reconcile("logs", "hello").code == 0
    assert reconcile("wait", "hello", "--timeout", "1").code == 1
    stopped = reconcile("stop", "hello")
    assert stopped.code == 0, stopped
    (running / "hello.yaml").write_text(text)
    on_virtual_time.advance(300)
    report = json.loads(reconcile("status", "--format", "json").out)
    (job,) = (job for job in report["jobs"] if job["sync"] == "InSync")
    assert job["health"] == "Failed"
    assert job["lastRun"]["reason"].endswith("reconciler: stopped on request")


@pytest.mark.parametrize("verb", ["runs", "logs", "suspend", "resume", "stop", "wait"])
def test_without_settings_that_can_be_relied_on_nothing_is_done(running: Path, reconcile: Reconcile, verb: str) -> None:
    (running / "settings.yaml").write_text(SETTINGS + "  regoin: eu-west-1\n")
    answer = reconcile(verb, "hello")
    assert answer.code == 3, answer
    assert "regoin" in answer.out


def test_all_are_suspended_but_what_is_broken_and_that_is_a_failure(running: Path, reconcile: Reconcile) -> None:
    (running / "broken.yaml").write_text(BROKEN)
    answer = reconcile("suspend", "--all")
    assert answer.code == 1
    first, second = answer.out.splitlines()
    assert first == "hello: suspended"
    assert second.startswith("not suspended: jobs.d/broken.yaml:")
    document = json.loads(reconcile("suspend", "--all", "--format", "json").out)
    assert [job["message"] for job in document["jobs"]] == ["is suspended already"]
    assert [problem["severity"] for problem in document["problems"]] == ["error"]


def test_a_run_that_is_launched_needs_a_whole_directory(running: Path, reconcile: Reconcile) -> None:
    (running / "broken.yaml").write_text(BROKEN)
    for arguments in (("run", "hello"), ("retry", "hello"), ("apply",), ("plan",)):
        assert reconcile(*arguments).code == 3, arguments
