"""Paths of `ignoreDifferences` that could ignore nothing."""

from collections.abc import Iterator

from reconciler.manifests.rules.findings import Finding, Rule, Scene
from reconciler.model import Path

_IGNORED: Path = ("spec", "ignoreDifferences")


def _paths_can_be_read(scene: Scene) -> Iterator[Finding]:
    for position, path in enumerate(scene.spec.get("ignoreDifferences", ())):
        from reconciler.core.paths import check_ignore

        fault = check_ignore(path)
        if fault is not None:
            yield Finding(path=(*_IGNORED, position), message=fault)


IGNORED_RULES = (Rule(check=_paths_can_be_read, reads=(_IGNORED,)),)
