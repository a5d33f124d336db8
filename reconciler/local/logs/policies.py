"""Resource policies of CloudWatch Logs: which AWS service may write into which group (the state: `policies` by name).

Source: botocore's documentation of PutResourcePolicy: ten of an account, documents of 5,120 characters, of which only
`logs:CreateLogStream` and `logs:PutLogEvents` mean anything. Policies attached to one group (`resourceArn`) are not
known, and refused, so that nobody takes them for checked.
"""

import json
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from reconciler.local.calls import AwsError, Call, Place
from reconciler.local.policy import matches

if TYPE_CHECKING:
    from reconciler.local.world import World

_MOST = 10
_PAGE = 50
_NEEDED: Final = ("Action", "Resource")
#: Each is asked with what is wanted and what is there. ArnEquals knows wildcards as ArnLike does (IAM user guide,
#: condition operators).
_CONDITIONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": operator.eq,
    "ArnEquals": matches,
    "StringLike": matches,
    "ArnLike": matches,
}


def put_resource_policy(call: Call) -> Mapping[str, Any]:
    """Make or replace a policy of the account."""
    _refuse_attached(call)
    name, text = call.get("policyName"), call.get("policyDocument")
    if not name or not text:
        raise AwsError("InvalidParameterException", "policyName and policyDocument are required")
    _check(text)
    held = _policies(call.world, call.place)
    if name not in held and len(held) >= _MOST:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    held[name] = {"document": text, "updated": int(call.now * 1000)}
    return {"resourcePolicy": _described(name, held[name])}


def describe_resource_policies(call: Call) -> Mapping[str, Any]:
    """The policies of the account by name."""
    _refuse_attached(call)
    found = [_described(name, policy) for name, policy in sorted(_policies(call.world, call.place).items())]
    page, token = call.page(found, size=call.get("limit", _PAGE), token=call.get("nextToken"))
    return {"resourcePolicies": page, "nextToken": token}


def delete_resource_policy(call: Call) -> Mapping[str, Any]:
    """A policy goes; one that is not there is refused."""
    _refuse_attached(call)
    name = call.get("policyName")
    if _policies(call.world, call.place).pop(name, None) is None:
        raise AwsError("ResourceNotFoundException", f"Policy with name [{name}] does not exist.")
    return {}


def may_write(world: "World", place: Place, *, service: str, source_arn: str, group: str) -> bool:
    """Whether a service may make a stream in a group and write to it, on behalf of `source_arn`."""
    arn = place.arn("logs", f"log-group:{group}")
    needed = (("logs:CreateLogStream", f"{arn}:log-stream:any"), ("logs:PutLogEvents", f"{arn}:log-stream:any"))
    statements = [
        statement
        for policy in _policies(world, place).values()
        for statement in _listed(json.loads(policy["document"])["Statement"])
    ]
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": place.account}
    matching = [
        (statement["Effect"], action)
        for statement in statements
        for action, resource in needed
        if _speaks_of(statement, service, action, resource) and _holds(statement.get("Condition", {}), context)
    ]
    denied = any(effect == "Deny" for effect, _ in matching)
    return not denied and {action for _, action in matching} == {action for action, _ in needed}


def _policies(world: "World", place: Place) -> dict[str, Any]:
    held: dict[str, Any] = world.store("logs", place).setdefault("policies", {})
    return held


def _described(name: str, policy: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"policyName": name, "policyDocument": policy["document"], "lastUpdatedTime": policy["updated"]}


def _refuse_attached(call: Call) -> None:
    if call.get("resourceArn") is not None or call.get("policyScope", "ACCOUNT") != "ACCOUNT":
        raise AwsError("NotImplemented", "the embedded AWS knows no policies that are attached to one log group")


def _check(text: str) -> None:
    try:
        statements = _listed(json.loads(text)["Statement"])
        known = all(
            statement["Effect"] in ("Allow", "Deny")
            and "Service" in statement["Principal"]
            and all(isinstance(text, str) for member in _NEEDED for text in _listed(statement[member]))
            and set(statement.get("Condition", {})) <= set(_CONDITIONS)
            and all(isinstance(wanted, Mapping) for wanted in statement.get("Condition", {}).values())
            for statement in statements
        )
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise AwsError("InvalidParameterException", "Unsupported or malformed policy document")


def _speaks_of(statement: Mapping[str, Any], service: str, action: str, resource: str) -> bool:
    named = service in _listed(statement["Principal"]["Service"])
    acts = any(matches(pattern, action) for pattern in _listed(statement["Action"]))
    return named and acts and any(matches(each, resource) for each in _listed(statement["Resource"]))


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        any(_CONDITIONS[kind](value, context.get(key, "")) for value in _listed(values))
        for kind, wanted in conditions.items()
        for key, values in wanted.items()
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
