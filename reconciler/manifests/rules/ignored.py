"""Paths of `ignoreDifferences` that could ignore nothing."""

from collections.abc import Iterator

from reconciler.manifests import schemas
from reconciler.manifests.rules.findings import Finding, Rule, Scene
from reconciler.model import Path, Severity

_IGNORED: Path = ("spec", "ignoreDifferences")


def _paths_can_be_read(scene: Scene) -> Iterator[Finding]:
    for position, path in enumerate(scene.spec.get("ignoreDifferences", ())):
        from reconciler.core.paths import ANY, check_ignore, parse

        fault = check_ignore(path)
        if fault is not None:
            yield Finding(path=(*_IGNORED, position), message=fault)
            continue
        first = parse(path)[0]
        if first != ANY and not schemas.knows(scene.draft.kind, ("spec", scene.draft.dialect.body, first)):
            message = f'no definition has a member "{first}": nothing is ignored'
            hint = "write the path as drift prints it, such as containerDefinitions[main].image"
            yield Finding(path=(*_IGNORED, position), message=message, hint=hint, severity=Severity.WARNING)


IGNORED_RULES = (Rule(check=_paths_can_be_read, reads=(_IGNORED,)),)
