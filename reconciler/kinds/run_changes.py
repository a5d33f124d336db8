"""What one run may differ in from its job, and how that is laid over the job's run section.

The order, later wins: everything the manifest says, `--overrides`, then the single flags; `run.patches` stay the last
word on the request, as in every run of the job.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from reconciler.errors import UsageError
from reconciler.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChanges:
    """What `run JOB` was told; `container` says whose command, variables and size are meant, None the main one's.

    `overrides` are AWS's own members, `cpu` and `memory` in the units of the kind.
    """

    container: str | None = None
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    overrides: Spec = field(default_factory=dict)
    cpu: str | None = None
    memory: str | None = None


def require(container: str | None, names: Sequence[str]) -> None:
    """Raise UsageError where `--container` is none of the names that are known."""
    if container is None or not names or container in names:
        return
    close = get_close_matches(container, names, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
    raise UsageError(f'--container: no container "{container}" in the definition', hint=hint)


def merged(before: Any, after: Any) -> Any:
    """Answer `after` laid over `before`: members one by one, lists of named things by name, anything else replaced."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return {**before, **{member: merged(before.get(member), value) for member, value in after.items()}}
    if _is_named(before) and _is_named(after):
        found = {entry["name"]: entry for entry in before}
        return list({**found, **{entry["name"]: merged(found.get(entry["name"]), entry) for entry in after}}.values())
    return after


def _is_named(value: Any) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return is_list and all(isinstance(entry, Mapping) and "name" in entry for entry in value)
