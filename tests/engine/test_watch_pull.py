"""A checkout that follows a bare repository: forward, or not at all and said why."""

import os
import time
from pathlib import Path

import pytest

from reconciler.engine.git_pull import Checkout, NotPulled
from reconciler.engine.git_pull_thread import Puller
from reconciler.engine.watch_alarm import QueueAlarm, Wake
from reconciler.engine.watch_events import Pulled, PullFailed, PullsAgain, Told
from reconciler.errors import UsageError
from tests.git import git


class Repository:
    """A bare upstream, somebody who pushes to it, and the host's checkout."""

    def __init__(self, root: Path) -> None:
        self.upstream, self.author, self.host = root / "upstream.git", root / "author", root / "host"
        git(root, "init", "--quiet", "--bare", "--initial-branch=main", str(self.upstream))
        git(root, "clone", "--quiet", str(self.upstream), str(self.author))
        git(self.author, "switch", "--quiet", "--create", "main")
        self.push("one")
        git(root, "clone", "--quiet", str(self.upstream), str(self.host))
        self.directory = self.host / "jobs.d"

    def push(self, text: str, *options: str, name: str = "job.yaml") -> str:
        (self.author / "jobs.d").mkdir(exist_ok=True)
        (self.author / "jobs.d" / name).write_text(f"{text}\n")
        git(self.author, "add", ".")
        git(self.author, "commit", "--quiet", "--message", text, *(("--amend",) if options else ()))
        git(self.author, "push", "--quiet", *options, "origin", "main")
        return git(self.author, "rev-parse", "HEAD")

    @property
    def text(self) -> str:
        return (self.directory / "job.yaml").read_text().strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return Repository(tmp_path)


def refusal(repository: Repository) -> str:
    """Answer why it is not pulled, after which the checkout is as it was."""
    before = (git(repository.host, "rev-parse", "HEAD"), git(repository.host, "status", "--porcelain"), repository.text)
    with pytest.raises(NotPulled) as refused:
        Checkout(repository.directory).pull()
    after = (git(repository.host, "rev-parse", "HEAD"), git(repository.host, "status", "--porcelain"), repository.text)
    assert after == before
    return str(refused.value)


def test_what_was_pushed_arrives(repository: Repository) -> None:
    checkout = Checkout(repository.directory)
    checkout.check()
    assert checkout.pull() is None
    before, after = git(repository.host, "rev-parse", "HEAD"), repository.push("two")
    moved = checkout.pull()
    assert moved is not None
    assert (moved.before, moved.after, repository.text) == (before, after, "two")
    assert checkout.pull() is None


def test_a_forced_push_is_told_and_nothing_is_touched(repository: Repository) -> None:
    before = git(repository.host, "rev-parse", "HEAD")
    after = repository.push("other", "--force")
    said = (
        f"upstream was rewritten (forced push): {after[:12]} does not contain {before[:12]} — "
        "`git reset --hard @{upstream}` follows it"
    )
    assert refusal(repository) == said


def test_local_changes_are_told_whether_or_not_upstream_moved(repository: Repository) -> None:
    (repository.directory / "job.yaml").write_text("mine\n")
    said = "local changes are in the checkout: jobs.d/job.yaml — commit or discard them"
    assert refusal(repository) == said
    repository.push("two")
    assert refusal(repository) == said


def test_local_commits_are_told(repository: Repository) -> None:
    git(repository.host, "commit", "--quiet", "--allow-empty", "--message", "mine")
    repository.push("two")
    assert refusal(repository).startswith("the checkout has commits that upstream lacks: ")


def test_an_untracked_file_in_the_way_is_told(repository: Repository) -> None:
    (repository.directory / "new.yaml").write_text("mine\n")
    repository.push("theirs", name="new.yaml")
    assert refusal(repository) == (
        "git merge: The following untracked working tree files would be overwritten by merge: jobs.d/new.yaml"
    )
    assert (repository.directory / "new.yaml").read_text() == "mine\n"


def test_a_remote_that_is_gone_is_told(repository: Repository) -> None:
    repository.upstream.rename(repository.upstream.with_name("elsewhere"))
    assert refusal(repository) == f"git fetch: '{repository.upstream}' does not appear to be a git repository"


def test_what_cannot_be_followed_is_wrong_usage(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(UsageError, match="is in no git checkout"):
        Checkout(tmp_path / "plain").check()
    git(repository.host, "branch", "--unset-upstream")
    with pytest.raises(UsageError, match="the branch main follows no upstream — git branch --set-upstream-to"):
        Checkout(repository.directory).check()
    git(repository.host, "switch", "--quiet", "--detach")
    with pytest.raises(UsageError, match="no branch is checked out"):
        Checkout(repository.directory).check()


def test_every_trouble_is_told_once_and_that_it_is_over(repository: Repository) -> None:
    told: list[Told] = []
    alarm = QueueAlarm()
    puller = Puller(Checkout(repository.directory), alarm, interval=60, tell=told.append)
    (repository.directory / "job.yaml").write_text("mine\n")
    puller.turn()
    puller.turn()
    git(repository.host, "checkout", "--quiet", ".")
    before, after = git(repository.host, "rev-parse", "HEAD"), repository.push("two")
    puller.turn()
    puller.turn()
    assert told == [
        PullFailed(error="local changes are in the checkout: jobs.d/job.yaml — commit or discard them"),
        PullsAgain(),
        Pulled(before=before, after=after),
    ]
    assert alarm.wait(0) == {Wake.ASKED}


def test_the_thread_ends_with_the_loop(repository: Repository) -> None:
    alarm = QueueAlarm()
    puller = Puller(Checkout(repository.directory), alarm, interval=3600, tell=lambda _: None)
    repository.push("two")
    puller.start()
    assert alarm.wait(60) == {Wake.ASKED}
    assert repository.text == "two"
    puller.close()
    assert not puller._thread.is_alive()


def test_a_git_that_ends_just_before_it_is_ended_is_no_trouble(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fetching, end = tmp_path / "fetching", tmp_path / "end"
    pack = f"touch {fetching}; until [ -e {end} ]; do sleep 0.02; done; false"
    git(repository.host, "config", "remote.origin.uploadpack", pack)
    puller = Puller(Checkout(repository.directory), QueueAlarm(), interval=3600, tell=lambda _: None)
    puller.start()
    while not fetching.exists():
        time.sleep(0.02)

    def late(group: int, number: int) -> None:
        end.touch()
        puller._thread.join(60)
        raise ProcessLookupError(group, number)  # what the kernel says, where nobody holds on to its children

    monkeypatch.setattr(os, "killpg", late)
    puller.close()
    assert not puller._thread.is_alive()
