"""What a process that reads a directory again and again remembers from one reading to the next.

A file that looks as it did is not opened, one that says the same not parsed, and what came of it is the same object as
before as long as Settings and the variables that it asked for are the same. May be lost at any moment; only the time
that a reading takes depends on it.
"""

from pathlib import Path
from typing import Final

from reconciler.clock import SystemClock
from reconciler.manifests.cache import Cache
from reconciler.manifests.contents import Contents

#: Fewer files than these take no time that anybody would notice.
_MANY: Final = 20


class Recollection:
    """To be handed to every reading of one directory; other processes may go by it once it is saved."""

    def __init__(self) -> None:
        self.contents = Contents(SystemClock())
        self._cache: Cache | None = None
        self._of: tuple[Path | None, Path, str | None] | None = None

    def cache(self, root: Path | None, directory: Path, environment: str | None) -> Cache:
        """Answer what is remembered of a directory in an environment, below `root` for those who come after."""
        if self._cache is None or self._of != (root, directory, environment):
            self._cache, self._of = Cache.of(root, directory, environment, kept=True), (root, directory, environment)
        return self._cache

    def settle(self) -> bool:
        """Let other processes go by what is remembered, for when nobody waits; answer whether one more reading pays.

        What many files say, read anew and held as trees, is then held as the few values that came of it, and the
        reading after that has nothing to do for them.
        """
        if self._cache is None:
            return False
        self._cache.save()
        return self._cache.unread >= _MANY
