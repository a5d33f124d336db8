"""What must not be printed, by where it stands.

Masked are the values of environment, overrides, log options and Batch parameters, and the words of a command after a
secret-looking flag, each as `***`; where a value differs between the two sides, as `*** (before)` and `*** (after)`, so
that the change stays visible. A pattern of `show` (Settings' `showValuesOf`) that fits the name a value goes by — the
variable, the option, the parameter, the flag, else the member — lets it through, and `*` lets everything through.
References to secrets (`secrets`, `secretOptions`) are no secrets and stay.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Final

from reconciler.model import ABSENT, FieldChange, Path, Spec
from reconciler.reports.secret_names import looks_secret
from reconciler.reports.words import hide_in_words

MASK: Final = "***"
#: The patterns that show everything, as `--show-values` does.
SHOW_ALL: Final = ("*",)
_SEGMENT = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_MASKED = re.compile(r"\*\*\*( \((before|after)\))?\Z")


class Place(Enum):
    """What a part of a document means for the values in it."""

    PLAIN = "shown"
    NAMED = "every value is masked"
    OVERRIDES = "every text is masked but for names and sizes"
    WORDS = "a command: words after a secret-looking flag are masked"
    LABELS = "masked where the name looks like a secret"
    TEXT = "a request written as JSON text"


#: The member below which each place begins, in the spellings of ECS, Batch, EventBridge Scheduler and our manifests;
#: a first capital letter, as Scheduler and its universal targets write it, makes no difference.
_BEGINS: Final[Mapping[str, Place]] = {
    "environment": Place.NAMED,
    "env": Place.NAMED,
    "options": Place.NAMED,
    "parameters": Place.NAMED,
    "patches": Place.NAMED,
    "overrides": Place.OVERRIDES,
    "containerOverrides": Place.OVERRIDES,
    "nodeOverrides": Place.OVERRIDES,
    "ecsPropertiesOverride": Place.OVERRIDES,
    "eksPropertiesOverride": Place.OVERRIDES,
    "command": Place.WORDS,
    "entryPoint": Place.WORDS,
    "args": Place.WORDS,
    "dockerLabels": Place.LABELS,
    "driverOpts": Place.LABELS,
    "labels": Place.LABELS,
    "annotations": Place.LABELS,
    "tags": Place.LABELS,
    "input": Place.TEXT,
}
#: Members that say which or how big, never a value of the job's own.
_OPEN_IN_OVERRIDES: Final = frozenset(
    {"name", "type", "cpu", "memory", "taskRoleArn", "executionRoleArn", "instanceType", "targetNodes", "deviceName"}
)
_PLAIN_IN_OVERRIDES: Final = frozenset({"resourceRequirements", "inferenceAcceleratorOverrides", "ephemeralStorage"})
_OPEN_IN_ELEMENTS: Final = frozenset({"name", "key", "op", "path", "from"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """Where the walk is: the place, the name the value goes by, and whether it is an element of a list."""

    place: Place = Place.PLAIN
    name: str = ""
    element: bool = False

    def member(self, key: str) -> "_Here":
        """Step into a member of a mapping."""
        begins = _BEGINS.get(_member(key), Place.PLAIN)
        match self.place:
            case Place.PLAIN:
                return _Here(place=begins, name=key)
            case Place.OVERRIDES if _member(key) in _PLAIN_IN_OVERRIDES:
                return _Here(name=key)
            case Place.OVERRIDES if begins is Place.NAMED:
                return _Here(place=begins, name=key)
            case _ if self.element and _member(key) == "value":
                return replace(self, element=False)
            case _:
                return replace(self, name=key, element=False)

    def item(self, name: str) -> "_Here":
        """Step into an element of a list, which goes by its own name where it has one."""
        return replace(self, name=name or self.name, element=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """One side of a comparison; `label` tells it from the other where both have a value and the values differ."""

    show: tuple[str, ...]
    label: str

    def value(self, value: Any, other: Any, here: _Here) -> Any:
        if here.place is Place.WORDS and _is_list(value):
            return self._words(value, other)
        if isinstance(value, Mapping):
            return {key: self._member(key, value, other, here) for key in value}
        if _is_list(value):
            return [self._item(index, value, other, here) for index in range(len(value))]
        return self._leaf(value, other, here)

    def _member(self, key: str, value: Mapping[str, Any], other: Any, here: _Here) -> Any:
        if here.element and _member(key) in _OPEN_IN_ELEMENTS and len(value) > 1:
            return value[key]
        counterpart = other.get(key, ABSENT) if isinstance(other, Mapping) else ABSENT
        return self.value(value[key], counterpart, here.member(key))

    def _item(self, index: int, value: Sequence[Any], other: Any, here: _Here) -> Any:
        name = _element_name(value[index])
        return self.value(value[index], _counterpart(index, name, other), here.item(name))

    def _leaf(self, value: Any, other: Any, here: _Here) -> Any:
        if value is None or value is ABSENT:
            return value
        match here.place:
            case Place.PLAIN:
                return value
            case Place.OVERRIDES if not isinstance(value, str) or _member(here.name) in _OPEN_IN_OVERRIDES:
                return value
            case Place.LABELS if not looks_secret(here.name):
                return value
            case Place.TEXT if (request := _request_in(value)) is not None:
                masked = self.value(request, _request_in(other), _Here())
                return json.dumps(masked, sort_keys=True, separators=(",", ":"))
            case _:
                return value if self.shows(here.name) else self._mark(value, other)

    def _words(self, words: Sequence[Any], others: Any) -> list[Any]:
        seen: set[str] = set()
        if _is_list(others):
            hide_in_words(others, lambda _, word: (seen.add(word), word)[1])

        def mark(name: str, word: str) -> str:
            other = word if not _is_list(others) or word in seen else None
            return word if self.shows(name) else self._mark(word, other)

        return hide_in_words(words, mark)

    def shows(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.show)

    def _mark(self, value: Any, other: Any) -> str:
        return MASK if not self.label or other is ABSENT or other == value else f"{MASK} ({self.label})"


def is_masked(value: Any) -> bool:
    """Whether `value` is what stands for a hidden one."""
    return isinstance(value, str) and _MASKED.match(value) is not None


def mask_spec(spec: Spec, show: Collection[str] = ()) -> dict[str, Any]:
    """Answer a whole definition, request or manifest section with every hidden value as `***`."""
    if "*" in show:
        return dict(spec)
    masked: dict[str, Any] = _Walk(show=tuple(show), label="").value(spec, ABSENT, _Here())
    return masked


def mask_change(change: FieldChange, show: Collection[str] = ()) -> FieldChange:
    """Answer one difference with both sides masked by the place that its path names."""
    if "*" in show:
        return change
    here = place_of(change.path)
    before, after = _Walk(show=tuple(show), label="before"), _Walk(show=tuple(show), label="after")
    if here.place is Place.WORDS and not _is_list(change.before) and not _is_list(change.after):
        here = replace(here, place=Place.NAMED, name="command")  # one word says nothing of the flag before it
    return replace(
        change,
        before=before.value(change.before, change.after, here),
        after=after.value(change.after, change.before, here),
    )


def place_of(path: str | Path) -> _Here:
    """Answer what the last member of `path` is: `containerDefinitions[main].environment[TZ].value`, or its keys."""
    here = _Here()
    for key, element in _segments(path):
        here = here.item("" if key.isdigit() else key) if element else here.member(key)
    return here


def is_hidden(path: str | Path) -> bool:
    """Whether a value at `path` may be one that is masked."""
    return place_of(path).place is not Place.PLAIN


def _segments(path: str | Path) -> list[tuple[str, bool]]:
    if isinstance(path, str):
        return [(found[1] or found[2], found[1] is not None) for found in _SEGMENT.finditer(path)]
    return [(str(part), isinstance(part, int)) for part in path]


def _member(key: str) -> str:
    return key[:1].lower() + key[1:]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _element_name(element: Any) -> str:
    if isinstance(element, Mapping):
        for member, value in element.items():
            if _member(member) in {"name", "key"} and isinstance(value, str):
                return value
    return ""


def _counterpart(index: int, name: str, others: Any) -> Any:
    if not _is_list(others):
        return ABSENT
    if name:
        return next((other for other in others if _element_name(other) == name), ABSENT)
    return others[index] if index < len(others) else ABSENT


def _request_in(text: Any) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return document if isinstance(document, Mapping) else None
