"""Where SubmitJob takes the override of a container, for every properties kind of a job definition.

    containerProperties                  containerOverrides
    ecsProperties                        ecsPropertiesOverride.taskProperties[0].containers[name]
    eksProperties                        eksPropertiesOverride.podProperties.containers[name], variables in `env`
    nodeProperties                       nodeOverrides.nodePropertyOverrides[targetNodes of the main node], and there
                                         one of the three again

What is made lies over what the author wrote there himself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.kinds.containers import merged_environment
from reconciler.kinds.job_definition import DEFAULT_POD_CONTAINER, main_range
from reconciler.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A step into a list: to the entry whose members say `key`, made where there is none."""

    member: str
    key: Mapping[str, str] = field(default_factory=dict)


_Step = str | _Entry


def override(
    request: Spec,
    definition: Spec,
    container: str | None,
    *,
    command: Sequence[str] | None = None,
    environment: Mapping[str, str | None] | None = None,
    size: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Answer `request` with one container's override changed: command replaced, variables set, null ones taken out.

    `size` is by the type of the resource (`VCPU`, `MEMORY`), where the kind of container has such.

    `container` is None for the only one, which has no name. A definition that is not known (`{}`) counts as one of
    `ecsProperties` where a container is named, else of `containerProperties`. Raises ReconcilerError for a name where
    containers have none.
    """
    steps, variables = _place(definition, container)
    changes: dict[str, Any] = {} if command is None else {"command": list(command)}

    def change(written: Spec) -> dict[str, Any]:
        changed = {**written, **changes}
        if environment:
            changed[variables] = merged_environment(written.get(variables) or (), environment)
        if size:
            others = [entry for entry in written.get("resourceRequirements") or () if entry.get("type") not in size]
            sized = [{"type": kind, "value": value} for kind, value in sorted(size.items())]
            changed["resourceRequirements"] = [*others, *sized]
        return changed

    return _changed(request, steps, change)


def _place(definition: Spec, container: str | None) -> tuple[Sequence[_Step], str]:
    reach = main_range(definition)
    if reach is None:
        return _inside(definition, container)
    steps, variables = _inside(reach, container)
    node = _Entry(member="nodePropertyOverrides", key={"targetNodes": str(reach["targetNodes"])})
    return ("nodeOverrides", node, *steps), variables


def _inside(properties: Spec, container: str | None) -> tuple[Sequence[_Step], str]:
    """Answer the steps to a container's override, and the member that holds its variables."""
    if properties.get("eksProperties") is not None:
        named = _Entry(member="containers", key={"name": container or DEFAULT_POD_CONTAINER})
        return ("eksPropertiesOverride", "podProperties", named), "env"
    if properties.get("ecsProperties") is not None or (container is not None and not properties):
        named = _Entry(member="containers", key={"name": str(container)})
        return ("ecsPropertiesOverride", _Entry(member="taskProperties"), named), "environment"
    if container is not None:
        raise ReconcilerError(
            f'run: no container "{container}": the job definition has one, without a name', hint="leave the name out"
        )
    return ("containerOverrides",), "environment"


def _changed(structure: Spec, steps: Sequence[_Step], change: Any) -> dict[str, Any]:
    """Answer a structure with what lies at the end of the steps changed; nothing that was given is."""
    if not steps:
        return dict(change(structure))
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        return {**structure, step: _changed(structure.get(step) or {}, rest, change)}
    entries = list(structure.get(step.member) or ())
    position = next((place for place, entry in enumerate(entries) if step.key.items() <= entry.items()), len(entries))
    if position == len(entries):
        entries.append(dict(step.key))
    entries[position] = _changed(entries[position], rest, change)
    return {**structure, step.member: entries}
