"""The command line in a directory of its own, with an embedded AWS of its own."""

from pathlib import Path

import pytest

from reconciler.cli.program import run
from reconciler.local import LocalAws
from tests.cli.command_line import HELLO, SETTINGS, Answer, Reconcile, lead_to


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory `jobs.d` with Settings and one job, in the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILER_LOCAL_STATE", str(tmp_path / "state" / "local.json"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    directory = tmp_path / "jobs.d"
    directory.mkdir()
    (directory / "settings.yaml").write_text(SETTINGS)
    (directory / "hello.yaml").write_text(HELLO)
    return directory


@pytest.fixture
def reconcile(capsys: pytest.CaptureFixture[str]) -> Reconcile:
    """Run one command line in this process."""

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Answer(code=int(code), out=captured.out, err=captured.err)

    return call


@pytest.fixture
def on_virtual_time(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """The command line over an embedded AWS whose clock is the only one: waiting takes no time."""
    account, region = "111111111111", "eu-west-1"
    aws.prepare(account, region, ["default"])
    lead_to(aws, account, region, monkeypatch)
    return aws
