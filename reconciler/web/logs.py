"""`/logs/<id>`: the last lines of a run that the loop has told, read beside the loop and never in its thread.

Nobody waits for AWS: whoever asks is told what is known, and that a look is under way. There is at most one look at a
time, none sooner than a second after the last, and none at a run that was looked at a moment ago.
"""

import contextlib
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from reconciler.engine.run_logs import LogsSeen
from reconciler.engine.watch_events import RunsSeen, Told
from reconciler.errors import ReconcilerError
from reconciler.model import LogLine, Run

#: So many lines of a run are read, and so much of each is shown.
LINES: Final = 500
_LONGEST_LINE: Final = 4000
#: How old an answer may be, and how far apart two looks are.
_FRESH: Final = timedelta(seconds=2)
_APART: Final = 1.0
#: So many runs may be asked for at once, and so many answers are kept.
_WAITING: Final = 4
_KEPT: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a run's containers wrote as of `at`, or `error`: why that cannot be read; `over` once it cannot change."""

    at: datetime
    seen: LogsSeen = field(default_factory=LogsSeen)
    error: str = ""
    over: bool = False


class Logs:
    """Listens to a loop for its runs. `read` answers the last lines of one; `scrub` takes a job's hidden values out."""

    def __init__(
        self,
        *,
        read: Callable[[Run, int], LogsSeen],
        scrub: Callable[[str, str], str],
        now: Callable[[], datetime],
        apart: float = _APART,
    ) -> None:
        self._read = read
        self._scrub = scrub
        self._now = now
        self._apart = apart
        self._runs: Mapping[str, Run] = {}
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._asked: queue.Queue[str] = queue.Queue(maxsize=_WAITING)
        self._pending: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, told: Told) -> None:
        """Take note of what the loop tells."""
        if isinstance(told, RunsSeen):
            self._runs = {task.rpartition("/")[2]: run for run in told.runs for task in run.ids}

    def knows(self, identifier: str) -> bool:
        """Whether the loop has told of such a run."""
        return identifier in self._runs

    def ask(self, identifier: str) -> Answer | None:
        """Answer what is known of a run's lines, None as yet nothing; have it looked at where that is not fresh."""
        with self._lock:
            answer = self._answers.get(identifier)
            fresh = answer is not None and (answer.over or self._now() - answer.at < _FRESH)
            if not fresh and identifier not in self._pending and not self._asked.full():
                self._pending.add(identifier)
                self._asked.put_nowait(identifier)
                self._start()
            return answer

    def close(self) -> None:
        """Look no more; a look that is under way is not waited for."""
        self._over.set()
        with contextlib.suppress(queue.Full):
            self._asked.put_nowait("")

    def _start(self) -> None:
        if self._thread is None:
            # a daemon: the process may end while AWS does not answer
            self._thread = threading.Thread(target=self._run, name="reconciler-logs", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            identifier = self._asked.get()
            if self._over.is_set():
                return
            answer = self._look(identifier)
            with self._lock:
                self._pending.discard(identifier)
                self._answers[identifier] = answer
                self._answers.move_to_end(identifier)
                while len(self._answers) > _KEPT:
                    self._answers.popitem(last=False)
            self._over.wait(self._apart)

    def _look(self, identifier: str) -> Answer:
        run = self._runs.get(identifier)
        if run is None:
            return Answer(at=self._now(), error="the loop tells of this run no longer")
        try:
            seen = self._read(run, LINES)
        except ReconcilerError as error:
            return Answer(at=self._now(), error=self._scrub(str(error), run.job))
        shown = LogsSeen(
            lines=tuple(self._shown(line, run.job) for line in seen.lines),
            notes=tuple(self._scrub(note, run.job) for note in seen.notes),
        )
        return Answer(at=self._now(), seen=shown, over=self._is_over(run))

    def _shown(self, line: LogLine, job: str) -> LogLine:
        text = self._scrub(line.text.rstrip(), job)
        return LogLine(text=text[:_LONGEST_LINE], at=line.at, container=line.container)

    def _is_over(self, run: Run) -> bool:
        """Answer whether nothing can be added: the last lines come to CloudWatch up to a minute after the end."""
        return run.state.finished and run.stopped is not None and self._now() - run.stopped > timedelta(minutes=2)
