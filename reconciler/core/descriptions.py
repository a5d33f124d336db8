"""What things without usable tags say of themselves in their Description: words of `key=value`. Pure.

reconciler owner=data.prod job=nightly source=jobs.d/nightly.yaml commit=4f2c…@2026-11-21T03:00:00+00:00
"""

from collections.abc import Mapping
from typing import Final

from reconciler.model import Spec

_MARK: Final = "reconciler"
#: A Description takes at most so many characters (CreateSchedule, PutRule).
_LONGEST: Final = 512
_LONGEST_WORD: Final = 256


def described(words: Mapping[str, str | None]) -> str:
    """Answer a Description of ours; words without a value are left out, long ones cut at the left."""
    said = [f"{key}={value[-_LONGEST_WORD:].replace(' ', '%20')}" for key, value in words.items() if value]
    return " ".join([_MARK, *said])[:_LONGEST]


def said(spec: Spec) -> Mapping[str, str]:
    """Answer the words of a thing's Description; none where it is not one of a reconciler's."""
    mark, *words = str(spec.get("Description") or "").split(" ")
    if mark != _MARK:
        return {}
    return {key: value.replace("%20", " ") for key, _, value in (word.partition("=") for word in words) if value}
