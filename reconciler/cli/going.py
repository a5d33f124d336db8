"""The runs that go on: as lines where there is no terminal, as a table that keeps itself up to date where there is."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.cli.pace import Pace
from reconciler.model import Run
from reconciler.reports.lines import Line, line
from reconciler.reports.run_lines import short_id
from reconciler.reports.wording import duration, run_text, run_time

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.spinner import Spinner

#: Lines of a terminal that the table leaves to what is printed above it.
_LEFT = 6
#: So many runs are named when a wait is broken off.
_NAMED = 5


class Going:
    """What was last heard of each run; `now` is AWS's time, `scrub` hides a job's hidden values in what AWS said."""

    def __init__(self, scrub: Callable[[str, str], str], now: Callable[[], datetime]) -> None:
        self._scrub = scrub
        self._now = now
        self._said: dict[tuple[str, str], str] = {}
        self._runs: dict[tuple[str, str], Run] = {}
        self.doing = "looking at AWS"
        self.pace = Pace()
        self._spinner: Spinner | None = None

    def hear(self, run: Run) -> Line | None:
        """Take note of a run, and answer a line about it unless the last one said the same."""
        key, said = (run.job, run.trigger), run_text(run)
        if run.state.finished:
            self._runs.pop(key, None)
        else:
            self._runs[key] = run
            self.doing = "waiting for them to end"
        if self._said.get(key) == said:
            return None
        self._said[key] = said
        return line(f"  {run.job}: {self._scrub(said, run.job)}")

    def follow_up(self, options: str) -> Iterable[str]:
        """Say how the runs that still go on are followed; `options` are those of this command line that still count."""
        runs = list(self._runs.values())
        for run in runs[:_NAMED]:
            yield f"  {run.job} goes on: reconcile wait {run.job}{options}, reconcile logs --follow {run.job}{options}"
        if len(runs) > _NAMED:
            yield f"  and {len(runs) - _NAMED} more: reconcile runs{options}"

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Draw the table, as rich asks for it several times a second."""
        from rich.spinner import Spinner
        from rich.table import Table

        runs, now = sorted(self._runs.values(), key=lambda run: (run.job, run.trigger)), self._now()
        shown = runs[: max(console.height - _LEFT, 1)]
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=bool(shown), header_style="dim")
        for title in ("  JOB", "RUN", "SINCE", "STATE"):
            table.add_column(title, no_wrap=True, overflow="ellipsis")
        for run in shown:
            since = run_time(run)
            age = duration(max((now - since).total_seconds(), 0.0)) if since is not None else ""
            table.add_row(f"  {run.job}", short_id(run)[:8], age, self._scrub(run_text(run), run.job))
        yield table
        if len(shown) < len(runs):
            yield f"  … and {len(runs) - len(shown)} more"
        if self.pace.goes_on:
            yield self.pace.bar()
        self._spinner = self._spinner or Spinner("dots")
        self._spinner.update(text=self.doing)
        yield self._spinner
