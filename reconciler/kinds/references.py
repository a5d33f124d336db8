"""What a definition and a run request refer to outside themselves, for every kind alike: both speak of containers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model import Spec


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One thing that a run needs: `what` it is (image, role, secret, log group, subnet …) and its name or ARN."""

    what: str
    subject: str


_ROLES = frozenset({"executionRoleArn", "taskRoleArn", "jobRoleArn"})


def references(definition: Spec, request: Spec) -> tuple[Reference, ...]:
    """Answer everything that a run would need, each once, sorted."""
    return tuple(sorted({*_inside(definition), *_inside(request)}))


def _inside(value: Any) -> Iterator[Reference]:
    if isinstance(value, Mapping):
        yield from _of_members(value)
        for member in value.values():
            yield from _inside(member)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _inside(entry)


def _of_members(members: Mapping[str, Any]) -> Iterator[Reference]:
    if isinstance(members.get("image"), str):
        yield Reference("image", members["image"])
    yield from (Reference("role", str(members[role])) for role in sorted(_ROLES & members.keys()) if members[role])
    for listed in ("secrets", "secretOptions"):
        yield from (Reference("secret", str(entry["valueFrom"])) for entry in members.get(listed) or ())
    if members.get("logDriver") == "awslogs" and (group := (members.get("options") or {}).get("awslogs-group")):
        yield Reference("log group", str(group))
    yield from (Reference("subnet", str(subnet)) for subnet in members.get("subnets") or ())
    yield from (Reference("security group", str(group)) for group in members.get("securityGroups") or ())
