"""Tags that AWS would refuse, wherever a job gets them from.

Source: botocore's ECS model, the documentation of Tag: 50 tags, keys of 128 and values of 256 characters, letters,
digits, spaces and + - = . _ : / @; none that begins with `aws:` in any case.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from reconciler.manifests import tree
from reconciler.manifests.findings import Finding, Rule, Scene
from reconciler.model import Path

_MOST_TAGS = 50
#: Those that we set: owner, job, digest, verified, deletion, source, commit, and the one that suspends a job.
_OURS = 8
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
_ALLOWED = re.compile(r"[\w \u00a0+\-=.:/@]*\Z")
_METADATA: Path = ("metadata", "tags")
_RUN: Path = ("spec", "run", "tags")


def refused(path: Path, key: str, value: str) -> Iterator[Finding]:
    """Yield what AWS has against one tag."""
    if key.lower().startswith("aws:"):
        yield Finding(path=path, message=f'the tag "{key}" begins with aws:, which AWS keeps to itself')
    elif key.lower().startswith("reconciler:"):
        yield Finding(path=path, message=f'the tag "{key}" begins with reconciler:, which marks what is ours')
    if not key or len(key) > _LONGEST_KEY:
        yield Finding(path=path, message=f"expected a tag key of 1 to {_LONGEST_KEY} characters, got {len(key)}")
    if len(value) > _LONGEST_VALUE:
        yield Finding(
            path=path, message=f"expected a tag value of at most {_LONGEST_VALUE} characters, got {len(value)}"
        )
    for text in (key, value):
        if not _ALLOWED.match(text):
            message = f'expected letters, digits, spaces and + - = . _ : / @ in a tag, got "{text}"'
            yield Finding(path=path, message=message)


def _job_tags(scene: Scene) -> Iterator[Finding]:
    tags = tree.at(scene.draft.document, _METADATA) or {}
    for key, value in tags.items():
        yield from refused((*_METADATA, key), key, str(value))
    definition = dict(_listed(scene.spec.get(scene.draft.dialect.body, {}).get("tags", ())))
    count = len({**scene.chosen.settings.tags, **definition, **tags})
    if count > _MOST_TAGS - _OURS:
        message = f"expected at most {_MOST_TAGS - _OURS} tags with those of Settings and the definition, got {count}"
        yield Finding(path=_METADATA, message=message, hint=f"AWS allows {_MOST_TAGS}, {_OURS} of them are ours")


def _request_tags(scene: Scene) -> Iterator[Finding]:
    for path in (_RUN, ("spec", scene.draft.dialect.body, "tags")):
        tags = tree.at(scene.draft.document, path) or ()
        for position, (key, value) in enumerate(_listed(tags)):
            step = key if isinstance(tags, Mapping) else position
            yield from refused((*path, step), key, value)


def _listed(tags: Mapping[str, str] | Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of tags as Batch (a mapping) or ECS (a list of pairs) writes them."""
    if isinstance(tags, Mapping):
        yield from ((key, str(value)) for key, value in tags.items())
    else:
        yield from ((str(tag.get("key", "")), str(tag.get("value", ""))) for tag in tags)


TAG_RULES = (
    Rule(check=_job_tags, reads=(_METADATA, ("spec", "taskDefinition", "tags"), ("spec", "jobDefinition", "tags"))),
    Rule(check=_request_tags, reads=(_RUN, ("spec", "taskDefinition", "tags"), ("spec", "jobDefinition", "tags"))),
)
