"""Refusals that botocore takes for final although AWS means them to be tried again.

Under a throttling code botocore waits and repeats the call like any other, with the pauses that it has for that.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from botocore.client import BaseClient

_THROTTLING: Final = "ThrottlingException"
#: ECS refuses a second registration of a family while the first goes on, by a ClientException (hako, prefect#15865).
_BUSY_FAMILY: Final = "Too many concurrent attempts"
#: EventBridge, where a rule or its targets are being changed by somebody else (API reference, PutRule); PutTargets and
#: RemoveTargets say so of single targets in a 200: "this action can partially fail if too many requests are made".
_BUSY_RULE: Final = frozenset({"ConcurrentModificationException", "InternalException", _THROTTLING})
#: CloudWatch Logs, where somebody else is making or changing the same group (aws-cdk#15709, #17546).
_BUSY_GROUP: Final = "OperationAbortedException"


def watch(client: "BaseClient") -> None:
    """Let a client repeat what it would take for final."""
    events = client.meta.events
    events.register("response-received.ecs.RegisterTaskDefinition", _busy_family)
    events.register("response-received.eventbridge", _busy_rule)
    events.register("response-received.cloudwatch-logs", _busy_group)


def _busy_family(parsed_response: dict[str, Any] | None, **_: object) -> None:
    error = (parsed_response or {}).get("Error", {})
    if _BUSY_FAMILY in str(error.get("Message", "")):
        error["Code"] = _THROTTLING


def _busy_rule(parsed_response: dict[str, Any] | None, **_: object) -> None:
    if parsed_response is None:
        return
    error = parsed_response.get("Error", {})
    if error.get("Code") in _BUSY_RULE:
        error["Code"] = _THROTTLING
    entries = parsed_response.get("FailedEntries")
    if isinstance(entries, list) and any(_is_busy(entry) for entry in entries):
        parsed_response["Error"] = {"Code": _THROTTLING}


def _busy_group(parsed_response: dict[str, Any] | None, **_: object) -> None:
    error = (parsed_response or {}).get("Error", {})
    if error.get("Code") == _BUSY_GROUP:
        error["Code"] = _THROTTLING


def _is_busy(entry: Any) -> bool:
    """Whether a target was left as it is because of what others do at the same time."""
    return isinstance(entry, Mapping) and entry.get("ErrorCode") in _BUSY_RULE
