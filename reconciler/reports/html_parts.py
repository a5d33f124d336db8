"""What pages are made of: the page around, badges, entries that open, tables of differences, bars on an axis of time.

A page loads nothing, and its Content-Security-Policy lets only its own script run.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from typing import Final

from reconciler.model import Action, FieldChange, Health, Problem, Severity, Status, Step, Sync
from reconciler.reports.timeline import Bar
from reconciler.reports.verdict import failed_step
from reconciler.reports.wording import SIGNS, place, step_reason, value_text

#: The class of each state in style.css.
CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys((Sync.IN_SYNC, Health.SUCCEEDED, Status.DONE, Action.CREATE), "good"),
    **dict.fromkeys((Sync.FOREIGN, Sync.BEHIND, Sync.ERROR, Sync.ORPHANED, Health.FAILED, Status.FAILED), "bad"),
    **dict.fromkeys((Action.DELETE, Action.STOP, Severity.ERROR), "bad"),
    **dict.fromkeys((Sync.MISSING, Sync.DRIFTED, Health.UNKNOWN, Health.SUSPENDED, Status.BLOCKED), "changed"),
    **dict.fromkeys((Action.UPDATE, Action.ADOPT, Severity.WARNING), "changed"),
    **dict.fromkeys((Health.RUNNING, Health.PENDING, Action.LAUNCH), "started"),
}
#: The script that makes counts and the search field filter; pages with more add to it.
SCRIPT: Final = "script.js"


def document(title: str, content: Iterable[str], *, style: str, script: str, policy: str = "") -> str:
    """Answer the page whose `main` is `content`; `policy` adds to what it may do."""
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'{policy}"
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{style}</style>",
        "<body>",
        "<main>",
        *content,
        "</main>",
        f"<script>{script}</script>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def asset(name: str, package: str = "reconciler.reports") -> str:
    """Answer a file of a package's `page`."""
    return (resources.files(package) / "page" / name).read_text(encoding="utf-8")


def counts(axis: str, numbers: Mapping[str, int]) -> Iterator[str]:
    """Yield the counts of one axis as buttons that filter by it."""
    buttons = [
        f'<button type="button" aria-pressed="false" data-axis="{axis}" data-word="{word(key)}" '
        f'class="{CLASSES.get(key, "")}">{number} {escape(key)}</button>'
        for key, number in numbers.items()
        if number
    ]
    if buttons:
        yield f'<fieldset class="counts" aria-label="{axis}">{"".join(buttons)}</fieldset>'


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield a section, or nothing where it would be empty."""
    content = list(lines)
    if content:
        yield f"<section><h2>{title}</h2>"
        yield from content
        yield "</section>"


def problem_list(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the problems as a list."""
    if problems:
        yield '<ul class="problems">'
        yield from (f"<li>{badge(problem.severity)} {escape(str(problem))}</li>" for problem in problems)
        yield "</ul>"


def step_title(step: Step) -> str:
    """Answer what a step does, to what, and how far it is."""
    badges = "" if step.status is Status.PLANNED else badge(step.status)
    return (
        f'<span class="sign">{SIGNS[step.action]}</span>{escape(str(step.action))} {escape(step.kind)} '
        f"<code>{escape(step.name)}</code>{badges}"
    )


def step_entry(step: Step) -> Iterator[str]:
    """Yield a step that opens to its reason, changes and error."""
    reason = step_reason(step)
    body = [f"<p>{escape(reason)}</p>" if reason else "", *change_table(step.changes)]
    if step.error:
        body.append(f'<p><span class="badge bad">{escape(str(step.status))}</span> {escape(step.error)}</p>')
    body.append(
        quiet(f"job {step.job}" if step.job else "", f"declared at {place(step.source)}" if step.source else "")
    )
    opened = failed_step(step) or bool(step.changes)
    yield from entry(step_title(step), body, (step.action, step.status), opened=opened)


def entry(title: str, body: Iterable[str], words: Iterable[str], *, opened: bool) -> Iterator[str]:
    """Yield something that opens to its body, and that the counts of these words find."""
    kept = [line for line in body if line]
    attributes = f'class="entry" data-words="{" ".join(map(word, words))}"'
    if not kept:
        yield f"<div {attributes}><div>{title}</div></div>"
        return
    yield f"<details {attributes}{' open' if opened else ''}><summary>{title}</summary><div>"
    yield from kept
    yield "</div></details>"


def change_table(changes: Sequence[FieldChange], before: str = "live") -> list[str]:
    """Answer differences field by field, both sides and the manifest's line; `before` names the first side."""
    if not changes:
        return []
    head = f"<table><thead><tr><th>field<th>{escape(before)}<th>manifest<th>declared at</tr></thead><tbody>"
    return [head, *(_change(change, before) for change in changes), "</tbody></table>"]


def _change(change: FieldChange, before: str) -> str:
    return (
        f"<tr><td>{escape(change.path)}</td>"
        f'<td class="before" data-name="{escape(before)}">{escape(value_text(change.before))}</td>'
        f'<td class="after" data-name="manifest">{escape(value_text(change.after))}</td>'
        f'<td class="quiet">{escape(place(change.source))}</td></tr>'
    )


def track(bars: Iterable[Bar]) -> str:
    """Answer the runs of one job on the axis of all."""
    drawn = (
        f'<span class="bar {CLASSES.get(bar.health, "")}" title="{escape(bar.text)}" '
        f'style="left:{bar.left:.2f}%;width:{bar.width:.2f}%"></span>'
        for bar in bars
    )
    return f'<span class="track">{"".join(drawn)}</span>'


def badge(state: str) -> str:
    """Answer a state in its colour."""
    return f'<span class="badge {CLASSES.get(state, "")}">{escape(str(state))}</span>'


def quiet(*parts: str) -> str:
    """Answer a line of lesser things, those that are there."""
    said = " · ".join(part for part in parts if part)
    return f'<p class="quiet">{escape(said)}</p>' if said else ""


def word(state: str) -> str:
    """Answer a state as the filter knows it."""
    return escape(str(state).lower())
