"""What the registries of both kinds of definition do alike: look until a revision can be described, and let one go."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Final

from reconciler.aws.backends import DefinitionBackend
from reconciler.clock import Clock
from reconciler.core import ownership
from reconciler.errors import AccessDenied, NotFound, Rejected
from reconciler.model import Revision

#: Seconds between looks at a revision that was registered and cannot be described yet.
_SETTLING: Final = (1, 2, 4)


def settled(backend: DefinitionBackend, arn: str, tags: Mapping[str, str], clock: Clock) -> Revision | None:
    """Describe a revision that was just registered with `tags` as soon as AWS can; None where it cannot in time."""
    for delay in (0, *_SETTLING):
        clock.sleep(delay)
        described = backend.describe(arn)
        if described is not None and tags.keys() <= described.tags.keys():
            return described
    return None


def let_go(backend: DefinitionBackend, revision: Revision, deregister: Callable[[], object]) -> None:
    """Make a revision INACTIVE by `deregister`, then nobody's: else the tag index would list our past for long.

    That it is INACTIVE already is no error. That it is nobody's spares reading and decides nothing, so it may fail.
    """
    try:
        deregister()
    except (NotFound, Rejected):
        described = backend.describe(revision.arn)
        if described is not None and described.active:
            raise
    if ownership.OWNER in revision.tags:
        with contextlib.suppress(NotFound, Rejected, AccessDenied):
            backend.tag(revision, {}, remove=[ownership.OWNER])
