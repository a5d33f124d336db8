"""What must not be printed, by where it stands.

Masked are the values of environment, overrides, log options and Batch parameters, and the words of a command after a
secret-looking flag, each as `***`; where a value differs between the two sides, as `*** (before)` and `*** (after)`, so
that the change stays visible. A pattern of `show` (Settings' `showValuesOf`) that fits the name a value goes by — the
variable, the option, the parameter, the flag, else the member — lets it through, and `*` lets everything through.
References to secrets (`secrets`, `secretOptions`) are no secrets and stay.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from reconciler.model import ABSENT, FieldChange, Spec
from reconciler.reports.command_words import commands_without_flags
from reconciler.reports.places import OPEN_IN_ELEMENTS, OPEN_IN_OVERRIDES, Here, Place, member_word, place_of
from reconciler.reports.secret_names import looks_secret
from reconciler.reports.words import hide_in_text, hide_in_words

MASK: Final = "***"
#: The patterns that show everything, as `--show-values` does.
SHOW_ALL: Final = ("*",)
_MASKED = re.compile(r"\*\*\*( \((before|after)\))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """One side of a comparison; `label` tells it from the other where both have a value and the values differ."""

    show: tuple[str, ...]
    label: str

    def value(self, value: Any, other: Any, here: Here) -> Any:
        if here.place is Place.WORDS and _is_list(value):
            return self._words(value, other)
        if isinstance(value, Mapping):
            return {key: self._member(key, value, other, here) for key in value}
        if _is_list(value):
            return [self._item(index, value, other, here) for index in range(len(value))]
        return self._leaf(value, other, here)

    def _member(self, key: str, value: Mapping[str, Any], other: Any, here: Here) -> Any:
        if here.element and member_word(key) in OPEN_IN_ELEMENTS and len(value) > 1:
            return value[key]
        counterpart = other.get(key, ABSENT) if isinstance(other, Mapping) else ABSENT
        return self.value(value[key], counterpart, here.member(key))

    def _item(self, index: int, value: Sequence[Any], other: Any, here: Here) -> Any:
        name = _element_name(value[index])
        return self.value(value[index], _counterpart(index, name, other), here.item(name))

    def _leaf(self, value: Any, other: Any, here: Here) -> Any:
        if value is None or value is ABSENT:
            return value
        match here.place:
            case Place.PLAIN:
                return value
            case Place.OVERRIDES if not isinstance(value, str) or member_word(here.name) in OPEN_IN_OVERRIDES:
                return value
            case Place.LABELS if here.name and not looks_secret(here.name):
                return value
            case Place.TEXT if (request := _request_in(value)) is not None:
                masked = self.value(request, _request_in(other), Here())
                return json.dumps(masked, sort_keys=True, separators=(",", ":"))
            case _:
                return value if self.shows(here.name) else self._mark(value, other)

    def _words(self, words: Sequence[Any], others: Any) -> list[Any]:
        def mark(name: str, word: str) -> str:
            unchanged = not _is_list(others) or word in others or f"--{name}={word}" in others
            return word if self.shows(name) else self._mark(word, word if unchanged else None)

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
    masked: dict[str, Any] = _Walk(show=tuple(show), label="").value(spec, ABSENT, Here())
    return masked


def mask_changes(
    changes: Iterable[FieldChange], show: Collection[str] = (), desired: Spec | None = None
) -> tuple[FieldChange, ...]:
    """Answer differences with both sides masked by the place that their paths name.

    A single word of a command is only shown where `desired`, the definition they are about, proves that it follows no
    secret-looking flag.
    """
    changes = tuple(changes)
    if "*" in show:
        return changes
    harmless = commands_without_flags(changes, desired)
    return tuple(_mask_change(change, tuple(show), harmless) for change in changes)


def _mask_change(change: FieldChange, show: tuple[str, ...], harmless: Collection[str]) -> FieldChange:
    here = place_of(change.path)
    before, after = change.before, change.after
    if here.place is Place.WORDS and not _is_list(before) and not _is_list(after):
        if change.path in harmless:
            return replace(change, before=_hidden_in(before), after=_hidden_in(after))
        here = replace(here, place=Place.NAMED, name="command")
    return replace(
        change,
        before=_Walk(show=show, label="before").value(before, after, here),
        after=_Walk(show=show, label="after").value(after, before, here),
    )


def _hidden_in(word: Any) -> Any:
    return hide_in_text(word, lambda _, __: MASK) if isinstance(word, str) else word


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _element_name(element: Any) -> str:
    if isinstance(element, Mapping):
        for member, value in element.items():
            if member_word(member) in {"name", "key"} and isinstance(value, str):
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
