"""Text made harmless for a terminal and for the eye."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar

#: With the blanks around; looked for from where blanks begin, not again from each of them.
_LINE_ENDS: Final = re.compile(r"(?<!\s)[^\S\n]*\n\s*")
#: The sides of a difference are shown as JSON.
_QUOTED: Final = frozenset({"before", "after"})
Shown = TypeVar("Shown")
#: Control and format characters (escape sequences, changes of direction), line and paragraph separators, surrogates.
_HARMFUL = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def printable(text: str) -> str:
    """Answer `text` with characters that act instead of showing as backslash escapes; line ends stay."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def one_line(text: str) -> str:
    """Answer `text` printable and on one line: a line of its own could be taken for one of ours, or for a command."""
    return printable(_LINE_ENDS.sub(" ", text) if "\n" in text else text)


def on_one_line(value: Shown) -> Shown:
    """Answer a part of a report with every text in it on one line, but for values, which each format quotes."""
    plain: Any = _on_one_line(value)
    return plain  # type: ignore[no-any-return]  # the same type went in


def _on_one_line(value: Any) -> Any:
    if value is None or isinstance(value, Enum | datetime | bool | int | float):
        return value
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, tuple | list):
        return type(value)(_on_one_line(each) for each in value)
    if isinstance(value, Mapping):
        return {_on_one_line(key): _on_one_line(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        told = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        changed = {name: _on_one_line(each) for name, each in told.items() if name not in _QUOTED}
        return replace(value, **{name: each for name, each in changed.items() if each is not told[name]})
    return value


def _shown(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _HARMFUL:
        return character
    return character.encode("unicode_escape").decode("ascii")
