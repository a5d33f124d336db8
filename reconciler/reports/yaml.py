"""Requests as YAML for people: block style, members in their order, every doubtful text quoted as JSON quotes it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: Texts that every YAML reader takes for texts, bare.
_BARE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*\Z")
#: Words that some YAML reader takes for something else.
_WORDS = re.compile(r"(y|n|yes|no|on|off|true|false|null|none|nan|inf)\Z", re.IGNORECASE)


def dump(value: Any) -> str:
    """Answer `value` (mappings, sequences, texts, numbers, booleans, null) as a YAML document."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _entry(f"{_scalar(str(key))}:", inner)
    elif _is_list(value) and value:
        for inner in value:
            first, *rest = list(_lines(inner))
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _scalar(value)


def _entry(key: str, value: Any) -> Iterator[str]:
    if (isinstance(value, Mapping) or _is_list(value)) and value:
        yield key
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{key} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _BARE.match(value) and not _WORDS.match(value) else _quoted(value)
    if isinstance(value, Mapping):
        return "{}"
    if _is_list(value):
        return "[]"
    return json.dumps(value, default=str)


def _quoted(text: str) -> str:
    """Answer a double-quoted scalar; YAML, unlike JSON, escapes a character of a higher plane as one."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else _escape(ord(character)) for character in quoted)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
