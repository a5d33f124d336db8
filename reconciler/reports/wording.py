"""How single values read to a person: what a change was, when something happened, how long it took."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.model import ABSENT, Action, FieldChange, Run, Source, Step
from reconciler.reports.masking import is_masked
from reconciler.reports.printing import printable

#: One sign for each action, as in Terraform's plans.
SIGNS: Final = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.LAUNCH: ">",
    Action.STOP: "x",
    Action.ADOPT: "^",
    Action.KEEP: "=",
}


def value_text(value: Any, limit: int = 0) -> str:
    """Answer a value as compact JSON, cut in the middle over `limit` characters; a mask stands bare."""
    if value is ABSENT:
        return "(not there)"
    if is_masked(value):
        return str(value)
    text = printable(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))
    if not limit or len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - limit :]} ({len(text)} characters)"


def change_sign(change: FieldChange) -> str:
    """Answer what happens to a leaf when the manifest is applied: it comes, goes or changes."""
    if change.before is ABSENT:
        return "+"
    return "-" if change.after is ABSENT else "~"


def change_values(change: FieldChange, limit: int = 0) -> str:
    """Answer `live → desired`, or the one side there is."""
    sides = [value_text(side, limit) for side in (change.before, change.after) if side is not ABSENT]
    return " → ".join(sides)


def step_reason(step: Step) -> str:
    """Answer why a step is taken, unless its error begins by saying so."""
    return "" if step.error.startswith(step.reason) else step.reason


def place(source: Source | None) -> str:
    """Answer `path:line`, or nothing."""
    if source is None:
        return ""
    return f"{source.file}:{source.line}" if source.line else source.file


def moment(instant: datetime | None) -> str:
    """Answer an instant to the minute, in UTC."""
    return "" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def duration(seconds: float) -> str:
    """Answer `0.4s`, `12m 4s` or `3h 5m`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"


def run_text(run: Run) -> str:
    """Answer `Failed, exit 3, after 12m 4s (OutOfMemoryError)`."""
    parts = [str(run.state)]
    if run.exit_code is not None:
        parts.append(f"exit {run.exit_code}")
    if run.attempt:
        parts.append(f"attempt {run.attempt + 1}")
    if run.started and run.stopped:
        parts.append(f"after {duration((run.stopped - run.started).total_seconds())}")
    text = ", ".join(parts)
    return f"{text} ({run.reason})" if run.reason else text


def run_time(run: Run) -> datetime | None:
    """Answer when a run began, as near as it is known."""
    return run.started or run.created
