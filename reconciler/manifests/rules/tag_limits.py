"""What AWS refuses in a tag.

Source: botocore's ECS model, the documentation of Tag: 50 tags, keys of 128 and values of 256 characters, letters,
digits, spaces and + - = . _ : / @; none that begins with `aws:` in any case.
"""

import re
from collections.abc import Iterator

MOST = 50
#: Those that we set: owner, job, digest, verified, deletion, source, commit, tags, and the one that suspends a job.
OURS = 9
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
_ALLOWED = re.compile(r"[\w \u00a0+\-=.:/@]*\Z")


def refusals(key: str, value: str) -> Iterator[str]:
    """Yield what AWS, or we ourselves, have against a tag."""
    if key.lower().startswith("aws:"):
        yield f'the tag "{key}" begins with aws:, which AWS keeps to itself'
    elif key.lower().startswith("reconciler:"):
        yield f'the tag "{key}" begins with reconciler:, which marks what is ours'
    if not key or len(key) > _LONGEST_KEY:
        yield f"expected a tag key of 1 to {_LONGEST_KEY} characters, got {len(key)}"
    if len(value) > _LONGEST_VALUE:
        yield f"expected a tag value of at most {_LONGEST_VALUE} characters, got {len(value)}"
    for text in (key, value):
        if not _ALLOWED.match(text):
            yield f'expected letters, digits, spaces and + - = . _ : / @ in a tag, got "{text}"'
