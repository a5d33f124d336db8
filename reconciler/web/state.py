"""What the loop told last, kept for whoever asks; safe to use from several threads."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.engine.watch_events import Invalid, Passed, PassFailed, RunsSeen, Told, Valid
from reconciler.model import Action, Problem, Report, Run, Status, Step
from reconciler.reports import html
from reconciler.reports.json import document, instant

#: So many of the steps that were carried out are shown, newest first.
_RECENT: Final = 50
#: Without a pass, or a failure to make one, for so many intervals (and never less than the seconds) the loop is stuck.
_INTERVALS: Final = 5
_STUCK: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The state itself; `version` rises with everything that is shown."""

    version: int = 0
    passes: int = 0
    report: Report | None = None
    runs: tuple[Run, ...] = ()
    recent: tuple[Step, ...] = ()
    invalid: tuple[Problem, ...] = ()
    failure: str = ""
    turned: datetime | None = None


class State:
    """Listens to a loop. `present` makes a report fit to be shown: hidden values masked."""

    def __init__(self, *, now: Callable[[], datetime], present: Callable[[Report], Report], interval: float) -> None:
        self._now = now
        self._present = present
        self._patience = max(_STUCK, timedelta(seconds=_INTERVALS * interval))
        self._lock = threading.Lock()
        self._known = _Known(turned=now())
        self._shown: tuple[int, Report] | None = None

    def __call__(self, told: Told) -> None:
        """Take note of what the loop tells."""
        with self._lock:
            self._known = self._after(told)

    def _after(self, told: Told) -> _Known:
        known = self._known
        match told:
            case Passed():
                changed = not told.quiet or known.report is None or bool(known.failure) or _differs(told, known.report)
                return replace(
                    known,
                    version=known.version + changed,
                    passes=told.number,
                    report=told.report,
                    recent=(*reversed(told.done), *known.recent)[:_RECENT],
                    failure="",
                    turned=self._now(),
                )
            case PassFailed(error=error, news=news):
                return replace(known, version=known.version + news, failure=error, turned=self._now())
            case RunsSeen(runs=runs):
                return replace(known, version=known.version + (runs != known.runs), runs=runs)
            case Invalid(problems=problems):
                return replace(known, version=known.version + 1, invalid=problems)
            case Valid():
                return replace(known, version=known.version + 1, invalid=())
            case _:
                return known

    @property
    def version(self) -> str:
        """What changes when anything does that is shown."""
        return str(self._known.version)

    @property
    def alive(self) -> bool:
        """Whether the loop goes round."""
        turned = self._known.turned
        return turned is not None and self._now() - turned < self._patience

    @property
    def ready(self) -> bool:
        """Whether a pass was made, and the last one did not fail as a whole."""
        known = self._known
        return known.report is not None and not known.failure

    def status(self) -> bytes:
        """Answer everything as JSON: the report of the last pass, and how the loop itself is."""
        with self._lock:
            known = self._known
        told: dict[str, Any] = {
            "version": 1,
            "ready": self.ready,
            "passes": known.passes,
            "failure": self._scrubbed(known.failure),
            "turned": instant(known.turned),
            "report": None if known.report is None else document(self._report(known)),
        }
        return json.dumps(told, indent=2).encode()

    def page(self) -> bytes:
        """Answer the live page."""
        with self._lock:
            known = self._known
        return html.render_live(self._report(known)).encode()

    def _report(self, known: _Known) -> Report:
        """Answer the last report as it is shown: what was changed lately before what is left as it is."""
        if self._shown is not None and self._shown[0] == known.version:
            return self._shown[1]
        base = known.report or Report(
            verb="watch", owner="no pass yet", region=None, account=None, started=self._now(), seconds=0.0
        )
        open_steps = [step for step in base.steps if step.status is not Status.DONE and step.action is not Action.KEEP]
        failed = [step for step in base.steps if step.error and step not in open_steps]
        problems = base.problems
        if known.failure:
            problems = (Problem(message=f"no pass could be made: {known.failure}"), *problems)
        if known.report is None:
            problems = (*problems, *known.invalid)
        shown = self._present(
            replace(
                base,
                verb="watch",
                steps=(*failed, *open_steps, *known.recent),
                problems=problems,
                runs=known.runs,
            )
        )
        self._shown = (known.version, shown)
        return shown

    def _scrubbed(self, text: str) -> str:
        empty = Report(verb="", owner="", region=None, account=None, started=self._now(), seconds=0.0)
        return self._present(replace(empty, problems=(Problem(message=text),))).problems[0].message if text else ""


def _differs(told: Passed, before: Report) -> bool:
    """Answer whether anything but the time is another than after the last pass."""
    after = told.report
    return (after.jobs, after.problems) != (before.jobs, before.problems)
