"""What a loop reads, while git moves the checkout that it reads from."""

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import Options
from reconciler.cli.watch_surroundings import Process
from reconciler.engine.watch_alarm import QueueAlarm
from reconciler.engine.watch_files import FileEvents
from reconciler.engine.watch_sight import Sight
from reconciler.model import Owned
from tests.engine.harness import SETTINGS, one_shot
from tests.git import git


class PullJustBefore(AbstractContextManager[None]):
    """A lock that somebody else gets first, who moves the checkout to a commit and lets go of it."""

    def __init__(self, checkout: Path, commit: str) -> None:
        self._checkout = checkout
        self._commit = commit

    def __enter__(self) -> None:
        git(self._checkout, "checkout", "--quiet", self._commit)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


def test_a_pull_that_comes_first_leaves_no_new_manifest_with_the_old_commit(tmp_path: Path) -> None:
    directory = tmp_path / "jobs.d"
    directory.mkdir()
    (directory / "settings.yaml").write_text(SETTINGS)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commits = []
    for image in ("app:1", "app:2"):
        (directory / "report.yaml").write_text(one_shot("report").replace("app:1", image))
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", image)
        commits.append(git(tmp_path, "rev-parse", "HEAD"))
    git(tmp_path, "checkout", "--quiet", commits[0])
    invocation = Invocation(verb="watch", options=Options(directory=directory))
    process = Process(invocation, FileEvents(directory, QueueAlarm(), lambda _: None))
    process.tree = PullJustBefore(tmp_path, commits[1])
    sight = Sight(process, lambda _: None)
    sight.look(anew=True)
    assert sight.view is not None
    assert sight.commit is not None
    (job,) = sight.view.manifests.jobs
    assert isinstance(job.definition, Owned)
    (container,) = job.definition.body["containerDefinitions"]
    assert (container["image"], sight.commit.sha) == ("app:2", commits[1])
