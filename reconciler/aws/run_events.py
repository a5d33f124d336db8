"""How runs ended, by the events that a rule of EventBridge has kept of them (:mod:`reconciler.kinds.event_rule`)."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from reconciler.aws import job_executions, ledger, log_events, tasks
from reconciler.aws.session import Aws
from reconciler.errors import NotFound
from reconciler.model import Execution

#: Events are kept a little after what they tell of.
_MARGIN: Final = timedelta(minutes=10)
#: Callers look back differently far; what is older than the last one asked for is kept so long.
_REMEMBERED: Final = timedelta(days=1)


class RunEvents(Protocol):
    """What is known of ended tasks and jobs beside what AWS itself can still be asked."""

    def ended(self, kind: str, since: datetime) -> Mapping[str, Execution]:
        """Answer every execution of a kind (`EcsJob`, `BatchJob`) that was seen to end since an instant, by id."""
        ...


class NoRunEvents:
    """Where nothing is kept."""

    def ended(self, kind: str, since: datetime) -> Mapping[str, Execution]:  # noqa: ARG002 - the protocol's words
        """Answer nothing."""
        return {}


class KeptRunEvents:
    """The events in one log group, each read once; safe to use from several threads."""

    def __init__(self, aws: Aws, group: str) -> None:
        self._aws = aws
        self._group = group
        self._lock = threading.Lock()
        self._from: datetime | None = None
        self._until: datetime | None = None
        self._known: dict[tuple[str, str], Execution] = {}

    def ended(self, kind: str, since: datetime) -> Mapping[str, Execution]:
        """Answer every execution of a kind that was seen to end since an instant, by id; none where no group is."""
        with self._lock:
            now = self._aws.clock.now()
            if self._from is None or self._until is None or since < self._from:
                self._read(since)
                self._from = since
            else:
                self._read(self._until - _MARGIN)
            self._until = now
            self._forget(since - _REMEMBERED)
            return {
                id_: execution
                for (of, id_), execution in self._known.items()
                if of == kind and execution.stopped is not None and execution.stopped >= since
            }

    def _forget(self, horizon: datetime) -> None:
        """Let go of what ended before `horizon`, so that a loop may run for years."""
        if self._from is not None and self._from < horizon:
            self._from = horizon
            self._known = {
                key: execution
                for key, execution in self._known.items()
                if execution.stopped is not None and execution.stopped >= horizon
            }

    def _read(self, since: datetime) -> None:
        try:
            for event in log_events.search(self._aws, self._group, since=since):
                told = _readable(ledger.parse(event.message) or {})
                if told is not None:
                    kind, execution = told
                    self._known[kind, execution.id] = execution
        except NotFound:
            return


def _readable(event: Mapping[str, Any]) -> tuple[str, Execution] | None:
    """Answer as :func:`_execution`; None for what is not as AWS writes it, since others may write there as well."""
    try:
        told = _execution(event)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return None
    codes = [end.exit_code for end in told[1].containers] if told is not None else []
    return told if all(code is None or type(code) is int for code in codes) else None


def _execution(event: Mapping[str, Any]) -> tuple[str, Execution] | None:
    """Answer the kind and the execution of a state change; None for the children of an array, and anything else."""
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        return None
    match event.get("source"):
        case "aws.ecs" if "taskArn" in detail:
            return "EcsJob", tasks.from_event(detail)
        case "aws.batch" if "jobId" in detail and "index" not in (detail.get("arrayProperties") or {}):
            return "BatchJob", job_executions.execution(detail, str(detail.get("jobQueue", "")).rpartition("/")[2])
    return None
