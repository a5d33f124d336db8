"""The permissions that calls of services left to moto take, where they can be narrowed to what the call names.

Source: service authorization reference, the resource types of each action.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from reconciler.local.calls import Call, Needed
from reconciler.local.wire import Target


def _secret(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else call.place.arn("secretsmanager", f"secret:{name}")


def _role(call: Call, name: str) -> str:
    return f"arn:{call.place.partition}:iam::{call.place.account}:role/{name}"


#: Action → the member that names the resource, and how its ARN is made of it.
_NAMED: Final[Mapping[str, tuple[str, Callable[[Call, str], str]]]] = {
    "ecr:DescribeImages": ("repositoryName", lambda call, name: call.place.arn("ecr", f"repository/{name}")),
    "iam:GetRole": ("RoleName", _role),
    "iam:SimulatePrincipalPolicy": ("PolicySourceArn", lambda _, arn: arn),
    "secretsmanager:DescribeSecret": ("SecretId", _secret),
    "sns:Publish": ("TopicArn", lambda _, arn: arn),
    "sqs:SendMessage": ("QueueUrl", lambda call, url: call.place.arn("sqs", url.rpartition("/")[2])),
}


def names_something(asked: Target) -> bool:
    """Whether an operation of moto's is one whose members are wanted here."""
    return f"{asked.service}:{asked.operation}" in _NAMED


def of(call: Call) -> Iterable[Needed]:
    """The call's own action on what it names; nothing where it names nothing that a policy could narrow it to."""
    action = f"{call.service}:{call.operation}"
    named = _NAMED.get(action)
    name: Any = call.get(named[0]) if named is not None else None
    if named is not None and name is not None:
        yield Needed(action, named[1](call, str(name)))
