"""What a run was told: the `RECONCILER_*` variables among what AWS describes of it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_OURS: Final = "RECONCILER_"
_LISTS: Final = frozenset({"environment", "env"})


def variables(described: Any) -> Mapping[str, str]:
    """Answer our variables by name, wherever in a description containers have an environment."""
    return dict(_found(described))


def _found(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for member, inner in value.items():
            if member in _LISTS and isinstance(inner, list):
                yield from _ours(inner)
            else:
                yield from _found(inner)
    elif isinstance(value, list):
        for entry in value:
            yield from _found(entry)


def _ours(environment: list[Any]) -> Iterator[tuple[str, str]]:
    for entry in environment:
        if isinstance(entry, Mapping) and str(entry.get("name", "")).startswith(_OURS):
            yield str(entry["name"]), str(entry.get("value", ""))
