"""The history's lines: what is told of launches and ends, and how runs are read back from them. Pure.

    launched  {"trigger", "attempt", "ids", "target", "definition", "commit", "at"}
    refused   the same with "reason": nothing was started, for a reason that was not told before; of one-shots alone
    ended     {"trigger", "attempt", "ids", "target", "definition", "commit", "state", "exitCode", "reason",
               "started", "stopped", "containers", "at"}
    skipped   {"trigger", "reason", "at"}

A line may be told twice, after a crash; the last of a run and attempt counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from reconciler.core import event_shapes, run_ends
from reconciler.core.memory import Attempt, Event
from reconciler.model import Run, RunState


def launched(trigger: str, attempt: Attempt, ids: Sequence[str]) -> Event:
    """Answer the line for a launch that made `ids`."""
    return {"event": "launched", "trigger": trigger, **_identity(attempt, ids)}


def refused(trigger: str, attempt: Attempt, reason: str) -> Event:
    """Answer the line for a launch that AWS has refused."""
    return {"event": "refused", "trigger": trigger, **_identity(attempt, ()), "reason": reason}


def ended(trigger: str, attempt: Attempt, end: Event) -> Event:
    """Answer the line for an attempt's end, from the event that records it."""
    return {
        "event": "ended",
        "trigger": trigger,
        **_identity(attempt, attempt.ids),
        "state": end["state"],
        "exitCode": end.get("exitCode"),
        "reason": end.get("reason", ""),
        "started": end.get("started"),
        "stopped": end.get("stopped"),
        "containers": end.get("containers", []),
    }


def ended_run(run: Run) -> Event:
    """Answer the line for the end of a run that only the history knew of."""
    return {
        "event": "ended",
        "trigger": run.trigger,
        "attempt": run.attempt,
        "ids": list(run.ids),
        "target": run.target,
        "definition": run.definition,
        "commit": run.commit,
        "state": run.state.value,
        "exitCode": run.exit_code,
        "reason": run.reason,
        "started": run.started.isoformat() if run.started else None,
        "stopped": run.stopped.isoformat() if run.stopped else None,
        "containers": run_ends.written(run.containers),
    }


def _identity(attempt: Attempt, ids: Sequence[str]) -> Event:
    return {
        "attempt": attempt.number,
        "ids": list(ids),
        "target": attempt.target,
        "definition": attempt.definition,
        "commit": attempt.commit,
    }


def runs(job: str, lines: Iterable[Event], known: Iterable[Run] = ()) -> tuple[Run, ...]:
    """Answer a job's runs, oldest first, from its lines in the order in which they happened.

    `known` are runs that earlier lines told of; of those some may be told again.
    """
    found = {(run.trigger, run.attempt): run for run in known}
    for line in lines:
        if str(line.get("event")) not in {"launched", "refused", "ended"} or not event_shapes.is_line(line):
            continue
        key = (str(line.get("trigger")), int(line.get("attempt", 0)))
        before = found.get(key)
        if before is not None and before.state.finished and line["event"] != "ended":
            continue
        found[key] = _run(job, line, before)
    return tuple(found.values())


def _run(job: str, line: Event, before: Run | None) -> Run:
    finished = line["event"] == "ended"
    ids = tuple(line.get("ids") or ())
    at = datetime.fromisoformat(line["at"]) if line.get("at") else None
    return Run(
        job=job,
        trigger=str(line.get("trigger")),
        attempt=int(line.get("attempt", 0)),
        ids=ids if finished or before is None else (*before.ids, *(task for task in ids if task not in before.ids)),
        target=str(line.get("target", "")),
        state=RunState(line["state"]) if finished else RunState.PENDING,
        exit_code=line.get("exitCode"),
        reason=str(line.get("reason") or ""),
        definition=str(line.get("definition", "")),
        commit=str(line.get("commit") or ""),
        created=before.created if before is not None and before.ids else (None if finished else at),
        started=run_ends.started(line),
        stopped=run_ends.stopped(line) or (at if finished else None),
        containers=run_ends.containers(line),
    )
