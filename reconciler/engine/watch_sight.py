"""What the loop sees of the directory, and what it tells of it: each problem once, and that none is left."""

from collections.abc import Callable
from typing import Protocol

from reconciler.core.ownership import Commit
from reconciler.engine.watch_directory import LastValid, View
from reconciler.engine.watch_events import Invalid, Told, Valid
from reconciler.errors import UsageError
from reconciler.model import Manifests


class Readable(Protocol):
    """A directory of manifests."""

    def read(self, *, anew: bool) -> tuple[Commit | None, Manifests]:
        """Read the directory, and the commit that it is at, while nothing moves it from one to another.

        `anew`: somebody said that it has changed. Raises UsageError where it is not there.
        """
        ...


class Sight:
    """The directory, looked at again and again; `view` and `commit` are those of the last look."""

    def __init__(self, directory: Readable, tell: Callable[[Told], None]) -> None:
        self._directory = directory
        self._tell = tell
        self._last_valid = LastValid()
        self._told: frozenset[str] = frozenset()
        self._digest = ""
        self.view: View | None = None
        self.commit: Commit | None = None

    def look(self, *, anew: bool) -> bool:
        """Look again, and answer whether the directory is another than before.

        Raises UsageError where the directory is not there at the very first look.
        """
        before = (self._digest, self.commit, self._told)
        try:
            self.commit, fresh = self._directory.read(anew=anew)
        except UsageError as error:
            if self.view is None:
                raise
            self.view = self._last_valid.unreadable(str(error))
            self._digest = ""
        else:
            self.view = self._last_valid.view(fresh)
            self._digest = fresh.digest
            if self.view is None:
                self._tell_errors(View(manifests=fresh, errors=fresh.problems), known=False)
        if self.view is not None:
            self._tell_errors(self.view, known=True)
        return before != (self._digest, self.commit, self._told)

    def _tell_errors(self, view: View, *, known: bool) -> None:
        errors = frozenset(str(problem) for problem in view.errors)
        news = tuple(problem for problem in view.errors if str(problem) not in self._told)
        if news:
            self._tell(Invalid(problems=news, kept=view.kept, known=known))
        elif self._told and not errors:
            self._tell(Valid())
        self._told = errors
