"""How single values read to a person: what a change was, when something happened, how long it took."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.core import run_keys
from reconciler.core.paths import MOVED
from reconciler.core.slot_memory import slot_from, slot_text
from reconciler.model import ABSENT, Action, FieldChange, Run, Source, Step
from reconciler.reports.masking import is_masked
from reconciler.reports.printing import printable

#: That certain leaves differ.
_REPEATED: Final = re.compile(r"\A\S+(?: and \d+ more)? differs?(?:; |\Z)")
_SHA: Final = 12
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
    text = _whole(value)
    if not limit or len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - limit :]} ({len(text)} characters)"


def _whole(value: Any) -> str:
    if value is ABSENT:
        return "(not there)"
    if is_masked(value):
        return str(value)
    return printable(json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> str:
    """Answer what JSON has no type for; an instant reads as it does in the report's JSON, and so in a saved plan."""
    return slot_text(value) if isinstance(value, datetime) else str(value)


def side_texts(change: FieldChange, limit: int = 0) -> tuple[str, str]:
    """Answer both sides of a change; where both are there and one is over `limit`, what stands about the difference.

    Two long values that were each cut in the middle might look the same.
    """
    before, after = _whole(change.before), _whole(change.after)
    if change.before is ABSENT or change.after is ABSENT or not limit or max(len(before), len(after)) <= limit:
        return value_text(change.before, limit), value_text(change.after, limit)
    shorter = min(len(before), len(after))
    same = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    start = max(0, min(same - limit // 3, max(len(before), len(after)) - limit))
    return _window(before, start, limit), _window(after, start, limit)


def _window(text: str, start: int, limit: int) -> str:
    shown, end = text[start : start + limit], start + limit
    if len(shown) == len(text):
        return text
    return f"{'…' if start else ''}{shown}{'…' if end < len(text) else ''} ({len(text)} characters)"


def is_moved(change: FieldChange) -> bool:
    """Answer whether a change is an entry of an ordered list that only stands elsewhere (`command[2→0]`)."""
    return MOVED.search(change.path) is not None and change.before == change.after


def change_sign(change: FieldChange) -> str:
    """Answer what happens to a leaf when the manifest is applied: it comes, goes or changes."""
    if change.before is ABSENT:
        return "+"
    return "-" if change.after is ABSENT else "~"


def change_values(change: FieldChange, limit: int = 0) -> str:
    """Answer `live → desired`, the one side there is, or that it only moved."""
    before, after = side_texts(change, limit)
    if is_moved(change):
        return f"{after} moved"
    if change.before is ABSENT or change.after is ABSENT:
        return after if change.before is ABSENT else before
    return f"{before} → {after}"


def step_reason(step: Step) -> str:
    """Answer why a step is taken, without what its error begins with, and what its differences show themselves."""
    reason = _REPEATED.sub("", step.reason) if step.changes else step.reason
    return "" if step.error.startswith(reason) else reason


def short(commit: str) -> str:
    """Answer what of a commit's name, also with its time behind it, tells it from others."""
    return commit.partition("@")[0][:_SHA]


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
    return f"{text} ({run.reason})" if run.reason.casefold() not in {"", run.state.casefold()} else text


def run_time(run: Run) -> datetime | None:
    """Answer when a run began, as near as it is known."""
    return run.started or run.created


def run_moment(run: Run) -> str:
    """Answer when a run began, and which start of its schedule it is where that was in another minute."""
    began = moment(run_time(run))
    due = moment(slot_from(run_keys.slot_of(run.trigger) or ""))
    return f"{began} (due {due})".lstrip() if due and due != began else began
