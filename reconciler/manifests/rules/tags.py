"""Tags that AWS would refuse, wherever a job gets them from (Settings' own are checked with Settings)."""

from collections.abc import Iterable, Iterator, Mapping

from reconciler.manifests import tree
from reconciler.manifests.rules.findings import Finding, Rule, Scene
from reconciler.manifests.rules.tag_limits import MOST, OURS, refusals
from reconciler.model import Path

_METADATA: Path = ("metadata", "tags")
_RUN: Path = ("spec", "run", "tags")


def _job_tags(scene: Scene) -> Iterator[Finding]:
    own = tree.at(scene.draft.document, _METADATA) or {}
    for key, value in own.items():
        for message in refusals(key, str(value)):
            yield Finding(path=(*_METADATA, key), message=message)
    definition = dict(_listed(scene.spec.get(scene.draft.dialect.body, {}).get("tags", ())))
    count = len({**scene.chosen.settings.tags, **definition, **own})
    if count > MOST - OURS:
        message = f"expected at most {MOST - OURS} tags with those of Settings and the definition, got {count}"
        yield Finding(path=_METADATA, message=message, hint=f"AWS allows {MOST}, {OURS} of them are ours")


def _request_tags(scene: Scene) -> Iterator[Finding]:
    for path in (_RUN, ("spec", scene.draft.dialect.body, "tags")):
        found = tree.at(scene.draft.document, path) or ()
        for position, (key, value) in enumerate(_listed(found)):
            step = key if isinstance(found, Mapping) else position
            for message in refusals(key, value):
                yield Finding(path=(*path, step), message=message)


def _listed(found: Mapping[str, str] | Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of tags as Batch (a mapping) or ECS (a list of pairs) writes them."""
    if isinstance(found, Mapping):
        yield from ((key, str(value)) for key, value in found.items())
    else:
        yield from ((str(tag.get("key", "")), str(tag.get("value", ""))) for tag in found)


TAG_RULES = (
    Rule(check=_job_tags, reads=(_METADATA, ("spec", "taskDefinition", "tags"), ("spec", "jobDefinition", "tags"))),
    Rule(check=_request_tags, reads=(_RUN, ("spec", "taskDefinition", "tags"), ("spec", "jobDefinition", "tags"))),
)
