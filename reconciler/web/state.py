"""What the loop told last, kept for whoever asks; safe to use from several threads."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconciler.engine.watch_events import Invalid, Passed, PassFailed, RunsSeen, Told, Valid, Waiting
from reconciler.model import Problem, Report, Run, Step

#: So many of the steps that were carried out are shown, newest first.
_RECENT: Final = 50
#: Without a pass, or a failure to make one, for so many intervals (and never less than the seconds) the loop is stuck.
_INTERVALS: Final = 5
_STUCK: Final = timedelta(minutes=15)
#: While a run goes on its bar grows: what is shown counts as new after so many seconds.
_GROWS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that was carried out, and when that was told."""

    at: datetime
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The state of a loop as it may be shown.

    `report` is that of the last pass, None before the first; `runs` and `recent` come newest first; `problems` are
    those that the directory had before any pass; `failure` says why the last pass could not be made.
    """

    passes: int = 0
    commit: str = ""
    report: Report | None = None
    runs: tuple[Run, ...] = ()
    recent: tuple[Done, ...] = ()
    problems: tuple[Problem, ...] = ()
    failure: str = ""
    looked: datetime

    @property
    def ready(self) -> bool:
        """Whether a pass was made, and the last one did not fail as a whole."""
        return self.report is not None and not self.failure

    @property
    def goes_on(self) -> bool:
        """Whether a run is under way."""
        return any(not run.state.finished for run in self.runs)


class State:
    """Listens to a loop. `present` makes a report fit to be shown: hidden values masked."""

    def __init__(self, *, now: Callable[[], datetime], present: Callable[[Report], Report], interval: float) -> None:
        self.now = now
        self._present = present
        self._patience = max(_STUCK, timedelta(seconds=_INTERVALS * interval))
        self._lock = threading.Lock()
        self._version = 0
        self._known = Known(looked=now())
        self._begun = self._known.looked.isoformat()  # another process of this loop counts from nothing, too
        self._shown: tuple[int, Known] | None = None

    def __call__(self, told: Told) -> None:
        """Take note of what the loop tells."""
        with self._lock:
            before, self._known = self._known, self._after(told)
            self._version += replace(before, looked=self._known.looked, passes=self._known.passes) != self._known

    def _after(self, told: Told) -> Known:
        known, now = self._known, self.now()
        match told:
            case Passed():
                done = tuple(Done(at=now, step=step) for step in reversed(told.done))
                again = known.report is not None and told.quiet and _says_the_same(told.report, known.report)
                return replace(
                    known,
                    passes=told.number,
                    commit=told.commit,
                    report=known.report if again else told.report,
                    recent=(*done, *known.recent)[:_RECENT],
                    problems=(),
                    failure="",
                    looked=now,
                )
            case PassFailed(error=error):
                return replace(known, failure=error, looked=now)
            case Waiting():
                return replace(known, looked=now)
            case RunsSeen(runs=runs):
                return replace(known, runs=runs)
            case Invalid(problems=problems) if known.report is None:
                return replace(known, problems=problems, looked=now)
            case Valid() if known.report is None:
                return replace(known, problems=(), looked=now)
            case _:
                return known

    @property
    def version(self) -> str:
        """What changes when anything does that is shown."""
        growth = int(self.now().timestamp()) // _GROWS if self._known.goes_on else 0
        return f"{self._begun}-{self._version}-{growth}"

    @property
    def looked(self) -> datetime:
        """When the loop last went round."""
        return self._known.looked

    @property
    def alive(self) -> bool:
        """Whether the loop goes round."""
        return self.now() - self._known.looked < self._patience

    @property
    def ready(self) -> bool:
        """Whether a pass was made, and the last one did not fail as a whole."""
        return self._known.ready

    def shown(self) -> Known:
        """Answer everything without hidden values."""
        with self._lock:
            version, known = self._version, self._known
        if self._shown is None or self._shown[0] != version:
            self._shown = (version, self._masked(known))
        return replace(self._shown[1], looked=known.looked, passes=known.passes)

    def _masked(self, known: Known) -> Known:
        empty = Report(verb="watch", owner="", region=None, account=None, started=known.looked, seconds=0.0)
        failure = (Problem(message=known.failure),) if known.failure else ()
        steps = tuple(done.step for done in known.recent)
        beside = self._present(replace(empty, problems=failure, steps=steps, runs=known.runs))
        return replace(
            known,
            report=None if known.report is None else self._present(replace(known.report, verb="watch")),
            runs=beside.runs or (),
            recent=tuple(replace(done, step=step) for done, step in zip(known.recent, beside.steps, strict=True)),
            problems=self._present(replace(empty, problems=known.problems)).problems,
            failure=beside.problems[0].message if beside.problems else "",
        )


def _says_the_same(report: Report, before: Report) -> bool:
    """Answer whether nothing but the time is another."""
    return (report.jobs, report.steps, report.problems) == (before.jobs, before.steps, before.problems)
