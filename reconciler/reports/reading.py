"""A report read back from its JSON, so that one run's answer can be shown later in any format."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from reconciler.errors import UsageError
from reconciler.manifests.schemas import misfit
from reconciler.model import (
    ABSENT,
    Action,
    Against,
    Check,
    ContainerEnd,
    Edit,
    FieldChange,
    Health,
    JobEdit,
    JobReport,
    LogLine,
    LogLink,
    Problem,
    Registration,
    Report,
    Run,
    RunState,
    Severity,
    Source,
    Status,
    Step,
    Sync,
    Unmanaged,
    Unreported,
    Verdict,
)
from reconciler.reports.json import VERSION


def read_report(document: Mapping[str, Any]) -> Report:
    """Answer the report that `document` holds; raises UsageError for another version or shape."""
    version = document.get("version", VERSION)  # a document without one is no report at all, as the schema says
    if version != VERSION:
        raise UsageError(
            f"version: expected {VERSION}, got {version!r}", hint="show it with the release of reconcile that wrote it"
        )
    if wrong := misfit("report", document):
        raise UsageError(f"not a report of reconcile: {wrong}")
    try:
        return Report(
            verb=document["verb"],
            owner=document["owner"],
            region=document["region"],
            account=document["account"],
            started=datetime.fromisoformat(document["started"]),
            seconds=document["seconds"],
            masked=document.get("masked", False),
            jobs=tuple(_job(job) for job in document["jobs"]),
            steps=tuple(_step(step) for step in document["steps"]),
            problems=tuple(_problem(problem) for problem in document["problems"]),
            runs=tuple(_run(run) for run in document["runs"]) if "runs" in document else None,
            checks=tuple(_check(check) for check in document["checks"]) if "checks" in document else None,
            lines=tuple(_line(line) for line in document["lines"]) if "lines" in document else None,
            unmanaged=tuple(Unmanaged(kind=each["kind"], name=each["name"]) for each in document["unmanaged"])
            if "unmanaged" in document
            else None,
            against=_against(document["against"]) if "against" in document else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise UsageError(f"not a report of reconcile: {fault}") from fault


def _job(job: Mapping[str, Any]) -> JobReport:
    return JobReport(
        name=job["name"],
        kind=job["kind"],
        sync=None if job["sync"] is None else Sync(job["sync"]),
        health=None if job["health"] is None else Health(job["health"]),
        source=_source(job["source"]),
        definition=job["definition"],
        changes=tuple(_change(change) for change in job["changes"]),
        schedule=_schedule(job["schedule"]),
        next_start=_instant(job["nextStart"]),
        last_run=None if job["lastRun"] is None else _run(job["lastRun"]),
        message=job["message"],
        live=_registration(job["live"]) if "live" in job else None,
        unreported=tuple(_unreported(each) for each in job["unreported"]) if "unreported" in job else None,
        rendered=job.get("rendered"),
    )


def _schedule(schedule: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Answer a schedule as it is; raises ValueError for a start that is no instant."""
    for start in (schedule or {}).get("nextStarts", ()):
        datetime.fromisoformat(start["local"])
    return schedule


def _registration(live: Mapping[str, Any]) -> Registration:
    return Registration(
        name=live["name"],
        registered_at=_instant(live["registeredAt"]),
        registered_by=live["registeredBy"],
        commit=live["commit"],
    )


def _unreported(unreported: Mapping[str, Any]) -> Unreported:
    return Unreported(
        change=_change({**unreported, "source": None}),
        **{member: unreported[member] for member in ("rule", "text", "source", "grade", "equality")},
    )


def _against(against: Mapping[str, Any]) -> Against:
    return Against(ref=against["ref"], commit=against["commit"], jobs=tuple(_edit(edit) for edit in against["jobs"]))


def _edit(edit: Mapping[str, Any]) -> JobEdit:
    return JobEdit(
        name=edit["name"],
        kind=edit["kind"],
        edit=Edit(edit["edit"]),
        source=_source(edit["source"]),
        changes=tuple(
            _change({**change, "live": change["before"], "desired": change["after"]}) for change in edit["changes"]
        ),
        message=edit["message"],
    )


def _step(step: Mapping[str, Any]) -> Step:
    return Step(
        action=Action(step["action"]),
        kind=step["kind"],
        name=step["name"],
        job=step["job"],
        reason=step["reason"],
        changes=tuple(_change(change) for change in step["changes"]),
        source=_source(step["source"]),
        status=Status(step["status"]),
        error=step["error"],
    )


def _problem(problem: Mapping[str, Any]) -> Problem:
    source = _source(problem["source"])
    return Problem(
        message=problem["message"],
        severity=Severity(problem["severity"]),
        source=None if source is None else replace(source, column=problem["column"]),
        path=problem["path"],
        hint=problem["hint"],
        job=problem["job"],
    )


def _change(change: Mapping[str, Any]) -> FieldChange:
    return FieldChange(
        path=change["path"],
        before=ABSENT if change["live"] is None else change["live"],
        after=ABSENT if change["desired"] is None else change["desired"],
        source=_source(change["source"]),
    )


def _run(run: Mapping[str, Any]) -> Run:
    return Run(
        job=run["job"],
        trigger=run["trigger"],
        attempt=run["attempt"],
        ids=tuple(run["ids"]),
        target=run["target"],
        state=RunState(run["state"]),
        exit_code=run["exitCode"],
        reason=run["reason"],
        definition=run["definition"],
        commit=run["commit"],
        created=_instant(run["created"]),
        started=_instant(run["started"]),
        stopped=_instant(run["stopped"]),
        containers=tuple(
            ContainerEnd(name=end["name"], exit_code=end["exitCode"], reason=end["reason"], essential=end["essential"])
            for end in run["containers"]
        ),
        logs=tuple(
            LogLink(container=each["container"], group=each["group"], stream=each["stream"], url=each["url"])
            for each in run.get("logs", ())
        ),
    )


def _check(check: Mapping[str, Any]) -> Check:
    return Check(
        what=check["what"],
        subject=check["subject"],
        verdict=Verdict(check["verdict"]),
        reason=check["reason"],
        jobs=tuple(check["jobs"]),
    )


def _line(line: Mapping[str, Any]) -> LogLine:
    return LogLine(text=line["text"], at=datetime.fromisoformat(line["at"]), container=line["container"])


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _source(text: str | None) -> Source | None:
    if text is None:
        return None
    file, _, line = text.rpartition(":")
    return Source(file=file, line=int(line)) if file and line.isdigit() else Source(file=text)
