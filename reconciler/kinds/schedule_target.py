"""What a schedule or rule that somebody else made starts: its target, as RunTask's or SubmitJob's request.

EventBridge Scheduler has two kinds of targets that run a task, the templated one (`EcsParameters`) and the universal
one (`aws-sdk:ecs:runTask`, `aws-sdk:batch:submitJob`, whose Input is the request); a rule has `EcsParameters` and
`BatchParameters`, with overrides in its Input (EventBridge API reference, Target; Batch user guide, "Passing event
information to a target using the EventBridge input transformer").
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.kinds.schedule import MAPS
from reconciler.model import Settings, Spec

_UNIVERSAL: Final = ":scheduler:::aws-sdk:"
_RUN_TASK: Final = "ecs:runTask"
_SUBMIT_JOB: Final = "batch:submitJob"
#: What makes a start the one that it is; never the author's in a schedule of ours.
_IDENTITY: Final = frozenset({"clientToken", "startedBy", "jobName"})
#: Says nothing in a request, as does a count of one.
_NOTHING: Final[tuple[Any, ...]] = (None, False, "", [], {})
#: Whose 0 or false is another than what the definition may say (SubmitJob).
_OVERRIDING: Final = frozenset({"propagateTags", "schedulingPriorityOverride"})
#: What a rule does to the event before it is the input, which a request that is sent as it stands has not.
_TRANSFORMS: Final = ("InputPath", "InputTransformer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A start by EventBridge: of which definition, where, and how.

    `kind` is the manifest's word for such a job, `where` a cluster or queue as it is named there, by name or ARN,
    `request` the rest of the call in the spelling of its own API, `lost` what of the target says something else.
    """

    kind: str
    definition: str
    where: str
    request: Spec
    lost: tuple[str, ...] = ()

    def run(self, settings: Settings) -> Spec:
        """Answer the run section of the job that does the same: where, and how, without what says nothing."""
        where = self.where.rpartition("/")[2]
        request = {member: value for member, value in self.request.items() if not says_nothing(member, value)}
        if self.kind == "BatchJob":
            return {"jobQueue": where, **request}
        return {**({"cluster": where} if where != settings.cluster else {}), **request}


def by_schedule(target: Spec) -> Started | None:
    """Answer what the target of a schedule of EventBridge Scheduler starts; None where that is no task and no job."""
    arn = str(target.get("Arn", ""))
    if "EcsParameters" in target:
        return _templated(target, arn)
    _, universal, api = arn.partition(_UNIVERSAL)
    if not universal or api not in {_RUN_TASK, _SUBMIT_JOB}:
        return None
    told = _object(target.get("Input"))
    return _of_request(api, decapitalised(told)) if told is not None else None


def by_rule(target: Spec) -> Started | None:
    """Answer what the target of an EventBridge rule starts; None where that is no task and no job."""
    if "EcsParameters" in target:
        return _templated(target, str(target.get("Arn", "")))
    batch: Spec | None = target.get("BatchParameters")
    if batch is None:
        return None
    overrides, lost = _overrides(target)
    more = {member: value for member, value in batch.items() if member not in {"JobDefinition", "JobName"}}
    return Started(
        kind="BatchJob",
        definition=str(batch.get("JobDefinition", "")),
        where=str(target.get("Arn", "")),
        request=decapitalised({**more, **overrides}),
        lost=lost,
    )


def says_nothing(member: str, value: Any) -> bool:
    """Answer whether a member of a request is as if it were left out."""
    if member in _OVERRIDING:
        return value is None
    return value in _NOTHING or (member == "count" and value == 1)


def decapitalised(value: Any) -> Any:
    """Answer members with a small first letter, as the API itself spells them; the keys of maps stay."""
    if isinstance(value, Mapping):
        small = {_small(member): inner for member, inner in value.items()}
        return {
            member: dict(inner) if member in MAPS and isinstance(inner, Mapping) else decapitalised(inner)
            for member, inner in small.items()
        }
    return [decapitalised(entry) for entry in value] if isinstance(value, list | tuple) else value


def _templated(target: Spec, cluster: str) -> Started:
    parameters: Spec = target["EcsParameters"]
    overrides, lost = _overrides(target)
    request = decapitalised({member: value for member, value in parameters.items() if member != "TaskDefinitionArn"})
    if "taskCount" in request:
        request["count"] = request.pop("taskCount")
    return Started(
        kind="EcsJob",
        definition=str(parameters.get("TaskDefinitionArn", "")),
        where=cluster,
        request={**request, **({"overrides": decapitalised(overrides)} if overrides else {})},
        lost=lost,
    )


def _of_request(api: str, request: Mapping[str, Any]) -> Started:
    kind, definition, where = (
        ("EcsJob", "taskDefinition", "cluster") if api == _RUN_TASK else ("BatchJob", "jobDefinition", "jobQueue")
    )
    return Started(
        kind=kind,
        definition=str(request.get(definition, "")),
        where=str(request.get(where) or ("default" if where == "cluster" else "")),
        request={member: value for member, value in request.items() if member not in {definition, where, *_IDENTITY}},
    )


def _overrides(target: Spec) -> tuple[Spec, tuple[str, ...]]:
    """Answer the overrides in a target's Input, and what else forms the input."""
    lost = tuple(f"{member} of its target" for member in _TRANSFORMS if target.get(member))
    if not target.get("Input"):
        return {}, lost
    told = _object(target["Input"])
    return (told, lost) if told is not None else ({}, (*lost, "the Input of its target, which is no JSON object"))


def _object(text: Any) -> Spec | None:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def _small(member: str) -> str:
    return member[:1].lower() + member[1:]
