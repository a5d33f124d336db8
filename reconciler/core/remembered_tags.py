"""Which of a definition's tags we set for its author, so that one that leaves the manifest can be taken off.

The keys are the value of the tag `reconciler:tags`, sorted, a space between them; what a tag's value may not hold, or
what would be misread, is `=` and two hexadecimal digits of its UTF-8, as in quoted-printable text. Values of tags are
bounded at 256 characters: beyond, the value is `==` and six base32 digits of each key's SHA-256, of which all the keys
that AWS lets a resource have fit.
"""

import base64
import hashlib
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from reconciler.core import ownership

_LONGEST_VALUE: Final = 256
_HASHED: Final = "=="
_HASH_LENGTH: Final = 6
#: Teams tag alike: a few sets of keys are those of thousands of definitions.
_REMEMBERED: Final = 1024
_TO_ESCAPE: Final = re.compile(r"[= ]|[^\w+\-.:/@]")
_ESCAPED: Final = re.compile(r"(?:=[0-9A-F]{2})+")


def remember(keys: Collection[str]) -> Mapping[str, str]:
    """Answer the tag that remembers `keys`; none for no keys."""
    return {ownership.TAGS: _spelt(frozenset(keys))} if keys else {}


def remembered(tags: Mapping[str, str]) -> frozenset[str]:
    """Answer the keys among `tags` that were set for the author, and the memory's own: what was once wanted."""
    value = tags.get(ownership.TAGS)
    if value is None:
        return frozenset()
    if value.startswith(_HASHED):
        digits = value[len(_HASHED) :]
        hashes = {digits[start : start + _HASH_LENGTH] for start in range(0, len(digits), _HASH_LENGTH)}
        known = frozenset(key for key in tags if _hash(key) in hashes)
    else:
        known = _read(value) & tags.keys()
    return frozenset({key for key in known if not key.startswith(ownership.PREFIX)} | {ownership.TAGS})


@lru_cache(maxsize=_REMEMBERED)
def _spelt(keys: frozenset[str]) -> str:
    spelt = " ".join(_TO_ESCAPE.sub(_escape, key) for key in sorted(keys))
    if len(spelt) > _LONGEST_VALUE:
        spelt = _HASHED + "".join(sorted(_hash(key) for key in keys))
    return spelt


@lru_cache(maxsize=_REMEMBERED)
def _read(spelt: str) -> frozenset[str]:
    return frozenset(_ESCAPED.sub(_unescape, word) for word in spelt.split(" "))


def _hash(key: str) -> str:
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:_HASH_LENGTH]


def _escape(found: re.Match[str]) -> str:
    return "".join(f"={byte:02X}" for byte in found[0].encode())


def _unescape(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("=", "")).decode(errors="replace")
