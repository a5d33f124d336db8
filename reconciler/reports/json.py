"""The JSON that machines read: one object, its shape in `schemas/report.schema.json`, its fields only ever added to."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.model import (
    ABSENT,
    Against,
    Check,
    FieldChange,
    JobEdit,
    JobReport,
    LogLine,
    LogLink,
    Problem,
    Registration,
    Report,
    Run,
    Source,
    Step,
    Unreported,
)
from reconciler.reports.summary import summary

VERSION: Final = 1


def render(report: Report) -> str:
    """Answer `report` as JSON text; equal reports give equal bytes."""
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Answer `report` as JSON's own values; a side of a change that is not there is null (AWS has no null)."""
    return {
        "version": VERSION,
        "verb": report.verb,
        "owner": report.owner,
        "region": report.region,
        "account": report.account,
        "started": instant(report.started),
        "seconds": round(report.seconds, 3),
        "masked": report.masked,
        "summary": _summary(report),
        "jobs": [_job(job) for job in report.jobs],
        "steps": [step_document(step) for step in report.steps],
        "problems": [problem_document(problem) for problem in report.problems],
        **({} if report.runs is None else {"runs": [_run(run) for run in report.runs]}),
        **({} if report.checks is None else {"checks": [_check(check) for check in report.checks]}),
        **(
            {}
            if report.unmanaged is None
            else {"unmanaged": [{"kind": each.kind, "name": each.name} for each in report.unmanaged]}
        ),
        **({} if report.against is None else {"against": _against(report.against)}),
        **({} if report.lines is None else {"lines": [_line(line) for line in report.lines]}),
    }


def instant(moment: datetime | None) -> str | None:
    """Answer an instant as RFC 3339 in UTC, to the second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _summary(report: Report) -> dict[str, Any]:
    return {
        member: {str(key): number for key, number in value.items()} if isinstance(value, Mapping) else value
        for member, value in asdict(summary(report)).items()
    }


def _job(job: JobReport) -> dict[str, Any]:
    return {
        "name": job.name,
        "kind": job.kind,
        "source": _source(job.source),
        "sync": job.sync,
        "health": job.health,
        "definition": job.definition,
        "changes": [_change(change) for change in job.changes],
        "schedule": None if job.schedule is None else _sorted(job.schedule),
        "nextStart": instant(job.next_start),
        "lastRun": None if job.last_run is None else _run(job.last_run),
        "message": job.message,
        **({} if job.live is None else {"live": _registration(job.live)}),
        **({} if job.unreported is None else {"unreported": [_unreported(each) for each in job.unreported]}),
        **({} if job.rendered is None else {"rendered": _sorted(job.rendered)}),
    }


def _registration(live: Registration) -> dict[str, Any]:
    return {
        "name": live.name,
        "registeredAt": instant(live.registered_at),
        "registeredBy": live.registered_by,
        "commit": live.commit,
    }


def _unreported(unreported: Unreported) -> dict[str, Any]:
    change = _change(unreported.change)
    return {
        "path": change["path"],
        "live": change["live"],
        "desired": change["desired"],
        "rule": unreported.rule,
        "text": unreported.text,
        "source": unreported.source,
        "grade": unreported.grade,
        "equality": unreported.equality,
    }


def _against(against: Against) -> dict[str, Any]:
    return {"ref": against.ref, "commit": against.commit, "jobs": [_edit(edit) for edit in against.jobs]}


def _edit(edit: JobEdit) -> dict[str, Any]:
    changes = [_change(change) for change in edit.changes]
    return {
        "name": edit.name,
        "kind": edit.kind,
        "edit": edit.edit,
        "source": _source(edit.source),
        "changes": [
            {"path": each["path"], "before": each["live"], "after": each["desired"], "source": each["source"]}
            for each in changes
        ],
        "message": edit.message,
    }


def step_document(step: Step) -> dict[str, Any]:
    """Answer one step as JSON's own values."""
    return {
        "action": step.action,
        "kind": step.kind,
        "name": step.name,
        "job": step.job,
        "reason": step.reason,
        "changes": [_change(change) for change in step.changes],
        "source": _source(step.source),
        "status": step.status,
        "error": step.error,
    }


def problem_document(problem: Problem) -> dict[str, Any]:
    """Answer one problem as JSON's own values."""
    return {
        "severity": problem.severity,
        "source": _source(problem.source),
        "column": problem.source.column if problem.source else 0,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
        "job": problem.job,
    }


def _change(change: FieldChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "live": None if change.before is ABSENT else _sorted(change.before),
        "desired": None if change.after is ABSENT else _sorted(change.after),
        "source": _source(change.source),
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "job": run.job,
        "trigger": run.trigger,
        "attempt": run.attempt,
        "ids": list(run.ids),
        "target": run.target,
        "state": run.state,
        "exitCode": run.exit_code,
        "reason": run.reason,
        "definition": run.definition,
        "commit": run.commit,
        "created": instant(run.created),
        "started": instant(run.started),
        "stopped": instant(run.stopped),
        "duration": _duration(run),
        "containers": [
            {"name": end.name, "exitCode": end.exit_code, "reason": end.reason, "essential": end.essential}
            for end in run.containers
        ],
        **({} if not run.logs else {"logs": [_log(link) for link in run.logs]}),
    }


def _line(line: LogLine) -> dict[str, Any]:
    return {
        "at": line.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "container": line.container,
        "text": line.text,
    }


def _log(link: LogLink) -> dict[str, Any]:
    return {"container": link.container, "group": link.group, "stream": link.stream, "url": link.url}


def _duration(run: Run) -> float | None:
    return round((run.stopped - run.started).total_seconds(), 3) if run.started and run.stopped else None


def _check(check: Check) -> dict[str, Any]:
    return {
        "what": check.what,
        "subject": check.subject,
        "verdict": check.verdict,
        "reason": check.reason,
        "jobs": list(check.jobs),
    }


def _source(source: Source | None) -> str | None:
    """Answer `path:line`, or the path alone where the file as such is meant."""
    if source is None:
        return None
    return f"{source.file}:{source.line}" if source.line else source.file


def _sorted(value: Any) -> Any:
    """Answer a received or sent value with its members sorted and nothing but JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): _sorted(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_sorted(element) for element in value]
    if isinstance(value, datetime):
        return instant(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
