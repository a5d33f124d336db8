"""A checkout that follows its upstream: fetch, then fast-forward or nothing, by git itself.

Git knows the remotes, keys, credential helpers and proxies of its user; nothing is asked for on a terminal. What is not
a plain fast-forward is for a person to decide, so it is told and nothing is touched.
"""

import itertools
import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import ReconcilerError, UsageError

#: Seconds that git may take for one command.
PATIENCE: Final = 120.0
_SSH: Final = "ssh -oBatchMode=yes -oConnectTimeout=15"


class NotPulled(ReconcilerError):
    """The checkout stays as it is; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The commits that a checkout was at before and after."""

    before: str
    after: str


class Checkout:
    """The git checkout that a directory lies in. `tree` is held while files change, so that nobody reads a mixture."""

    def __init__(self, directory: Path, *, tree: AbstractContextManager[object] | None = None) -> None:
        self._directory = directory
        self._tree = tree if tree is not None else nullcontext()
        self._running: subprocess.Popen[str] | None = None
        self._closed = threading.Event()

    def check(self) -> None:
        """Raise UsageError where there is nothing that could be followed."""
        try:
            self._git("rev-parse", "--show-toplevel")
        except NotPulled as error:
            hint = "clone the repository there, or leave --pull out"
            raise UsageError(f"--pull: {self._directory} is in no git checkout ({error.message})", hint=hint) from None
        if not self._try("rev-parse", "--verify", "--quiet", "@{upstream}"):
            branch = self._try("symbolic-ref", "--short", "--quiet", "HEAD")
            if not branch:
                raise UsageError("--pull: no branch is checked out", hint="git switch BRANCH")
            hint = f"git branch --set-upstream-to=origin/{branch}"
            raise UsageError(f"--pull: the branch {branch} follows no upstream", hint=hint)

    def pull(self) -> Moved | None:
        """Bring the checkout to where its upstream is; None where it is there already.

        Raises NotPulled, the checkout untouched, on local changes or commits, a forced push, files in the way, and a
        remote that does not answer.
        """
        followed = self._try("rev-parse", "@{upstream}")
        self._fetch()
        before, after = self._git("rev-parse", "HEAD"), self._git("rev-parse", "@{upstream}")
        if changed := self._git("status", "--porcelain", "--untracked-files=no").splitlines():
            files = ", ".join(line[3:] for line in changed[:3]) + (" …" if len(changed) > 3 else "")
            raise NotPulled(f"local changes are in the checkout: {files}", hint="commit or discard them")
        if before == after:
            return None
        if self._git("merge-base", before, after, fails="") != before:
            raise _diverged(before, after, followed)
        with self._tree:
            self._git("merge", "--ff-only", "--quiet", after)
        return Moved(before=before, after=after)

    def close(self) -> None:
        """End a command that is under way, with everything that it has started."""
        self._closed.set()
        if self._running is not None:
            _end(self._running)

    def _fetch(self) -> None:
        remote = self._try("config", f"branch.{self._git('symbolic-ref', '--short', 'HEAD')}.remote")
        if remote != ".":
            self._git("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--prune", remote or "origin")

    def _try(self, *arguments: str) -> str:
        return self._git(*arguments, fails="")

    def _git(self, *arguments: str, fails: str | None = None) -> str:
        """Run git and answer what it says; `fails` is the answer where it fails, else NotPulled is raised."""
        if self._closed.is_set():
            raise NotPulled("the loop ends")
        command = ["git", "-C", str(self._directory), *arguments]
        try:
            self._running = subprocess.Popen(  # noqa: S603 - fixed words, and names that git itself has told
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=_environment(os.environ),
                start_new_session=True,
            )
        except OSError as error:
            raise NotPulled(f"git cannot be run ({error.strerror or error})", hint="install git") from error
        with self._running as running:
            if self._closed.is_set():  # since it was looked at
                _end(running)
            try:
                said, complaint = running.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                _end(running)
                raise NotPulled(f"git {arguments[0]} took longer than {PATIENCE:g} s") from None
        if running.returncode == 0:
            return said.rstrip()
        if fails is not None:
            return fails
        raise NotPulled(f"git {arguments[0]}: {_gist(complaint) or f'exit {running.returncode}'}")


def _end(running: "subprocess.Popen[str]") -> None:
    """End a command with everything that it has started; it may end by itself at this very moment."""
    if running.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)


def _diverged(before: str, after: str, followed: str) -> NotPulled:
    """Answer why there is no way forward from `before`; `followed` is where upstream was when it was last looked at."""
    if followed == before:
        message = f"upstream was rewritten (forced push): {after[:12]} does not contain {before[:12]}"
        return NotPulled(message, hint="`git reset --hard @{upstream}` follows it")
    message = f"the checkout has commits that upstream lacks: {before[:12]}, upstream {after[:12]}"
    return NotPulled(message, hint="push them, or `git reset --hard @{upstream}`")


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Answer an environment in which git asks nobody anything and speaks English."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never", "LC_ALL": "C"}
    return {"GIT_SSH_COMMAND": _SSH, **environment, **quiet}


def _gist(complaint: str) -> str:
    """Answer the line that says what is wrong, and the files that it announces, without the advice around it."""
    lines = [line for line in complaint.splitlines() if line.strip() and not line.startswith("hint:")]
    first = next((at for at, line in enumerate(lines) if line.startswith(("fatal:", "error:", "ERROR:"))), 0)
    if not lines:
        return ""
    files = [line.strip() for line in itertools.takewhile(lambda line: line.startswith("\t"), lines[first + 1 :])]
    return " ".join([lines[first].removeprefix("fatal: ").removeprefix("error: "), *files])
