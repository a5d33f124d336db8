"""Requests as YAML for people: block style, members in their order, every doubtful text quoted as JSON quotes it."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.manifests.writing_yaml import is_list, scalar


def dump(value: Any) -> str:
    """Answer `value` (mappings, sequences, texts, numbers, booleans, null) as a YAML document."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _entry(f"{scalar(str(key))}:", inner)
    elif is_list(value) and value:
        for inner in value:
            first, *rest = list(_lines(inner))
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield scalar(value)


def _entry(key: str, value: Any) -> Iterator[str]:
    if (isinstance(value, Mapping) or is_list(value)) and value:
        yield key
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{key} {scalar(value)}"
