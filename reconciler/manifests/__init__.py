"""What people wrote → jobs: files, YAML 1.2, variables, settings and overlays, schemas, cross-file rules."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.manifests.request import LoadRequest
from reconciler.model import Manifests

if TYPE_CHECKING:
    from reconciler.manifests.recollection import Recollection

__all__ = ["LoadRequest", "defaults", "environments", "load"]


def load(directory: Path, request: LoadRequest, recollection: "Recollection | None" = None) -> Manifests:
    """Answer what the directory says: its valid jobs, its settings, and every problem of every file, sorted.

    Who reads it again and again keeps a `recollection` between the readings, which makes them faster and no others.

    Nothing that people wrote raises. Raises UsageError where the directory cannot be listed, and where the environment
    is not chosen or does not exist.
    """
    from reconciler.manifests import directory as reader

    return reader.load(directory, request, recollection)


def environments(directory: Path) -> tuple[str, ...]:
    """Answer the environments that the directory's Settings declare, in order of name.

    Raises UsageError where the directory cannot be listed.
    """
    from reconciler.manifests import directory as reader

    return reader.environments(directory)


def defaults(directory: Path, request: LoadRequest) -> Mapping[str, Mapping[str, Any]]:
    """Answer Settings' defaults by kind, in the chosen environment, their `${{ }}` still in them.

    Raises UsageError as :func:`load` does.
    """
    from reconciler.manifests import directory as reader

    return reader.defaults(directory, request)
