"""Single words of a command that differ: whether the flag before them makes them secrets.

A difference at `containerDefinitions[main].command[3]` does not say which word stood before it on either side. But
every word that is on AWS is either one the manifest wants or the old side of a difference: where none of those is a
secret-looking flag, no word can follow one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.model import FieldChange, Spec
from reconciler.reports.paths import Segment, segments
from reconciler.reports.words import secret_flag

#: Members that hold the words of a command.
COMMANDS = frozenset({"command", "entryPoint", "args"})


def commands_without_flags(changes: Iterable[FieldChange], desired: Spec | None) -> frozenset[str]:
    """Answer the paths of single words that follow no secret-looking flag, for sure.

    `desired` is the definition that the changes are about, as it is sent; None where it is not known.
    """
    groups: dict[tuple[Segment, ...], list[FieldChange]] = {}
    for change in changes:
        path = segments(change.path)
        if len(path) > 1 and path[-1].bracketed and path[-2].text in COMMANDS:
            groups.setdefault(path[:-1], []).append(change)
    return frozenset(
        change.path for path, group in groups.items() if _without_flags(group, _find(desired, path)) for change in group
    )


def _without_flags(group: Sequence[FieldChange], wanted: Any) -> bool:
    if not isinstance(wanted, Sequence) or isinstance(wanted, str):
        return False
    words = [*wanted, *(side for change in group for side in (change.before, change.after))]
    return not any(secret_flag(word) for word in words)


def _find(spec: Any, path: Sequence[Segment]) -> Any:
    for segment in path:
        if isinstance(spec, Mapping):
            spec = spec.get(segment.text)
        elif isinstance(spec, Sequence) and not isinstance(spec, str):
            spec = _entry(spec, segment.text)
        else:
            return None
    return spec


def _entry(entries: Sequence[Any], name: str) -> Any:
    if name.isdigit():
        return entries[int(name)] if int(name) < len(entries) else None
    return next((entry for entry in entries if isinstance(entry, Mapping) and entry.get("name") == name), None)
