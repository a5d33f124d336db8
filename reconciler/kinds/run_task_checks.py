"""What RunTask would refuse, or start in vain, and can be seen before the call.

Most of it `validate` says with file and line; here it is said of definitions that are somebody else's, and of what
`run JOB` was told.
"""

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from reconciler.core import fargate_sizes
from reconciler.model import Spec

#: RunTask.overrides in the service model: 8192 characters, JSON's own included.
_MOST_CHARACTERS = 8192
#: As EC2 and FARGATE among capacity providers: both of AWS's own run on Fargate.
_FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})


def faults(request: Spec, definition: Spec) -> Iterator[str]:
    """Answer what is wrong with a completed request against the definition that it runs; nothing where that is unknown.

    Sources: the service model's RunTask, the developer guide's "Fargate task networking" and "Task execution role".
    """
    yield from _overrides(request, definition)
    if not definition:
        return
    fargate = _on_fargate(request)
    mode = definition.get("networkMode", "bridge")
    if fargate and mode != "awsvpc":
        yield f"Fargate runs networkMode awsvpc only, and the definition says {mode}"
    elif mode == "awsvpc" and not _subnets(request):
        yield "networkMode awsvpc needs subnets: name run.networkConfiguration or run.vpcId"
    if fargate and (wrong := _size(request, definition)):
        yield wrong
    if fargate and not (definition.get("executionRoleArn") or _role(request)):
        needing = sorted({what for container in _containers(definition) for what in _needs_role(container)})
        if needing:
            yield f"the definition has {' and '.join(needing)} but no executionRoleArn, which Fargate reads them with"


def _overrides(request: Spec, definition: Spec) -> Iterator[str]:
    overrides: dict[str, Any] = dict(request.get("overrides") or {})
    length = len(json.dumps(overrides, separators=(",", ":"), ensure_ascii=False))
    if length > _MOST_CHARACTERS:
        yield f"the overrides have {length} characters and RunTask takes {_MOST_CHARACTERS}"
    names = [str(container.get("name")) for container in _containers(definition)]
    for entry in overrides.get("containerOverrides") or ():
        if names and entry.get("name") not in names:
            close = get_close_matches(str(entry.get("name")), names, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
            yield f'no container "{entry.get("name")}" in the definition; {meant}'


def _containers(definition: Spec) -> Sequence[Spec]:
    return definition.get("containerDefinitions") or ()


def _on_fargate(request: Spec) -> bool:
    providers = {entry.get("capacityProvider") for entry in request.get("capacityProviderStrategy") or ()}
    return request.get("launchType") == "FARGATE" or bool(providers & _FARGATE)


def _subnets(request: Spec) -> Sequence[str]:
    network: Spec = (request.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    return network.get("subnets") or ()


def _size(request: Spec, definition: Spec) -> str:
    """Look at the size that overrides make of the definition's; without any it is the definition's own matter."""
    wanted = {
        member: value for member, value in (request.get("overrides") or {}).items() if member in {"cpu", "memory"}
    }
    size = {**definition, **wanted}
    return fargate_sizes.fault(size.get("cpu"), size.get("memory")) if wanted else ""


def _role(request: Spec) -> str | None:
    return (request.get("overrides") or {}).get("executionRoleArn")


def _needs_role(container: Spec) -> Iterator[str]:
    if container.get("secrets"):
        yield "secrets"
    if (container.get("logConfiguration") or {}).get("logDriver") == "awslogs":
        yield "awslogs"
