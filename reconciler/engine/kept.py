"""What the passes of a loop keep from one to the next."""

from dataclasses import replace

from reconciler.aws.session import Aws
from reconciler.core.ownership import Commit
from reconciler.engine.backends import backends
from reconciler.engine.context import Backends, Known
from reconciler.engine.unchanged import Unchanged
from reconciler.model import Manifests, Settings


class Kept:
    """For the passes of one owner over one session; whoever loses it pays with calls and time only."""

    def __init__(self) -> None:
        self._backends: Backends | None = None
        self._known = Known()
        self._wanted_under: object = None

    def backends(self, aws: Aws, settings: Settings) -> Backends:
        """Answer the backends of a pass, of which some know what the earlier ones have read."""
        self._backends = backends(aws, settings, self._backends)
        return self._backends

    def known(self, manifests: Manifests, commit: Commit | None) -> Known:
        """Answer what a pass over `manifests` need not work out again.

        What a job wants depends on the job, on Settings, on the commit, and on what sources are counted from.
        """
        under = (manifests.settings, commit, manifests.directory, manifests.origin)
        if under != self._wanted_under:
            self._known, self._wanted_under = replace(self._known, wanted=Unchanged()), under
        self._known.turn()
        return self._known
