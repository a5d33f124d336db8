"""YAML for people to go on with: block style, short things on one line, texts of many lines as they are.

Every text that some YAML reader takes for something else is quoted as JSON quotes it.
"""

import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

WIDTH: Final = 110
#: Texts that every YAML reader takes for texts, bare, also inside `{}` and `[]`.
_BARE: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(::?[A-Za-z0-9_./-]+)*\Z")
#: Words that some YAML reader takes for something else.
_WORDS: Final = re.compile(r"(y|n|yes|no|on|off|true|false|null|none|nan|inf)\Z", re.IGNORECASE)
#: How deep a structure may be that is written on one line.
_DEPTH: Final = 2


def dump(value: Mapping[str, Any], *, block: Collection[str] = (), width: int = WIDTH) -> str:
    """Answer a mapping of texts, numbers, booleans, nulls, mappings and lists as YAML.

    What the members in `block` hold is put below them, however short it is; the entries of a list there one by one.
    """
    return "".join("\n" if line.isspace() else f"{line}\n" for line in _Writer(frozenset(block)).mapping(value, width))


def scalar(value: Any) -> str:
    """Answer one value that is no structure, on one line; a structure only where it is empty."""
    if isinstance(value, str):
        return value if _BARE.match(value) and not _WORDS.match(value) else _quoted(value)
    if isinstance(value, Mapping):
        return "{}"
    if is_list(value):
        return "[]"
    return json.dumps(value, default=str)


def is_list(value: Any) -> bool:
    """Answer whether a value is a list of any sort."""
    return isinstance(value, Sequence) and not isinstance(value, str)


class _Writer:
    def __init__(self, block: frozenset[str]) -> None:
        self._block = block

    def mapping(self, value: Mapping[str, Any], width: int) -> Iterator[str]:
        for name, nested in value.items():
            key, apart = f"{scalar(str(name))}:", name in self._block
            first, *rest = self._value(nested, width - len(key) - 1, width - 2, apart=apart)
            yield f"{key} {first}".rstrip()
            yield from (f"  {line}" for line in rest)

    def _value(self, value: Any, room: int, width: int, *, apart: bool) -> Iterator[str]:
        """Answer what follows a key on its line, and the lines below it, which are indented by their caller."""
        short = None if apart and _depth(value) else _on_one_line(value, room)
        if short is not None:
            yield short
        elif isinstance(value, str):
            yield from _literal(value)
        else:
            yield ""
            yield from self._structure(value, width)

    def _structure(self, value: Any, width: int) -> Iterator[str]:
        if isinstance(value, Mapping):
            yield from self.mapping(value, width)
            return
        for entry in value:
            first, *rest = self._value(entry, sys.maxsize if _is_pair(entry) else width - 2, width - 2, apart=False)
            if not first:
                first, *rest = rest
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def _on_one_line(value: Any, width: int) -> str | None:
    """Answer a value on one line; None where it is too deep, too long or a text of several lines."""
    if _depth(value) > _DEPTH or _mappings(value) > 1 or _has_lines(value):
        return None
    line = _flow(value)
    return line if len(line) <= width or not _depth(value) else None


def _flow(value: Any) -> str:
    if isinstance(value, Mapping) and value:
        return "{" + ", ".join(f"{scalar(str(name))}: {_flow(nested)}" for name, nested in value.items()) + "}"
    if is_list(value) and value:
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    return scalar(value)


def _depth(value: Any) -> int:
    nested = value.values() if isinstance(value, Mapping) else value if is_list(value) else ()
    return 1 + max(map(_depth, nested), default=0) if nested else 0


def _is_pair(value: Any) -> bool:
    """Answer whether a value is what gains nothing from two lines: a name and one text that cannot be folded."""
    return isinstance(value, Mapping) and len(value) <= 2 and not any(map(_depth, value.values()))


def _mappings(value: Any) -> int:
    """Answer how many mappings the longest list in a value has."""
    if isinstance(value, Mapping):
        return max(map(_mappings, value.values()), default=0)
    if not is_list(value):
        return 0
    return max(sum(isinstance(entry, Mapping) for entry in value), max(map(_mappings, value), default=0))


def _has_lines(value: Any) -> bool:
    """Answer whether a value is or holds a text that reads better as a literal block."""
    if isinstance(value, str):
        return "\n" in value.strip("\n") and _can_be_block(value)
    return any(map(_has_lines, value.values() if isinstance(value, Mapping) else value if is_list(value) else ()))


def _can_be_block(text: str) -> bool:
    """Answer whether a literal block can hold a text: nothing that YAML would cut, fold or refuse."""
    lines = text.split("\n")
    printable = all(character == "\t" or character.isprintable() for line in lines for character in line)
    return printable and lines[0] == lines[0].lstrip() != "" and all(line == line.rstrip() for line in lines)


def _literal(text: str) -> Iterator[str]:
    """Answer a text of several lines as a literal block."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    yield f"|{'-' if ends == 0 else '' if ends == 1 else '+'}"
    yield from body.split("\n")
    yield from [""] * (ends - 1)


def _quoted(text: str) -> str:
    """Answer a double-quoted scalar; YAML, unlike JSON, escapes a character of a higher plane as one."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else _escape(ord(character)) for character in quoted)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
