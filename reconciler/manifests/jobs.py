"""A draft that nobody has anything against, as the job that the engine works with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.manifests import tree
from reconciler.manifests.drafts import Draft
from reconciler.manifests.settings import Chosen
from reconciler.model import (
    ConcurrencyPolicy,
    Definition,
    DeletionPolicy,
    Engine,
    Job,
    Linked,
    Logs,
    Once,
    Owned,
    RerunOn,
    Schedule,
    Shared,
    Trigger,
)

#: How long a Fargate task may be PROVISIONING or PENDING unless the manifest says otherwise.
_FARGATE_START_TIMEOUT = 300
_FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})


def job(draft: Draft, chosen: Chosen) -> Job:
    """Answer the job of a valid draft; Settings' tags lie under its own."""
    spec = draft.spec
    metadata: Mapping[str, Any] = draft.document.get("metadata", {})
    prefix = chosen.settings.name_prefix
    run: Mapping[str, Any] = spec.get("run", {})
    definition = _definition(draft, prefix)
    return Job(
        name=draft.name,
        declared_name=draft.declared_name,
        kind=draft.kind,
        source=tree.source(draft.place),
        definition=definition,
        spec=spec,
        sources=tree.Sources(draft.grow),
        tags={**chosen.settings.tags, **metadata.get("tags", {})},
        former_names=tuple(prefix + name for name in metadata.get("formerNames", ())),
        run=run,
        logs=_logs(spec.get("logs"), draft.name),
        trigger=_trigger(spec),
        depends_on=tuple(prefix + name for name in spec.get("dependsOn", ())),
        main_container=spec.get("mainContainer"),
        start_timeout_seconds=spec.get("startTimeoutSeconds", _start_timeout(run, definition)),
        active_deadline_seconds=spec.get("activeDeadlineSeconds"),
        backoff_limit=spec.get("backoffLimit", 0),
        suspend=spec.get("suspend", False),
        deletion_policy=DeletionPolicy(spec.get("deletionPolicy", DeletionPolicy.DEREGISTER)),
        revision_history_limit=spec.get("revisionHistoryLimit", 1),
        adopt=spec.get("adopt", False),
        ignore_differences=tuple(spec.get("ignoreDifferences", ())),
    )


def _definition(draft: Draft, prefix: str) -> Definition:
    spec, dialect = draft.spec, draft.dialect
    if dialect.reference in spec:
        return Linked(reference=spec[dialect.reference])
    if "definitionOf" in spec:
        return Shared(job=prefix + spec["definitionOf"])
    return Owned(body=spec[dialect.body])


def _logs(logs: Mapping[str, Any] | None, name: str) -> Logs | None:
    if logs is None:
        return None
    return Logs(
        group=logs.get("group", f"/jobs/{name}"),
        stream_prefix=logs.get("streamPrefix", "job"),
        retention_days=logs.get("retentionDays"),
        create_group=logs.get("createGroup", True),
        options=logs.get("options", {}),
    )


def _trigger(spec: Mapping[str, Any]) -> Trigger:
    once = spec.get("once")
    if once is not None:
        return Once(key=once.get("key", ""), rerun_on=RerunOn(once.get("rerunOn", RerunOn.DEFINITION)))
    section = spec.get("schedule")
    return None if section is None else schedule(section)


def schedule(section: Mapping[str, Any]) -> Schedule:
    """Answer a `schedule` section that the schema accepts; raises ValueError for dates that do not exist."""
    zone = section.get("timeZone", "UTC")
    for syntax in ("cron", "rate", "at"):
        if syntax in section:
            return Schedule(
                syntax=syntax,
                expression=section[syntax],
                engine=Engine(section["engine"]),
                time_zone=zone,
                concurrency_policy=ConcurrencyPolicy(section.get("concurrencyPolicy", ConcurrencyPolicy.ALLOW)),
                starting_deadline_seconds=section.get("startingDeadlineSeconds", 300),
                start_date=instant(section.get("startDate"), zone),
                end_date=instant(section.get("endDate"), zone),
                event_bridge=section.get("eventBridge", {}),
            )
    raise AssertionError("the schema lets no schedule without cron, rate or at through")


def instant(text: str | None, zone: str) -> datetime | None:
    """Answer an ISO 8601 instant, in the schedule's zone where it names none; raises ValueError for another text."""
    if text is None:
        return None
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))


def _start_timeout(run: Mapping[str, Any], definition: Definition) -> int | None:
    """Answer the start timeout of a job that states none: on Fargate starting takes a minute or two, never long.

    On EC2 a task waits for capacity that may be on its way, and in a Batch queue waiting is normal.
    """
    strategy = run.get("capacityProviderStrategy", ())
    if "launchType" in run:
        fargate = run["launchType"] in _FARGATE
    elif strategy:
        fargate = all(item.get("capacityProvider") in _FARGATE for item in strategy)
    else:
        fargate = isinstance(definition, Owned) and definition.body.get("requiresCompatibilities") == ["FARGATE"]
    return _FARGATE_START_TIMEOUT if fargate else None
