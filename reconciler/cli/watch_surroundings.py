"""The process that a loop runs in: the directory as the options want it read, sessions, and the lock."""

import os
import threading
from contextlib import AbstractContextManager
from datetime import UTC
from typing import TYPE_CHECKING

from reconciler.cli.checkout import commit_of
from reconciler.cli.garbage import Sweeper
from reconciler.cli.invocation import Access, Invocation
from reconciler.core import differences
from reconciler.engine.watch_directory import Reader
from reconciler.engine.watch_files import FileEvents
from reconciler.engine.watch_lock import default_directory, held
from reconciler.manifests.recollection import Recollection
from reconciler.model import Manifests, Report, Settings
from reconciler.reports.presentable import presentable
from reconciler.reports.scrubbing import Scrubber

if TYPE_CHECKING:
    from reconciler.aws.session import Aws
    from reconciler.core.ownership import Commit


class Process:
    """What :class:`reconciler.engine.watch.Surroundings` asks for, over one command line."""

    def __init__(self, invocation: Invocation, files: FileEvents) -> None:
        self.tree: AbstractContextManager[object] = threading.Lock()
        """Held while the directory is read, and while somebody else changes many of its files."""
        self._invocation = invocation
        self._recollection = invocation.recollection = Recollection()
        self._reading_pays = False
        self._sweeper = Sweeper()
        self._files = files
        self._reader = Reader(invocation.options.directory, self._read)
        self._scrubber = Scrubber(None, ())
        self.manifests: Manifests | None = None

    def update(self) -> None:
        """See that the directory that is there now is watched."""
        self._files.renew()

    def read(self, *, anew: bool) -> "tuple[Commit | None, Manifests]":
        """Read the directory, where anything that it depends on has changed, and which commit it is at."""
        with self.tree:  # git writes the files first, and says afterwards which commit they are of
            commit = self._invocation.commit = commit_of(self._invocation.options.directory)
            manifests = self._reader.manifests(state=str(commit), anew=anew or self._reading_pays)
        self._reading_pays = False
        if manifests is not self.manifests:
            self.manifests = manifests
            self._scrubber = Scrubber(manifests, self._invocation.show)
        return commit, manifests

    def _read(self) -> Manifests:
        invocation = self._invocation
        invocation.manifests = invocation.load(*invocation.identity)
        invocation.look_up_identity(Access.WRITE)
        return invocation.manifests

    def rest(self) -> None:
        """Do what can wait until nothing else does, so that what comes next need not wait for it."""
        differences.prepare()
        self._reading_pays = self._recollection.settle()
        self._sweeper.sweep()

    def session(self, settings: Settings) -> "Aws":
        """Answer a new session."""
        return self._invocation.session(Access.WRITE, settings)

    def reading_session(self, settings: Settings) -> "Aws":
        """Answer a new session for what is only looked at, beside the loop."""
        return self._invocation.session(Access.READ, settings)

    def writing_session(self) -> "Aws":
        """Answer a new session in the settings' account and Region, as the loop has."""
        return self._invocation.session(Access.WRITE, self.manifests.settings if self.manifests is not None else None)

    def lock(self, settings: Settings) -> AbstractContextManager[object]:
        """Keep every other loop of this owner, in the same account and Region, off this host."""
        options = self._invocation.options
        scope = "\n".join(
            str(part)
            for part in (settings.account_id, options.region or settings.region, options.endpoint_url, options.local)
        )
        since = self._invocation.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = f"process {os.getpid()} on {options.directory} since {since}"
        return held(default_directory(os.environ), settings.owner, scope, told=told)

    def scrub(self, text: str, job: str = "") -> str:
        """Answer free text without the hidden values of a job, or of all."""
        return self._scrubber.text(text, job)

    def presentable(self, report: Report) -> Report:
        """Answer a report without hidden values."""
        return presentable(report, self.manifests, self._invocation.show)
