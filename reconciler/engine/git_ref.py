"""The manifests' directory as another commit has it, written beside everything else: no checkout, no index is touched.

Files come out as a checkout would have them (line ends, filters). Only the directory itself is written at first, and
then what its manifests name outside of it: a repository may be large.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from reconciler.core.ownership import Commit
from reconciler.errors import UsageError

_FLAG: Final = "--against"
#: Nobody is asked anything, and messages are in English; the index is one of our own.
_QUIET: Final = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A directory at a commit: `directory` is its copy, which is not there where that commit has none.

    `top` is the folder that stands for the repository's top level.
    """

    ref: str
    commit: Commit
    top: Path
    directory: Path
    repository: Path
    index: Path

    def add(self, paths: Iterable[Path]) -> bool:
        """Write further files of the commit, by their paths in the copy; answer whether there were any."""
        named = [path.relative_to(self.top).as_posix() for path in paths if path.is_relative_to(self.top)]
        return bool(named) and self.write(*(f":(top,literal){name}" for name in named))

    def told(self, file: str) -> str:
        """Answer a file of the copy as git names it: `main:jobs.d/report.yaml`."""
        inside = file.removeprefix(f"{self.top}{os.sep}")
        return f"{self.ref}:{inside}" if inside != file else file

    def write(self, *pathspecs: str) -> bool:
        """Write what git finds by these pathspecs; answer whether there was anything."""
        index = {"GIT_INDEX_FILE": str(self.index)}
        if not self.index.exists():
            _git(self.repository, "read-tree", self.commit.sha, environment=index)
        listed = _git(self.repository, "ls-files", "-z", "--cached", "--", *pathspecs, environment=index)
        if not listed:
            return False
        into = f"--prefix={self.top}{os.sep}"
        _git(self.repository, "checkout-index", into, "-z", "--stdin", told=listed, environment=index)
        return True


@contextmanager
def snapshot(directory: Path, ref: str) -> Iterator[Snapshot]:
    """Answer `directory` at `ref`, until the end of the block.

    Raises UsageError where it is in no repository, where there is no such commit, and where git cannot be run.
    """
    repository = Path(_top_level(directory))
    prefix = _git(directory, "rev-parse", "--show-prefix").removesuffix("\n")
    commit = _commit(directory, ref)
    with tempfile.TemporaryDirectory(prefix="reconcile-") as temporary:
        root = Path(temporary).resolve()
        top = root / "tree"
        (top / ".git").mkdir(parents=True)  # paths are told, and kept inside, from the folder that holds one
        found = Snapshot(
            ref=ref, commit=commit, top=top, directory=top / prefix, repository=repository, index=root / "index"
        )
        found.write(f":(top,literal){prefix}" if prefix else ":/")
        yield found


def _top_level(directory: Path) -> str:
    """Answer where the repository's work tree begins; git's own words where it refuses, as one of another user's."""
    try:
        return _git(directory, "rev-parse", "--show-toplevel").removesuffix("\n")
    except UsageError as error:
        if "not a git repository" in error.message or "must be run in a work tree" in error.message:
            raise UsageError(f"{_FLAG}: {directory} is in no git repository") from error
        raise


def _commit(directory: Path, ref: str) -> Commit:
    named = f"{ref}^{{commit}}"
    sha = "" if ref.startswith("-") else _git(directory, "rev-parse", "--verify", "--quiet", named, fails="").strip()
    if not sha:
        hint = "`git fetch` brings what a shallow or single-branch clone lacks; remote branches are origin/NAME"
        raise UsageError(f"{_FLAG}: {ref}: no such commit here", hint=hint)
    time = _git(directory, "log", "-1", "--format=%cI", "--no-show-signature", sha).strip()
    return Commit(sha=sha, time=datetime.fromisoformat(time))


def _git(
    directory: Path,
    *arguments: str,
    told: str = "",
    fails: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run git and answer what it says; `fails` is the answer where it fails, else UsageError is raised."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words, a commit's name, and paths that are no options
            ["git", "-C", str(directory), *arguments],  # noqa: S607
            input=told.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
            env={**os.environ, **_QUIET, **(environment or {})},
        )
    except OSError as error:
        raise UsageError(f"{_FLAG}: git cannot be run ({error.strerror or error})", hint="install git") from error
    if answer.returncode == 0:
        return answer.stdout.decode("utf-8", "surrogateescape")
    if fails is not None:
        return fails
    complaint = " ".join(answer.stderr.decode("utf-8", "replace").split())
    raise UsageError(f"{_FLAG}: git {arguments[0]}: {complaint or f'exit {answer.returncode}'}")
