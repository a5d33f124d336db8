"""A notice in words: the JSON that machines read, Slack's form, and text.

    {"version": 1, "event", "owner", "region", "account", "commit", "at", "summary",
     "jobs": [{"name", "kind", "source", "sync", "health", "message", "changes": [{"path", "live", "desired"}]}]}

Fields are only ever added. `live` and `desired` are texts. A message is bounded: of many jobs and changes the first are
told, and `more` says how many are not.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from reconciler.model import FieldChange
from reconciler.model.notify import Event
from reconciler.notify.news import JobNews, Notice
from reconciler.reports.json import instant
from reconciler.reports.summary import plural
from reconciler.reports.wording import change_values, place, value_text

#: So many jobs are told, so many differences of each, and so many characters of a value and of a sentence.
_JOBS: Final = 20
_CHANGES: Final = 10
_VALUE: Final = 200
_TEXT: Final = 1000


def summary(notice: Notice) -> str:
    """Answer the notice in one line."""
    if not notice.jobs:
        return f"{notice.owner}: {notice.text[:_TEXT]}"
    several = len(notice.jobs) > 1
    who = plural(len(notice.jobs), "job") if several else notice.jobs[0].job.name
    match notice.event:
        case Event.DRIFT:
            what = "have drifted" if several else "has drifted"
        case Event.RUN_FAILED:
            return f"{notice.owner}: {f'runs of {who} have failed' if several else f'a run of {who} has failed'}"
        case Event.FAILING:
            what = "cannot be brought in line"
        case Event.RECOVERED:
            what = "have recovered" if several else "has recovered"
    return f"{notice.owner}: {who} {what}"


def as_json(notice: Notice) -> str:
    """Answer the notice for machines."""
    told: dict[str, Any] = {
        "version": 1,
        "event": str(notice.event),
        "owner": notice.owner,
        "region": notice.region,
        "account": notice.account,
        "commit": notice.commit,
        "at": instant(notice.at),
        "summary": summary(notice),
        "jobs": [_job(news) for news in notice.jobs[:_JOBS]],
    }
    if len(notice.jobs) > _JOBS:
        told["more"] = len(notice.jobs) - _JOBS
    return json.dumps(told, ensure_ascii=False)


def as_slack(notice: Notice) -> str:
    """Answer what an incoming webhook of Slack takes, and those that imitate it."""
    lines = [f"*{_escaped(summary(notice))}*", *_lines(notice, "•", lambda text: f"`{_escaped(text)}`", _escaped)]
    return json.dumps({"text": "\n".join(lines)}, ensure_ascii=False)


def as_text(notice: Notice) -> str:
    """Answer the notice for people."""
    where = " ".join(part for part in (notice.account, notice.region, notice.commit[:12]) if part)
    lines = [summary(notice), *_lines(notice, "-", str, str), "", f"{instant(notice.at)} {where}"]
    return "\n".join(lines) + "\n"


def _job(news: JobNews) -> dict[str, Any]:
    job = news.job
    told: dict[str, Any] = {
        "name": job.name,
        "kind": job.kind,
        "source": place(job.source) or None,
        "sync": job.sync,
        "health": job.health,
        "message": news.text[:_TEXT],
        "changes": [
            {
                "path": change.path,
                "live": value_text(change.before, _VALUE),
                "desired": value_text(change.after, _VALUE),
            }
            for change in job.changes[:_CHANGES]
        ],
    }
    return told if len(job.changes) <= _CHANGES else told | {"more": len(job.changes) - _CHANGES}


def _lines(notice: Notice, bullet: str, code: Callable[[str], str], plain: Callable[[str], str]) -> Iterator[str]:
    for news in notice.jobs[:_JOBS]:
        yield f"{bullet} {code(news.job.name)}: {plain(news.text[:_TEXT])}"
        yield from (f"    {code(_change(change))}" for change in news.job.changes[:_CHANGES])
        if len(news.job.changes) > _CHANGES:
            yield f"    and {len(news.job.changes) - _CHANGES} more"
    if len(notice.jobs) > _JOBS:
        yield f"and {plural(len(notice.jobs) - _JOBS, 'more job')}"


def _change(change: FieldChange) -> str:
    return f"{change.path}: {change_values(change, _VALUE)}"


def _escaped(text: str) -> str:
    """Slack's three control characters (https://docs.slack.dev/messaging/formatting-message-text#escaping)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
