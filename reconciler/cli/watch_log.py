"""What a loop tells, as lines on stderr: text for people, or one JSON object a line for machines."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from reconciler.engine.watch_events import (
    Invalid,
    Moved,
    Passed,
    PassesAgain,
    PassFailed,
    Pulled,
    PullFailed,
    PullsAgain,
    RunsSeen,
    Said,
    Started,
    Stopped,
    Told,
    Valid,
    Waiting,
)
from reconciler.model import Action, Problem, Report, Step
from reconciler.reports.printing import printable
from reconciler.reports.summary import DONE_WORDS, sentences
from reconciler.reports.wording import duration

#: So many changes of a pass are named in a line of text; JSON names all.
_NAMED: Final = 10
_VERBS: Final[Mapping[Action, str]] = {**DONE_WORDS, Action.KEEP: "noted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: `event` and `fields` are for machines, `message` says the same to people."""

    level: str
    event: str
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Log:
    """Writes what is told; `scrub` takes hidden values of a job, or of all, out of a text."""

    def __init__(
        self,
        stream: TextIO,
        *,
        now: Callable[[], datetime],
        scrub: Callable[[str, str], str],
        as_json: bool,
    ) -> None:
        self._stream = stream
        self._now = now
        self._scrub = scrub
        self._as_json = as_json

    def __call__(self, told: Told) -> None:
        """Write what there is to say of it, which may be nothing."""
        for entry in self._entries(told):
            self.write(entry)

    def write(self, entry: Entry) -> None:
        """Write one line, whole."""
        time = self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._as_json:
            members = {"time": time, "level": entry.level, "event": entry.event, "message": entry.message}
            line = json.dumps({**members, **entry.fields}, ensure_ascii=False, default=str)
        else:
            line = printable(f"{time} {entry.level.upper():<7} {entry.message}")
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def _entries(self, told: Told) -> Iterator[Entry]:
        match told:
            case Passed():
                yield from self._passed(told)
            case PassFailed(error=error, retried_in=seconds, news=True):
                fields = {"error": self._scrub(error, ""), "retriedIn": seconds}
                yield Entry(level="error", event="pass-failed", message=f"no pass: {fields['error']}", fields=fields)
            case PassesAgain(failures=failures):
                message = f"passes again, after {failures} {'failure' if failures == 1 else 'failures'}"
                yield Entry(level="info", event="passes-again", message=message, fields={"failures": failures})
            case Invalid():
                yield from self._invalid(told)
            case Valid():
                yield Entry(level="info", event="valid", message="the manifests are valid again")
            case Pulled() | PullFailed() | PullsAgain():
                yield self._pull(told)
            case Said(message=message, warning=warning):
                yield Entry(level="warning" if warning else "info", event="said", message=self._scrub(message, ""))
            case Started(directory=directory, interval=interval):
                message = f"watching {directory}, at the latest every {interval:g} s"
                fields = {"directory": directory, "interval": interval}
                yield Entry(level="info", event="started", message=message, fields=fields)
            case Stopped(passes=passes, cut_short=why):
                told_why = f" ({why})" if why else ""
                message = f"stopped after {passes} {'pass' if passes == 1 else 'passes'}{told_why}; runs go on"
                fields = {"passes": passes, **({"cutShort": why} if why else {})}
                yield Entry(level="warning" if why else "info", event="stopped", message=message, fields=fields)
            case PassFailed() | RunsSeen() | Waiting():
                return

    def _pull(self, told: Pulled | PullFailed | PullsAgain) -> Entry:
        match told:
            case Pulled(before=before, after=after):
                message = f"pulled: {before[:12]} → {after[:12]}"
                return Entry(level="info", event="pulled", message=message, fields={"before": before, "after": after})
            case PullFailed(error=error):
                text = self._scrub(error, "")
                return Entry(level="warning", event="not-pulled", message=f"not pulled: {text}", fields={"error": text})
            case PullsAgain():
                return Entry(level="info", event="pulls-again", message="pulls again")

    def _passed(self, passed: Passed) -> Iterator[Entry]:
        if not passed.quiet or passed.number == 1:
            changes = [*map(_done, passed.done), *(f"{each.job} is {each.after}" for each in passed.moved)]
            changes += [f"{job} fails no longer" for job in passed.recovered]
            yield Entry(
                level="info",
                event="pass",
                message=f"pass {passed.number}: {_listed(changes)}; {_standing(passed.report)}",
                fields=self._pass_fields(passed),
            )
        for job, error in passed.failing.items():
            text = self._scrub(error, job)
            yield Entry(level="error", event="job-failed", message=f"{job}: {text}", fields={"job": job, "error": text})
        yield from (self._problem(problem, {}) for problem in passed.problems)

    def _pass_fields(self, passed: Passed) -> Mapping[str, Any]:
        report = passed.report
        return {
            "number": passed.number,
            "wokenBy": [str(wake) for wake in passed.woken_by],
            "owner": report.owner,
            "commit": passed.commit,
            "seconds": round(report.seconds, 3),
            "changed": [self._step(step) for step in passed.done],
            "moved": [self._moved(each) for each in passed.moved],
            "failing": sorted(passed.failing),
            "recovered": list(passed.recovered),
        }

    def _moved(self, moved: Moved) -> Mapping[str, Any]:
        message = self._scrub(moved.message, moved.job)
        return {"job": moved.job, "before": moved.before, "after": moved.after, "message": message}

    def _step(self, step: Step) -> Mapping[str, Any]:
        reason = self._scrub(step.reason, step.job)
        return {"action": step.action, "kind": step.kind, "name": step.name, "job": step.job, "reason": reason}

    def _invalid(self, invalid: Invalid) -> Iterator[Entry]:
        kept = f"; kept as last valid: {_listed(invalid.kept)}" if invalid.kept else ""
        waiting = "" if invalid.known else "; nothing is done until the settings can be read"
        for problem in invalid.problems:
            yield self._problem(problem, {"kept": list(invalid.kept)}, f"{kept}{waiting}")

    def _problem(self, problem: Problem, fields: Mapping[str, Any], more: str = "") -> Entry:
        text = self._scrub(str(problem), problem.job)
        told = {"severity": problem.severity, "source": str(problem.source or ""), "path": problem.path, **fields}
        return Entry(level=str(problem.severity), event="problem", message=f"{text}{more}", fields=told)


def _done(step: Step) -> str:
    return f"{_VERBS[step.action]} {step.kind} {step.name}"


def _standing(report: Report) -> str:
    said = [sentence for sentence in sentences(report) if sentence.startswith(f"{len(report.jobs)} job")]
    return f"{'; '.join(said) or 'no jobs'} ({duration(report.seconds)})"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}" if names else "nothing to do"
